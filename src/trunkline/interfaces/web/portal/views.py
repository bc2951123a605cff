"""Pages of the portal: what a customer has, owes and has applied for."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from trunkline.billing import documents
from trunkline.billing import queries as billing
from trunkline.catalog.queries import offerings
from trunkline.counter import desk, portal
from trunkline.counter.details import DETAIL_ITEMS
from trunkline.counter.registry import service_item
from trunkline.interfaces.web.page import done, file_response, leafed, paged, submitted
from trunkline.interfaces.web.portal.door import (
    PortalRequest,
    forget,
    own_bill,
    own_bills,
    own_line,
    own_order,
    own_orders,
    portal_page,
)
from trunkline.interfaces.web.portal.forms import PasswordForm, PortalForm
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import local_date
from trunkline.ledger.queries import customer_deposits
from trunkline.ordering import queries as ordering
from trunkline.ordering.types import OrderItemView, OrderState, OrderView
from trunkline.party import queries as party
from trunkline.subscriptions.queries import count_lines, lines_of_organization
from trunkline.subscriptions.types import LineState

_RECENT, _LINES_SHOWN = 5, 50


def _money(request: PortalRequest) -> dict[str, Decimal]:
    """What is overdue, owed and held: of the whole organisation, or of a line that pays alone."""
    who = request.visitor
    if who.handler is not None:
        accounts = [account.id for account in party.accounts(who.organization_id)]
    else:
        accounts = [who.line.account_id] if own_bills(request) else []
    debts = billing.debts_of_accounts(accounts, local_date(request.at)).values()
    return {
        "overdue": sum((overdue for overdue, _owed in debts), ZERO),
        "owed": sum((owed for _overdue, owed in debts), ZERO),
        "held": sum(customer_deposits(accounts).values(), ZERO),
    }


def _titled(orders: tuple[OrderView, ...]) -> dict[str, object]:
    return {"orders": orders, "titles": {one.item_code: service_item(one.item_code).title for one in orders}}


@portal_page("line.view")
def home(request: PortalRequest) -> HttpResponse:
    """What stands now, and what can be done here."""
    who = request.visitor
    context = {
        "organization": party.organization(who.organization_id),
        "active": count_lines(who.organization_id)[LineState.ACTIVE] if who.handler else 1,
        "money": _money(request),
        "items": portal.items_for(who),
        "plan": next((plan for plan in offerings() if plan.id == who.line.offering_id), None),
        **_titled(own_orders(request)[:_RECENT]),
    }
    return render(request, "portal/home.html", context)


@portal_page("line.view")
def lines(request: PortalRequest) -> HttpResponse:
    """The lines of the organisation, for its handler; otherwise the one line."""
    who, text = request.visitor, request.GET.get("q", "").strip()[:40]
    if who.handler is None:
        return redirect("portal:home")

    def fetch(limit: int, offset: int) -> object:
        return lines_of_organization(who.organization_id, text=text, limit=limit, offset=offset)

    context = {**leafed(request, fetch, _LINES_SHOWN), "q": text}  # type: ignore[arg-type]
    return render(request, "portal/lines.html", context)


@portal_page("line.view")
def line(request: PortalRequest, line_id: int) -> HttpResponse:
    """One line, and what can be done with it."""
    who, found = request.visitor, own_line(request, line_id)
    items = [
        item for item in portal.items_for(who) if found.id == who.line.id or who.may_apply_for_others(item)
    ]
    plan = next((plan for plan in offerings() if plan.id == found.offering_id), None)
    return render(request, "portal/line.html", {"line": found, "plan": plan, "items": items})


@portal_page("order.place", methods=("GET", "HEAD", "POST"))
def apply_for(request: PortalRequest, item_code: str) -> HttpResponse:
    """Apply for one item: first what would happen, every reason against and the fee; then, confirmed, the order."""
    who, item = request.visitor, portal.item_for(request.visitor, item_code)
    if not who.proof_holds(request.at):
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('portal:again')}?{query}")
    named = request.GET.get("line", "")
    several = who.may_apply_for_others(item) and not named.isdecimal()
    chosen = None if several else own_line(request, int(named) if named.isdecimal() else who.line.id)
    form = PortalForm(request.POST or None, item=item, who=who, line=chosen)
    context: dict[str, object] = {"form": form, "item": item, "line": chosen}
    if submitted(request, form):
        asked = form.request()
        if "confirm" in request.POST:
            placed = portal.apply(who=who, request=asked, actor=request.actor, at=request.at)
            words = _("已受理，订单号 %(number)s。") % {"number": placed.number}
            return done(request, words, "portal:order", placed.id)
        judged = desk.dry_run(asked, actor=request.actor, at=request.at)
        context |= {
            "judgement": judged,
            "shown": judged.lines[:_LINES_SHOWN],
            "may_go_on": not judged.reasons(asked.completion),
        }
    return render(request, "portal/apply.html", context)


@portal_page("order.place", methods=("GET", "HEAD", "POST"))
def password(request: PortalRequest) -> HttpResponse:
    """Change the service password of the line one is logged in with (S24); then log in anew."""
    form = PasswordForm(request.POST or None)
    if submitted(request, form):
        said = form.cleaned_data
        # The order rests on the proof that is given here, not on the one the session came with.
        who = portal.prove_again(request.visitor, password=said["password"], at=request.at)
        if who is not None:
            portal.change_password(
                who=who, new=said["new"], key=said["idempotency_key"], actor=request.actor, at=request.at
            )
            return forget(done(request, _("服务密码已修改，请用新密码登录。"), "portal:login"))
        form.add_error("password", _("服务密码不对。连续 5 次不对将锁定 1 小时。"))
    return render(request, "portal/password.html", {"form": form})


@portal_page("order.view")
def orders(request: PortalRequest) -> HttpResponse:
    """The visitor's own orders, the newest first; by its number one of them."""
    asked = request.GET.get("q", "").strip()
    own = own_orders(request)
    if asked:
        own = tuple(one for one in own if asked.lower() in one.number.lower())
        if len(own) == 1:
            return redirect("portal:order", own[0].id)
    leaf = paged(request, own)
    return render(
        request, "portal/orders.html", {**leaf, **_titled(tuple(leaf["page_obj"].object_list)), "q": asked}
    )


