"""Reads of runs."""

from __future__ import annotations

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum

from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.party.queries import accounts_by_id
from trunkline.runs.models import BillRun, BillRunPart, ParkedAccount
from trunkline.runs.types import BillRunView, ParkedView, PartState, RunState

NO_SUCH_RUN = Refusal("run.unknown", "", Text("该月没有出账批次：{subject}", "No bill run for {subject}"))


def _views(rows: QuerySet[BillRun]) -> tuple[BillRunView, ...]:
    """Runs with their figures, read by one statement, so that they add up while a run is at work."""
    parts = BillRunPart.objects.filter(run=OuterRef("pk")).order_by().values("run")
    parked = ParkedAccount.objects.filter(run=OuterRef("pk"), resolved_at__isnull=True)
    found = rows.annotate(
        part_count=Subquery(parts.annotate(n=Count("id")).values("n")),
        done_count=Subquery(parts.filter(state=PartState.DONE).annotate(n=Count("id")).values("n")),
        bill_count=Subquery(parts.annotate(n=Sum("bills")).values("n")),
        bill_sum=Subquery(parts.annotate(n=Sum("amount")).values("n")),
        parked_count=Subquery(parked.order_by().values("run").annotate(n=Count("id")).values("n")),
    )
    return tuple(
        BillRunView(
            id=row.pk,
            month=Month.of(row.month),
            state=RunState(row.state),
            started_at=row.started_at,
            finished_at=row.finished_at,
            parts=row.part_count or 0,
            parts_done=row.done_count or 0,
            expected=row.expected,
            bills=row.bill_count or 0,
            amount=row.bill_sum or ZERO,
            parked=row.parked_count or 0,
        )
        for row in found
    )


def bill_runs(limit: int = 36) -> tuple[BillRunView, ...]:
    """Runs, the newest month first."""
    return _views(BillRun.objects.order_by("-month")[:limit])


def bill_run(month: Month) -> BillRunView:
    """The run of a month; `Refused` (``run.unknown``) when none was started."""
    found = _views(BillRun.objects.filter(month=month.first_day))
    if not found:
        raise Refused(NO_SUCH_RUN.about(str(month)))
    return found[0]


def bill_run_by_id(run_id: int) -> BillRunView:
    """A run by id; `Refused` (``run.unknown``) when there is none."""
    found = _views(BillRun.objects.filter(pk=run_id))
    if not found:
        raise Refused(NO_SUCH_RUN.about(str(run_id)))
    return found[0]


def parked_accounts(run_id: int, *, open_only: bool = False) -> tuple[ParkedView, ...]:
    """The accounts a run could not bill, those still open first."""
    rows = ParkedAccount.objects.filter(run_id=run_id).order_by("resolved_at", "id")
    if open_only:
        rows = rows.filter(resolved_at__isnull=True)
    views = accounts_by_id(row.account_id for row in rows)
    return tuple(
        ParkedView(
            account_id=row.account_id,
            code=views[row.account_id].code,
            reason=Text(row.reason, row.reason_en),
            parked_at=row.parked_at,
            resolved_at=row.resolved_at,
        )
        for row in rows
    )
