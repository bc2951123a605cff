"""Small months of usage for tests: rows in plain Python, Parquet files of them, and Hypothesis' own months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise, product
from pathlib import Path
from random import Random
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from trunkline.kernel.periods import Month
from trunkline.rating.types import ALLOWANCES, LINES, PRICES, USAGE

OCTOBER = Month(2026, 10)
Row = dict[str, Any]


def call(record_id: str, at: datetime, seconds: int = 60, **other: Any) -> Row:
    """An outgoing call of 18600000001."""
    return {
        "source": "msc",
        "record_id": record_id,
        "line_number": "18600000001",
        "kind": "voice",
        "direction": "mo",
        "started_at": at,
        "quantity": seconds,
        "zone": "local",
        "other_party": None,
        **other,
    }


def line(**other: Any) -> Row:
    """Line 1 with 18600000001 on price version 1, all the time."""
    return {
        "line_id": 1,
        "line_number": "18600000001",
        "account_id": 10,
        "plan_code": "PLAN",
        "price_version_id": 1,
        "active_from": datetime(2026, 1, 1, tzinfo=UTC),
        "active_to": None,
        "first_month_mode": None,
        **other,
    }


def price(**other: Any) -> Row:
    """Outgoing calls of price version 1 at 0.15 yuan a minute begun."""
    return {
        "price_row_id": 100,
        "price_version_id": 1,
        "kind": "voice",
        "direction": "mo",
        "zone": "local",
        "unit": 60,
        "rounding": "up",
        "price": 1500,
        "allowance_kind": "voice_minutes",
        **other,
    }


def allowance(amount: int, **other: Any) -> Row:
    """`amount` minutes of price version 1."""
    return {
        "price_version_id": 1,
        "allowance_kind": "voice_minutes",
        "amount": amount,
        "whole": None,
        **other,
    }


def table(rows: Iterable[Mapping[str, Any]], shape: pa.Schema) -> pa.Table:
    """Rows as an Arrow table of a shape."""
    return pa.Table.from_pylist(list(rows), schema=shape)


def usage_file(path: Path, rows: Iterable[Row]) -> Path:
    """Accepted records as a Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table(rows, USAGE), path)
    return path


@dataclass(frozen=True)
class SmallMonth:
    """All that a rating of October 2026 takes, in plain rows."""

    usage: Sequence[Row]
    lines: Sequence[Row]
    prices: Sequence[Row]
    allowances: Sequence[Row]

    def tables(self) -> tuple[pa.Table, pa.Table, pa.Table]:
        """Lines, prices and allowances as the engine takes them."""
        return (
            table(self.lines, LINES),
            table(self.prices, PRICES),
            table(self.allowances, ALLOWANCES),
        )


_UNITS = {
    "voice": (60, "voice_minutes"),
    "sms": (1, "messages"),
    "mms": (1, "messages"),
    "data": (1024, "data_kb"),
}
_INSTANT = timedelta(microseconds=1)
#: Few instants, so that records share them and meet the edges of months and periods.
_MOMENTS = (
    *(edge + step for edge in (OCTOBER.start, OCTOBER.end) for step in (-_INSTANT, timedelta(0), _INSTANT)),
    *(OCTOBER.start + timedelta(days=day) for day in (1, 9, 17, 25)),
)
_CUTS = (
    OCTOBER.start - timedelta(days=40),
    OCTOBER.start,
    *_MOMENTS[6:],
    OCTOBER.end,
    OCTOBER.end + timedelta(days=9),
)


class Chance(Protocol):
    """Where a month's accidents come from: Hypothesis, or a seeded generator."""

    def pick(self, options: Sequence[Any]) -> Any:
        """One of `options`."""

    def number(self, least: int, most: int) -> int:
        """A number from `least` to `most`, both included."""


class Seeded:
    """Chance from a seed, the same on every machine."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.pick = self._random.choice
        self.number = self._random.randint


class Drawn:
    """Chance from Hypothesis, which then looks for the smallest month that fails."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def pick(self, options: Sequence[Any]) -> Any:
        return self._draw(st.sampled_from(options))

    def number(self, least: int, most: int) -> int:
        return self._draw(st.integers(least, most))


def _price_rows(chance: Chance) -> Iterator[Row]:
    """Price rows of versions 1 to 3, some of which leave a kind, a direction or the roaming zone out."""
    ids = count(1000)
    for version, (kind, (unit, allowance_kind)) in product((1, 2, 3), _UNITS.items()):
        directions = chance.pick((("mo", "mt"), ("mo",), ("mo",), ()))
        zones = chance.pick((("local", "roaming"), ("local",), ("local",)))
        for direction, zone in product(directions, zones):
            free = chance.number(0, 3) > 0
            yield price(
                price_row_id=next(ids),
                price_version_id=version,
                kind=kind,
                direction=direction,
                zone=zone,
                unit=unit if free else chance.pick((1, 6, 7, unit)),
                rounding=chance.pick(("up", "down", "nearest")),
                price=chance.number(0, 5000),
                allowance_kind=allowance_kind if free else None,
            )


def _line_rows(chance: Chance, numbers: Sequence[str]) -> Iterator[Row]:
    """Periods that never hold a number twice; a line may change plans and numbers, a number its line."""
    for number in numbers:
        cuts = sorted({chance.pick(_CUTS) for _ in range(4)})
        for begin, end in pairwise(cuts):
            if chance.number(0, 4) == 0:
                continue
            line_id = chance.number(1, len(numbers))
            yield line(
                line_id=line_id,
                line_number=number,
                account_id=line_id * 10,
                price_version_id=chance.number(1, 3),
                active_from=begin,
                active_to=None if end == cuts[-1] and chance.number(0, 1) else end,
                first_month_mode=chance.pick((None, None, "full_month", "half", "out_of_plan")),
            )


def _allowance_rows(chance: Chance) -> Iterator[Row]:
    for version, kind in product((1, 2, 3), ("voice_minutes", "messages", "data_kb")):
        if chance.number(0, 3):
            amount, whole = chance.number(0, 12), chance.pick((None, 1, 4))
            yield allowance(amount, price_version_id=version, allowance_kind=kind, whole=whole)


def _usage_rows(chance: Chance, numbers: Sequence[str], records: int) -> Iterator[Row]:
    """Ids do not follow time, and come from two sources that use the same ones."""
    for n in range(records):
        yield call(
            f"r{n // 2 * 7919 % 10_007:05d}",
            chance.pick(_MOMENTS),
            chance.pick((0, 1, 29, 30, 31, 60, 61, 89, 90, 120, 512, 1024, 5000)),
            source=("msc", "ggsn")[n % 2],
            line_number=chance.pick((*numbers, *numbers, "18699999999")),
            kind=chance.pick(("voice", "voice", "voice", *_UNITS)),
            direction=chance.pick(("mo", "mo", "mo", "mt")),
            zone=chance.pick(("local", "local", "local", "roaming")),
        )


def any_month(chance: Chance, *, numbers: int, records: int) -> SmallMonth:
    """A month in which everything happens at once."""
    names = [f"186000000{n:02d}" for n in range(1, numbers + 1)]
    return SmallMonth(
        usage=list(_usage_rows(chance, names, records)),
        lines=list(_line_rows(chance, names)),
        prices=list(_price_rows(chance)),
        allowances=list(_allowance_rows(chance)),
    )


@st.composite
def small_months(draw: st.DrawFn) -> SmallMonth:
    """Months of a handful of records, for Hypothesis."""
    chance = Drawn(draw)
    return any_month(chance, numbers=chance.number(1, 3), records=chance.number(0, 25))
