"""The benchmark of rating: a month of made-up usage, the work on it, and the floor that no rating could beat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from trunkline.kernel.periods import Month
from trunkline.rating.engine import open_engine
from trunkline.rating.rater import rate
from trunkline.rating.types import LINES, TARIFF_SHAPES, Tariffs

MONTH = Month(2026, 10)
PLANS = 2_000
LINES_AT_MOST = 200_000
RECORDS_A_LINE = 100
RECORDS_A_FILE = 2_000_000
#: Lines of one organisation.
_MEMBERS = 50

#: Every record is a function of its number and the seed alone. Lines take turns in no order; three fifths of the
#: records are calls, a third of them received, and a fifth is data. Two fifths of the other parties are numbers of
#: this network, half of these lines of ours; a tenth is abroad. Times lie in October 2026 by Asia/Shanghai.
_USAGE = """
SELECT
    'bench' AS source,
    lpad(i::VARCHAR, 12, '0') AS record_id,
    '186' || lpad((a % $lines)::VARCHAR, 8, '0') AS line_number,
    CASE WHEN b < 60 THEN 'voice' WHEN b < 75 THEN 'sms' WHEN b < 80 THEN 'mms' ELSE 'data' END AS kind,
    CASE WHEN b < 20 THEN 'mt' ELSE 'mo' END AS direction,
    make_timestamptz((1790784000000000 + c % 2678400000000)::BIGINT) AS started_at,
    CASE WHEN b < 60 THEN 1 + d % 600 WHEN b < 80 THEN 1 ELSE d % 5000000 END::BIGINT AS quantity,
    CASE WHEN e % 50 = 0 THEN 'roaming' ELSE 'local' END AS zone,
    CASE
        WHEN b >= 80 THEN NULL
        WHEN e % 10 < 4 THEN '186' || lpad((d % ($lines * 2))::VARCHAR, 8, '0')
        WHEN e % 10 < 8 THEN '139' || lpad((d % 100000000)::VARCHAR, 8, '0')
        WHEN e % 10 = 8 THEN '010' || lpad((d % 100000000)::VARCHAR, 8, '0')
        ELSE '00' || (1 + d % 90)::VARCHAR || lpad((c % 100000000)::VARCHAR, 8, '0')
    END AS other_party,
    CASE WHEN b >= 80 THEN (d % 3600)::BIGINT END AS duration,
    NULL::VARCHAR AS service
FROM (
    SELECT i, hash(i, $seed, 1) AS a, hash(i, $seed, 2) % 100 AS b, hash(i, $seed, 3) AS c, hash(i, $seed, 4) AS d,
        hash(i, $seed, 5) AS e
    FROM range($first, $last) AS numbers(i)
)
"""

_LINES = """
SELECT
    i AS line_id,
    '186' || lpad(i::VARCHAR, 8, '0') AS line_number,
    1 + i // 50 AS account_id,
    1 + i % $plans AS price_version_id,
    TIMESTAMPTZ '2026-01-01 00:00:00+08' AS active_from,
    NULL::TIMESTAMPTZ AS active_to,
    CASE i % 25 WHEN 0 THEN 'half' WHEN 1 THEN 'out_of_plan' WHEN 2 THEN 'full_month' END AS first_month_mode,
    1 + i // 50 AS group_id,
    CASE WHEN i // 50 % 10 = 0 THEN 1 + i // 50 END AS pool_id
