"""The form of an order for a product, made from its declaration; and the short forms of the work on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trunkline.counter.registry import service_item
from trunkline.installations.rules import LONGEST_EXCUSE
from trunkline.installations.types import InstallationState, TaskKind, TaskState
from trunkline.interfaces.web.counter.applications import ApplicationForm, Asked
from trunkline.interfaces.web.fields import CodeField, DayField, DeskForm, MoneyField, UploadField
from trunkline.ordering.fields import Field, prefixed
from trunkline.ordering.item import ServiceItem
from trunkline.ordering.products import ProductSpecification
from trunkline.ordering.products.sheets import records_of_sheet
from trunkline.ordering.products.specification import ENDS
from trunkline.ordering.types import OrderRequest
from trunkline.party.types import BANK_FIELDS, HandlerView

ITEM = "product_installation"
_ASK = "ask_"
#: What stands for the ordinal in the row that the page copies.
_BLANK = "__prefix__"


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of one record."""

    ordinal: str
    fields: tuple[Asked, ...]


class ProductOrderForm(ApplicationForm):
    """One product: the common header, its characteristics, its ends, its records (or a sheet of them)."""

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        product: ProductSpecification,
        handlers: Sequence[HandlerView],
        organization_id: int,
    ) -> None:
        declared: ServiceItem[Any, Any] = service_item(ITEM)
        self.product, self.header = product, declared.fields
        sent = {name.removeprefix(_ASK): "" for name in data or () if name.startswith(_ASK)}
        fields = [*declared.asked({**sent, "product": product.code}), *self._blank_row()]
        super().__init__(
            data,
            files,
            item=replace(declared, fields=tuple(fields), variants=None),
            handlers=handlers,
            organization_id=organization_id,
            initial={f"{_ASK}product": product.code},
        )
        if product.records:
            self.add_fields(
                {"sheet": UploadField(label=_("清单（.xlsx）"), endings=(".xlsx",), required=False)}
            )

    def _blank_row(self) -> list[Field]:
        records = self.product.records
        if records is None:
            return []
        return [
            prefixed(field, f"{records.name}.{_BLANK}.", records.singular.format(n=""))
            for field in records.fields
        ]

    def _of(self, fields: Iterable[Field]) -> tuple[Asked, ...]:
        return tuple(Asked(field, self[_ASK + field.name]) for field in fields)

    def common(self) -> tuple[Asked, ...]:
        """The common header, but for the product, which is chosen already, and the bank."""
        return self._of(
            field for field in self.header if field.name != "product" and field.name not in BANK_FIELDS
        )

    def bank(self) -> tuple[Asked, ...]:
        """单位账号银行托收 (S99-R2)."""
        return self._of(field for field in self.header if field.name in BANK_FIELDS)

    def characteristics(self) -> tuple[Asked, ...]:
        """What the product itself asks for."""
        return self._of(self.product.characteristics)

    def ends(self) -> tuple[tuple[str, tuple[Asked, ...]], ...]:
        """The two ends of a circuit."""
        return tuple((ENDS[end].zh, self._of(fields)) for end, fields in self.product.place_fields().items())

    def listed(self) -> tuple[Row, ...]:
        """The records as far as they are written, at least as many as there must be."""
        return tuple(self._row(str(n)) for n in self._ordinals())

    def blank(self) -> Row:
        """The row that the page copies for one record more."""
        return self._row(_BLANK)

    def next_ordinal(self) -> int:
        """The ordinal of the next record."""
        return max(self._ordinals(), default=0) + 1

    def _ordinals(self) -> tuple[int, ...]:
        records = self.product.records
        return records.ordinals({field.name: "" for field in self.item.fields}) if records else ()

    def _row(self, ordinal: str) -> Row:
        records = self.product.records
        fields = records.fields if records else ()
        name = records.name if records else ""
        return Row(ordinal, tuple(Asked(f, self[f"{_ASK}{name}.{ordinal}.{f.name}"]) for f in fields))

    def request(self) -> OrderRequest:
        """The order as the counter takes it; `Refused` where the sheet is none."""
        request = super().request()
        records, upload = self.product.records, self.cleaned_data.get("sheet")
        blank = f".{_BLANK}."
        details = {name: value for name, value in request.details.items() if blank not in name}
        if records and upload:
            details = {n: v for n, v in details.items() if not n.startswith(f"{records.name}.")}
            details |= records_of_sheet(records, upload.read())
        return replace(request, details={**details, "product": self.product.code}, lines=())


class ProductFilter(DeskForm):
    """Which products to list."""

    q = forms.CharField(label=_("电路编号或合同编号"), required=False, max_length=60)
    state = CodeField(InstallationState, label=_("状态"), required=False, empty=_("全部状态"))


class TaskFilter(DeskForm):
    """Which tasks to list."""

    kind = CodeField(TaskKind, label=_("环节"), required=False, empty=_("全部环节"))
    state = CodeField(TaskState, label=_("状态"), required=False, empty=_("待办与未通过"))


class WordsForm(DeskForm):
    """What came of it, or why not."""

    words = forms.CharField(label=_("结果或原因"), max_length=400, required=False)
    needs_building = forms.BooleanField(label=_("需新建光缆"), required=False)


class ExcuseForm(DeskForm):
    """扣除客户原因天数 (REG-03)."""

    days = forms.IntegerField(label=_("客户原因天数"), min_value=0, max_value=LONGEST_EXCUSE)
    words = forms.CharField(label=_("原因"), max_length=400)


class ChangeForm(DeskForm):
    """变更（升降速）."""

    monthly_fee = MoneyField(label=_("新月租费（元）"), minimum="0.00")
    valid_from = DayField(label=_("执行日期"))
    words = forms.CharField(label=_("变更内容与依据"), max_length=400)
