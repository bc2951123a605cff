"""What a month's bills give back of rents for slow repairs (REG-04), from tickets and from bills there are.

A credit is what is due less what was given, so that making bills again, opening a ticket again and repairing it
later, and bills too small for a credit all come right by themselves. What was given once is not taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from trunkline.billing.queries import rents_charged, waivers_given
from trunkline.billing.types import RentWaiver, WaivedDays
from trunkline.care.queries import waived_rents
from trunkline.care.types import WaivedRent
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.subscriptions.queries import lines

Waivers = Mapping[int, list[RentWaiver]]


def days_by_month(waived: Iterable[WaivedRent], through: Month) -> dict[tuple[int, Month], list[WaivedDays]]:
    """By line and month, up to `through`, the days of each fault in it."""
    found: dict[tuple[int, Month], list[WaivedDays]] = {}
    for each in waived:
        month = Month.of(each.period.first_day)
        while month <= through and month.first_day < each.period.end_day:
            first = max(each.period.first_day, month.first_day)
            end = min(each.period.end_day, month.last_day + timedelta(days=1))
            found.setdefault((each.line_id, month), []).append(WaivedDays(each.ticket, first, end))
            month = month.next()
    return found


def distinct_days(spans: Iterable[WaivedDays]) -> int:
    """How many days faults touched, each counted once."""
    days: set[date] = set()
    for span in spans:
        days.update(span.first_day + timedelta(days=n) for n in range((span.end_day - span.first_day).days))
    return len(days)


def due_waivers(month: Month, *, until: datetime) -> Waivers:
    """By account, what the bills of `month` may give back; of faults put down as restored by `until`."""
    spans = days_by_month(waived_rents(until=until), month)
    if not spans:
        return {}
    held = lines({line_id for line_id, _ in spans})
    accounts = {line_id: line.account_id for line_id, line in held.items()}
    earlier = [(accounts[line_id], line_id, m) for line_id, m in spans if m != month and line_id in accounts]
    rents, given = rents_charged(earlier), waivers_given(accounts)
    found: dict[int, list[RentWaiver]] = {}
    for (line_id, rent_month), touched in sorted(spans.items()):
        rent = rents.get((line_id, rent_month))
        if line_id not in accounts or (rent is None and rent_month != month):
            continue
        amount, times = given.get((line_id, str(rent_month)), (ZERO, 0))
        waiver = RentWaiver(line_id, rent_month, distinct_days(touched), tuple(touched), rent, amount, times)
        found.setdefault(accounts[line_id], []).append(waiver)
    return found
