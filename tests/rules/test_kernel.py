"""Money, periods, transitions: pure, by tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.agreements.types import AGREEMENT_LIFE
from trunkline.kernel.money import (
    count_in_capitals,
    fen_down,
    fen_half_up,
    in_capitals,
    tax_included,
    whole_up,
)
from trunkline.kernel.periods import Month, start_of_day, years_later
from trunkline.kernel.transitions import Transitions
from trunkline.numbering.types import NUMBER_LIFE
from trunkline.ordering.types import ORDER_LIFE
from trunkline.subscriptions.types import LINE_LIFE


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "人民币壹拾万零柒仟元伍角叁分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("0", "人民币零元整"),
        ("100000000", "人民币壹亿元整"),
        ("100010000.10", "人民币壹亿零壹万元壹角整"),
        ("10", "人民币壹拾元整"),
    ],
)
def test_amounts_are_written_in_capital_numerals(amount: str, words: str) -> None:
    assert in_capitals(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-1", "0.001", "10000000000000000"])
def test_an_amount_that_has_no_capital_numerals_is_an_error(amount: str) -> None:
    with pytest.raises(ValueError, match="capital"):
        in_capitals(Decimal(amount))


_VALUES = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
_SCALES = {"拾": 10, "佰": 100, "仟": 1000}


def read_capitals(words: str) -> Decimal:
    """An independent reader of capital numerals."""
    yuan, section, digit, fen = 0, 0, 0, Decimal(0)
    for letter in words.removeprefix("人民币").removesuffix("整"):
        if letter in _VALUES:
            digit = _VALUES[letter]
        elif letter in _SCALES:
            section, digit = section + digit * _SCALES[letter], 0
        elif letter == "万":
            section, digit = (section + digit) * 10_000, 0
            yuan, section = yuan + section, 0
        elif letter == "亿":
            yuan, section, digit = (yuan + section + digit) * 100_000_000, 0, 0
        elif letter == "元":
            yuan, section, digit = yuan + section + digit, 0, 0
        elif letter == "角":
            fen, digit = fen + digit * Decimal("0.1"), 0
        elif letter == "分":
            fen, digit = fen + digit * Decimal("0.01"), 0
    return yuan + fen


@given(st.integers(0, 10**13))
def test_capital_numerals_read_back_as_the_amount(fen: int) -> None:
    amount = Decimal(fen).scaleb(-2)
    assert read_capitals(in_capitals(amount)) == amount
    assert "零零" not in in_capitals(amount)


@pytest.mark.parametrize(
    ("count", "words"), [(1, "壹"), (3, "叁"), (6, "陆"), (50, "伍拾"), (1005, "壹仟零伍")]
)
def test_counts_are_written_in_capital_numerals(count: int, words: str) -> None:
    assert count_in_capitals(count) == words


def test_rounding_goes_the_way_its_rule_says() -> None:
    assert fen_down(Decimal("22.995")) == Decimal("22.99")
    assert fen_half_up(Decimal("0.005")) == Decimal("0.01")
    assert whole_up(Decimal("2.5")) == 3
    assert whole_up(Decimal("25")) == 25


def test_tax_is_taken_out_of_the_gross_amount() -> None:
    assert tax_included(Decimal("109.00"), Decimal("0.09")) == Decimal("9.00")
    assert tax_included(Decimal("46.00"), Decimal("0.09")) == Decimal("3.80")


def test_a_month_is_half_open_in_shanghai() -> None:
    october = Month.parse("2026-10")
    assert october.start == datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert october.end == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert october.contains(october.start)
    assert not october.contains(october.end)
    assert (october.last_day, str(october.next(3)), str(october.next(-10))) == (
        date(2026, 10, 31),
        "2027-01",
        "2025-12",
    )
    assert Month.of(datetime(2026, 10, 31, 17, tzinfo=UTC)) == Month(2026, 11)


@pytest.mark.parametrize("text", ["2026-13", "2026-0", "202610", "2026-10-01", ""])
def test_a_month_is_written_with_year_and_two_digits(text: str) -> None:
    with pytest.raises(ValueError, match="not a month"):
        Month.parse(text)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_lies_in_exactly_its_month(day: date) -> None:
    month = Month.of(day)
    assert month.first_day <= day <= month.last_day
    assert month.contains(start_of_day(day))


def test_a_leap_day_is_followed_by_the_28th() -> None:
    assert years_later(date(2024, 2, 29), 1) == date(2025, 2, 28)


@pytest.mark.parametrize("life", [AGREEMENT_LIFE, NUMBER_LIFE, ORDER_LIFE, LINE_LIFE])
def test_the_tables_of_states_lead_somewhere(life: Transitions[str, str]) -> None:
    for source, event, target in life.rows:
        assert life.after(source, event) == target
        assert source in life.sources(event)
    assert life.after(life.rows[0][0], "no such event") is None


def test_a_state_and_an_event_lead_to_one_state_only() -> None:
    with pytest.raises(ValueError, match="two states"):
        Transitions((("a", "go", "b"), ("a", "go", "c")))
