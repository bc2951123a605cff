"""Prepaid life cycle and service passwords as pure rules: the tables of domain 4.4 and 8.3, S24, S30, S32."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from trunkline.subscriptions.rules import (
    activated,
    advanced,
    exhausted,
    life_now,
    password_refusals,
    recharge_refusal,
    recharged,
    unlock_refusal,
    unlocked,
    valid_until,
    validity_days,
)
from trunkline.subscriptions.types import Life, LifePhase

START = datetime.fromisoformat("2026-01-15T09:30:00+08:00")
NUMBER = "18655100001"
LONG_AGO = START - timedelta(days=1)


def days(count: float) -> datetime:
    return START + timedelta(days=count)


def locked(since: float = 0) -> Life:
    return Life(LifePhase.LOCKED, days(since), days(since + 30))


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("20", 30), ("30", 90), ("50", 90), ("100", 180), ("300", 360), ("500", 540),
        ("19.99", 0), ("29.99", 30), ("99.99", 90), ("299", 180), ("499.99", 360), ("5000", 540),
    ],
)  # fmt: skip
def test_validity_goes_by_the_denomination_that_was_recharged(amount: str, expected: int) -> None:
    assert validity_days(Decimal(amount)) == expected


def test_validity_adds_up_to_eighteen_months_and_what_ran_longer_is_not_cut() -> None:
    assert valid_until(days(10), Decimal(50), START) == days(100)
    assert valid_until(days(-10), Decimal(50), START) == days(90)
    cap = datetime.fromisoformat("2027-07-15T09:30:00+08:00")
    assert valid_until(days(300), Decimal(500), START) == cap
    assert valid_until(days(900), Decimal(20), START) == days(900)
    end_of_month = datetime.fromisoformat("2026-08-31T00:00:00+08:00")
    assert valid_until(end_of_month + timedelta(days=500), Decimal(500), end_of_month) == (
        datetime.fromisoformat("2028-02-29T00:00:00+08:00")
    )


def test_validity_begins_with_the_first_activation() -> None:
    assert activated(Decimal(100), START) == Life(LifePhase.VALID, START, days(180))


@pytest.mark.parametrize(
    ("after", "phase", "since"),
    [
        (0, LifePhase.VALID, 0), (89.99, LifePhase.VALID, 0),
        (90, LifePhase.RECHARGE, 90), (179.99, LifePhase.RECHARGE, 90),
        (180, LifePhase.LOCKED, 180), (209.99, LifePhase.LOCKED, 180),
        (210, LifePhase.RECLAIMED, 210), (4000, LifePhase.RECLAIMED, 210),
    ],
)  # fmt: skip
def test_phases_follow_each_other_without_a_gap_however_late_one_looks(
    after: float, phase: LifePhase, since: float
) -> None:
    life = activated(Decimal(50), START)
    now = (life, *advanced(life, days(after), Decimal(0)))[-1]
    assert (now.phase, now.since) == (phase, days(since))


def test_a_line_that_cannot_pay_a_minute_enters_its_recharge_phase_before_validity_ends() -> None:
    life = activated(Decimal(50), START)
    assert exhausted(life, days(7)) == Life(LifePhase.RECHARGE, days(7), days(97))
    assert exhausted(locked(), days(7)) == locked()


@pytest.mark.parametrize(
    ("balance", "extra"), [("0.15", 1), ("0.16", 2), ("3.00", 20), ("0.01", 1), ("0.45", 3)]
)
def test_a_balance_prolongs_the_lock_until_the_daily_rent_has_used_it_up(balance: str, extra: int) -> None:
    end = days(30)
    (step,) = advanced(locked(), end, Decimal(balance))
    assert step == Life(LifePhase.LOCKED, START, days(30 + extra))
    *_, last = advanced(locked(), days(30 + extra), Decimal(balance))
    assert last == Life(LifePhase.RECLAIMED, days(30 + extra), None)


def test_a_lock_is_not_passed_while_the_balance_is_unknown() -> None:
    assert life_now(activated(Decimal(50), START), days(500)) == Life(LifePhase.LOCKED, days(180), days(210))


@pytest.mark.parametrize(
    ("life", "code"),
    [
        (Life(LifePhase.INACTIVE, LONG_AGO, None), "life.not_activated"),
        (Life(LifePhase.VALID, LONG_AGO, days(1)), None),
        (Life(LifePhase.RECHARGE, LONG_AGO, days(1)), None),
        (locked(-1), "life.locked"),
        (unlocked(locked(-1), START), None),
        (unlocked(locked(-2), days(-1)), "life.locked"),
        (Life(LifePhase.RECLAIMED, LONG_AGO, None), "life.past_lock"),
    ],
)
def test_a_locked_line_is_recharged_only_within_a_day_of_being_unlocked(life: Life, code: str | None) -> None:
    refusal = recharge_refusal(life, START)
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize("phase", [LifePhase.RECHARGE, LifePhase.LOCKED])
def test_a_recharge_with_a_balance_makes_the_line_valid_again(phase: LifePhase) -> None:
    life = Life(phase, LONG_AGO, days(5))
    assert recharged(life, Decimal(30), Decimal("30.00"), START) == Life(LifePhase.VALID, START, days(90))
    assert recharged(life, Decimal(30), Decimal("0.00"), START) == life


def test_a_recharge_in_validity_adds_to_it() -> None:
    life = Life(LifePhase.VALID, LONG_AGO, days(5))
    assert recharged(life, Decimal(30), Decimal("30.00"), START) == Life(LifePhase.VALID, LONG_AGO, days(95))


@pytest.mark.parametrize(
    ("life", "code", "clause"),
    [
        (None, "life.not_prepaid", "S32-1"),
        (Life(LifePhase.VALID, LONG_AGO, days(1)), "life.not_locked", "S30"),
        (Life(LifePhase.RECHARGE, LONG_AGO, days(1)), "life.not_locked", "S30"),
        (locked(-30), "life.past_lock", "S30-G1"),
        (locked(-31), "life.past_lock", "S30-G1"),
        (Life(LifePhase.RECLAIMED, LONG_AGO, None), "life.past_lock", "S30-G1"),
        (unlocked(locked(-1), days(-0.5)), "life.unlocked_already", "S30"),
        (locked(-29), None, None),
        (unlocked(locked(-5), days(-1)), None, None),
        (Life(LifePhase.RECHARGE, days(-100), days(-10)), None, None),
    ],
)
def test_only_a_line_in_its_lock_phase_is_unlocked_and_never_past_it(
    life: Life | None, code: str | None, clause: str | None
) -> None:
    refusal = unlock_refusal(life, START)
    assert (refusal and (refusal.code, refusal.clause)) == ((code, clause) if code else None)


def test_unlocking_lasts_a_day_but_not_past_the_end_of_the_lock() -> None:
    assert unlocked(locked(-5), START).open_until(days(0.99)) == days(1)
    assert unlocked(locked(-5), START).open_until(days(1)) is None
    assert unlocked(locked(-29.5), START).unlocked_until == days(0.5)


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("394817", []),
        ("39481", ["password.malformed"]),
        ("3948170", ["password.malformed"]),
        ("39481x", ["password.malformed"]),
        ("３９４８１７", ["password.malformed"]),
        ("777777", ["password.one_digit"]),
        ("123456", ["password.run"]),
        ("987654", ["password.run"]),
        ("865510", ["password.in_number"]),
        ("100001", ["password.in_number"]),
    ],
)
def test_a_service_password_is_six_digits_that_are_not_too_simple(password: str, codes: list[str]) -> None:
    assert [refusal.code for refusal in password_refusals(password, NUMBER)] == codes
