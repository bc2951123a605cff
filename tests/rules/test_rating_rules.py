"""The scalars of rating: charging units, the month of entry, the data cap."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.catalog.types import FirstMonthMode
from trunkline.kernel.periods import Month
from trunkline.rating import rules
from trunkline.rating.types import IntakeCounts, Rounding

FULL, HALF, OUT = FirstMonthMode.FULL_MONTH, FirstMonthMode.HALF, FirstMonthMode.OUT_OF_PLAN
MB = 1024**2
GB = 1024 * MB


@pytest.mark.parametrize(
    ("quantity", "unit", "up", "down", "nearest"),
    [
        (0, 60, 0, 0, 0),
        (1, 60, 1, 0, 0),
        (29, 60, 1, 0, 0),
        (30, 60, 1, 0, 1),
        (59, 60, 1, 0, 1),
        (60, 60, 1, 1, 1),
        (61, 60, 2, 1, 1),
        (3, 7, 1, 0, 0),
        (4, 7, 1, 0, 1),
        (1, 1, 1, 1, 1),
        (2**50 + 1, 2**50, 2, 1, 1),
    ],
)
def test_a_quantity_becomes_whole_units(quantity: int, unit: int, up: int, down: int, nearest: int) -> None:
    found = [rules.units_of(quantity, unit, way) for way in (Rounding.UP, Rounding.DOWN, Rounding.NEAREST)]
    assert found == [up, down, nearest]


@given(st.integers(0, 2**60), st.integers(1, 2**50))
def test_units_are_exact_for_any_quantity(quantity: int, unit: int) -> None:
    exact = Fraction(quantity, unit)
    assert 0 <= rules.units_of(quantity, unit, Rounding.UP) - exact < 1
    assert 0 <= exact - rules.units_of(quantity, unit, Rounding.DOWN) < 1
    assert -Fraction(1, 2) < rules.units_of(quantity, unit, Rounding.NEAREST) - exact <= Fraction(1, 2)


@pytest.mark.parametrize(("quantity", "unit"), [(-1, 60), (1, 0), (1, -60)])
def test_no_units_of_what_is_negative(quantity: int, unit: int) -> None:
    with pytest.raises(ValueError, match="no units"):
        rules.units_of(quantity, unit, Rounding.UP)


@pytest.mark.parametrize(
    ("fee", "mode", "expected"),
    [
        ("46.00", OUT, "0.00"),
        ("46.00", FULL, "46.00"),
        ("46.00", None, "46.00"),
        ("46.00", HALF, "23.00"),
        ("45.99", HALF, "22.99"),
        ("0.01", HALF, "0.00"),
        ("0.00", HALF, "0.00"),
    ],
)
def test_the_fee_in_the_month_of_entry(fee: str, mode: FirstMonthMode | None, expected: str) -> None:
    found = rules.first_month_fee(Decimal(fee), mode)
    assert (found, found.as_tuple().exponent) == (Decimal(expected), -2)


@pytest.mark.parametrize(("fee", "step", "expected"), [("45.99", "1", "22.00"), ("45.99", "0.1", "22.90")])
def test_the_unit_a_half_fee_is_rounded_to_is_a_parameter(fee: str, step: str, expected: str) -> None:
    assert rules.first_month_fee(Decimal(fee), HALF, rounded_to=Decimal(step)) == Decimal(expected)


@pytest.mark.parametrize(
    ("amount", "mode", "expected"),
    [
        *[(amount, OUT, 0) for amount in (50, 150, 5)],
        *[(amount, FULL, amount) for amount in (50, 150, 5)],
        *[(amount, None, amount) for amount in (50, 150, 5)],
        *[(50, HALF, 25), (150, HALF, 75), (5, HALF, 3), (55, HALF, 28), (1, HALF, 1), (0, HALF, 0)],
    ],
)
def test_an_allowance_in_the_month_of_entry(amount: int, mode: FirstMonthMode | None, expected: int) -> None:
    assert rules.first_month_allowance(amount, mode) == expected


@pytest.mark.parametrize(("megabytes", "half"), [(150, 75), (151, 76), (1, 1)])
def test_half_of_an_allowance_kept_in_kilobytes_is_rounded_up_to_the_megabyte(
    megabytes: int, half: int
) -> None:
    assert rules.first_month_allowance(megabytes * 1024, HALF, whole=1024) == half * 1024


def test_what_cannot_be_halved_is_an_error() -> None:
    with pytest.raises(ValueError, match="no half"):
        rules.first_month_allowance(-1, HALF)
    with pytest.raises(ValueError, match="no half"):
        rules.first_month_allowance(1, HALF, whole=0)
    with pytest.raises(ValueError, match="no half"):
        rules.first_month_fee(Decimal("-0.01"), HALF)


@pytest.mark.parametrize(
    ("included", "mode", "free_out_of_plan", "expected"),
    [
        (True, None, False, True),
        (True, FULL, False, True),
        (True, HALF, False, True),
        (True, OUT, False, False),
        (True, OUT, True, True),
        (False, HALF, True, False),
    ],
)
def test_caller_id_is_not_halved(
    included: bool, mode: FirstMonthMode | None, free_out_of_plan: bool, expected: bool
) -> None:
    assert (
        rules.caller_id_is_free(included=included, mode=mode, free_out_of_plan=free_out_of_plan) is expected
    )


def test_a_billing_month_runs_from_midnight_to_midnight_in_shanghai() -> None:
    month = Month(2026, 10)
    assert (month.start, month.end) == (
        datetime(2026, 9, 30, 16, tzinfo=UTC),
        datetime(2026, 10, 31, 16, tzinfo=UTC),
    )
    assert month.next().start == month.end


def test_counts_that_do_not_add_up_are_no_counts() -> None:
    IntakeCounts(read=10, accepted=7, duplicate=2, rejected=1)
    with pytest.raises(ValueError, match="do not add up"):
        IntakeCounts(read=10, accepted=7, duplicate=2, rejected=2)