FROM range($lines) AS numbers(i)
"""

#: Kind, direction, criteria, unit, price, allowance: what every plan charges for, the price a little higher in some.
_ROWS: tuple[tuple[str, str, dict[str, str], int, int, str | None], ...] = (
    ("voice", "mo", {"zone": "local"}, 60, 1500, "voice_minutes"),
    ("voice", "mo", {"zone": "local", "network": "group"}, 60, 300, "voice_minutes"),
    ("voice", "mo", {"zone": "local", "network": "on_net"}, 60, 1000, "voice_minutes"),
    (
        "voice",
        "mo",
        {"zone": "local", "network": "off_net", "destination": "home"},
        60,
        1500,
        "voice_minutes",
    ),
    (
        *("voice", "mo"),
        {"zone": "local", "network": "off_net", "destination": "home", "band": "idle"},
        *(60, 800, "voice_minutes"),
    ),
    ("voice", "mo", {"zone": "local", "network": "off_net", "destination": "near"}, 6, 2000, None),
    ("voice", "mo", {"zone": "local", "network": "off_net", "destination": "far"}, 6, 4000, None),
    ("voice", "mo", {"zone": "roaming"}, 60, 3900, None),
    ("voice", "mt", {}, 60, 0, None),
    ("voice", "mt", {"zone": "roaming"}, 60, 1000, None),
    ("sms", "mo", {}, 1, 1000, "messages"),
    ("sms", "mo", {"network": "group"}, 1, 500, "messages"),
    ("sms", "mo", {"network": "off_net", "destination": "far"}, 1, 9800, None),
    ("mms", "mo", {}, 1, 5000, None),
    ("data", "mo", {}, 1024, 3, "data_kb"),
    ("data", "mo", {"zone": "local", "day_kind": "weekend"}, 1024, 2, "data_kb"),
    ("data", "mo", {"zone": "local", "day_kind": "holiday"}, 1024, 1, "data_kb"),
    ("data", "mo", {"zone": "roaming"}, 1024, 10, None),
)
_INCLUDED = (("voice_minutes", 50, 1), ("messages", 5, 1), ("data_kb", 10_240, 1024))


def _prices(plans: int) -> Iterator[dict[str, Any]]:
    for version in range(1, plans + 1):
        for place, (kind, direction, criteria, unit, price, allowance) in enumerate(_ROWS):
            yield {
                "price_row_id": version * 100 + place,
                "price_version_id": version,
                "kind": kind,
                "direction": direction,
                "unit": unit,
                "rounding": "up",
                "price": price + version % 7 * bool(price),
                "allowance_kind": allowance,
                "cap": "data" if kind == "data" and version % 10 == 0 else None,
                **criteria,
            }


def _abroad() -> Iterator[dict[str, Any]]:
    """Prefixes of countries, the nearer ones first, and of what is at home."""
    for code in range(1, 91):
        yield {"prefix": f"00{code}", "destination": "near" if code < 30 else "far", "on_net": False}
    for prefix, on_net in (("0", False), ("1", False), ("186", True), ("185", True)):
        yield {"prefix": prefix, "destination": "home", "on_net": on_net}


def make_tariffs(plans: int, lines: int) -> Tariffs:
    """A full tariff: prefixes, networks, bands, kinds of days, allowances own, shared and carried, tiers, caps."""
    rows: dict[str, list[dict[str, Any]]] = {
        "prices": list(_prices(plans)),
        "allowances": [
            {"price_version_id": v, "allowance_kind": kind, "amount": amount * (1 + v % 5), "whole": whole}
            for v in range(1, plans + 1)
            for kind, amount, whole in _INCLUDED
        ],
        "carried": [
            {"line_id": line, "allowance_kind": "data_kb", "amount": 5_000} for line in range(0, lines, 20)
        ],
        "pools": [
            {"pool_id": 1 + group, "allowance_kind": "data_kb", "amount": 1_000_000}
            for group in range(0, -(-lines // _MEMBERS), 10)
        ],
        "tiers": [
            {"price_row_id": v * 100 + place, "above": 60, "price": 1_200}
            for v in range(5, plans + 1, 5)
            for place in (0, 3)
        ],
        "caps": [
            {"price_version_id": v, "cap": "data", "units": None, "amount": 150_000}
            for v in range(10, plans + 1, 10)
        ],
        "destinations": list(_abroad()),
        "bands": [
            {"band": "idle", "starts": 21 * 3600, "ends": 86_400},
            {"band": "idle", "starts": 0, "ends": 7 * 3600},
        ],
        "days": [
            *({"day": date(2026, 10, day), "day_kind": "holiday"} for day in range(1, 8)),
            {"day": date(2026, 10, 10), "day_kind": "workday"},
        ],
        "short_numbers": [
            {"group_id": 1 + group, "short_number": str(6000 + member)}
            for group in range(0, -(-lines // _MEMBERS), 10)
            for member in range(_MEMBERS)
        ],
    }
    return Tariffs(
        **{name: pa.Table.from_pylist(each, schema=TARIFF_SHAPES[name]) for name, each in rows.items()}
    )


@dataclass(frozen=True, slots=True)
class MadeUpMonth:
    """A month of usage and what it is rated by, ready for `engine.rate`."""

    usage_files: tuple[Path, ...]
    lines: pa.Table
    tariffs: Tariffs


def make_month(records: int, lines: int, folder: Path, *, plans: int = PLANS, seed: int = 1) -> MadeUpMonth:
    """`records` usage records over `lines` lines and `plans` plans, in Parquet files under `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    with open_engine(folder) as engine:
        database = engine.con
        for first in range(0, records, RECORDS_A_FILE):
            last = min(records, first + RECORDS_A_FILE)
            files.append(folder / f"usage-{first // RECORDS_A_FILE:04d}.parquet")
            bounds = {"lines": lines, "seed": seed, "first": first, "last": last}
            database.sql(_USAGE, params=bounds).write_parquet(str(files[-1]))
        counts = {"lines": lines, "plans": plans}
        return MadeUpMonth(
            usage_files=tuple(files),
            lines=database.sql(_LINES, params=counts).to_arrow_table().cast(LINES),
            tariffs=make_tariffs(plans, lines),
        )


def rating_benchmark(
    records: int, workdir: Path
) -> tuple[Callable[[], None], Callable[[], None], dict[str, int]]:
    """The work (rating `records` records), the floor, and the sizes of both.

    The floor is one pass of the same engine over the same files: one column summed, grouped by line.
    """
    lines = max(1, min(LINES_AT_MOST, records // RECORDS_A_LINE))
    month = make_month(records, lines, workdir / "month")

    def work() -> None:
        result = rate(month.usage_files, month.lines, month.tariffs, month=MONTH, workdir=workdir)
        if result.rated != records:
            raise RuntimeError(f"{result.rated} of {records} records were rated")

    def floor() -> None:
        with open_engine(workdir) as engine:
            usage = engine.read_parquet([str(path) for path in month.usage_files])
            engine.to_pyarrow(usage.group_by("line_number").aggregate(quantity=usage.quantity.sum()))

    size = sum(path.stat().st_size for path in month.usage_files)
    return work, floor, {"records": records, "lines": lines, "plans": PLANS, "bytes": size}
