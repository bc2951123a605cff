"""The form of a new installation (S01): who applies, which papers were shown, how is paid."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trunkline.agreements.types import AgreementView
from trunkline.counter.registry import service_item
from trunkline.interfaces.web.counter.order_form import OrderForm
from trunkline.interfaces.web.fields import CodeField, DeskForm, MoneyField
from trunkline.ordering.types import OrderRequest, OrderState, PaperKind, ShownPaper
from trunkline.party.types import BANK_FIELDS, HandlerView, PaymentMethod

ITEM = "new_installation"


class InstallationForm(OrderForm):
    """One agreement's connectable members are connected together; the papers are those the item declares."""

    handler_required = True
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

    def __init__(
        self, *args: Any, handlers: tuple[HandlerView, ...], agreement: AgreementView, **kwargs: Any
    ) -> None:
        initial = {f"paper_{PaperKind.NETWORK_AGREEMENT}_reference": agreement.number}
        super().__init__(*args, item=service_item(ITEM), handlers=handlers, initial=initial, **kwargs)
        self.agreement = agreement

    def shown_papers(self) -> tuple[ShownPaper, ...]:
        """The item's papers, and the bank's authorisation where there is one (S01-G3)."""
        authorisation = self.cleaned_data["authorisation"]
        bank = (
            (ShownPaper(PaperKind.BANK_AUTHORISATION, authorisation, True, True, True),)
            if authorisation
            else ()
        )
        return (*super().shown_papers(), *bank)

    def _security(self) -> dict[str, str]:
        kind = self.cleaned_data["security"]
        if kind == "deposit":
            return {"security": kind, "security_amount": str(self.cleaned_data["security_amount"] or 0)}
        if kind == "prepay_months":
            return {"security": kind, "security_months": str(self.cleaned_data["security_months"] or 0)}
        return {}

    def request(self) -> OrderRequest:
        """The order as the counter takes it."""
        details: dict[str, Any] = {"payment_method": str(self.cleaned_data["payment_method"])}
        if self.cleaned_data["payment_method"] is PaymentMethod.BANK_COLLECTION:
            details |= {name: self.cleaned_data[name] for name in BANK_FIELDS}
        details |= self._security()
        return OrderRequest(
            item_code=ITEM,
            organization_id=self.agreement.organization_id,
            handler_id=self.cleaned_data["handler"],
            papers=self.shown_papers(),
            details=details,
            agreement_id=self.agreement.id,
            idempotency_key=self.cleaned_data["idempotency_key"],
            scans=self.scans(),
        )


class OrderFilter(DeskForm):
    """What to list."""

    q = forms.CharField(label=_("订单号"), required=False, max_length=40)
    state = CodeField(OrderState, label=_("状态"), required=False, empty=_("全部状态"))
