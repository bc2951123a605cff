"""Forms of payments, runs and usage. What is allowed is decided by the operations."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trunkline.billing.types import BillState, BillView, InvoiceState
from trunkline.interfaces.web.fields import CodeField, DeskForm, MoneyField, MonthField, UploadField
from trunkline.kernel.periods import Month
from trunkline.party.types import AccountView, PaymentMethod


class BillFilter(DeskForm):
    """What to list."""

    q = forms.CharField(label=_("账单号或单位"), required=False, max_length=80)
    month = MonthField(label=_("账期"), required=False)
    state = CodeField(BillState, label=_("状态"), required=False, empty=_("全部状态"))


class InvoiceFilter(DeskForm):
    """What to list; `month` is that of issue."""

    q = forms.CharField(label=_("发票号、收据或账单号、单位"), required=False, max_length=80)
    month = MonthField(label=_("开票月份"), required=False)
    state = CodeField(InvoiceState, label=_("状态"), required=False, empty=_("全部状态"))


class TickedField(forms.MultipleChoiceField):
    """What was ticked, each read by `read`. Whether it may still be chosen is for the operation to say."""

    def __init__(self, *, read: Callable[[str], Any], **kwargs: Any) -> None:
        self.read = read
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[Any]:
        try:
            return [self.read(each) for each in value or []]
        except ValueError as error:
            message = self.error_messages["invalid_choice"] % {"value": value}
            raise forms.ValidationError(message, code="invalid_choice") from error


class PaymentForm(DeskForm):
    """What is paid: whole months, single bills, or an account in advance."""

    amount = MoneyField(label=_("金额（元）"))
    method = CodeField(PaymentMethod, label=_("付款方式"), initial=PaymentMethod.TRANSFER)
    reference = forms.CharField(
        label=_("凭证号"), max_length=60, required=False, help_text=_("支票号、转账流水号等")
    )
    account_id = forms.TypedChoiceField(
        label=_("账户"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("指定账户时，余额转入该账户预存款"),
    )
    months = TickedField(read=Month.parse, required=False)
    bills = TickedField(read=int, required=False)
    idempotency_key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(
        self, *args: Any, open_bills: tuple[BillView, ...], accounts: tuple[AccountView, ...], **kwargs: Any
    ) -> None:
        initial = {"idempotency_key": str(uuid.uuid4()), **kwargs.pop("initial", {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.open_bills = open_bills
        self._choose("account_id", [("", _("不指定")), *((a.id, f"{a.code} {a.title}") for a in accounts)])

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above  # nosec B101
        field.choices = choices

    def bill_ids(self, paid: Callable[[], tuple[BillView, ...]]) -> tuple[int, ...]:
        """The bills ticked, singly or by whole months.

        A month without an open bill stands for its `paid` ones, so that it is never taken for "all that is open".
        """
        months = set(self.cleaned_data["months"])
        chosen = [b.id for b in self.open_bills if b.month in months]
        gone = months - {b.month for b in self.open_bills}
        if gone:
            chosen += [b.id for b in paid() if b.month in gone]
        return tuple({*chosen, *self.cleaned_data["bills"]})


class RunForm(DeskForm):
    """The month to bill."""

    month = MonthField(label=_("账期"))


class UsageForm(DeskForm):
    """A usage file."""

    file = UploadField(endings=(".csv", ".parquet"), label=_("话单文件"))
