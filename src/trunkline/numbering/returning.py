"""Numbers that came from another operator never join our stock: once nobody here has them they go back (REG-17)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trunkline.numbering.models import Number, PortOverride
from trunkline.numbering.types import NUMBER_LIFE, Arrangement, NumberEvent


def leave(numbers: Sequence[str], at: datetime) -> None:
    """These locked numbers are with another operator from now on; no override is left of them."""
    Number.objects.filter(number__in=numbers).update(
        state=NUMBER_LIFE.target(NumberEvent.PORT_OUT), arrangement=Arrangement.NONE, frozen_until=None
    )
    PortOverride.objects.filter(number__in=numbers, ended_at__isnull=True).update(ended_at=at)


def return_ported(numbers: Sequence[str], at: datetime) -> frozenset[str]:
    """Give back those of some locked numbers that were ported in, and say which."""
    came = Number.objects.filter(number__in=list(numbers), arrangement=Arrangement.PORTED_IN)
    back = list(came.values_list("number", flat=True))
    if back:
        leave(back, at)
    return frozenset(back)
