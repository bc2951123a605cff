"""What of the plan a tariff needs: nothing is looked up that no price names, nothing counted that nothing limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trunkline.kernel.periods import Month

#: In so many pieces the month is cut to find where an allowance ended.
PIECES = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """The shape of the plan for a month.

    `tiers` is how many tiers a row has at most, `longer` how long the long prefixes are, `short_length` how long the
    longest short number is.
    """

    month: Month
    many_sources: bool
    by_zone: bool
    by_service: bool
    by_destination: bool
    by_network: bool
    by_short_number: bool
    short_length: int
    by_time: bool
    longer: tuple[int, ...]
    has_blocks: bool
    has_pools: bool
    has_caps: bool
    tiers: int

    @property
    def start(self) -> str:
        """The month's first instant, as SQL."""
        return instant(self.month.start)

    @property
    def end(self) -> str:
        """The first instant after the month, as SQL."""
        return instant(self.month.end)

    def cuts(self) -> list[datetime]:
        """The month's start, the instants between its pieces, and its end."""
        piece = (self.month.end - self.month.start) / PIECES
        return [self.month.start + piece * number for number in range(PIECES)] + [self.month.end]


def instant(at: datetime) -> str:
    """An instant as SQL."""
    return f"instant({micros(at)})"


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def clamped(amount: str, most: str) -> str:
    """SQL of an amount that is no less than 0 and no more than `most`."""
    return f"least(greatest({amount}, 0), {most})"
