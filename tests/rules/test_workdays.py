"""Workdays by the calendar of 2026, deadlines by them, billing starts, and what lateness costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.billing.compensation import late_installation_compensation
from trunkline.installations.rules import billing_start, task_workdays
from trunkline.installations.types import (
    INSTALLATION_LIFE,
    BillingRule,
    InstallationState,
    TaskKind,
    late_days,
)
from trunkline.kernel.workdays import is_workday, workdays_after

#: 1 to 7 October off; Sunday 20 September and Saturday 10 October worked on.
CALENDAR = {
    **{date(2026, 10, day): False for day in range(1, 8)},
    date(2026, 9, 20): True,
    date(2026, 10, 10): True,
}


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 9, 18), True),
        (date(2026, 9, 19), False),
        (date(2026, 9, 20), True),
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
    ],
)
def test_holidays_and_moved_weekends_decide_what_is_a_workday(day: date, worked: bool) -> None:
    assert is_workday(day, CALENDAR) is worked


@pytest.mark.parametrize(
    ("start", "count", "reached"),
    [
        (date(2026, 9, 18), 0, date(2026, 9, 18)),
        (date(2026, 9, 18), 1, date(2026, 9, 20)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
        (date(2026, 9, 30), 4, date(2026, 10, 12)),
        (date(2026, 10, 3), 1, date(2026, 10, 8)),
        (date(2026, 10, 16), 1, date(2026, 10, 19)),
    ],
)
def test_workdays_are_counted_after_the_day(start: date, count: int, reached: date) -> None:
    assert workdays_after(start, count, CALENDAR) == reached


def test_there_are_no_negative_workdays() -> None:
    with pytest.raises(ValueError, match="-1 workdays"):
        workdays_after(date(2026, 10, 8), -1, CALENDAR)


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.integers(1, 60))
def test_the_day_reached_is_a_workday_and_so_many_lie_between(start: date, count: int) -> None:
    reached = workdays_after(start, count, CALENDAR)
    between = [date.fromordinal(n) for n in range(start.toordinal() + 1, reached.toordinal() + 1)]
    assert is_workday(reached, CALENDAR)
    assert sum(is_workday(day, CALENDAR) for day in between) == count


@pytest.mark.parametrize(
    ("days", "steps"), [(7, (2, 3, 5, 6, 7, 7)), (10, (3, 4, 7, 9, 10, 10)), (1, (1, 1, 1, 1, 1, 1))]
)
def test_each_step_has_its_part_of_the_time(days: int, steps: tuple[int, ...]) -> None:
    assert tuple(task_workdays(days).values()) == steps


@pytest.mark.parametrize(
    ("rule", "days", "billed_from"),
    [
        (BillingRule.ACCEPTANCE, None, date(2026, 10, 20)),
        (BillingRule.NOTICE, 30, date(2026, 11, 15)),
        (BillingRule.NOTICE, 0, date(2026, 10, 16)),
    ],
)
def test_billing_starts_by_its_rule(rule: BillingRule, days: int | None, billed_from: date) -> None:
    opened, accepted = date(2026, 10, 16), date(2026, 10, 20)
    assert billing_start(rule, opened_on=opened, accepted_on=accepted, notice_days=days) == billed_from


def test_every_state_but_the_last_two_leads_on_and_each_step_has_one_target() -> None:
    ends = {InstallationState.REMOVED, InstallationState.CANCELLED}
    sources = {source for source, _, _ in INSTALLATION_LIFE.rows}
    assert set(InstallationState) - sources == ends
    assert [event.value for _, event, _ in INSTALLATION_LIFE.rows[:6]] == [kind.value for kind in TaskKind]


@pytest.mark.parametrize(
    ("fee", "days", "owed"),
    [
        ("5000.00", 0, "0.00"),
        ("5000.00", 1, "50.00"),
        ("5000.00", 10, "500.00"),
        ("333.33", 3, "10.00"),
        ("0.00", 10, "0.00"),
        ("5000.00", 100, "5000.00"),
        ("5000.00", 101, "5000.00"),
    ],
)
def test_a_late_opening_by_the_operators_fault_costs_one_percent_a_day_and_no_more_than_the_fee(
    fee: str, days: int, owed: str
) -> None:
    assert late_installation_compensation(Decimal(fee), days) == Decimal(owed)


@pytest.mark.parametrize(
    ("opened", "excused", "days"),
    [
        (date(2026, 10, 19), 0, 0),
        (date(2026, 10, 20), 0, 1),
        (date(2026, 10, 29), 0, 10),
        (date(2026, 10, 29), 4, 6),
        (date(2026, 10, 29), 11, 0),
        (date(2026, 10, 1), 0, 0),
    ],
)
def test_days_of_the_customers_fault_are_no_lateness_of_the_operators(
    opened: date, excused: int, days: int
) -> None:
    assert late_days(date(2026, 10, 19), opened, excused) == days


def test_a_negative_fee_is_no_fee() -> None:
    with pytest.raises(ValueError, match="a fee of -1"):
        late_installation_compensation(Decimal(-1), 1)
