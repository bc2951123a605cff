"""Pages of orders."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trunkline.agreements import queries as agreements
from trunkline.agreements.types import IN_FORCE
from trunkline.counter import desk
from trunkline.counter.details import DETAIL_ITEMS
from trunkline.counter.registry import service_item, service_items
from trunkline.counter.rulebook import COLUMNS, guard_matrix
from trunkline.counter.standard import STANDARD
from trunkline.interfaces.web.counter.forms import ITEM, InstallationForm, OrderFilter
from trunkline.interfaces.web.page import (
    XLSX,
    StaffRequest,
    done,
    file_response,
    leafed,
    page,
    paged,
    submitted,
)
from trunkline.interfaces.web.words import text_of
from trunkline.ordering import queries
from trunkline.ordering.documents import handed_back_sheet
from trunkline.ordering.item import Record
from trunkline.ordering.scans import ENDINGS, look_at_scan, order_scans
from trunkline.ordering.types import OrderState, OrderView, PaperKind, ScanView
from trunkline.party import queries as party
from trunkline.security.queries import staff_names

_LISTED = 500
#: States that change by themselves while one looks.
MOVING = (OrderState.ACKNOWLEDGED, OrderState.IN_PROGRESS)
_LINES_SHOWN = 50


@page("order.view")
def list_orders(request: StaffRequest) -> HttpResponse:
    """Orders, the newest first."""
    form = OrderFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {"q": "", "state": None}
    orders = queries.find_orders(text=chosen["q"], state=chosen["state"], limit=_LISTED)
    context = {
        **paged(request, orders),
        "form": form,
        "organizations": party.organizations({o.organization_id for o in orders}),
        "titles": {o.item_code: service_item(o.item_code).title for o in orders},
    }
    return render(request, "counter/list.html", context)


@page("order.place")
def choose(request: StaffRequest) -> HttpResponse:
    """The agreements under which members may be connected."""
    chosen = request.GET.get("organization", "")
    found = (
        agreements.agreements_of(int(chosen))
        if chosen.isdigit()
        else agreements.find_agreements(limit=_LISTED)
    )
    waiting = [a for a in found if a.state in IN_FORCE]
    context = {
        **paged(request, waiting),
        "organizations": party.organizations({a.organization_id for a in found}),
        "organization": party.organization(int(chosen)) if chosen.isdigit() else None,
        "others": len(found) - len(waiting),
    }
    return render(request, "counter/choose.html", context)


@page("order.place", methods=("GET", "HEAD", "POST"))
def new_installation(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """Connect an agreement's members: one form for one or for 50,000 lines (S01)."""
    agreement = agreements.agreement(agreement_id)
    handlers = party.handlers(agreement.organization_id)
    form = InstallationForm(
        request.POST or None, request.FILES or None, handlers=handlers, agreement=agreement
    )
    if submitted(request, form):
        placed = desk.place(request=form.request(), actor=request.actor, at=request.at)
        return done(
            request, _("已受理，订单号 %(number)s。") % {"number": placed.number}, "counter:show", placed.id
        )
    members = agreements.connectable_members(agreement_id)
    context = {
        "form": form,
        "item": service_item(ITEM),
        "agreement": agreement,
        "organization": party.organization(agreement.organization_id),
        "handlers": handlers,
        "members": members[:_LINES_SHOWN],
        "member_count": len(members),
        "plans": sorted({m.plan_code for m in members}),
    }
    return render(request, "counter/new.html", context)


