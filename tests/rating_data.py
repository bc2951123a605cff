"""Small months of usage for tests: rows in plain Python, Parquet files of them, and Hypothesis' own months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise, product
from pathlib import Path
from random import Random
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from trunkline.kernel.periods import Month
from trunkline.rating.types import LINES, TARIFF_SHAPES, USAGE, Tariffs

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
        "duration": None,
        "service": None,
        **other,
    }


def line(**other: Any) -> Row:
    """Line 1 with 18600000001 on price version 1, all the time."""
    return {
        "line_id": 1,
        "line_number": "18600000001",
        "account_id": 10,
        "price_version_id": 1,
        "active_from": datetime(2026, 1, 1, tzinfo=UTC),
        "active_to": None,
        "first_month_mode": None,
        "group_id": None,
        "pool_id": None,
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


def tariffs(**rows: Iterable[Mapping[str, Any]]) -> Tariffs:
    """Tariff tables of some rows; what is not named is empty."""
    return Tariffs(**{name: table(each, TARIFF_SHAPES[name]) for name, each in rows.items()})


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
    tariff: Mapping[str, Sequence[Row]]

    def tables(self) -> tuple[pa.Table, Tariffs]:
        """Lines and tariffs as the engine takes them."""
        return table(self.lines, LINES), tariffs(**self.tariff)


_UNITS = {
    "voice": (60, "voice_minutes"),
    "sms": (1, "messages"),
    "mms": (1, "messages"),
    "data": (1024, "data_kb"),
    "vas": (1, None),
    "content": (1, None),
}
_INSTANT = timedelta(microseconds=1)
#: Few instants, so that records share them and meet the edges of months, periods, days and time bands.
_MOMENTS = (
    *(edge + step for edge in (OCTOBER.start, OCTOBER.end) for step in (-_INSTANT, timedelta(0), _INSTANT)),
    *(OCTOBER.start + timedelta(days=day) for day in (1, 9, 17, 25)),
    *(
        OCTOBER.start + timedelta(days=day, hours=hour) - timedelta(seconds=before)
        for day, hour, before in (
            (7, 21, 90),
            (8, 0, 30),
            (9, 7, 1),
            (9, 21, 3000),
            (10, 24, 61),
            (30, 24, 100),
        )
    ),
)
_CUTS = (
    OCTOBER.start - timedelta(days=40),
    OCTOBER.start,
    *_MOMENTS[6:10],
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


#: What each criterion may name.
_NAMED = {
    "zone": ("roaming", "abroad"),
    "network": ("group", "on_net", "off_net"),
    "destination": ("hk", "far"),
    "day_kind": ("weekend", "holiday", "workday"),
    "band": ("idle", "late"),
    "service": ("news", "games"),
}
_TOLD_APART = {
    "voice": ("zone", "network", "destination", "day_kind", "band"),
    "sms": ("zone", "network", "destination"),
    "mms": ("zone", "network"),
    "data": ("zone", "day_kind", "band"),
    "vas": ("service",),
    "content": ("service",),
}


def _criteria(chance: Chance, kind: str) -> Iterator[dict[str, str]]:
    """What the rows of a kind take: each within one before it or apart from all, so that one is the most specific."""
    row: dict[str, str] = {}
    if chance.number(0, 5):
        yield row
    dimensions = list(_TOLD_APART[kind])
    for _ in range(chance.number(0, 3)):
        if not dimensions:
            return
        name = chance.pick(dimensions)
        dimensions.remove(name)
        values = _NAMED[name] if name != "band" else (chance.pick(_NAMED[name]),)
        for value in values[: chance.number(1, 3)]:
            yield {**row, name: value}
        row = {**row, name: values[0]}


def _price_rows(chance: Chance) -> Iterator[Row]:
    """Price rows of versions 1 to 3, some of which leave a kind or a direction out."""
    ids = count(1000)
    for version, (kind, (unit, allowance_kind)) in product((1, 2, 3), _UNITS.items()):
        for direction in chance.pick((("mo", "mt"), ("mo",), ("mo",), ())):
            for named in _criteria(chance, kind):
                free = allowance_kind is not None and chance.number(0, 3) > 0
                block = not free and chance.number(0, 3) == 0
                yield price(
                    **{"zone": None, **named},
                    price_row_id=next(ids),
                    price_version_id=version,
                    kind=kind,
                    direction=direction,
                    unit=unit
                    if free
                    else chance.pick((1, 6, 7, unit))
                    if kind != "data"
                    else chance.pick((512, unit)),
                    rounding=chance.pick(("up", "down", "nearest")),
                    price=chance.number(0, 5000),
                    minimum=chance.pick((None, None, 0, 2)),
                    first_units=3 if block else None,
                    first_price=chance.number(0, 9000) if block else None,
                    allowance_kind=allowance_kind if free else None,
                    cap=chance.pick((None, None, "a", "b")),
                )


def _line_rows(chance: Chance, numbers: Sequence[str]) -> Iterator[Row]:
    """Periods that never hold a number twice; a line may change plans and numbers, a number its line."""
    pools = {line_id: chance.pick((None, 1, 1, 2)) for line_id in range(1, len(numbers) + 1)}
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
                group_id=chance.pick((None, 1, 1, 2)),
                pool_id=pools[line_id],
            )


_KINDS = ("voice_minutes", "messages", "data_kb")


def _allowance_rows(chance: Chance) -> Iterator[Row]:
    for version, kind in product((1, 2, 3), _KINDS):
        if chance.number(0, 3):
            amount, whole = chance.number(0, 12), chance.pick((None, 1, 4))
            yield allowance(amount, price_version_id=version, allowance_kind=kind, whole=whole)


def _some(chance: Chance, owners: Iterable[Any], owner: str, most: int) -> list[Row]:
    """Amounts of allowances for some owners."""
    return [
        {owner: each, "allowance_kind": kind, "amount": chance.number(0, most)}
        for each, kind in product(owners, _KINDS)
        if chance.number(0, 2) == 0
    ]


def _any_tariff(chance: Chance, numbers: Sequence[str]) -> dict[str, list[Row]]:
    prices = list(_price_rows(chance))
    tiered = [row for row in prices if not row["first_units"] and chance.number(0, 2) == 0]
    return {
        "prices": prices,
        "allowances": list(_allowance_rows(chance)),
        "carried": _some(chance, range(1, len(numbers) + 1), "line_id", 5),
        "pools": _some(chance, (1, 2), "pool_id", 30),
        "tiers": [
            {"price_row_id": row["price_row_id"], "above": above, "price": chance.number(0, 5000)}
            for row in tiered
            for above in {chance.number(0, 6), chance.number(3, 40)}
        ],
        "caps": [
            {
                "price_version_id": version,
                "cap": cap,
                "units": chance.pick((None, 0, chance.number(0, 40))),
                "amount": chance.pick((None, chance.number(0, 60_000))),
            }
            for version, cap in product((1, 2, 3), ("a", "b"))
            if chance.number(0, 2)
        ],
        "destinations": [
            {"prefix": prefix, "destination": destination, "on_net": on_net}
            for prefix, destination, on_net in (
                ("00", "far", False),
                ("00852", "hk", False),
                ("0085291", "near", False),
                ("186", "home", True),
                ("1860000", "home", False),
            )
            if chance.number(0, 4)
        ],
        "bands": [
            {"band": "idle", "starts": 21 * 3600, "ends": 86_400},
            {"band": "idle", "starts": 0, "ends": 7 * 3600},
            {"band": "late", "starts": 23 * 3600 + 1800, "ends": 86_400},
        ],
        "days": [
            *({"day": date(2026, 10, n), "day_kind": "holiday"} for n in range(1, 8)),
            {"day": date(2026, 10, 10), "day_kind": "workday"},
        ],
        "short_numbers": [{"group_id": 1, "short_number": "601"}] if chance.number(0, 1) else [],
    }


def _usage_rows(chance: Chance, numbers: Sequence[str], records: int) -> Iterator[Row]:
    """Ids do not follow time, and come from two sources that use the same ones."""
    for n in range(records):
        kind = chance.pick(("voice", "voice", "voice", *_UNITS))
        yield call(
            f"r{n // 2 * 7919 % 10_007:05d}",
            chance.pick(_MOMENTS),
            chance.pick((0, 1, 29, 30, 31, 60, 61, 89, 90, 120, 512, 1024, 5000)),
            source=("msc", "ggsn")[n % 2],
            line_number=chance.pick((*numbers, *numbers, "18699999999")),
            kind=kind,
            direction=chance.pick(("mo", "mo", "mo", "mt")),
            zone=chance.pick(("local", "local", "local", "roaming", "abroad")),
            other_party=chance.pick(
                (
                    None,
                    *numbers,
                    "601",
                    "10086",
                    "0085212345678",
                    "0085291234567",
                    "0044123",
                    "008",
                    "13900000000",
                )
            ),
            duration=chance.pick((None, 0, 1, 100, 7200)) if kind == "data" else None,
            service=chance.pick((None, "news", "games", "maps")) if kind in {"vas", "content"} else None,
        )


def any_month(chance: Chance, *, numbers: int, records: int) -> SmallMonth:
    """A month in which everything happens at once."""
    names = [f"186000000{n:02d}" for n in range(1, numbers + 1)]
    return SmallMonth(
        usage=list(_usage_rows(chance, names, records)),
        lines=list(_line_rows(chance, names)),
        tariff=_any_tariff(chance, names),
    )


@st.composite
def small_months(draw: st.DrawFn) -> SmallMonth:
    """Months of a handful of records, for Hypothesis."""
    chance = Drawn(draw)
    return any_month(chance, numbers=chance.number(1, 3), records=chance.number(0, 25))
