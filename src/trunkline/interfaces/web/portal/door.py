"""How every page of the portal is entered: one place says who the visitor is and what is his own (X-R2, P5-2).

A view gets a visitor and asks `own_line`, `own_order`, `own_bill` and `own_invoice` for whatever an address names;
what belongs to somebody else does not exist for it. The cookie is the portal's own: a member of staff who is logged
in at the desk is nobody here, and a customer is nobody there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

from trunkline.billing.invoicing import (
    UNKNOWN_INVOICE,
    invoice,
    invoices_of_bills,
    invoices_of_organization,
)
from trunkline.billing.queries import UNKNOWN_BILL, bill, bills_of_line_alone, bills_of_organization
from trunkline.billing.types import BillView, InvoiceView
from trunkline.counter.portal import IDLE, Visitor, visitor
from trunkline.interfaces.web.page import StaffRequest, refused_answer
from trunkline.kernel import clock
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ordering.queries import UNKNOWN_ORDER, order, orders_of_line, orders_of_organization
from trunkline.ordering.types import OrderView
from trunkline.security.audit import acting
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import LineView

P = ParamSpec("P")

COOKIE = "trunkline_portal"
ROOT = "/portal/"
#: The most of anything that is listed for a visitor.
LISTED = 500

UNKNOWN_LINE = Refusal("line.unknown", "", Text("没有这个号码：{subject}", "No such number: {subject}"))


class PortalRequest(StaffRequest):
    """A request as `portal_page` hands it to a view: somebody is logged in."""

    visitor: Visitor


PortalView = Callable[Concatenate[PortalRequest, P], HttpResponse]


def portal_page(
    permission: str, *, methods: Sequence[str] = ("GET", "HEAD")
) -> Callable[[PortalView[P]], Callable[..., HttpResponse]]:
    """Make a function a page of the portal, for whoever is logged in there; the web hall acts with `permission`.

    One transaction that shows only the rows of the visitor's branch; refusals are shown as on the pages of staff.
    Nothing of it is kept by the browser or on the way.
    """

    def decorate(view: PortalView[P]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            at = clock.now()
            who = visitor(request.COOKIES.get(COOKIE, ""), at)
            if who is None:
                return forget(redirect("portal:login"))
            portal = cast(PortalRequest, request)
            portal.visitor, portal.actor, portal.at, portal.refusals = who, who.actor, at, ()
            try:
                with acting(who.actor):
                    who.actor.require(permission)
                    response = view(portal, *args, **kwargs)
            except Refused as refused:
                again = functools.partial(view, portal, *args, **kwargs)
                response = refused_answer(portal, again, refused, "portal/refused.html")
            response.setdefault("Cache-Control", "no-store")
            return response

        enter.permission = permission  # type: ignore[attr-defined]
        enter.portal = True  # type: ignore[attr-defined]
        return enter

    return decorate


def remember(response: HttpResponse, secret: str) -> HttpResponse:
    """Give the browser the secret of a session; no script reads it, and no other site sends it."""
    response.set_cookie(
        COOKIE,
        secret,
        path=ROOT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def forget(response: HttpResponse) -> HttpResponse:
    """Take it away again."""
    response.delete_cookie(COOKIE, path=ROOT, samesite="Strict")
    return response


def idle_minutes() -> int:
    """After how many minutes a session is over."""
    return int(IDLE.total_seconds()) // 60


def own_line(request: PortalRequest, line_id: int) -> LineView:
    """A line of the visitor's: his own, or any of the organisation he acts for. `Refused` (unknown) otherwise."""
    who = request.visitor
    found = lines([line_id]).get(line_id)
    own = found is not None and found.organization_id == who.organization_id
    if found is None or not own or (who.handler is None and found.id != who.line.id):
        raise Refused(UNKNOWN_LINE.about(str(line_id)))
    return found


def own_orders(request: PortalRequest) -> tuple[OrderView, ...]:
    """The organisation's orders for its handler; for a line those that are about it alone."""
    who = request.visitor
    if who.handler is not None:
        return orders_of_organization(who.organization_id)[:LISTED]
    return orders_of_line(who.line.id, organization_id=who.organization_id, limit=LISTED)


def own_order(request: PortalRequest, order_id: int) -> OrderView:
    """One of these; `Refused` (unknown) for any other."""
    who = request.visitor
    if who.handler is not None:
        found = order(order_id)
        own = found.organization_id == who.organization_id
    else:
        own = any(one.id == order_id for one in own_orders(request))
        found = order(order_id)
    if not own:
        raise Refused(UNKNOWN_ORDER.about(str(order_id)))
    return found


def own_bills(request: PortalRequest) -> tuple[BillView, ...]:
    """The organisation's bills for its handler; for a line those that charge it alone."""
    who = request.visitor
    if who.handler is not None:
        return bills_of_organization(who.organization_id, limit=LISTED)
    return bills_of_line_alone(who.line.account_id, who.line.id)


def own_bill(request: PortalRequest, bill_id: int) -> BillView:
    """One of these; `Refused` (unknown) for any other."""
    who = request.visitor
    found = bill(bill_id)
    own = found.organization_id == who.organization_id
    if who.handler is None:
        own = own and any(one.id == bill_id for one in own_bills(request))
    if not own:
        raise Refused(UNKNOWN_BILL.about(str(bill_id)))
    return found


def own_invoices(request: PortalRequest) -> tuple[InvoiceView, ...]:
    """The organisation's invoices for its handler; for a line those of the bills that charge it alone."""
    who = request.visitor
    if who.handler is not None:
        return invoices_of_organization(who.organization_id, limit=LISTED)
    return invoices_of_bills(bill.id for bill in own_bills(request))


def own_invoice(request: PortalRequest, invoice_id: int) -> InvoiceView:
    """One of these; `Refused` (unknown) for any other."""
    who = request.visitor
    found = invoice(invoice_id)
    own = found.organization_id == who.organization_id
    if who.handler is None:
        own = own and any(one.id == invoice_id for one in own_invoices(request))
    if not own:
        raise Refused(UNKNOWN_INVOICE.about(str(invoice_id)))
    return found
