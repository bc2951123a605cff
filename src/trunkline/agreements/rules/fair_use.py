"""公平使用: a line's data of a calendar month against its cap (P2-08, P2-14 … P2-16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from trunkline.catalog.parameters import Parameter, rising_numbers, switch
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text

#: Bytes of a gigabyte as the tariffs count them: 1024 MB (domain 2.2).
GIGABYTE = 1024**3

#: 「乙方将有权暂停甲方当月的上网服务」: it may, and so it is a switch.
BARS_DATA = Parameter(
    "fair_use.bars_data",
    "P2-14",
    Text("达到流量封顶额度时暂停当月上网", "Data is barred for the month when the cap is reached"),
    switch(),
    default=True,
)
TOLD_SHARES = Parameter(
    "fair_use.told_shares",
    "P2-16",
    Text("以短信告知流量使用情况的比例", "Shares of the cap that the line is told of by message"),
    rising_numbers(1, 100),
    default=(50, 80, 100),
    unit=Text("%", "%"),
)


@dataclass(frozen=True, slots=True)
class DataSession:
    """A data session, counted when it ends; a session that runs over the end of a month counts where it ended."""

    ended_at: datetime
    volume: int


@dataclass(frozen=True, slots=True)
class CapMonth:
    """A line's month: bytes used, the part above the cap, and when data was barred; it opens at `reopens_at`."""

    used: int
    above: int
    barred_at: datetime | None
    reopens_at: datetime | None


def cap_month(sessions: Iterable[DataSession], cap: int | None, month: Month) -> CapMonth:
    """Count a month's sessions in the order they ended. `cap` is in bytes, None for a line without one.

    The cap is looked at when a session ends, and a running one is not cut (P2-15): the session that reaches it bars
    data, and the bytes above are charged by the line's plan. Data opens in the next month's first instant (P2-14).
    """
    used, barred_at = 0, None
    for session in sorted(sessions, key=lambda one: one.ended_at):
        if not month.start <= session.ended_at < month.end:
            continue
        used += session.volume
        if cap is not None and used >= cap and barred_at is None:
            barred_at = session.ended_at
    above = max(0, used - cap) if cap is not None else 0
    return CapMonth(used, above, barred_at, month.end if barred_at else None)


def reaches_cap(before: int, after: int, cap: int) -> bool:
    """Whether usage that took the month from `before` to `after` bytes reached the cap (P2-14)."""
    return before < cap <= after


def shares_passed(before: int, after: int, cap: int, shares: Iterable[int]) -> tuple[int, ...]:
    """Which shares of the cap, in percent, a session took the month past: each is told once (P2-16)."""
    return tuple(share for share in sorted(shares) if before * 100 < share * cap <= after * 100)
