"""Pages of breaches: claimed from an agreement, approved by somebody else, made good in one sum (P2-20 … P2-22)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trunkline.agreements import queries as agreements
from trunkline.billing import letters, operations
from trunkline.billing.queries.breaches import (
    benefits_taken_back,
    breach,
    breaches_of_agreement,
    find_breaches,
)
from trunkline.billing.types import BreachProposal, BreachState
from trunkline.interfaces.web.fields import CodeField, DayField, DeskForm, MoneyField
from trunkline.interfaces.web.page import StaffRequest, done, file_response, page, paged, submitted
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.party import queries as party
from trunkline.party.types import PaymentMethod
from trunkline.security.queries import staff_names

DRY_RUN = "dry_run"


class BreachFilter(DeskForm):
    """What to list."""

    state = CodeField(BreachState, label=gettext_lazy("状态"), required=False, empty=gettext_lazy("全部状态"))


class BreachForm(DeskForm):
    """What is claimed for one number."""

    number = forms.ChoiceField(label=gettext_lazy("号码"))
    broken_on = DayField(label=gettext_lazy("违约日期"))
    benefits = MoneyField(
        label=gettext_lazy("终端补贴等优惠（元）"),
        minimum="0",
        required=False,
        help_text=gettext_lazy("留空按协议记录计算"),
    )
    handset_penalty = MoneyField(label=gettext_lazy("退机违约款（元）"), minimum="0", required=False)
    losses = MoneyField(label=gettext_lazy("其他损失（元）"), minimum="0", required=False)
    with_overdue = forms.BooleanField(label=gettext_lazy("计逾期付款违约金"), required=False, initial=True)
    whole_agreement = forms.BooleanField(label=gettext_lazy("整份协议违约"), required=False)
    grounds = forms.CharField(
        label=gettext_lazy("违约事实和依据"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, numbers: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["number"]
        assert isinstance(chooser, forms.ChoiceField)  # noqa: S101 - declared above  # nosec B101
        chooser.choices = [(number, number) for number in numbers]

    def proposal(self, agreement_id: int) -> BreachProposal:
        """What was entered, as the operation takes it."""
        said = self.cleaned_data
        amounts = {name: said[name] or ZERO for name in ("benefits", "handset_penalty", "losses")}
        if said["benefits"] is None:
            amounts["benefits"] = benefits_taken_back(
                agreement_id, None if said["whole_agreement"] else said["number"], said["broken_on"]
            )
        return BreachProposal(**{**said, **amounts}, agreement_id=agreement_id)


class SettlementForm(DeskForm):
    """Money for a breach, in one sum."""

    amount = MoneyField(label=gettext_lazy("金额（元）"))
    method = CodeField(PaymentMethod, label=gettext_lazy("付款方式"))
    reference = forms.CharField(label=gettext_lazy("凭证号"), max_length=60, required=False)


class WithdrawalForm(DeskForm):
    """Why a claim is taken back."""

    reason = forms.CharField(label=gettext_lazy("撤销原因"), max_length=200)


@page("agreement.view")
def list_breaches(request: StaffRequest) -> HttpResponse:
    """Breaches by state, the newest first."""
    form = BreachFilter(request.GET)
    found = find_breaches(form.cleaned_data["state"] or None if form.is_valid() else None)
    context = {
        **paged(request, found),
        "form": form,
        "organizations": party.organizations({one.organization_id for one in found}),
    }
    return render(request, "billing/breaches.html", context)


@page("breach.propose", methods=("GET", "HEAD", "POST"))
def propose(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """Claim a breach of one number, or only see what it would come to."""
    agreement = agreements.agreement(agreement_id)
    numbers = [member.number for member in agreements.members(agreement_id) if member.line_id]
    form = BreachForm(request.POST or None, numbers=numbers, initial={"broken_on": local_date(request.at)})
    preview, reasons = None, tuple[Refusal, ...]()
    if submitted(request, form):
        asked = form.proposal(agreement_id)
        if DRY_RUN not in request.POST:
            made = operations.propose_breach(proposal=asked, actor=request.actor, at=request.at)
            return done(request, _("已提出违约处理，等待审批。"), "billing:breach", made)
        try:
            preview = operations.preview_breach(asked, request.at)
        except Refused as refused:
            reasons = tuple(refused.refusals)
    context = {
        "agreement": agreement,
        "organization": party.organization(agreement.organization_id),
        "form": form,
        "preview": preview,
        "reasons": reasons,
        "dry_run": DRY_RUN,
    }
    return render(request, "billing/breach_new.html", context)


@page("agreement.view")
def show(request: StaffRequest, case_id: int) -> HttpResponse:
    """A breach: what is claimed, how it is met, and what can be done."""
    return render(request, "billing/breach.html", _context(case_id))


def _context(case_id: int, **sent: DeskForm) -> dict[str, Any]:
    case = breach(case_id)
    people = staff_names({case.proposed_by_id, *([case.decided_by_id] if case.decided_by_id else [])})
    return {
        "case": case,
        "agreement": agreements.agreement(case.agreement_id),
        "organization": party.organization(case.organization_id),
        "proposed_by": people.get(case.proposed_by_id, ""),
        "decided_by": people.get(case.decided_by_id or 0, ""),
        "others": [one for one in breaches_of_agreement(case.agreement_id) if one.id != case.id],
        "settlement": SettlementForm(initial={"amount": case.top_up}),
        "withdrawal": WithdrawalForm(),
        **sent,
    }


@page("breach.approve", methods=("POST",))
def approve(request: StaffRequest, case_id: int) -> HttpResponse:
    """Approve a claim: its number's deposit is offset at once."""
    if request.refusals:
        return show(request, case_id)
    operations.approve_breach(case_id=case_id, actor=request.actor, at=request.at)
    return done(request, _("已审批，未解冻的预存款已折抵。"), "billing:breach", case_id)


@page("breach.withdraw", methods=("POST",))
def withdraw(request: StaffRequest, case_id: int) -> HttpResponse:
    """Take a claim back that is not approved yet."""
    form = WithdrawalForm(request.POST)
    if submitted(request, form):
        operations.withdraw_breach(case_id=case_id, **form.cleaned_data, actor=request.actor, at=request.at)
        return done(request, _("违约处理已撤销。"), "billing:breach", case_id)
    return render(request, "billing/breach.html", _context(case_id, withdrawal=form))


@page("breach.settle", methods=("POST",))
def settle(request: StaffRequest, case_id: int) -> HttpResponse:
    """Take what is due, whole and at once."""
    form = SettlementForm(request.POST)
    if submitted(request, form):
        operations.settle_breach(case_id=case_id, **form.cleaned_data, actor=request.actor, at=request.at)
        return done(request, _("违约款项已一次性补足。"), "billing:breach", case_id)
    return render(request, "billing/breach.html", _context(case_id, settlement=form))


@page("agreement.view")
def letter(request: StaffRequest, case_id: int) -> HttpResponse:
    """The letter as PDF."""
    content = letters.breach_letter(case_id, request.at)
    return file_response(content, f"{breach(case_id).case_number}.pdf", "application/pdf")
