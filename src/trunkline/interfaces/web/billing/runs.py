"""Bill runs: start one, and watch it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from trunkline.interfaces.web.billing.forms import RunForm
from trunkline.interfaces.web.page import StaffRequest, done, page, submitted
from trunkline.kernel.jobs import defer
from trunkline.kernel.periods import Month
from trunkline.party import queries as party
from trunkline.runs import billrun, queries
from trunkline.runs.types import BillRunView, RunState


def _runs_page(request: StaffRequest, form: RunForm) -> HttpResponse:
    return render(request, "billing/runs.html", {"form": form, "runs": queries.bill_runs()})


@page("bill.view")
def list_runs(request: StaffRequest) -> HttpResponse:
    """The bill runs, the newest month first."""
    return _runs_page(request, RunForm(initial={"month": str(Month.of(request.at).next(-1))}))


@page("bill.run", methods=("POST",))
def start(request: StaffRequest) -> HttpResponse:
    """Start the run of a month, or let one that stopped go on; the work is done by a job."""
    form = RunForm(request.POST)
    if submitted(request, form):
        month = form.cleaned_data["month"]
        billrun.start_bill_run(month=month, actor=request.actor, at=request.at)
        defer(
            billrun.RUN_JOB,
            staff_id=request.actor.staff_id,
            lock="bill_run",
            once=f"bill_run:{month}",
            month=str(month),
        )
        return done(request, _("已开始出账。"), "billing:run", month.year, month.number)
    return _runs_page(request, form)


def _run_context(year: int, number: int) -> dict[str, Any]:
    try:
        run = queries.bill_run(Month.parse(f"{year:04d}-{number:02d}"))
    except ValueError as error:
        raise Http404 from error
    return {"run": run, "running": run.state is RunState.OPEN}


@page("bill.view")
def show(request: StaffRequest, year: int, number: int) -> HttpResponse:
    """A run: its progress, and the accounts it could not bill, with the reasons."""
    context = _run_context(year, number)
    parked = queries.parked_accounts(context["run"].id)
    accounts = party.accounts_by_id([p.account_id for p in parked])
    organizations = party.organizations({a.organization_id for a in accounts.values()})
    context |= {"parked": parked, "accounts": accounts, "organizations": organizations}
    return render(request, "billing/run.html", context)


@page("bill.retry", methods=("POST",))
def retry(request: StaffRequest, year: int, number: int) -> HttpResponse:
    """Bill the parked accounts of a run again; the work is done by a job."""
    run: BillRunView = _run_context(year, number)["run"]
    if not run.parked:
        return done(request, _("没有挂起的账户。"), "billing:run", year, number)
    defer(
        billrun.RETRY_JOB,
        staff_id=request.actor.staff_id,
        lock="bill_run",
        once=f"bill_retry:{run.month}",
        month=str(run.month),
    )
    return done(
        request, _("已开始对挂起的账户重新出账，完成后刷新本页可见结果。"), "billing:run", year, number
    )


@page("bill.view")
def progress(request: StaffRequest, year: int, number: int) -> HttpResponse:
    """The progress of a run that goes on; the whole page is loaded again when it is over."""
    if not request.htmx:
        return redirect("billing:run", year, number)
    context = _run_context(year, number)
    response = render(request, "billing/run_progress.html", context)
    if not context["running"]:
        response["HX-Refresh"] = "true"
    return response
