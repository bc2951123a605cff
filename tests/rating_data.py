"""Small months of usage for tests: rows in plain Python, Parquet files of them, and Hypothesis' own months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

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


_NUMBERS = ("18600000001", "18600000002", "055112345678")
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


@st.composite
def _price_rows(draw: st.DrawFn) -> list[Row]:
    """Price rows of versions 1 to 3, some of which leave a kind, a direction or the roaming zone out."""
    rows = []
    for version in (1, 2, 3):
        for kind, (unit, allowance_kind) in _UNITS.items():
            for direction in draw(st.sampled_from((("mo", "mt"), ("mo",), ("mo",), ()))):
                for zone in draw(st.sampled_from((("local", "roaming"), ("local",), ("local",)))):
                    free = draw(st.sampled_from((True, True, True, False)))
                    rows.append(
                        {
                            "price_row_id": 1000 + len(rows),
                            "price_version_id": version,
                            "kind": kind,
                            "direction": direction,
                            "zone": zone,
                            "unit": unit if free else draw(st.sampled_from((1, 6, 7, unit))),
                            "rounding": draw(st.sampled_from(("up", "down", "nearest"))),
                            "price": draw(st.integers(0, 5000)),
                            "allowance_kind": allowance_kind if free else None,
                        }
                    )
    return rows


@st.composite
def _line_rows(draw: st.DrawFn) -> list[Row]:
    """Periods that never hold a number twice; a line may change plans and numbers, a number its line."""
    rows = []
    for number in _NUMBERS:
        cuts = sorted(draw(st.sets(st.sampled_from(_CUTS), min_size=2, max_size=5)))
        for begin, end in pairwise(cuts):
            if not draw(st.integers(0, 4)):
                continue
            line_id = draw(st.integers(1, 3))
            last = end == cuts[-1] and draw(st.booleans())
            rows.append(
                {
                    "line_id": line_id,
                    "line_number": number,
                    "account_id": line_id * 10,
                    "plan_code": "PLAN",
                    "price_version_id": draw(st.integers(1, 3)),
                    "active_from": begin,
                    "active_to": None if last else end,
                    "first_month_mode": draw(st.sampled_from((None, "full_month", "half", "out_of_plan"))),
                }
            )
    return rows


_RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "source": st.sampled_from(("msc", "ggsn")),
            "record_id": st.integers(0, 30).map(lambda n: f"r{n}"),
            "line_number": st.sampled_from((*_NUMBERS[:1] * 6, *_NUMBERS, "18699999999")),
            "kind": st.sampled_from(("voice", "voice", "voice", *_UNITS)),
            "direction": st.sampled_from(("mo", "mo", "mo", "mt")),
            "started_at": st.sampled_from(_MOMENTS),
            "quantity": st.one_of(
                st.integers(0, 400), st.integers(0, 8).map(lambda n: n * 60), st.just(5000)
            ),
            "zone": st.sampled_from(("local", "local", "local", "roaming")),
            "other_party": st.none(),
        }
    ),
    min_size=1,
    max_size=60,
    unique_by=lambda row: (row["source"], row["record_id"]),
)


@st.composite
def small_months(draw: st.DrawFn) -> SmallMonth:
    """Months in which everything happens at once."""
    granted = {
        (version, kind): (draw(st.integers(0, 12)), draw(st.sampled_from((None, 1, 4))))
        for version in (1, 2, 3)
        for kind in draw(st.sets(st.sampled_from(("voice_minutes", "messages", "data_kb")), min_size=1))
    }
    return SmallMonth(
        usage=draw(_RECORDS),
        lines=draw(_line_rows()),
        prices=draw(_price_rows()),
        allowances=[
            {"price_version_id": version, "allowance_kind": kind, "amount": amount, "whole": whole}
            for (version, kind), (amount, whole) in granted.items()
        ],
    )
