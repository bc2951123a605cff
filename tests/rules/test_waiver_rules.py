"""Rent given back for slow repairs (REG-04), without a database."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.billing.rules import waived_rent
from trunkline.billing.types import ChargeKind, ChargeLine, RentWaiver, Rounding, WaivedDays
from trunkline.billing.waivers import waiver_charges
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
FEN = st.decimals(min_value=0, max_value=10_000, places=2)


def charge(amount: Decimal, *, kind: ChargeKind = ChargeKind.RECURRING, rate: str = "0.09") -> ChargeLine:
    return ChargeLine(
        line_id=7,
        number="18655100001",
        kind=kind,
        code="plan.3G-46",
        title=Text("月租费", "Rent"),
        price_version_id=1,
        price_reference="皖通信资费备〔2026〕1号",
        quantity=1,
        unit="month",
        allowance_used=0,
        unit_price=amount,
        amount=amount,
        tax_class="basic_telecom",
        tax_rate=Decimal(rate),
        explanation={"price_version": 1, "valid_from": "2026-01-01"},
    )


def waiver(days: int, *, rent: Decimal | None = None, given_before: Decimal = ZERO) -> RentWaiver:
    span = WaivedDays("HF-F20261003-000001", date(2026, 10, 3), date(2026, 10, 9))
    return RentWaiver(7, OCTOBER, days, (span,), rent, given_before, 1 if given_before else 0)


@given(rent=FEN, days=st.integers(0, 31))
def test_a_days_share_is_rounded_up_once_and_never_more_than_the_rent(rent: Decimal, days: int) -> None:
    fee = waived_rent(rent, days, 31)
    assert Fraction(fee.amount) == Fraction(math.ceil(Fraction(rent) * days / 31 * 100), 100)
    assert ZERO <= fee.amount <= rent
    assert (fee.rounding is Rounding.EXACT) == (Fraction(rent) * days / 31 == Fraction(fee.amount))


@given(
    rent=FEN,
    usage=FEN,
    other=FEN,
    waivers=st.lists(st.tuples(st.integers(0, 31), st.none() | FEN, FEN), max_size=4),
)
def test_credits_never_make_a_line_or_a_rate_negative(
    rent: Decimal, usage: Decimal, other: Decimal, waivers: list[tuple[int, Decimal | None, Decimal]]
) -> None:
    charges = [
        charge(rent),
        charge(usage, kind=ChargeKind.USAGE),
        charge(other, kind=ChargeKind.USAGE, rate="0.06"),
    ]
    asked = [waiver(days, rent=billed, given_before=before) for days, billed, before in waivers]
    found = waiver_charges(charges, asked)
    assert all(credit.amount < 0 for credit in found)
    assert {credit.tax_rate for credit in found} <= {Decimal("0.09")}
    assert rent + usage + sum((credit.amount for credit in found), ZERO) >= 0


@pytest.mark.parametrize("days", [-1, 32])
def test_days_outside_the_month_are_a_mistake(days: int) -> None:
    with pytest.raises(ValueError, match="not"):
        waived_rent(Decimal("46.00"), days, 31)


def test_a_line_without_rent_on_the_bill_is_given_nothing_back_on_it() -> None:
    assert waiver_charges([charge(Decimal("5.00"), kind=ChargeKind.USAGE)], [waiver(6)]) == []
    assert waiver_charges([charge(ZERO)], [waiver(6)]) == []


def test_what_does_not_fit_the_bill_is_said_to_follow() -> None:
    (credit,) = waiver_charges([charge(Decimal("4.60"))], [waiver(31, rent=Decimal("46.00"))])
    assert credit.amount == Decimal("-4.60")
    assert "其余在以后的账单减免" in credit.explanation["formula_zh"]
    assert "on later ones" in credit.explanation["formula_en"]