@page("order.place", methods=("POST",))
def check(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """What would happen with the form as it stands: every reason against, or the fees and what follows."""
    agreement = agreements.agreement(agreement_id)
    form = InstallationForm(
        request.POST,
        request.FILES,
        handlers=party.handlers(agreement.organization_id),
        agreement=agreement,
    )
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        context["judgement"] = desk.dry_run(form.request(), actor=request.actor, at=request.at)
    return render(request, "counter/check.html", context)


def _order_context(order: OrderView) -> dict[str, object]:
    counts = queries.line_counts(order.id)
    handed_back = sum(counts.get(state, 0) for state in queries.HANDED_BACK)
    completed = counts.get(OrderState.COMPLETED, 0)
    return {
        "order": order,
        "title": service_item(order.item_code).title,
        "failure": order.failure,
        "waiting": order.state in MOVING and not service_item(order.item_code).lasting,
        "completed": completed,
        "handed_back": handed_back,
        "settled": completed + handed_back,
    }


@page("order.view")
def show(request: StaffRequest, order_id: int) -> HttpResponse:
    """An order with its papers, lines and fees."""
    order = queries.order(order_id)
    only_back = "handed_back" in request.GET
    scans: dict[PaperKind, list[ScanView]] = {}
    for scan in order_scans(order_id):
        scans.setdefault(scan.kind, []).append(scan)
    context = {
        **_order_context(order),
        "only_back": only_back,
        "scans": scans,
        "copies_kept": Record.COPIES in service_item(order.item_code).records,
        "organization": party.organization(order.organization_id),
        "agreement": agreements.agreement(order.agreement_id) if order.agreement_id else None,
        "handler": queries.order_handler(order_id),
        "papers": queries.order_papers(order_id),
        "fees": queries.order_fees(order_id),
        **leafed(
            request,
            lambda limit, offset: queries.order_items(
                order_id, limit=limit, offset=offset, handed_back=only_back
            ),
            _LINES_SHOWN,
        ),
        "events": CHANGES.get(order.state, ()),
        "gives_details": order.item_code in DETAIL_ITEMS,
        "placed_by": staff_names({order.placed_by_id}).get(order.placed_by_id, ""),
    }
    return render(request, "counter/show.html", context)


@page("order.view")
def progress(request: StaffRequest, order_id: int) -> HttpResponse:
    """The state of an order that is being carried out; the whole page is loaded again when it is over."""
    order = queries.order(order_id)
    response = render(request, "counter/progress.html", _order_context(order))
    if order.state not in MOVING:
        response["HX-Refresh"] = "true"
    return response


#: What may be done to an order from outside, by state: the verb's page, its words, and whether it takes something away.
CHANGES = {
    OrderState.ACKNOWLEDGED: ("stop", "cancel"),
    OrderState.IN_PROGRESS: ("stop",),
    OrderState.HELD: ("resume", "cancel"),
    OrderState.PENDING: ("release", "cancel"),
    OrderState.FAILED: ("retry", "cancel"),
}
_VERBS = {
    "stop": desk.stop,
    "resume": desk.resume,
    "retry": desk.retry,
    "cancel": desk.cancel,
    "release": desk.release,
}


@page("order.place", methods=("POST",))
def change(request: StaffRequest, order_id: int, event: str) -> HttpResponse:
    """Stop, take up again, retry, withdraw or release an order."""
    if event not in _VERBS:
        raise Http404
    changed = _VERBS[event](order_id=order_id, actor=request.actor, at=request.at)
    return done(
        request,
        _("订单%(state)s。") % {"state": text_of(changed.state).in_language(get_language() or "zh-hans")},
        "counter:show",
        order_id,
    )


@page("order.view")
def rulebook(request: StaffRequest) -> HttpResponse:
    """The whole standard: items by channel, and the matrix of guards."""
    codes, rows = guard_matrix()
    items = tuple(service_items().values())
    context = {
        "standard": [(clause, clause.items(items)) for clause in STANDARD],
        "items": items,
        "channels": COLUMNS,
        "guards": [(code, [rows[item.code].get(code, "") for item in items]) for code in codes],
    }
    return render(request, "counter/rulebook.html", context)


@page("order.view")
def handed_back(request: StaffRequest, order_id: int) -> HttpResponse:
    """The lines that were handed back, with their reasons."""
    order = queries.order(order_id)
    content = handed_back_sheet(order_id, get_language() or "zh-hans")
    return file_response(content, f"handed-back-{order.number}.xlsx", XLSX, download=True)


@page("scan.view")
def scan(request: StaffRequest, order_id: int, scan_id: int) -> HttpResponse:
    """One scan of an order's papers; who looked is kept (S01-R2)."""
    kind, content = look_at_scan(order_id=order_id, scan_id=scan_id, actor=request.actor, at=request.at)
    return file_response(content, f"scan-{order_id}-{scan_id}.{ENDINGS[kind]}", kind)


@page("order.view")
def slip(request: StaffRequest, order_id: int) -> HttpResponse:
    """业务受理单 (X-R1)."""
    return file_response(desk.slip(order_id, request.at), f"slip-{order_id}.pdf", "application/pdf")
