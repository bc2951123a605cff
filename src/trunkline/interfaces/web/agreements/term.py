"""The health of an agreement, and the review of its renewal (P2-01, P2-27)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from trunkline.agreements import operations
from trunkline.counter.agreement_health import agreement_health
from trunkline.interfaces.web.agreements.chart import progress_chart
from trunkline.interfaces.web.agreements.forms import ReviewForm
from trunkline.interfaces.web.agreements.views import show_again
from trunkline.interfaces.web.page import StaffRequest, done, page, submitted
from trunkline.kernel.periods import local_date
from trunkline.party.queries import organization

POST = ("POST",)


@page("agreement.view")
def health(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """Members, commitments, deposits, arrears, the end of the term and what comes after it, on one page."""
    found = agreement_health(agreement_id, local_date(request.at))
    context = {
        "health": found,
        "agreement": found.agreement,
        "organization": organization(found.agreement.organization_id),
        "chart": progress_chart(found.progress),
    }
    return render(request, "agreements/health.html", context)


@page("renewal.review", methods=POST)
def review_renewal(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """Say whether something speaks against the renewal."""
    form = ReviewForm(request.POST, auto_id="renewal_%s")
    if submitted(request, form):
        operations.review_renewal(
            agreement_id=agreement_id,
            renew="approve" in request.POST,
            note=form.cleaned_data["note"],
            actor=request.actor,
            at=request.at,
        )
        return done(request, _("已登记顺延审核，待批准。"), "agreements:show", agreement_id)
    return show_again(request, agreement_id, renewal_form=form)


@page("renewal.decide", methods=POST)
def decide_renewal(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """Approve what was said of the renewal, or give it back."""
    form = ReviewForm(request.POST, auto_id="renewal_%s")
    if submitted(request, form):
        operations.decide_renewal(
            agreement_id=agreement_id,
            approve="approve" in request.POST,
            note=form.cleaned_data["note"],
            actor=request.actor,
            at=request.at,
        )
        return done(request, _("已处理顺延审核。"), "agreements:show", agreement_id)
    return show_again(request, agreement_id, renewal_form=form)


@page("agreement.renew", methods=POST)
def renew(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """Extend the term by one year, as its review allows."""
    if not request.refusals:
        operations.renew_agreement(agreement_id=agreement_id, actor=request.actor, at=request.at)
        return done(request, _("协议已顺延壹年。"), "agreements:show", agreement_id)
    return show_again(request, agreement_id)


@page("agreement.end", methods=POST)
def end(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """End an agreement whose term is over, as its review decided."""
    if not request.refusals:
        operations.end_agreement(agreement_id=agreement_id, actor=request.actor, at=request.at)
        return done(request, _("协议已到期终止。"), "agreements:show", agreement_id)
    return show_again(request, agreement_id)
