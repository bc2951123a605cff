"""The scalars of rating: charging units, the month of entry. Pure, exact, no float."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from trunkline.catalog.types import FirstMonthMode
from trunkline.kernel.money import FEN, ZERO
from trunkline.rating.types import Rounding


def units_of(quantity: int, unit: int, rounding: Rounding) -> int:
    """Whole charging units in `quantity` (both in the base unit of the kind: seconds, pieces, bytes)."""
    if quantity < 0 or unit <= 0:
        raise ValueError(f"no units of {unit} in {quantity}")
    match rounding:
        case Rounding.UP:
            return -(-quantity // unit)
        case Rounding.DOWN:
            return quantity // unit
        case Rounding.NEAREST:
            return (2 * quantity + unit) // (2 * unit)
        case _:
            assert_never(rounding)


def first_month_fee(fee: Decimal, mode: FirstMonthMode | None, *, rounded_to: Decimal = FEN) -> Decimal:
    """The monthly fee (yuan) in the month of entry; `mode` None means another month.

    OUT_OF_PLAN is free of the fee (P2-05), FULL_MONTH takes it whole (P2-06), HALF takes a half rounded down,
    in favour of the user, to `rounded_to` (P2-07; the agreement names no unit, so it is a parameter: Q-11).
    """
    if fee < 0 or rounded_to <= 0:
        raise ValueError(f"no half of {fee} in steps of {rounded_to}")
    if mode is FirstMonthMode.OUT_OF_PLAN:
        return ZERO
    if mode is FirstMonthMode.HALF:
        return (fee // (2 * rounded_to) * rounded_to).quantize(FEN)
    return fee


def first_month_allowance(amount: int, mode: FirstMonthMode | None, *, whole: int = 1) -> int:
    """An allowance in the month of entry, in the units of `amount`; `mode` None means another month.

    OUT_OF_PLAN includes nothing (P2-05), FULL_MONTH everything (P2-06), HALF a half rounded up, in favour of
    the user, to a multiple of `whole` (P2-07: the minute, the message, the MB).
    """
    if amount < 0 or whole <= 0:
        raise ValueError(f"no half of {amount} in steps of {whole}")
    if mode is FirstMonthMode.OUT_OF_PLAN:
        return 0
    if mode is FirstMonthMode.HALF:
        return -(-amount // (2 * whole)) * whole
    return amount


def caller_id_is_free(*, included: bool, mode: FirstMonthMode | None, free_out_of_plan: bool = False) -> bool:
    """Whether caller-ID (来电显示) costs nothing this month, where the plan has it `included`.

    HALF gives it as always, it is not halved (P2-07). OUT_OF_PLAN includes nothing, so it is free there only
    when the plan says so itself (`free_out_of_plan`, Q-10).
    """
    return included and (mode is not FirstMonthMode.OUT_OF_PLAN or free_out_of_plan)
