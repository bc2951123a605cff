"""The page of repair limits: those in force, and setting one from a day on (S25-2)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from trunkline.care.operations import set_repair_limit
from trunkline.care.queries import repair_limits
from trunkline.care.rules.limits import LEGAL_REPAIR
from trunkline.interfaces.web.care.forms import LimitForm
from trunkline.interfaces.web.page import StaffRequest, done, page, submitted
from trunkline.kernel.periods import local_date


@page("ticket.view", methods=("GET", "HEAD", "POST"))
def show(request: StaffRequest) -> HttpResponse:
    """The limits of today, by product, area and grade."""
    form = LimitForm(request.POST or None)
    if submitted(request, form):
        set_repair_limit(limit=form.limit(), actor=request.actor, at=request.at)
        return done(request, _("已设置修复时限。"), "care:limits")
    context = {
        "form": form,
        "limits": repair_limits(local_date(request.at)),
        "legal": {area: longest.days * 24 for area, longest in LEGAL_REPAIR.items()},
    }
    return render(request, "care/limits.html", context)
