"""The bill run: rates the month from the raw records, then bills buckets of accounts, each in one transaction.

It can be killed anywhere and started again: what was committed stays, what was not is made again, the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from trunkline.billing.queries import billed_accounts
from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.rating.operations import record_rating
from trunkline.rating.queries import last_usage_file, parts
from trunkline.runs.assembly import month_facts
from trunkline.runs.installed import active_accounts
from trunkline.runs.locks import USAGE_INTAKE, take_lock
from trunkline.runs.models import BillRun, BillRunPart, ParkedAccount
from trunkline.runs.parts import bill_accounts, record_parked
from trunkline.runs.queries import bill_run, bill_run_by_id, bill_runs
from trunkline.runs.types import BillRunView, PartKind, PartState, RunProgress, RunState
from trunkline.runs.waivers import due_waivers
from trunkline.runs.work import LateCharges, Work, due_releases, late_charges, rate_month
from trunkline.security.audit import acting, operation
from trunkline.security.queries import branches
from trunkline.security.types import Actor

__all__ = ["bill_run", "bill_runs", "retry_parked", "run_month", "run_parts", "start_bill_run"]

#: The job that runs a month on behalf of whoever pressed the button.
RUN_JOB = "bill.run"
#: The job that bills the parked accounts of a month again.
RETRY_JOB = "bill.retry"
#: How many accounts are billed in one transaction.
ACCOUNTS_A_PART = 2_000
#: A run looks this often for accounts that came up while it was at work.
_ROUNDS = 3

MONTH_NOT_OVER = Refusal(
    "run.month_not_over",
    "",
    Text("{subject}月尚未结束，不能出账", "{subject} is not over, so it cannot be billed"),
)
OTHER_RUN_OPEN = Refusal(
    "run.other_open",
    "",
    Text("{subject}月的出账批次尚未关账", "The bill run of {subject} is not closed yet"),
)
LATER_RUN = Refusal(
    "run.later_exists",
    "",
    Text(
        "{subject}月已出账，各月须按顺序出账",
        "{subject} has been billed already, and months are billed in order",
    ),
)
NOT_ALL_BRANCHES = Refusal(
    "run.not_all_branches",
    "",
    Text("出账须由可见全部分公司的人员进行", "A bill run needs somebody who works for all branches"),
)

Progress = Callable[[RunProgress], None]


def run_month(*, month: Month, actor: Actor, at: datetime, progress: Progress | None = None) -> BillRunView:
    """Bill a month: start its run or take it up again, to the end. A closed run is only shown."""
    run_id = start_bill_run(month=month, actor=actor, at=at)
    return run_parts(run_id=run_id, actor=actor, at=at, progress=progress)


@operation("bill.run")
def start_bill_run(*, month: Month, actor: Actor, at: datetime) -> int:
    """Start the run of a month and return its id; the id of the run there is, when there is one.

    From here on usage that comes for this month is late: it is billed with a later month. `Refused`: the month
    is not over, another run is open, a later month has been billed, or the actor does not see all branches.
    """
    _require_all_branches(actor)
    take_lock(USAGE_INTAKE)
    found = BillRun.objects.filter(month=month.first_day).first()
    if found is not None:
        return found.pk
    if at < month.end:
        raise Refused(MONTH_NOT_OVER.about(str(month)))
    other = BillRun.objects.filter(state=RunState.OPEN).first()
    if other is not None:
        raise Refused(OTHER_RUN_OPEN.about(str(Month.of(other.month))))
    later = BillRun.objects.filter(month__gt=month.first_day).order_by("month").first()
    if later is not None:
        raise Refused(LATER_RUN.about(str(Month.of(later.month))))
    accounts = len(active_accounts(month))
    buckets = max(1, -(-accounts // ACCOUNTS_A_PART))
    run = BillRun.objects.create(
        month=month.first_day,
        state=RunState.OPEN,
        started_by_id=actor.staff_id,
        started_at=at,
        expected=accounts,
        buckets=buckets,
        usage_through=last_usage_file(),
    )
    rows = [(run.pk, n, PartKind.BUCKET.value, PartState.WAITING.value, 0, 0, ZERO) for n in range(buckets)]
    insert_rows(
        "runs_billrunpart", ("run_id", "bucket", "kind", "state", "accounts", "bills", "amount"), rows
    )
    return run.pk


def run_parts(*, run_id: int, actor: Actor, at: datetime, progress: Progress | None = None) -> BillRunView:
    """Bill what a run has left and close it when every expected account is billed or parked.

    Several may work on one run at once: each takes the parts that nobody else has. A run that is closed is only
    shown. An account that cannot be billed is parked with the reason and holds up nobody else.
    """
    actor.require("bill.run")
    _require_all_branches(actor)
    for _ in range(_ROUNDS):
        with acting(actor):
            run = BillRun.objects.filter(pk=run_id).first()
            if run is None or run.state == RunState.CLOSED:
                return bill_run_by_id(run_id)
            waiting = _waiting(run)
        work = prepare(run, actor=actor, at=at)
        for bucket in waiting:
            bill_part(run_id=run_id, bucket=bucket, work=work, actor=actor, at=at)
            if progress is not None:
                with acting(actor):
                    view = bill_run_by_id(run_id)
                progress(RunProgress(view.parts_done, view.parts, view.bills, view.amount))
        if close_run(run_id=run_id, work=work, actor=actor, at=at):
            break
    with acting(actor):
        return bill_run_by_id(run_id)


@operation("bill.part")
def bill_part(*, run_id: int, bucket: int, work: Work, actor: Actor, at: datetime) -> bool:
    """Bill one part and mark it done, in one transaction; False when it is done or somebody else is at it."""
    part = (
        BillRunPart.objects.select_for_update(skip_locked=True)
        .filter(run_id=run_id, bucket=bucket, state=PartState.WAITING)
        .first()
    )
    if part is None:
        return False
    run = BillRun.objects.get(pk=run_id)
    if part.kind == PartKind.BUCKET:
        accounts = {account for account in work.accounts if account % run.buckets == bucket}
    else:
        accounts = set(work.expected)
    accounts -= billed_accounts(work.facts.month, accounts) | _parked(run_id)
    outcome = bill_accounts(sorted(accounts), work, actor=actor, at=at)
    record_parked(run_id, outcome.parked, at)
    part.state = PartState.DONE
    part.accounts = len(accounts)
    part.bills = outcome.bills
    part.amount = outcome.amount
    part.finished_at = at
    part.save()
    return True


@operation("bill.close")
def close_run(*, run_id: int, work: Work, actor: Actor, at: datetime) -> bool:
    """Close a run whose expected accounts are all billed or parked; says whether there is nothing left to do.

    The expected accounts are counted anew. One that came up since its bucket was done gets a part of its own.
    """
    run = BillRun.objects.select_for_update().get(pk=run_id)
    if run.state == RunState.CLOSED or _waiting(run):
        return True
    parked = _parked(run_id)
    expected = active_accounts(work.facts.month) | work.late.keys() | parked
    billed = billed_accounts(work.facts.month)
    run.expected = len(expected)
    if expected - billed - parked:
        BillRunPart.objects.create(
            run=run, bucket=run.parts.count(), kind=PartKind.LEFT_OVER, state=PartState.WAITING
        )
        run.save()
        return False
    run.state = RunState.CLOSED
    run.finished_at = at
    run.save()
    return True


def retry_parked(*, month: Month, actor: Actor, at: datetime) -> BillRunView:
    """Bill the accounts that a month's run had to park, once their reason is gone; the others stay parked."""
    actor.require("bill.retry")
    _require_all_branches(actor)
    with acting(actor):
        view = bill_run(month)
        run_id = view.id
        run = BillRun.objects.get(pk=run_id)
    if not view.parked:
        return view
    work = prepare(run, actor=actor, at=at)
    bill_parked(run_id=run_id, work=work, actor=actor, at=at)
    with acting(actor):
        return bill_run_by_id(run_id)


