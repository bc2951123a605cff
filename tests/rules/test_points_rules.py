"""The pure rules of loyalty points (S18, S19, REG-31)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.kernel.periods import Month
from trunkline.ledger.points import rules
from trunkline.ledger.points.types import (
    STANDARD,
    Consumption,
    Lot,
    Moved,
    MovementKind,
    PointsBalance,
    PointsPolicy,
    RedemptionFacts,
)
from trunkline.security.roles import ROLES

OCTOBER = Month(2026, 10)
TODAY = date(2026, 11, 15)
WELL = RedemptionFacts(
    months_on_net=6, stopped_for_arrears=False, blacklisted=False, open_order=False, frozen=False
)


def consumption(yuan: str, *, on_time: bool = True, month: Month = OCTOBER) -> Consumption:
    return Consumption(1, month, Decimal(yuan), on_time, "B1")


@pytest.mark.parametrize(
    ("yuan", "points"),
    [("0.00", 0), ("0.99", 0), ("1.00", 1), ("46.00", 46), ("46.99", 46), ("-5.00", 0), ("12345.67", 12345)],
)
def test_a_whole_yuan_is_a_point_and_the_fraction_is_ignored(yuan: str, points: int) -> None:
    assert rules.points_earned(consumption(yuan), TODAY) == points


def test_a_bill_that_was_overdue_when_paid_earns_none() -> None:
    assert rules.points_earned(consumption("46.00", on_time=False), TODAY) == 0


@pytest.mark.parametrize(
    ("month", "first_invalid"),
    [
        (Month(2026, 10), date(2029, 11, 1)),
        (Month(2026, 12), date(2030, 1, 1)),
        (Month(2027, 1), date(2030, 2, 1)),
    ],
)
def test_points_are_valid_for_36_months_after_the_one_they_are_earned_for(
    month: Month, first_invalid: date
) -> None:
    assert rules.first_invalid_day(month) == first_invalid
    assert rules.points_earned(consumption("9", month=month), first_invalid) == 0
    assert rules.points_earned(consumption("9", month=month), date(2029, 10, 31)) == 9


def test_an_older_scheme_is_another_policy() -> None:
    assert rules.first_invalid_day(OCTOBER, PointsPolicy(valid_months=12)) == date(2027, 11, 1)


@pytest.mark.parametrize("wrong", [{"step": 0}, {"valid_months": 0}, {"months_on_net": -1}])
def test_a_policy_that_makes_no_sense_is_not_made(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="policy"):
        PointsPolicy(**wrong)


@pytest.mark.parametrize(("points", "yuan"), [(1000, "10.00"), (100, "1.00"), (1, "0.01"), (12345, "123.45")])
def test_a_hundred_points_are_worth_a_yuan(points: int, yuan: str) -> None:
    assert rules.yuan_of(points) == Decimal(yuan)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 15), 3, date(2027, 2, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
    ],
)
def test_months_later_stay_in_the_month_meant(day: date, months: int, later: date) -> None:
    assert rules.months_later(day, months) == later


LOTS = (
    Lot(1, date(2026, 11, 1), 70),
    Lot(2, date(2027, 2, 1), 400),
    Lot(3, date(2027, 3, 1), 350),
    Lot(4, date(2029, 1, 1), 1800),
)


@pytest.mark.parametrize(
    ("frozen", "policy", "balance"),
    [
        (False, STANDARD, PointsBalance(2550, 2000, 2550, 0, 400)),
        (False, PointsPolicy(step=100), PointsBalance(2550, 2500, 2550, 0, 400)),
        (False, PointsPolicy(step=3000), PointsBalance(2550, 0, 2550, 0, 400)),
        (True, STANDARD, PointsBalance(2550, 0, 0, 2550, 400)),
    ],
)
def test_balances_are_total_redeemable_applicable_frozen_and_expiring(
    frozen: bool, policy: PointsPolicy, balance: PointsBalance
) -> None:
    assert rules.balance(LOTS, TODAY, frozen=frozen, policy=policy) == balance


def test_a_lot_counts_until_its_day_and_no_longer() -> None:
    lot = Lot(1, date(2027, 2, 15), 5)
    assert rules.balance([lot], date(2027, 2, 14), frozen=False).total == 5
    assert rules.balance([lot], date(2027, 2, 15), frozen=False).total == 0
    assert rules.balance([lot], date(2026, 11, 15), frozen=False).expiring == 5
    assert rules.balance([lot], date(2026, 11, 14), frozen=False).expiring == 0


REASONS = [
    ("points.too_new", {"months_on_net": 5}),
    ("points.stopped_for_arrears", {"stopped_for_arrears": True}),
    ("points.blacklisted", {"blacklisted": True}),
    ("points.open_order", {"open_order": True}),
    ("points.frozen", {"frozen": True}),
]


def codes(
    points: int = 1000,
    *,
    facts: RedemptionFacts = WELL,
    redeemed: int = 0,
    policy: PointsPolicy = STANDARD,
) -> list[str]:
    refusals = rules.redemption_refusals(
        points=points, valid=2550, redeemed_this_month=redeemed, facts=facts, policy=policy
    )
    for refusal in refusals:
        assert refusal.clause == "REG-31"
        assert refusal.text.zh
        assert refusal.text.en
        assert not re.search(r"[{}]", refusal.text.zh + refusal.text.en)
    return [refusal.code for refusal in refusals]


@pytest.mark.parametrize(("code", "fact"), REASONS)
def test_each_fact_against_redeeming_is_a_reason(code: str, fact: dict[str, object]) -> None:
    assert codes(facts=replace(WELL, **fact)) == [code]  # type: ignore[arg-type]


def test_all_reasons_are_told_at_once() -> None:
    worst = RedemptionFacts(0, True, True, True, True)
    assert codes(2999, facts=worst) == ["points.not_a_step", "points.insufficient"] + [c for c, _ in REASONS]


@pytest.mark.parametrize(
    ("points", "step", "expected"),
    [
        (1000, 1000, []),
        (2000, 1000, []),
        (999, 1000, ["points.not_a_step"]),
        (1500, 1000, ["points.not_a_step"]),
        (0, 1000, ["points.not_a_step"]),
        (-1000, 1000, ["points.not_a_step"]),
        (3000, 1000, ["points.insufficient"]),
        (100, 100, []),
        (300, 100, []),
        (550, 100, ["points.not_a_step"]),
    ],
)
def test_points_are_redeemed_in_steps_and_no_more_than_there_are(
    points: int, step: int, expected: list[str]
) -> None:
    assert codes(points, policy=PointsPolicy(step=step)) == expected


@pytest.mark.parametrize(
    ("redeemed", "limit", "expected"),
    [
        (0, 1000, []),
        (1000, 1000, ["points.over_the_month"]),
        (1000, 2000, []),
        (90_000, None, []),
    ],
)
def test_a_limit_of_the_month_holds_where_there_is_one(
    redeemed: int, limit: int | None, expected: list[str]
) -> None:
    assert codes(redeemed=redeemed, policy=PointsPolicy(monthly_limit=limit)) == expected


@pytest.mark.parametrize(
    ("points", "taken"),
    [
        (0, ()),
        (70, ((1, 70),)),
        (71, ((1, 70), (2, 1))),
        (2620, ((1, 70), (2, 400), (3, 350), (4, 1800))),
    ],
)
def test_what_runs_out_first_is_taken_first(points: int, taken: tuple[tuple[int, int], ...]) -> None:
    assert rules.taken_oldest_first(reversed(LOTS), points) == taken


def test_more_than_there_is_is_not_taken() -> None:
    with pytest.raises(ValueError, match="1 of 2621"):
        rules.taken_oldest_first(LOTS, 2621)


@given(st.lists(st.tuples(st.integers(0, 36), st.integers(0, 500))), st.integers(0, 2000))
def test_taking_leaves_a_younger_lot_alone_while_an_older_has_points(
    held: list[tuple[int, int]], points: int
) -> None:
    lots = [Lot(i, OCTOBER.next(months).first_day, left) for i, (months, left) in enumerate(held)]
    points = min(points, sum(lot.left for lot in lots))
    taken = dict(rules.taken_oldest_first(lots, points))
    assert sum(taken.values()) == points
    assert all(0 < share <= lots[lot].left for lot, share in taken.items())
    unfinished = [lot for lot in lots if taken.get(lot.id, 0) < lot.left]
    if unfinished:
        oldest = min((lot.expires_on, lot.id) for lot in unfinished)
        assert all((lots[lot].expires_on, lot) <= oldest for lot in taken)


def moved(kind: MovementKind, points: int, left: int, *, valid: bool = True) -> Moved:
    return Moved(Lot(7, date(2027, 1, 1) if valid else TODAY, left), kind, points)


@pytest.mark.parametrize(
    ("movement", "expected"),
    [
        (moved(MovementKind.EARNED, 46, 46), []),
        (moved(MovementKind.EARNED, 46, 45), ["points.used"]),
        (moved(MovementKind.EARNED, 46, 0, valid=False), ["points.run_out"]),
        (moved(MovementKind.REDEEMED, -46, 0), []),
        (moved(MovementKind.REDEEMED, -46, 0, valid=False), ["points.run_out"]),
    ],
)
def test_a_grant_that_was_used_and_what_has_run_out_are_not_reversed(
    movement: Moved, expected: list[str]
) -> None:
    assert [r.code for r in rules.reversal_refusals([movement], TODAY)] == expected


def test_a_reversal_gives_back_only_what_is_still_valid() -> None:
    movements = [
        moved(MovementKind.REDEEMED, -30, 0, valid=False),
        moved(MovementKind.REDEEMED, -70, 12),
    ]
    assert rules.reversal_refusals(movements, TODAY) == ()
    assert rules.reversed_movements(movements, TODAY) == ((7, 70),)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        ("points.redeem", {"clerk", "account_manager", "grid_manager"}),
        ("points.view", {"clerk", "account_manager", "grid_manager", "hotline_agent"}),
        ("points.earn", set()),
        ("points.expire", set()),
        ("points.forfeit", set()),
        ("points.reverse", set()),
    ],
)
def test_points_are_asked_for_and_redeemed_through_the_channels_of_the_standard(
    permission: str, roles: set[str]
) -> None:
    assert {r.code for r in ROLES if {permission, "points.*"} & set(r.permissions)} == roles
