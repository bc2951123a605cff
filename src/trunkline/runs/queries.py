"""Reads of runs."""

from __future__ import annotations

from django.db.models import Count, Q, Sum

from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.party.queries import accounts_by_id
from trunkline.runs.models import BillRun, ParkedAccount
from trunkline.runs.types import BillRunView, ParkedView, PartState, RunState

NO_SUCH_RUN = Refusal("run.unknown", "", Text("该月没有出账批次：{subject}", "No bill run for {subject}"))


def _view(row: BillRun) -> BillRunView:
    done = row.parts.aggregate(
        parts=Count("id"),
        done=Count("id", filter=Q(state=PartState.DONE)),
        bills=Sum("bills"),
        amount=Sum("amount"),
    )
    return BillRunView(
        id=row.pk,
        month=Month.of(row.month),
        state=RunState(row.state),
        started_at=row.started_at,
        finished_at=row.finished_at,
        parts=done["parts"],
        parts_done=done["done"],
        expected=row.expected,
        bills=done["bills"] or 0,
        amount=done["amount"] or ZERO,
        parked=row.parked.filter(resolved_at__isnull=True).count(),
    )


def bill_runs(limit: int = 36) -> tuple[BillRunView, ...]:
    """Runs, the newest month first."""
    return tuple(_view(row) for row in BillRun.objects.order_by("-month")[:limit])


def bill_run(month: Month) -> BillRunView:
    """The run of a month; `Refused` (``run.unknown``) when none was started."""
    row = BillRun.objects.filter(month=month.first_day).first()
    if row is None:
        raise Refused(NO_SUCH_RUN.about(str(month)))
    return _view(row)


def bill_run_by_id(run_id: int) -> BillRunView:
    """A run by id; `Refused` (``run.unknown``) when there is none."""
    row = BillRun.objects.filter(pk=run_id).first()
    if row is None:
        raise Refused(NO_SUCH_RUN.about(str(run_id)))
    return _view(row)


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
