"""Pages of porting: numbers that customers bring along, and those of ours that come back (REG-17)."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trunkline.interfaces.web.fields import CodeField
from trunkline.interfaces.web.numbers import leases
from trunkline.interfaces.web.numbers.forms import OrganizationForm
from trunkline.interfaces.web.page import StaffRequest, done, page, submitted
from trunkline.numbering import porting
from trunkline.numbering.types import TelecomOperator


class PortInForm(OrganizationForm):
    """A number of another operator, its authorisation code, and whose it is."""

    number = forms.CharField(
        label=gettext_lazy("携入号码"), max_length=11, widget=forms.TextInput({"inputmode": "numeric"})
    )
    donor = CodeField(TelecomOperator, label=gettext_lazy("携出企业"))
    code = forms.CharField(
        label=gettext_lazy("授权码"),
        max_length=8,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


@page("number.port_in", methods=("GET", "POST"))
def port_in(request: StaffRequest) -> HttpResponse:
    """Bring a number in; it is kept for the organisation, to go into its agreement."""
    form = PortInForm(request.POST or None)
    if submitted(request, form):
        said = form.cleaned_data
        made = porting.port_in_number(
            number=said["number"],
            donor=said["donor"],
            code=said["code"],
            organization_id=said["organization"],
            actor=request.actor,
            at=request.at,
        )
        return done(request, _("号码已携入，并为该单位预占。"), "numbers:show", made.number)
    return render(request, "numbers/port_in.html", {"form": form})


@page("number.take_back", methods=("POST",))
def take_back(request: StaffRequest, number: str) -> HttpResponse:
    """A number of ours comes back and is frozen."""
    if submitted(request, forms.Form(request.POST)):
        porting.take_back_number(number=number, actor=request.actor, at=request.at)
        return done(request, _("号码已收回并冻结。"), "numbers:show", number)
    return leases.show(request, number)