@portal_page("order.view")
def order(request: PortalRequest, order_id: int) -> HttpResponse:
    """Where one order stands, and what it changed or answered on each line."""
    found = own_order(request, order_id)

    def fetch(limit: int, offset: int) -> tuple[OrderItemView, ...]:
        return ordering.order_items(order_id, limit=limit, offset=offset)

    context = {
        "order": found,
        "title": service_item(found.item_code).title,
        "fees": ordering.order_fees(order_id),
        "gives_details": found.item_code in DETAIL_ITEMS
        and found.state in (OrderState.COMPLETED, OrderState.PARTIAL),
        **leafed(request, fetch, _LINES_SHOWN),
    }
    return render(request, "portal/order.html", context)


@portal_page("bill.view")
def bills(request: PortalRequest) -> HttpResponse:
    """Bills, what is owed and what is held."""
    context = {**paged(request, own_bills(request), 24), "money": _money(request)}
    return render(request, "portal/bills.html", context)


@portal_page("bill.view")
def bill(request: PortalRequest, bill_id: int) -> HttpResponse:
    """A bill, with the reason of every amount."""
    found = own_bill(request, bill_id)
    context = {"bill": found, "owed": found.cash_due - found.paid, "lines": billing.bill_lines(bill_id)}
    return render(request, "portal/bill.html", context)


@portal_page("bill.view")
def bill_pdf(request: PortalRequest, bill_id: int) -> HttpResponse:
    """The bill as it is printed."""
    number = own_bill(request, bill_id).number
    return file_response(documents.bill_document(bill_id, request.at), f"{number}.pdf", "application/pdf")
