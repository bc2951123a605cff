"""Forms of tickets: the filter, what an action asks for, and a limit to set."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from trunkline.care.actions import Action
from trunkline.care.types import (
    Area,
    Desk,
    Product,
    RepairLimit,
    SupportGrade,
    TicketFilter,
    TicketKind,
    TicketState,
)
from trunkline.interfaces.web.fields import CodeField, DayField, DeskForm, asked_field
from trunkline.interfaces.web.page import StaffRequest
from trunkline.ordering.fields import Field


class TicketFilterForm(DeskForm):
    """What to list."""

    q = forms.CharField(label=_("工单编号、单位或联系电话"), required=False, max_length=80)
    kind = CodeField(TicketKind, label=_("类别"), required=False, empty=_("全部类别"))
    state = CodeField(TicketState, label=_("状态"), required=False, empty=_("全部状态"))
    product = CodeField(Product, label=_("业务"), required=False, empty=_("全部业务"))
    desk = CodeField(Desk, label=_("部门"), required=False, empty=_("全部部门"))
    overdue = forms.BooleanField(label=_("超时"), required=False)
    mine = forms.BooleanField(label=_("由我负责"), required=False)
    organization = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def wanted(self, request: StaffRequest) -> TicketFilter:
        """The filter as the query takes it; everything where the address is not well-formed."""
        if not self.is_valid():
            return TicketFilter()
        said = self.cleaned_data
        return TicketFilter(
            text=said["q"],
            kind=said["kind"],
            state=said["state"],
            product=said["product"],
            desk=said["desk"],
            organization_id=said["organization"],
            owner_id=request.actor.staff_id if said["mine"] else None,
            overdue=said["overdue"],
        )


class ActionForm(DeskForm):
    """What an action asks for."""

    def __init__(self, *args: Any, action: Action, asked: Iterable[Field], **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{action.code}_%s", **kwargs)
        language = get_language() or "zh-hans"
        self.add_fields({field.name: asked_field(field, language) for field in asked})


class LimitForm(DeskForm):
    """修复时限 from a day on (S25-2)."""

    product = CodeField(Product, label=_("业务"))
    area = CodeField(Area, label=_("地区"))
    grade = CodeField(SupportGrade, label=_("服务等级"))
    hours = forms.IntegerField(label=_("时限（小时）"), min_value=1, max_value=999)
    valid_from = DayField(label=_("生效日期"))
    reference = forms.CharField(label=_("依据文号"), max_length=120)

    def limit(self) -> RepairLimit:
        """What was entered, as the operation takes it."""
        return RepairLimit(**self.cleaned_data)
