"""Pages of the catalogue: prices of service items and parameters of rules, dated, each with its reference (X-F2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from trunkline.counter.parameters import PARAMETERS, adjust_parameter, parameter_histories
from trunkline.counter.prices import ItemPrice, item_prices, publish_price
from trunkline.interfaces.web.fields import DayField, DeskForm, MoneyField
from trunkline.interfaces.web.page import StaffRequest, done, page, submitted
from trunkline.kernel.periods import local_date


class PriceForm(DeskForm):
    """A new price of an item, from a day."""

    code = forms.ChoiceField(label=gettext_lazy("价目"))
    amount = MoneyField(label=gettext_lazy("金额（元）"), minimum="0")
    valid_from = DayField(label=gettext_lazy("生效日期"))
    reference = forms.CharField(label=gettext_lazy("批准或备案文号"), max_length=80)

    def __init__(self, *args: Any, prices: Sequence[ItemPrice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["code"]
        assert isinstance(chooser, forms.ChoiceField)  # noqa: S101 - declared above  # nosec B101
        language = get_language() or "zh-hans"
        chooser.choices = [
            (price.declared.code, f"{price.item.clause} {price.declared.title.in_language(language)}")
            for price in prices
        ]


@page("catalog.view", methods=("GET", "HEAD", "POST"))
def fees(request: StaffRequest) -> HttpResponse:
    """Every price of the service items: what is in force, what was and what will be; and a new one."""
    prices = item_prices()
    form = PriceForm(request.POST or None, prices=prices)
    if submitted(request, form):
        publish_price(**form.cleaned_data, actor=request.actor, at=request.at)
        return done(request, _("价格已发布。"), "catalog:fees")
    today = local_date(request.at)
    context = {"form": form, "prices": [(price, price.on(today)) for price in prices], "today": today}
    return render(request, "catalog/fees.html", context)


class ParameterForm(DeskForm):
    """A new value of a parameter, from a day."""

    code = forms.ChoiceField(label=gettext_lazy("参数"))
    value = forms.CharField(label=gettext_lazy("新值"), max_length=200)
    valid_from = DayField(label=gettext_lazy("生效日期"))
    reference = forms.CharField(label=gettext_lazy("依据"), max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["code"]
        assert isinstance(chooser, forms.ChoiceField)  # noqa: S101 - declared above  # nosec B101
        language = get_language() or "zh-hans"
        chooser.choices = [
            (each.code, f"{each.clause} {each.title.in_language(language)}") for each in PARAMETERS
        ]


@page("catalog.view", methods=("GET", "HEAD", "POST"))
def parameters(request: StaffRequest) -> HttpResponse:
    """Every parameter of a rule: what counts today, what did and what will; and a new value (ADR 10)."""
    form = ParameterForm(request.POST or None)
    if submitted(request, form):
        adjust_parameter(**form.cleaned_data, actor=request.actor, at=request.at)
        return done(request, _("参数已调整。"), "catalog:parameters")
    today = local_date(request.at)
    context = {
        "form": form,
        "parameters": [
            (history, history.value(today), history.on(today)) for history in parameter_histories()
        ],
    }
    return render(request, "catalog/parameters.html", context)
