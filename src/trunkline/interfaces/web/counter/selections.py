"""Choosing the lines of an application: by filter over the organisation's lines, or by a sheet."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from trunkline.agreements.queries import agreements_of
from trunkline.catalog.queries import offerings
from trunkline.catalog.types import OfferingKind
from trunkline.counter.choosing import (
    LineFilter,
    lines_matching,
    select_matching,
    select_of_sheet,
    sheet_template,
)
from trunkline.counter.registry import service_item
from trunkline.interfaces.web.fields import CodeField, DeskForm, UploadField
from trunkline.interfaces.web.page import XLSX, StaffRequest, file_response, page, submitted
from trunkline.party import queries as party
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import LineState, StopCause

#: Lines of a filter that are shown as examples.
_SHOWN = 20


class LineFilterForm(DeskForm):
    """Which lines of the organisation are meant."""

    agreement = forms.TypedChoiceField(label=_("协议"), required=False, coerce=int, empty_value=None)
    plan = forms.TypedChoiceField(label=_("套餐"), required=False, coerce=int, empty_value=None)
    state = CodeField(LineState, label=_("状态"), required=False, empty=_("全部状态"))
    cause = CodeField(StopCause, label=_("停机原因"), required=False, empty=_("不限"))
    q = forms.CharField(label=_("号码或使用人"), required=False, max_length=40)

    def __init__(self, *args: Any, organization_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization_id = organization_id
        self._offer("agreement", [(one.id, one.number) for one in agreements_of(organization_id)])
        plans = [one for one in offerings() if one.kind is OfferingKind.PLAN]
        self._offer("plan", [(one.id, one.name) for one in plans])

    def _offer(self, name: str, choices: list[tuple[int, str]]) -> None:
        cast(forms.TypedChoiceField, self.fields[name]).choices = [("", _("不限")), *choices]

    def wanted(self) -> LineFilter:
        """The filter as it was filled in."""
        said = self.cleaned_data
        return LineFilter(
            self.organization_id, said["agreement"], said["plan"], said["state"], said["cause"], said["q"]
        )


class LineSheetForm(DeskForm):
    """A sheet of lines."""

    sheet = UploadField(label=_("号码表（.xlsx）"), endings=(".xlsx",))


@page("order.select", methods=("GET", "HEAD", "POST"))
def choose_lines(request: StaffRequest, organization_id: int, item_code: str) -> HttpResponse:
    """See how many lines a filter means and go on with them; or send a sheet."""
    item = service_item(item_code)
    uploading = request.method == "POST" and "by_sheet" in request.POST
    filtering = LineFilterForm(
        request.POST if request.method == "POST" and not uploading else request.GET,
        organization_id=organization_id,
    )
    upload = LineSheetForm(request.POST, request.FILES) if uploading else LineSheetForm()
    if uploading and submitted(request, upload):
        content = upload.cleaned_data["sheet"].read()
        return _chosen(
            select_of_sheet(
                item_code=item_code,
                organization_id=organization_id,
                content=content,
                actor=request.actor,
                at=request.at,
            ),
            organization_id,
            item_code,
        )
    if not uploading and submitted(request, filtering):
        wanted = filtering.wanted()
        made = select_matching(item_code=item_code, wanted=wanted, actor=request.actor, at=request.at)
        return _chosen(made, organization_id, item_code)
    matching = lines_matching(filtering.wanted()) if filtering.is_valid() else ()
    examples = lines(matching[:_SHOWN])
    context = {
        "item": item,
        "organization": party.organization(organization_id),
        "form": filtering,
        "upload": upload,
        "matching": len(matching),
        "examples": [examples[id_] for id_ in matching[:_SHOWN]],
        "plans": {one.id: one.name for one in offerings()},
        "asks_each_line": any(field.required for field in item.line_fields),
    }
    return render(request, "counter/lines.html", context)


def _chosen(selection_id: int, organization_id: int, item_code: str) -> HttpResponse:
    return redirect(
        reverse("counter:apply", args=[organization_id, item_code]) + f"?selection={selection_id}"
    )


@page("order.select")
def line_sheet(request: StaffRequest, item_code: str) -> HttpResponse:
    """An empty sheet with the columns the item asks for."""
    content = sheet_template(service_item(item_code), get_language() or "zh-hans")
    return file_response(content, f"lines-{item_code}.xlsx", XLSX, download=True)
