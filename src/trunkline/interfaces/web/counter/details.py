"""Pages of the usage details that an order opens (S22, S23)."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from trunkline.counter.detail_files import PART_RECORDS, details_pdf, details_workbook, parts_of
from trunkline.counter.details import details_page
from trunkline.interfaces.web.fields import DeskForm
from trunkline.interfaces.web.page import StaffRequest, file_response, page
from trunkline.kernel.periods import Month
from trunkline.ordering.queries import order
from trunkline.party.queries import organization
from trunkline.rating.types import USAGE_KIND_NAMES, UsageKind

_SHOWN = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DetailFilter(DeskForm):
    """Which of the details are shown."""

    month = forms.ChoiceField(label=_("月份"), required=False)
    number = forms.CharField(
        label=_("号码"), required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    kind = forms.ChoiceField(label=_("业务类型"), required=False)

    def __init__(self, *args: object, months: tuple[Month, ...], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "zh-hans"
        kinds = [(kind.value, USAGE_KIND_NAMES[kind].in_language(language)) for kind in UsageKind]
        self._offer("month", [(str(month), str(month)) for month in months])
        self._offer("kind", [("", str(_("全部"))), *kinds])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above  # nosec B101
        field.choices = choices


def _month(request: StaffRequest) -> Month | None:
    try:
        return Month.parse(request.GET.get("month", ""))
    except ValueError:
        return None


def _place(request: StaffRequest, name: str) -> int:
    asked = request.GET.get(name, "1")
    return max(int(asked), 1) if asked.isdecimal() and len(asked) < 10 else 1


@page("detail.view")
def show(request: StaffRequest, order_id: int) -> HttpResponse:
    """The details, leaf by leaf, of one month, of one number and kind where they are chosen."""
    request.actor.require("order.view")
    leaf, kind = _place(request, "page"), request.GET.get("kind", "")
    found = details_page(
        order_id,
        month=_month(request),
        line=request.GET.get("number", "")[:20],
        kind=UsageKind(kind) if kind in set(UsageKind) else None,
        limit=_SHOWN,
        offset=(leaf - 1) * _SHOWN,
        actor=request.actor,
        at=request.at,
    )
    query = request.GET.copy()
    query.pop("page", None)
    chosen = {"month": str(found.month), "number": found.number, "kind": found.kind or ""}
    context = {
        "details": found,
        "order": found.order,
        "organization": organization(found.order.organization_id),
        "form": DetailFilter(initial=chosen, months=found.months),
        "first": (leaf - 1) * _SHOWN,
        "leaf": leaf,
        "previous": leaf - 1,
        "next": leaf + 1 if leaf * _SHOWN < found.sums.records else 0,
        "page_query": query.urlencode(),
        "parts": range(1, parts_of(found.records_of_month) + 1),
        "part_records": PART_RECORDS,
    }
    return render(request, "counter/details.html", context)


@page("detail.view")
def sheet(request: StaffRequest, order_id: int) -> HttpResponse:
    """All details of the order as .xlsx."""
    request.actor.require("order.view")
    content = details_workbook(order_id, actor=request.actor, at=request.at)
    return file_response(content, f"details-{order(order_id).number}.xlsx", _XLSX, download=True)


@page("detail.view")
def paper(request: StaffRequest, order_id: int) -> HttpResponse:
    """A month, or a part of it, as PDF."""
    request.actor.require("order.view")
    content = details_pdf(
        order_id, month=_month(request), part=_place(request, "part"), actor=request.actor, at=request.at
    )
    return file_response(content, f"details-{order(order_id).number}.pdf", "application/pdf")
