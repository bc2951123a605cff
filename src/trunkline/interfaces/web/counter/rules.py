"""One item of the standard as it runs, and adjusting it by date."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as now_in
from django.utils.translation import gettext_lazy as _

from trunkline.catalog.queries import fees_on
from trunkline.counter.registry import service_item
from trunkline.counter.rulebook import COLUMNS
from trunkline.interfaces.web.fields import DayField, DeskForm
from trunkline.interfaces.web.page import StaffRequest, done, page, submitted
from trunkline.interfaces.web.templatetags.desk import sentence_of
from trunkline.kernel.periods import local_date
from trunkline.ordering.item import Origin, ServiceItem
from trunkline.ordering.settings import ENABLED, TIME_LIMIT_HOURS, adjust_rule, rule_settings, settings_on

#: What is adjusted: the item itself, its time limit, or one of its guards.
WHOLE, LIMIT, GUARD = "item", "limit", "guard:"
_LONGEST_LIMIT = 24 * 366


class AdjustmentForm(DeskForm):
    """What is set, from when to when, and on whose word."""

    what = forms.ChoiceField(label=_("调整内容"))
    setting = forms.ChoiceField(
        label=_("启用或停用"), choices=[("off", _("停用")), ("on", _("启用"))], required=False
    )
    hours = forms.IntegerField(label=_("时限（小时）"), required=False, min_value=0, max_value=_LONGEST_LIMIT)
    valid_from = DayField(label=_("自"))
    valid_to = DayField(label=_("至（不含）"), required=False)
    reference = forms.CharField(label=_("依据"), max_length=120, required=False)

    def __init__(self, *args: Any, item: ServiceItem[Any, Any], today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"valid_from": today, "setting": "off"}, **kwargs)
        whole = [(WHOLE, now_in("整项业务"))] if item.origin is Origin.INFERRED else []
        guards = [
            (f"{GUARD}{guard.code}", f"{guard.clause} {sentence_of(guard.text)}")
            for guard in item.all_guards()
            if guard.origin is Origin.INFERRED
        ]
        chooser = cast(forms.ChoiceField, self.fields["what"])
        chooser.choices = [(LIMIT, now_in("办理时限")), *whole, *guards]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("what") == LIMIT and cleaned.get("hours") is None and "hours" not in self.errors:
            self.add_error("hours", now_in("请填写时限。"))
        return cleaned


def _adjust(request: StaffRequest, item: ServiceItem[Any, Any], chosen: dict[str, Any]) -> None:
    what = chosen["what"]
    guard = next((guard for guard in item.all_guards() if what == f"{GUARD}{guard.code}"), None)
    adjust_rule(
        item=item,
        guard=guard,
        name=TIME_LIMIT_HOURS if what == LIMIT else ENABLED,
        value=chosen["hours"] if what == LIMIT else chosen["setting"] == "on",
        valid_from=chosen["valid_from"],
        valid_to=chosen["valid_to"],
        reference=chosen["reference"],
        actor=request.actor,
        at=request.at,
    )


@page("order.view", methods=("GET", "HEAD", "POST"))
def rule(request: StaffRequest, item_code: str) -> HttpResponse:
    """One item of the standard as it runs, with the settings that adjust it."""
    item, today = service_item(item_code), local_date(request.at)
    form = AdjustmentForm(request.POST or None, item=item, today=today)
    if submitted(request, form):
        _adjust(request, item, form.cleaned_data)
        return done(request, now_in("已按日期调整规则。"), "counter:rule", item_code)
    settings = settings_on(today)
    context = {
        "form": form if request.actor.may("rule.adjust") else None,
        "item": item,
        "channels": [channel for channel in COLUMNS if channel in item.channels],
        "guards": [(guard, settings.enabled(item, guard)) for guard in item.all_guards()],
        "enabled": settings.enabled(item),
        "prices": fees_on([price.code for price in item.prices], today).values(),
        "settings": rule_settings([item_code]),
        "titles": {guard.code: guard.text for guard in item.all_guards()},
    }
    return render(request, "counter/rule.html", context)
