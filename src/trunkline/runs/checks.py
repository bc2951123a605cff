"""Invariants of runs."""

from __future__ import annotations

from trunkline.billing.queries import billed_accounts
from trunkline.kernel.checks import Check, places
from trunkline.kernel.clock import now
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text
from trunkline.rating.queries import counted_files, data_used, parts
from trunkline.runs.fair_use import volumes_of_month
from trunkline.runs.installed import active_accounts
from trunkline.runs.models import BillRun, ParkedAccount
from trunkline.runs.types import RunState


def _closed_runs_that_do_not_add_up() -> list[str]:
    """Closed runs whose parts, bills and parked accounts are not what was expected."""
    found = []
    for run in BillRun.objects.filter(state=RunState.CLOSED).order_by("month"):
        month = Month.of(run.month)
        parked = run.parked.filter(resolved_at__isnull=True).count()
        billed = len(billed_accounts(month))
        counted = sum(run.parts.values_list("bills", flat=True))
        if run.expected != billed + parked or counted != billed:
            found.append(f"{month}: {run.expected} / {billed} ({counted}) + {parked}")
    return found


def _active_accounts_without_a_bill() -> list[str]:
    """Accounts with a line or a product in a closed month that have neither a bill nor a reason."""
    found = []
    for run in BillRun.objects.filter(state=RunState.CLOSED).order_by("month"):
        month = Month.of(run.month)
        explained = set(
            ParkedAccount.objects.filter(run=run, resolved_at__isnull=True).values_list(
                "account_id", flat=True
            )
        )
        active = active_accounts(month)
        found += [f"{month}: {account}" for account in sorted(active - billed_accounts(month) - explained)]
    return found


def _counters_that_differ() -> list[str]:
    """Lines whose counters are not what the counted usage files hold, of the month that runs and the one before."""
    counted = frozenset(counted_files())
    found = []
    for month in (Month.of(now()).next(-1), Month.of(now())):
        listed = [part for part in parts(month) if part.file_id in counted]
        held = {one.line_id: one.volume for one in volumes_of_month(month, listed)} if listed else {}
        used = {line: volume for line, volume in data_used(month).items() if volume}
        found += [
            f"{month}: {line} {used.get(line, 0)} / {held.get(line, 0)}"
            for line in sorted(used.keys() | held.keys())
            if used.get(line, 0) != held.get(line, 0)
        ]
    return found


CHECKS = (
    Check(
        "usage.data_counted",
        "P2-14",
        Text(
            "各用户本月、上月流量累计等于已计入话单的流量之和",
            "The data counters of this month and the last are what the counted usage files hold",
        ),
        _counters_that_differ,
    ),
    Check(
        "run.expected_is_billed_or_parked",
        "",
        Text(
            "关账月份：应出账户等于已出账单加挂起账户",
            "In a closed month the expected accounts are the bills and the parked accounts",
        ),
        _closed_runs_that_do_not_add_up,
    ),
    Check(
        "run.every_active_account_is_billed",
        "",
        Text(
            "关账月份：每个有在用用户的账户都有账单或挂起原因",
            "In a closed month every account with a line has a bill or a reason",
        ),
        _active_accounts_without_a_bill,
    ),
    Check(
        "run.late_openings_are_compensated",
        "REG-03",
        Text(
            "逾期开通的产品在收取一次性费用的账单上减免违约金，其他产品没有",
            "A product opened late has its compensation on the bill of its fee, and no other has one",
        ),
        places(
            "SELECT coalesce(owed.number, given.number) FROM ("
            "SELECT number, -sum(amount) AS amount FROM billing_billline WHERE kind = 'compensation' "
            "GROUP BY number) given FULL JOIN (SELECT number, least(one_time_fee - goods_part, round("
            "(one_time_fee - goods_part) * 0.01 * greatest(opened_on - due_on - excused_days, 0), 2)) AS amount "
            "FROM installations_installation i WHERE EXISTS (SELECT 1 FROM billing_billline f "
            "WHERE f.number = i.number AND f.kind = 'one_off')) owed ON owed.number = given.number "
            "WHERE coalesce(owed.amount, 0) <> coalesce(given.amount, 0) ORDER BY 1"
        ),
    ),
    Check(
        "run.credits_have_their_tickets",
        "REG-04",
        Text(
            "每笔障碍减免都有该号码超时修复的工单",
            "Every rent that was waived names tickets of faults of its line",
        ),
        places(
            "SELECT l.line_id || ' ' || l.code FROM billing_billline l "
            "WHERE l.kind = 'credit' AND NOT EXISTS (SELECT 1 FROM care_ticket t WHERE t.line_id = l.line_id "
            "AND t.kind = 'fault' AND l.explanation->'tickets' ? t.number)"
        ),
    ),
    Check(
        "run.closed_has_no_waiting_part",
        "",
        Text("已关账批次没有未完成的部分", "A closed run has no part that waits"),
        places(
            "SELECT r.month FROM runs_billrun r JOIN runs_billrunpart p ON p.run_id = r.id "
            "WHERE r.state = 'closed' AND p.state <> 'done' GROUP BY r.month"
        ),
    ),
)
