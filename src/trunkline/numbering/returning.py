"""Numbers that came from another operator: none of its ranges joins our stock, it goes back once nobody has it (REG-17)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from trunkline.kernel.periods import local_date
from trunkline.numbering import queries
from trunkline.numbering.models import Number, PortOverride
from trunkline.numbering.rules import in_ranges
from trunkline.numbering.types import NUMBER_LIFE, Arrangement, NumberEvent


def leave(numbers: Sequence[str], at: datetime) -> None:
    """These locked numbers are with another operator from now on; no override is left of them."""
    Number.objects.filter(number__in=numbers).update(
        state=NUMBER_LIFE.target(NumberEvent.PORT_OUT), frozen_until=None
    )
    _forget(numbers, at)


def return_ported(numbers: Sequence[str], at: datetime) -> frozenset[str]:
    """Give back those of some locked numbers that were ported in and never used, and say which."""
    back = _ported_in(numbers)
    if back:
        leave(back, at)
    return frozenset(back)


def end_porting(numbers: Sequence[str], at: datetime) -> None:
    """The lines of these locked, frozen numbers have ended: those of other operators' ranges go back to them.

    One of ours that had been away stays and is frozen like any other (REG-11).
    """
    back = _ported_in(numbers)
    if not back:
        return
    ranges, today = queries.ranges(), local_date(at)
    leave([number for number in back if not in_ranges(number, ranges, today)], at)
    _forget(back, at)


def _ported_in(numbers: Sequence[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number FROM numbering_number WHERE number = ANY(%s) AND arrangement = %s ORDER BY number",
            [list(numbers), Arrangement.PORTED_IN],
        )
        return [number for (number,) in cursor.fetchall()]


def _forget(numbers: Sequence[str], at: datetime) -> None:
    Number.objects.filter(number__in=numbers).update(arrangement=Arrangement.NONE)
    PortOverride.objects.filter(number__in=numbers, ended_at__isnull=True).update(ended_at=at)
