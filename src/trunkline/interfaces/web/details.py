"""What the pages of usage details show, at the desk and in the portal (S22, S23)."""

from __future__ import annotations

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from trunkline.counter.detail_files import PART_RECORDS, parts_of
from trunkline.counter.details import details_page
from trunkline.interfaces.web.fields import DeskForm
from trunkline.interfaces.web.page import StaffRequest
from trunkline.kernel.periods import Month
from trunkline.rating.types import USAGE_KIND_NAMES, UsageKind

_SHOWN = 50


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


def month_asked(request: StaffRequest) -> Month | None:
    """The month in the address; None where there is none that can be read."""
    try:
        return Month.parse(request.GET.get("month", ""))
    except ValueError:
        return None


def place_asked(request: StaffRequest, name: str) -> int:
    """A leaf or a part in the address, from 1."""
    asked = request.GET.get(name, "1")
    return max(int(asked), 1) if asked.isdecimal() and len(asked) < 10 else 1


def details_context(request: StaffRequest, order_id: int) -> dict[str, object]:
    """The details leaf by leaf, of one month, of one number and kind where they are chosen; the look is logged."""
    leaf, kind = place_asked(request, "page"), request.GET.get("kind", "")
    found = details_page(
        order_id,
        month=month_asked(request),
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
    return {
        "details": found,
        "order": found.order,
        "form": DetailFilter(initial=chosen, months=found.months),
        "first": (leaf - 1) * _SHOWN,
        "leaf": leaf,
        "previous": leaf - 1,
        "next": leaf + 1 if leaf * _SHOWN < found.sums.records else 0,
        "page_query": query.urlencode(),
        "parts": range(1, parts_of(found.records_of_month) + 1),
        "part_records": PART_RECORDS,
    }
