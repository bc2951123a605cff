"""Members joined against those promised (P2-01)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from trunkline.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class JoinedLine:
    """A line that was activated under an agreement: the day, and whether it is in service, stopped or ended."""

    activated_on: date
    ended: bool
    stopped: bool


@dataclass(frozen=True, slots=True)
class MonthJoined:
    """How many joined in a month, and up to its end."""

    month: Month
    joined: int
    total: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Lines that joined against those promised. `joined` counts every activated line, also one that has ended.

    `warn`: the end of the term is near and members are short. The agreement says nothing of what follows then
    (Q-07), so nothing does.
    """

    promised: int
    joined: int
    active: int
    stopped: int
    ended: int
    months: tuple[MonthJoined, ...]
    days_left: int | None
    warn: bool

    @property
    def short(self) -> int:
        """Members still to join."""
        return max(0, self.promised - self.joined)


def progress_of(
    promised: int,
    lines: Iterable[JoinedLine],
    *,
    effective_on: date | None,
    ends_on: date | None,
    today: date,
    warning_days: int,
) -> Progress:
    """Where an agreement stands; months from the one it took effect in to the present or its last."""
    joined = [line for line in lines if ends_on is None or line.activated_on <= ends_on]
    days_left = (ends_on - today).days if ends_on else None
    return Progress(
        promised=promised,
        joined=len(joined),
        active=sum(not line.ended and not line.stopped for line in joined),
        stopped=sum(line.stopped and not line.ended for line in joined),
        ended=sum(line.ended for line in joined),
        months=_months(joined, effective_on, min(today, ends_on) if ends_on else today),
        days_left=days_left,
        warn=days_left is not None and 0 <= days_left <= warning_days and len(joined) < promised,
    )


def _months(joined: Iterable[JoinedLine], since: date | None, until: date) -> tuple[MonthJoined, ...]:
    counts = Counter(Month.of(line.activated_on) for line in joined)
    if since is None and not counts:
        return ()
    first = min([*counts, *([Month.of(since)] if since else [])])
    found: list[MonthJoined] = []
    month, total = first, 0
    while month <= max([Month.of(until), *counts]):
        total += counts[month]
        found.append(MonthJoined(month, counts[month], total))
        month = month.next()
    return tuple(found)
