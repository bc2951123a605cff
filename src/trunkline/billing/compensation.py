"""What the operator owes for its own faults: pure rules."""

from __future__ import annotations

from decimal import Decimal

from trunkline.kernel.money import ZERO, fen_half_up

#: REG-03: a day of the installation fee collected.
LATE_A_DAY = Decimal("0.01")


def compensation_for_days(fee: Decimal, days: int) -> Decimal:
    """Yuan for so many days of lateness; nothing for what was in time. Rounded half up to the fen, once (REG-03)."""
    return fen_half_up(fee * LATE_A_DAY * days) if days > 0 else ZERO


def late_installation_compensation(fee: Decimal, late_days: int) -> Decimal:
    """Yuan owed to the user where opening came late through the operator's fault: 1 % a day of the fee (REG-03).

    It is credited on the bill that charges the fee, and is no more than the fee: a bill is never below zero. What is
    owed beyond it, after a hundred days, is paid out by decision. ValueError for a negative fee.
    """
    if fee < 0:
        raise ValueError(f"a fee of {fee}")
    return min(compensation_for_days(fee, late_days), fee)
