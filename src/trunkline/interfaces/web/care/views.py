"""Pages of tickets."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trunkline.care import queries
from trunkline.care.actions import ACTIONS, Action, perform, possible
from trunkline.care.types import TicketEvent, TicketView
from trunkline.interfaces.web.care.forms import ActionForm, TicketFilterForm
from trunkline.interfaces.web.care.rows import ticket_rows
from trunkline.interfaces.web.page import StaffRequest, done, page, submitted
from trunkline.ordering.queries import order
from trunkline.party.queries import organization
from trunkline.security.queries import staff_names
from trunkline.subscriptions.queries import lines

_BY_CODE = {action.code: action for action in ACTIONS.values()}
#: What is most likely done next, and stands open.
_NEXT = (
    TicketEvent.TAKE,
    TicketEvent.RESOLVE,
    TicketEvent.CLOSE,
    TicketEvent.ACCEPT_APPEAL,
    TicketEvent.DECIDE_APPEAL,
)


@page("ticket.view")
def list_tickets(request: StaffRequest) -> HttpResponse:
    """Tickets, the most urgent first."""
    form = TicketFilterForm(request.GET)
    wanted = form.wanted(request)
    context = {
        "form": form,
        **ticket_rows(
            request,
            lambda limit, offset: queries.find_tickets(wanted, at=request.at, limit=limit, offset=offset),
        ),
        "organization": organization(wanted.organization_id) if wanted.organization_id else None,
    }
    return render(request, "care/list.html", context)


def _forms(
    request: StaffRequest, ticket: TicketView, sent: Action | None, form: ActionForm | None
) -> list[dict[str, Any]]:
    """What can be done now, each with its form; the one that was sent and refused, or comes next, stands open."""
    actions = possible(ticket, request.actor)
    first = next((action for event in _NEXT for action in actions if action.event is event), None)
    shown = sent if sent in actions else first
    return [
        {
            "action": action,
            "form": form if action is sent else ActionForm(action=action, asked=action.asks(ticket.kind)),
            "open": action is shown,
        }
        for action in sorted(actions, key=lambda action: action is not shown)
    ]


def _page(
    request: StaffRequest, ticket_id: int, sent: Action | None = None, form: ActionForm | None = None
) -> HttpResponse:
    ticket = queries.ticket(ticket_id)
    timeline = queries.timeline(ticket_id)
    staff = {entry.staff_id for entry in timeline} | {ticket.owner_id, ticket.first_contact_id}
    context = {
        "ticket": ticket,
        "organization": organization(ticket.organization_id),
        "line": lines([ticket.line_id]).get(ticket.line_id) if ticket.line_id else None,
        "order": order(ticket.order_id) if ticket.order_id else None,
        "timeline": timeline,
        "urged": queries.urgings([ticket_id]).get(ticket_id, ()),
        "names": staff_names(staff),
        "actions": _forms(request, ticket, sent, form),
        "now": request.at,
    }
    return render(request, "care/show.html", context)


@page("ticket.view")
def show(request: StaffRequest, ticket_id: int) -> HttpResponse:
    """A ticket: its clock, its whole record, and what can be done now."""
    return _page(request, ticket_id)


@page("ticket.view", methods=("POST",))
def act(request: StaffRequest, ticket_id: int, code: str) -> HttpResponse:
    """Do one thing to a ticket; the operation asks for its own permission."""
    action = _BY_CODE.get(code)
    if action is None:
        raise Http404
    ticket = queries.ticket(ticket_id)
    form = ActionForm(request.POST, action=action, asked=action.asks(ticket.kind))
    if submitted(request, form):
        perform(
            action.event,
            ticket_id=ticket_id,
            answers=form.cleaned_data,
            actor=request.actor,
            at=request.at,
        )
        title = action.title.in_language(get_language() or "zh-hans")
        return done(request, _("%(action)s：已登记。") % {"action": title}, "care:show", ticket_id)
    return _page(request, ticket_id, action, form)
