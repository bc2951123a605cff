"""Classes of usage: all that the prices of a tariff tell apart, numbered.

    class = base of kind and direction + Σ step × number      (zone, service, network, destination, time)

A criterion that no row of a kind names has step 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from trunkline.rating.tariffs.calendar import TimeClass
from trunkline.rating.tariffs.matching import Choice, Criteria, Situation, choose, names
from trunkline.rating.types import Network

#: The numbers of networks in classes.
NETWORK_NO = {Network.OFF_NET: 0, Network.ON_NET: 1, Network.GROUP: 2}


@dataclass(frozen=True, slots=True)
class Named:
    """All values that any row names; the numbers in classes count from 1 in this order."""

    zones: tuple[str, ...]
    services: tuple[str, ...]
    destinations: tuple[str, ...]

    @classmethod
    def by(cls, criteria: Sequence[Criteria]) -> Named:
        """What these rows name."""
        return cls(*(tuple(names(criteria, name)) for name in ("zone", "service", "destination")))


@dataclass(frozen=True, slots=True)
class Use:
    """One kind and direction: the values it is told apart by, each list led by what no price names."""

    kind: str
    direction: str
    base: int
    zones: Sequence[str | None]
    services: Sequence[str | None]
    networks: Sequence[Network]
    destinations: Sequence[str | None]
    times: Sequence[TimeClass]

    @property
    def size(self) -> int:
        """How many classes there are."""
        size = 1
        for values in self.dimensions:
            size *= len(values)
        return size

    @property
    def dimensions(self) -> tuple[Sequence[object], ...]:
        """The values by criterion; the last one's numbers lie next to each other."""
        return self.zones, self.services, self.networks, self.destinations, self.times

    @property
    def steps(self) -> tuple[int, ...]:
        """How far apart the classes of one value and the next are, by criterion; 0 where there is one value."""
        steps = []
        step = self.size
        for values in self.dimensions:
            step //= len(values)
            steps.append(step if len(values) > 1 else 0)
        return tuple(steps)

    def situations(self) -> Iterator[tuple[int, Situation]]:
        """Every class with its number."""
        times = product(self.zones, self.services, self.networks, self.destinations, self.times)
        for number, named in enumerate(times, start=self.base):
            yield number, Situation(*named)


def uses_of(criteria: Sequence[Criteria], named: Named, times: Sequence[TimeClass]) -> list[Use]:
    """What the rows of each kind and direction tell apart, numbered on from one to the next."""
    by_use: dict[tuple[str, str], list[Criteria]] = defaultdict(list)
    for row in criteria:
        by_use[row.kind, row.direction].append(row)
    uses: list[Use] = []
    base = 0
    for (kind, direction), rows in sorted(by_use.items()):
        uses.append(
            Use(
                kind,
                direction,
                base,
                zones=(None, *named.zones) if names(rows, "zone") else (None,),
                services=(None, *named.services) if names(rows, "service") else (None,),
                networks=tuple(NETWORK_NO) if names(rows, "network") else (Network.OFF_NET,),
                destinations=(None, *named.destinations) if names(rows, "destination") else (None,),
                times=times if names(rows, "day_kind") or names(rows, "band") else times[:1],
            )
        )
        base += uses[-1].size
    return uses


def choices(shape: Sequence[Criteria], use: Use) -> Iterator[tuple[int, Situation, Choice]]:
    """For every class of a use its number and the choice among the rows of a price version, by their place in it."""
    places = [n for n, row in enumerate(shape) if (row.kind, row.direction) == (use.kind, use.direction)]
    rows = [shape[n] for n in places]
    for number, situation in use.situations():
        chosen = choose(rows, situation)
        if chosen.rivals is not None:
            one, other = chosen.rivals
            yield number, situation, Choice(rivals=(places[one], places[other]))
        elif chosen.place is not None:
            yield number, situation, Choice(place=places[chosen.place])
        else:
            yield number, situation, Choice()