@operation("bill.retry")
def bill_parked(*, run_id: int, work: Work, actor: Actor, at: datetime) -> int:
    """Bill the parked accounts of a run again; returns how many still cannot be billed."""
    run = BillRun.objects.select_for_update().get(pk=run_id)
    accounts = _parked(run_id)
    if not accounts:
        return 0
    outcome = bill_accounts(sorted(accounts), work, actor=actor, at=at)
    still = {account for account, _, _ in outcome.parked}
    ParkedAccount.objects.filter(run=run, resolved_at__isnull=True).exclude(account_id__in=still).update(
        resolved_at=at
    )
    BillRunPart.objects.create(
        run=run,
        bucket=run.parts.count(),
        kind=PartKind.PARKED,
        state=PartState.DONE,
        accounts=len(accounts),
        bills=outcome.bills,
        amount=outcome.amount,
        finished_at=at,
    )
    return len(still)


def prepare(run: BillRun, *, actor: Actor, at: datetime) -> Work:
    """Load and rate everything a run's bills are made from, and keep what stays unrated."""
    month = Month.of(run.month)
    with acting(actor):
        facts = month_facts(month)
        releases = due_releases(month)
        waivers = due_waivers(month, until=run.started_at)
        # Rating reads the list of files first; the transaction then stands idle, which hurts nobody.
        rated = rate_month(facts, through=run.usage_through)
    record_rating(month=month, result=rated, usage_through=run.usage_through, actor=actor, at=at)
    late: LateCharges = {}
    for earlier, since in _months_with_late_usage(run, actor):
        with acting(actor):
            earlier_facts = month_facts(earlier)
            before = rate_month(earlier_facts, through=since)
            after = rate_month(earlier_facts, through=run.usage_through)
        record_rating(month=earlier, result=after, usage_through=run.usage_through, actor=actor, at=at)
        for account, charges in late_charges(earlier_facts, before, after).items():
            late.setdefault(account, []).extend(charges)
    return Work(facts, rated.totals, late, releases, waivers)


def _months_with_late_usage(run: BillRun, actor: Actor) -> list[tuple[Month, int]]:
    """Billed months that usage came for after the run before this one, each with that run's last usage file."""
    with acting(actor):
        before = BillRun.objects.filter(month__lt=run.month).order_by("-month").first()
        if before is None:
            return []
        billed = {
            Month.of(day)
            for day in BillRun.objects.filter(month__lt=run.month).values_list("month", flat=True)
        }
        came = {part.month for part in parts(after=before.usage_through, through=run.usage_through)}
    return [(month, before.usage_through) for month in sorted(came & billed)]


def _parked(run_id: int) -> set[int]:
    rows = ParkedAccount.objects.filter(run_id=run_id, resolved_at__isnull=True)
    return set(rows.values_list("account_id", flat=True))


def _waiting(run: BillRun) -> list[int]:
    rows = run.parts.filter(state=PartState.WAITING).order_by("bucket")
    return list(rows.values_list("bucket", flat=True))


def _require_all_branches(actor: Actor) -> None:
    if {branch.id for branch in branches()} - set(actor.branch_ids):
        raise Refused(NOT_ALL_BRANCHES)
