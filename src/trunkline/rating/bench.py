"""The benchmark of rating: a month of made-up usage, the work on it, and the floor that no rating could beat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from trunkline.kernel.periods import Month
from trunkline.rating.engine import open_engine, rate
from trunkline.rating.types import ALLOWANCES, LINES, PRICES

MONTH = Month(2026, 10)
PLANS = 200
RECORDS_A_LINE = 100
RECORDS_A_FILE = 2_000_000

#: Every record is a function of its number and the seed alone. Lines take turns in no order; three fifths of the
#: records are calls, a third of them received, and a fifth is data. Times lie in October 2026 by Asia/Shanghai.
_USAGE = """
SELECT
    'bench' AS source,
    lpad(i::VARCHAR, 12, '0') AS record_id,
    '186' || lpad((a % $lines)::VARCHAR, 8, '0') AS line_number,
    CASE WHEN b < 60 THEN 'voice' WHEN b < 75 THEN 'sms' WHEN b < 80 THEN 'mms' ELSE 'data' END AS kind,
    CASE WHEN b < 20 THEN 'mt' ELSE 'mo' END AS direction,
    make_timestamptz((1790784000000000 + c % 2678400000000)::BIGINT) AS started_at,
    CASE WHEN b < 60 THEN 1 + d % 600 WHEN b < 80 THEN 1 ELSE d % 5000000 END::BIGINT AS quantity,
    'local' AS zone,
    '139' || lpad((d % 100000000)::VARCHAR, 8, '0') AS other_party
FROM (
    SELECT i, hash(i, $seed, 1) AS a, hash(i, $seed, 2) % 100 AS b, hash(i, $seed, 3) AS c, hash(i, $seed, 4) AS d
    FROM range($first, $last) AS numbers(i)
)
"""

_LINES = """
SELECT
    i AS line_id,
    '186' || lpad(i::VARCHAR, 8, '0') AS line_number,
    1 + i // 50 AS account_id,
    'PLAN' || (i % $plans)::VARCHAR AS plan_code,
    1 + i % $plans AS price_version_id,
    TIMESTAMPTZ '2026-01-01 00:00:00+08' AS active_from,
    NULL::TIMESTAMPTZ AS active_to,
    CASE i % 25 WHEN 0 THEN 'half' WHEN 1 THEN 'out_of_plan' WHEN 2 THEN 'full_month' END AS first_month_mode
FROM range($lines) AS numbers(i)
"""

_PRICES = """
SELECT version * 10 + n AS price_row_id, version AS price_version_id, kind, direction, 'local' AS zone, unit,
       'up' AS rounding, price + version % 7 * free AS price, allowance_kind
FROM range(1, $plans + 1) AS versions(version), (VALUES
    (1, 'voice', 'mo', 60, 1500, 1, 'voice_minutes'), (2, 'voice', 'mt', 60, 0, 0, NULL),
    (3, 'sms', 'mo', 1, 1000, 1, 'messages'), (4, 'mms', 'mo', 1, 5000, 1, NULL),
    (5, 'data', 'mo', 1024, 3, 1, 'data_kb')
) AS rows(n, kind, direction, unit, price, free, allowance_kind)
"""

_ALLOWANCES = """
SELECT version AS price_version_id, allowance_kind, amount * (1 + version % 5) AS amount, whole
FROM range(1, $plans + 1) AS versions(version), (VALUES
    ('voice_minutes', 50, 1), ('messages', 5, 1), ('data_kb', 10240, 1024)
) AS rows(allowance_kind, amount, whole)
"""


@dataclass(frozen=True, slots=True)
class MadeUpMonth:
    """A month of usage and its dimensions, ready for `engine.rate`."""

    usage_files: tuple[Path, ...]
    lines: pa.Table
    prices: pa.Table
    allowances: pa.Table


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
            prices=database.sql(_PRICES, params={"plans": plans}).to_arrow_table().cast(PRICES),
            allowances=database.sql(_ALLOWANCES, params={"plans": plans}).to_arrow_table().cast(ALLOWANCES),
        )


def rating_benchmark(
    records: int, workdir: Path
) -> tuple[Callable[[], None], Callable[[], None], dict[str, int]]:
    """The work (rating `records` records), the floor, and the sizes of both.

    The floor is one pass of the same engine over the same files: one column summed, grouped by line.
    """
    lines = max(1, records // RECORDS_A_LINE)
    month = make_month(records, lines, workdir / "month")

    def work() -> None:
        result = rate(
            month.usage_files, month.lines, month.prices, month.allowances, month=MONTH, workdir=workdir
        )
        if result.rated != records:
            raise RuntimeError(f"{result.rated} of {records} records were rated")

    def floor() -> None:
        with open_engine(workdir) as engine:
            usage = engine.read_parquet([str(path) for path in month.usage_files])
            engine.to_pyarrow(usage.group_by("line_number").aggregate(quantity=usage.quantity.sum()))

    size = sum(path.stat().st_size for path in month.usage_files)
    return work, floor, {"records": records, "lines": lines, "plans": PLANS, "bytes": size}
