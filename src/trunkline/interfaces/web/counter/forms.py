"""The form of a new installation (S01): who applies, which papers were shown, how is paid."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from trunkline.agreements.types import AgreementView
from trunkline.counter.registry import service_item
from trunkline.interfaces.web.fields import CodeField, DeskForm, MoneyField
from trunkline.ordering.item import Paper
from trunkline.ordering.types import OrderRequest, OrderState, PaperKind, ShownPaper
from trunkline.party.types import BANK_FIELDS, HandlerView, PaymentMethod

ITEM = "new_installation"
_MARKS = ("original_seen", "sealed", "copy_kept")


@dataclass(frozen=True, slots=True)
class PaperFields:
    """The fields of one paper, with what the item asks of it."""

    paper: Paper
    shown_as: BoundField | None
    reference: BoundField
    original_seen: BoundField
    sealed: BoundField
    copy_kept: BoundField


def _paper_form_fields(paper: Paper) -> dict[str, forms.Field]:
    key = f"paper_{paper.kind}"
    fields: dict[str, forms.Field] = {
        f"{key}_reference": forms.CharField(label=_("编号"), max_length=60, required=False),
        f"{key}_original_seen": forms.BooleanField(label=_("已核原件"), required=False),
        f"{key}_sealed": forms.BooleanField(label=_("已盖公章"), required=False),
        f"{key}_copy_kept": forms.BooleanField(label=_("已留复印件"), required=False),
    }
    return fields


class InstallationForm(DeskForm):
    """One agreement's connectable members are connected together; the papers are those the item declares."""

    handler = forms.TypedChoiceField(label=_("经办人"), coerce=int, widget=forms.RadioSelect)
    payment_method = CodeField(PaymentMethod, label=_("付款方式"), initial=PaymentMethod.CASH)
    bank = forms.CharField(label=_("开户银行"), max_length=80, required=False)
    branch_code = forms.CharField(label=_("行号"), max_length=20, required=False)
    account_name = forms.CharField(label=_("户名"), max_length=120, required=False)
    account_number = forms.CharField(label=_("账号"), max_length=40, required=False)
    authorisation = forms.CharField(label=_("托收授权书编号"), max_length=60, required=False)
    security = forms.ChoiceField(
        label=_("担保方式"),
        required=False,
        choices=[("", _("不需要")), ("deposit", _("交纳预付款")), ("prepay_months", _("预存套餐使用费"))],
    )
    security_amount = MoneyField(label=_("每户预付款（元）"), required=False)
    security_months = forms.IntegerField(label=_("预存月数"), required=False, min_value=1, max_value=36)
    notice_instead = forms.BooleanField(
        label=_("以《企业名称预先核准通知书》代替登记证件（S01-G1）"), required=False
    )
    idempotency_key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(
        self, *args: Any, handlers: tuple[HandlerView, ...], agreement: AgreementView, **kwargs: Any
    ) -> None:
        initial = {
            "idempotency_key": str(uuid.uuid4()),
            "handler": handlers[0].id if handlers else None,
            f"paper_{PaperKind.NETWORK_AGREEMENT}_reference": agreement.number,
        }
        super().__init__(*args, initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        self.papers = service_item(ITEM).papers
        for paper in self.papers:
            self.add_fields(_paper_form_fields(paper))
        self.agreement = agreement
        self.handlers = {handler.id: handler for handler in handlers}
        chooser = self.fields["handler"]
        assert isinstance(chooser, forms.TypedChoiceField)  # noqa: S101 - declared above  # nosec B101
        chooser.choices = [(handler.id, handler.name) for handler in handlers]

    def paper_fields(self) -> list[PaperFields]:
        """The fields of each paper in the order of the declaration."""
        return [
            PaperFields(
                paper,
                self["notice_instead"] if paper.alternative else None,
                self[f"paper_{paper.kind}_reference"],
                *(self[f"paper_{paper.kind}_{mark}"] for mark in _MARKS),
            )
            for paper in self.papers
        ]

    def _shown(self) -> tuple[ShownPaper, ...]:
        shown = []
        for paper in self.papers:
            reference = self.cleaned_data[f"paper_{paper.kind}_reference"].strip()
            marks = [bool(self.cleaned_data[f"paper_{paper.kind}_{mark}"]) for mark in _MARKS]
            if reference or any(marks):
                instead = (
                    paper.alternative if paper.alternative and self.cleaned_data["notice_instead"] else None
                )
                shown.append(ShownPaper(instead or paper.kind, reference, *marks))
        if self.cleaned_data["authorisation"]:
            shown.append(
                ShownPaper(PaperKind.BANK_AUTHORISATION, self.cleaned_data["authorisation"], True, True, True)
            )
        return tuple(shown)

    def _security(self) -> dict[str, Any] | None:
        kind = self.cleaned_data["security"]
        if kind == "deposit":
            return {"kind": kind, "amount": str(self.cleaned_data["security_amount"] or 0)}
        if kind == "prepay_months":
            return {"kind": kind, "months": self.cleaned_data["security_months"]}
        return None

    def request(self) -> OrderRequest:
        """The order as the counter takes it."""
        details: dict[str, Any] = {"payment_method": str(self.cleaned_data["payment_method"])}
        if self.cleaned_data["payment_method"] is PaymentMethod.BANK_COLLECTION:
            details["bank_collection"] = {name: self.cleaned_data[name] for name in BANK_FIELDS}
        security = self._security()
        if security:
            details["security"] = security
        return OrderRequest(
            item_code=ITEM,
            organization_id=self.agreement.organization_id,
            handler_id=self.cleaned_data["handler"],
            papers=self._shown(),
            details=details,
            agreement_id=self.agreement.id,
            idempotency_key=self.cleaned_data["idempotency_key"],
        )


class OrderFilter(DeskForm):
    """What to list."""

    q = forms.CharField(label=_("订单号"), required=False, max_length=40)
    state = CodeField(OrderState, label=_("状态"), required=False, empty=_("全部状态"))
