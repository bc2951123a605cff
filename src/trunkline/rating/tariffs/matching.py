"""Which price row a piece of usage is charged by: of those that fit the most specific one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trunkline.rating.tariffs.calendar import TimeClass
from trunkline.rating.types import Network

#: What an on-net price takes: members of a group are on this network too.
_TAKES = {
    None: frozenset(Network),
    Network.ON_NET.value: frozenset({Network.ON_NET, Network.GROUP}),
    Network.GROUP.value: frozenset({Network.GROUP}),
    Network.OFF_NET.value: frozenset({Network.OFF_NET}),
}


@dataclass(frozen=True, slots=True)
class Situation:
    """Usage of one kind and direction, as far as prices tell it apart; None is what no price names."""

    zone: str | None = None
    service: str | None = None
    network: Network = Network.OFF_NET
    destination: str | None = None
    time: TimeClass = field(default_factory=TimeClass)


@dataclass(frozen=True, slots=True)
class Criteria:
    """What usage a price row takes; a criterion that is None takes everything."""

    kind: str
    direction: str
    zone: str | None
    service: str | None
    network: str | None
    destination: str | None
    day_kind: str | None
    band: str | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Criteria:
        """The criteria of a row of shape PRICES."""
        return cls(*(row[name] for name in cls.__slots__))

    def fits(self, usage: Situation) -> bool:
        """Whether usage of the row's kind and direction is taken."""
        return (
            self.zone in (None, usage.zone)
            and self.service in (None, usage.service)
            and usage.network in _TAKES[self.network]
            and self.destination in (None, usage.destination)
            and self.day_kind in (None, usage.time.day_kind)
            and (self.band is None or self.band in usage.time.bands)
        )

    def within(self, other: Criteria) -> bool:
        """Whether `other` takes everything that this one takes."""
        plain = ("kind", "direction", "zone", "service", "destination", "day_kind", "band")
        return _TAKES[self.network] <= _TAKES[other.network] and all(
            getattr(other, name) in (None, getattr(self, name)) for name in plain
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """The place of the row that counts; or of two of which neither is more specific, or nothing at all."""

    place: int | None = None
    rivals: tuple[int, int] | None = None


def choose(rows: Sequence[Criteria], usage: Situation) -> Choice:
    """Which of `rows`, all of the usage's kind and direction, it is charged by."""
    fitting = [place for place, row in enumerate(rows) if row.fits(usage)]
    if not fitting:
        return Choice()
    best = fitting[0]
    for place in fitting[1:]:
        if rows[place].within(rows[best]):
            best = place
    rival = next((p for p in fitting if not rows[best].within(rows[p])), None)
    if rival is not None:
        return Choice(rivals=(min(best, rival), max(best, rival)))
    return Choice(place=best)


def names(rows: Iterable[Criteria], criterion: str) -> list[str]:
    """The values that rows name for a criterion, in order."""
    return sorted({getattr(row, criterion) for row in rows} - {None})
