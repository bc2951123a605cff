"""Shapes, grades, ranges, reservations and freezing of numbers, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.kernel.refusals import Refusal
from trunkline.numbering import rules
from trunkline.numbering.types import (
    NUMBER_LIFE,
    NUMBER_STATE_NAMES,
    GradeView,
    NumberEvent,
    NumberKind,
    NumberState,
    NumberView,
    RangeView,
    ReservationView,
)

AT = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
LATER = AT + timedelta(days=7)
HF, WH = 2, 3


def grade(code: str, pattern: str, rank: int) -> GradeView:
    return GradeView(code, code, Decimal("100.00"), 12, Decimal("10.00"), pattern, rank)


GRADES = (
    grade("AAA", r"(\d)\1{2}$", 2),
    grade("AAAA", r"(\d)\1{3}$", 1),
    grade("ABAB", r"(\d)(?!\1)(\d)\1\2$", 3),
    grade("ABCD", r"(?:0123|1234|2345|3456|4567|5678|6789)$", 4),
    grade("AABB", r"(\d)\1(?!\1)(\d)\2$", 5),
)


def number(digits: str, state: NumberState = NumberState.IDLE, branch: int = HF) -> NumberView:
    until = AT + timedelta(days=40) if state is NumberState.FROZEN else None
    return NumberView(1, digits, NumberKind.MOBILE, "", state, branch, until)


def lease(digits: str, holder: str, expires_at: datetime = LATER) -> ReservationView:
    return ReservationView(1, digits, "agreement", holder, 1, AT, expires_at)


def codes(refusals: tuple[Refusal, ...]) -> list[tuple[str, str]]:
    return [(refusal.code, refusal.subject) for refusal in refusals]


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("18655108888", "AAAA"),
        ("18655101888", "AAA"),
        ("18655101212", "ABAB"),
        ("18655103456", "ABCD"),
        ("18655101122", "AABB"),
        ("18655108388", ""),
        ("18655551234", "ABCD"),
        ("18888801357", ""),
    ],
)
def test_a_number_has_the_grade_of_the_first_pattern_by_rank(digits: str, expected: str) -> None:
    assert rules.grade_of(digits, GRADES) == expected


@given(st.from_regex(r"\A1[0-9]{10}\Z"))
def test_grades_agree_with_a_plain_reading_of_the_last_digits(digits: str) -> None:
    a, b, c, d = digits[-4:]
    steps = {int(y) - int(x) for x, y in zip(digits[-4:-1], digits[-3:], strict=True)}
    plain = (
        "AAAA" if a == b == c == d
        else "AAA" if b == c == d
        else "ABAB" if a == c and b == d
        else "ABCD" if steps == {1}
        else "AABB" if a == b and c == d
        else ""
    )  # fmt: skip
    assert rules.grade_of(digits, GRADES) == plain


@given(st.from_regex(r"\A1[0-9]{10}\Z"), st.permutations(GRADES))
def test_the_grade_does_not_depend_on_the_order_in_which_grades_are_given(
    digits: str, shuffled: list[GradeView]
) -> None:
    assert rules.grade_of(digits, shuffled) == rules.grade_of(digits, GRADES)


@pytest.mark.parametrize("pattern", ["(", "", "[0-9", "9" * 121])
def test_a_grade_whose_pattern_is_no_expression_is_refused(pattern: str) -> None:
    assert codes(rules.grade_refusals(grade("X", pattern, 9), GRADES)) == [("grade.pattern_wrong", pattern)]


def test_a_grade_with_a_used_code_or_rank_is_refused() -> None:
    assert codes(rules.grade_refusals(grade("AAA", "8$", 9), GRADES)) == [("grade.defined_already", "AAA")]
    assert codes(rules.grade_refusals(grade("X", "8$", 3), GRADES)) == [("grade.defined_already", "X")]
    assert rules.grade_refusals(grade("X", "8$", 9), GRADES) == ()


RANGES = (
    RangeView("186", NumberKind.MOBILE, "mobile", date(2026, 1, 1), None),
    RangeView("145", NumberKind.MOBILE, "data_card", date(2026, 1, 1), date(2026, 10, 12)),
    RangeView("4006", NumberKind.SERVICE_400, "400", date(2026, 1, 1), None),
)


@pytest.mark.parametrize(
    ("digits", "kind", "expected"),
    [
        ("18655100001", NumberKind.MOBILE, []),
        ("13955100001", NumberKind.MOBILE, ["number.not_ours"]),
        ("14555100001", NumberKind.MOBILE, ["number.not_ours"]),
        ("1865510001", NumberKind.MOBILE, ["number.malformed"]),
        ("186551000o1", NumberKind.MOBILE, ["number.malformed"]),
        ("１８６５５１００００１", NumberKind.MOBILE, ["number.malformed"]),
        ("4006000001", NumberKind.SERVICE_400, []),
        ("4008000001", NumberKind.SERVICE_400, ["number.not_ours"]),
        ("18655100001", NumberKind.SERVICE_400, ["number.malformed"]),
    ],
)
def test_only_numbers_of_a_range_in_force_are_taken_into_the_inventory(
    digits: str, kind: NumberKind, expected: list[str]
) -> None:
    found = rules.stock_refusals([digits], kind, RANGES, date(2026, 10, 12))
    assert [refusal.code for refusal in found] == expected
    assert {refusal.clause for refusal in found} <= {"REG-21"}


def test_a_range_counts_until_before_its_last_day() -> None:
    assert rules.stock_refusals(["14555100001"], NumberKind.MOBILE, RANGES, date(2026, 10, 11)) == ()


def test_every_number_that_cannot_be_reserved_is_named_with_its_reason() -> None:
    inventory = {
        view.number: view
        for view in (
            number("1"),
            number("2", NumberState.RESERVED),
            number("3", NumberState.FROZEN),
            number("4", branch=WH),
            number("5"),
        )
    }
    found = rules.reserve_refusals(["1", "2", "3", "4", "5", "5", "6"], inventory, {HF})
    assert codes(found) == [
        ("number.repeated", "5"),
        ("number.taken", "2"),
        ("number.taken", "3"),
        ("number.other_stock", "4"),
        ("number.unknown", "6"),
    ]
    assert [refusal.clause for refusal in found] == ["", "", "REG-11", "", ""]
    assert "2026-11-21" in found[2].text.zh


@given(st.sampled_from(list(NumberState)))
def test_only_an_idle_number_can_be_reserved_and_the_refusal_says_why(state: NumberState) -> None:
    found = rules.reserve_refusals(["1"], {"1": number("1", state)}, {HF})
    assert bool(found) == (state is not NumberState.IDLE)
    assert all(refusal.code == "number.taken" for refusal in found)
    # Frozen and ported numbers are refused in words of their own clauses.
    own = {NumberState.FROZEN: "REG-11", NumberState.PORTED_OUT: "REG-17"}
    if found and state not in own:
        assert NUMBER_STATE_NAMES[state].zh in found[0].text.zh
        assert NUMBER_STATE_NAMES[state].en in found[0].text.en
    assert [refusal.clause for refusal in found] == [own.get(state, "")] * len(found)


def test_what_is_kept_for_the_customer_can_be_had_and_nothing_else_that_is_taken() -> None:
    inventory = {n: number(n, NumberState.RESERVED) for n in ("1", "2")}
    assert codes(rules.reserve_refusals(["1", "2"], inventory, {HF}, {"1"})) == [("number.taken", "2")]


def test_a_lease_that_runs_out_at_once_is_refused() -> None:
    assert [r.code for r in rules.lease_refusals(AT, AT)] == ["number.lease_in_the_past"]
    assert rules.lease_refusals(LATER, AT) == ()


def test_only_the_holder_takes_a_number_into_use_and_only_in_time() -> None:
    inventory = {digits: number(digits, NumberState.RESERVED) for digits in ("1", "2", "3", "4")}
    leases = {
        "1": lease("1", "agreement:1"),
        "2": lease("2", "agreement:2"),
        "3": lease("3", "agreement:1", AT),
    }
    found = rules.assign_refusals(["1", "2", "3", "4", "5"], inventory, leases, "agreement:1", AT)
    assert codes(found) == [
        ("number.not_held", "2"),
        ("number.not_held", "4"),
        ("number.unknown", "5"),
        ("number.lease_over", "3"),
    ]
    assert rules.assign_refusals(["1"], inventory, leases, "agreement:1", AT) == ()


@given(st.timedeltas(min_value=timedelta(days=-1), max_value=timedelta(days=200)))
def test_a_number_is_frozen_for_ninety_days_at_least(length: timedelta) -> None:
    inventory = {"1": number("1", NumberState.IN_USE)}
    found = rules.freeze_refusals(["1"], inventory, {HF}, AT + length, AT)
    assert bool(found) == (length < timedelta(days=90))
    assert all((r.code, r.clause) == ("number.freeze_too_short", "REG-11") for r in found)


def test_only_a_number_in_use_of_the_actors_branches_is_frozen() -> None:
    inventory = {
        "1": number("1"),
        "2": number("2", NumberState.IN_USE, WH),
        "3": number("3", NumberState.IN_USE),
    }
    found = rules.freeze_refusals(["1", "2", "3", "4"], inventory, {HF}, AT + timedelta(days=90), AT)
    assert codes(found) == [
        ("number.not_in_use", "1"),
        ("number.other_stock", "2"),
        ("number.unknown", "4"),
    ]


@given(st.lists(st.sampled_from(list(NumberEvent)), max_size=12))
def test_however_a_number_lives_it_is_reused_only_after_a_freeze(events: list[NumberEvent]) -> None:
    state, used, frozen = NumberState.IDLE, False, False
    for event in events:
        following = NUMBER_LIFE.after(state, event)
        if following is None:
            continue
        state = following
        # Who brings a number along is its holder: it is no reuse, and unused it goes back (test_porting).
        used = (used or state is NumberState.IN_USE) and event is not NumberEvent.PORT_IN
        frozen = frozen or state is NumberState.FROZEN
        if state is NumberState.IDLE and used:
            assert frozen
            used = frozen = False
        allowed = {each for each in NumberEvent if NUMBER_LIFE.after(state, each) is not None}
        if state is NumberState.BLOCKED:
            assert allowed == set()
        if state is NumberState.PORTED_OUT:
            assert allowed == {NumberEvent.PORT_IN, NumberEvent.TAKE_BACK}
