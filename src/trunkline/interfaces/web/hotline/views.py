"""Pages of the hotline desk: check who calls, then his card; nothing of a customer is shown before (S24-3)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from trunkline.billing import queries as billing
from trunkline.care.operations import open_ticket
from trunkline.care.queries import find_tickets
from trunkline.care.types import TICKET_KIND_NAMES, TICKET_STATE_NAMES, TicketFilter
from trunkline.catalog.queries import offerings
from trunkline.counter import desk, hotline
from trunkline.counter.registry import service_item
from trunkline.interfaces.web.counter.identity import IdentityForm
from trunkline.interfaces.web.hotline.forms import FaultForm, LossForm
from trunkline.interfaces.web.page import StaffRequest, done, page, submitted
from trunkline.kernel.periods import local_date
from trunkline.ordering.queries import orders_of_organization
from trunkline.ordering.types import LineChoice, OrderRequest, VerificationKind
from trunkline.party import queries as party

KINDS = frozenset({VerificationKind.THREE_CHECKS, VerificationKind.SERVICE_PASSWORD})
LOSS = "loss_report"
_SHOWN = 10
#: What is filled in again after a check that failed; the document's number and the password are asked anew.
_KEPT = ("proof_kind", "proof_number", "proof_name")


@page("hotline.view", methods=("GET", "HEAD", "POST"))
def enter(request: StaffRequest) -> HttpResponse:
    """Who calls: three facts, or the service password. What was wrong is not said, nor whether the number exists."""
    form = IdentityForm(request.POST or None, kinds=KINDS, initial={"proof_kind": "three_checks"})
    refusal = None
    if submitted(request, form):
        identity = form.check(actor=request.actor, at=request.at)
        if identity.verification_id is not None:
            return redirect("hotline:caller", identity.verification_id)
        refusal = identity.refusal
        form = IdentityForm(kinds=KINDS, initial={name: form.cleaned_data[name] for name in _KEPT})
    form.fields["proof_number"].widget.attrs["autofocus"] = True
    return render(request, "hotline/enter.html", {"form": form, "refusal": refusal})


def _card(request: StaffRequest, who: hotline.Caller) -> dict[str, Any]:
    """What the agent sees of a caller who proved who he is."""
    line = who.line
    today = local_date(request.at)
    overdue, owed = billing.debts_of_accounts([line.account_id], today)[line.account_id]
    orders = orders_of_organization(line.organization_id, open_only=True)[:_SHOWN]
    tickets = find_tickets(
        TicketFilter(organization_id=line.organization_id, unfinished=True), at=request.at, limit=_SHOWN
    )
    items = hotline.items_for(who, request.actor)
    return {
        "who": who,
        "organization": party.organization(line.organization_id),
        "plan": next((plan for plan in offerings() if plan.id == line.offering_id), None),
        "overdue": overdue,
        "owed": owed,
        "last_bill": next(iter(billing.bills_of_account(line.account_id, limit=1)), None),
        "orders": orders,
        "titles": {one.item_code: service_item(one.item_code).title for one in orders},
        "tickets": [
            (one, TICKET_KIND_NAMES[one.kind], TICKET_STATE_NAMES[one.state]) for one in tickets[:_SHOWN]
        ],
        "items": [item for item in items if item.code != LOSS],
        "loss": LossForm() if any(item.code == LOSS for item in items) else None,
    }


@page("hotline.view")
def caller(request: StaffRequest, verification_id: int) -> HttpResponse:
    """The caller's card, and what this hotline may do for him."""
    who = hotline.caller(verification_id, actor=request.actor, at=request.at)
    return render(request, "hotline/caller.html", {**_card(request, who), "fault": FaultForm(who=who)})


@page("ticket.open", methods=("POST",))
def fault(request: StaffRequest, verification_id: int) -> HttpResponse:
    """Take a fault of the caller's line down (S25-1)."""
    who = hotline.caller(verification_id, actor=request.actor, at=request.at)
    form = FaultForm(request.POST, who=who)
    if submitted(request, form):
        opened = open_ticket(request=form.request(), actor=request.actor, at=request.at)
        words = _("障碍已受理，工单号 %(number)s。") % {"number": opened.number}
        return done(request, words, "hotline:caller", verification_id)
    return render(request, "hotline/caller.html", {**_card(request, who), "fault": form})


@page("order.place", methods=("POST",))
def loss(request: StaffRequest, verification_id: int) -> HttpResponse:
    """Report the caller's line lost, at once and on the proof that was given (S07)."""
    who = hotline.caller(verification_id, actor=request.actor, at=request.at)
    form = LossForm(request.POST)
    if submitted(request, form):
        order = OrderRequest(
            item_code=LOSS,
            organization_id=who.line.organization_id,
            handler_id=None,
            papers=(),
            details={},
            idempotency_key=form.cleaned_data["idempotency_key"],
            lines=(LineChoice(who.line.id),),
            verification_id=who.proof.id,
        )
        placed = desk.place(request=order, actor=request.actor, at=request.at)
        words = _("已挂失，订单号 %(number)s。") % {"number": placed.number}
        return done(request, words, "hotline:caller", verification_id)
    return render(request, "hotline/caller.html", {**_card(request, who), "fault": FaultForm(who=who)})
