"""Made-up usage of the connected lines, in files like those of a network: Parquet from one switch, CSV from another.

Each record is a function of the seed, the line's number and its own place, so that a month comes out the same on
every machine. Numbers differ in how much they call and load; data cards only load.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa

from trunkline.kernel.periods import Month
from trunkline.rating.engine import open_engine
from trunkline.subscriptions.types import PlanPeriod

#: Records an average line makes a month.
RECORDS = 36
#: Numbers of no line whose records turn up all the same, and what each leaves.
_STRAYS, _STRAY_RECORDS = 4, 3
#: Records that a switch sends again with the next file.
_SENT_AGAIN = 40
#: Numbers of others begin so: a series that nobody has.
_OTHERS = "100"

COLUMNS = (
    "source",
    "record_id",
    "line_number",
    "kind",
    "direction",
    "started_at",
    "quantity",
    "zone",
    "other_party",
)

_RECORDS = """
CREATE TEMPORARY TABLE records AS
WITH hungry AS MATERIALIZED (
    SELECT *, least(most, $records * (350 + (md5_number_lower(number || '/' || $seed) // 2 % 1300)::BIGINT) // 1000)
        AS records
    FROM lines
), places AS MATERIALIZED (
    SELECT number, active_from, branch, data_only, n,
           (md5_number_lower(number || '/' || n || '/' || $seed || '/' || $month) // 2)::BIGINT AS a,
           (md5_number_upper(number || '/' || n || '/' || $seed || '/' || $month) // 2)::BIGINT AS b
    FROM hungry, range($records * 2) AS numbers(n) WHERE n < records
), shaped AS (
    SELECT *, a % 100 AS dice,
        CAST($start AS TIMESTAMPTZ) + to_days((b // 7 % $days)::INTEGER)
            + to_seconds((25200 + a // 101 % 57600)::BIGINT) AS started_at
    FROM places
), kinds AS (
    SELECT *, CASE WHEN data_only OR dice >= 72 THEN 'data' WHEN dice >= 68 THEN 'mms' WHEN dice >= 50 THEN 'sms'
        ELSE 'voice' END AS kind
    FROM shaped WHERE started_at >= active_from
)
SELECT branch, 'MSC-' || branch AS source,
    $month || '-' || right(number, 7) || '-' || lpad(n::VARCHAR, 4, '0') AS record_id,
    number AS line_number, kind,
    CASE WHEN kind = 'voice' AND dice < 22 THEN 'mt' ELSE 'mo' END AS direction,
    started_at,
    (CASE kind WHEN 'voice' THEN 8 + b // 11 % 300 + CASE WHEN b // 13 % 8 = 0 THEN b // 17 % 1500 ELSE 0 END
        WHEN 'data' THEN 40000 + b // 19 % 30000000 + CASE WHEN b // 23 % 7 = 0 THEN b // 31 % 90000000 ELSE 0 END
        ELSE 1 END)::BIGINT AS quantity,
    'local' AS zone,
    CASE WHEN kind <> 'data' THEN $others || lpad((b // 29 % 100000000)::VARCHAR, 8, '0') END AS other_party
FROM kinds ORDER BY started_at, record_id
"""

#: Rows that cannot be taken in, each for another reason; `{source}`, `{month}` are filled in.
_BAD_ROWS = (
    "{source},,18655100001,voice,mo,{month}-05T10:00:00+08:00,60,local,10000000001",
    "{source},{month}-bad-2,186-not-a-number,voice,mo,{month}-05T10:00:00+08:00,60,local,10000000001",
    "{source},{month}-bad-3,18655100003,fax,mo,{month}-05T10:00:00+08:00,60,local,10000000001",
    "{source},{month}-bad-4,18655100004,voice,sideways,{month}-05T10:00:00+08:00,60,local,10000000001",
    "{source},{month}-bad-5,18655100005,voice,mo,not a time,60,local,10000000001",
    "{source},{month}-bad-6,18655100006,voice,mo,{month}-05T10:00:00+08:00,-60,local,10000000001",
    "{source},{month}-bad-7,18655100007,voice,mo,{month}-05T10:00:00+08:00",
)


def _line_table(
    periods: Sequence[PlanPeriod],
    strays: Iterable[str],
    branches: dict[int, str],
    data_plans: set[int],
    month: Month,
) -> pa.Table:
    rows = [
        (p.number, p.active_from, branches[p.branch_id], p.offering_id in data_plans, RECORDS * 2)
        for p in periods
    ]
    rows += [(number, month.start, "HF", False, _STRAY_RECORDS) for number in strays]
    number, active_from, branch, data_only, most = zip(*rows, strict=True)
    return pa.table(
        {
            "number": number,
            "active_from": pa.array(active_from, pa.timestamp("us", tz="UTC")),
            "branch": branch,
            "data_only": data_only,
            "most": most,
        }
    )


def write_month(
    month: Month,
    periods: Sequence[PlanPeriod],
    folder: Path,
    *,
    strays: Sequence[str],
    branches: dict[int, str],
    data_plans: set[int],
    seed: int,
    faulty: bool,
) -> tuple[Path, ...]:
    """Write the files of a month in the order they arrive: one for each branch.

    With `faulty` there is a third, of records that were sent before and rows that are wrong.
    """
    folder.mkdir(parents=True, exist_ok=True)
    hefei, wuhu, again = (folder / f"{month}-{name}" for name in ("hf.parquet", "wh.csv", "wh-again.csv"))
    columns = ", ".join(COLUMNS)
    written = columns.replace(
        "started_at",
        "strftime(timezone('Asia/Shanghai', started_at), '%Y-%m-%dT%H:%M:%S+08:00') AS started_at",
    )
    with open_engine(folder, keep_order=True) as engine:
        database = engine.con
        database.register("lines", _line_table(periods, strays[:_STRAYS], branches, data_plans, month))
        parameters = {
            "seed": str(seed),
            "month": str(month),
            "start": month.start.isoformat(),
            "days": month.last_day.day,
            "records": RECORDS,
            "others": _OTHERS,
        }
        database.execute(_RECORDS, parameters)
        database.sql(f"SELECT {columns} FROM records WHERE branch = 'HF'").write_parquet(str(hefei))
        others = database.sql(f"SELECT {written} FROM records WHERE branch = 'WH'")
        others.write_csv(str(wuhu), header=True)
        if not faulty:
            return hefei, wuhu
        others.limit(_SENT_AGAIN).write_csv(str(again), header=True)
    bad = "\n".join(row.format(source="MSC-WH", month=month) for row in _BAD_ROWS)
    with again.open("a", encoding="utf-8") as file:
        file.write(bad + "\n")
    return hefei, wuhu, again
