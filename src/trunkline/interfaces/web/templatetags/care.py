"""Filters and tags of tickets: `{% load care %}`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.template.context import Context
from django.utils.translation import gettext as _

from trunkline.care.queries import find_tickets
from trunkline.care.types import FINISHED, TicketFilter, TicketView
from trunkline.interfaces.web.care.rows import ticket_context

register = template.Library()


def _span(length: timedelta) -> str:
    """Days and hours, or hours and minutes: never more than two of them."""
    minutes = int(length.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = ((days, _("%(n)s 天")), (hours, _("%(n)s 小时")), (rest, _("%(n)s 分钟")))
    said = [words % {"n": n} for n, words in parts if n]
    return " ".join(said[:2]) or _("%(n)s 分钟") % {"n": 0}


@register.filter
def time_left(ticket: TicketView, now: datetime) -> str:
    """How long a ticket may still take, or is over; what it took once it is answered."""
    if ticket.resolved_at is not None:
        return _("历时 %(span)s") % {"span": took(ticket)}
    if ticket.state in FINISHED:
        return ""
    if now > ticket.due_at:
        return _("超时 %(span)s") % {"span": _span(now - ticket.due_at)}
    return _("剩 %(span)s") % {"span": _span(ticket.due_at - now)}


@register.filter
def took(ticket: TicketView) -> str:
    """How long the repair or the answer took."""
    return _span(ticket.resolved_at - ticket.opened_at) if ticket.resolved_at else ""


@register.filter
def late(ticket: TicketView, now: datetime) -> bool:
    """Whether it is past its limit."""
    return ticket.overdue(now)


@register.filter
def kept(ticket: TicketView) -> bool:
    """Whether it was answered within its limit."""
    return ticket.resolved_at is not None and ticket.resolved_at <= ticket.due_at


@register.inclusion_tag("care/tickets_of.html", takes_context=True)
def tickets_of(context: Context, line_id: int | None = None, order_id: int | None = None) -> dict[str, Any]:
    """The tickets of a line, or those that an order opened; nothing where the person may not see tickets."""
    request = context["request"]
    if not request.actor.may("ticket.view"):
        return {"items": ()}
    wanted = TicketFilter(line_id=line_id, order_id=order_id)
    found = find_tickets(wanted, at=request.at)
    return {"items": found, "now": request.at, "of_order": order_id is not None, **ticket_context(found)}
