"""The columnar engine: opens it within bounds, loads the dimensions, runs the rating plan."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends.duckdb import Backend

from trunkline.catalog.types import FirstMonthMode
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, raise_if_any
from trunkline.kernel.text import Text
from trunkline.rating import plan
from trunkline.rating.types import (
    ALLOWANCES,
    LINES,
    PRICES,
    TOTALS,
    UNRATED,
    EngineSettings,
    RatingResult,
    Rounding,
)

NUMBER_HELD_TWICE = Refusal(
    "rating.number_held_twice",
    "",
    Text("号码 {subject} 同一时刻属于多个用户", "Number {subject} belongs to several lines at one time"),
)
FIRST_MONTH_UNKNOWN = Refusal(
    "rating.first_month_unknown",
    "P2-04",
    Text("用户 {subject} 的首月资费标准无效", "Line {subject} has an unknown first-month mode"),
)
PRICE_TWICE = Refusal(
    "rating.price_twice",
    "",
    Text(
        "价格版本 {subject} 对同一用量有多个单价",
        "Price version {subject} prices the same usage more than once",
    ),
)
PRICE_UNSOUND = Refusal(
    "rating.price_unsound",
    "",
    Text(
        "单价 {subject} 的计费单位、取整方式或金额无效",
        "Price row {subject} has a bad unit, rounding or price",
    ),
)
ALLOWANCE_TWICE = Refusal(
    "rating.allowance_twice",
    "",
    Text("价格版本 {subject} 的同一套餐内容重复", "Price version {subject} grants the same allowance twice"),
)
ALLOWANCE_UNITS_DIFFER = Refusal(
    "rating.allowance_units_differ",
    "",
    Text("套餐内容 {subject} 的计费单位不一致", "Price rows count allowance {subject} in different units"),
)

PRICE_ROW_TWICE = Refusal(
    "rating.price_row_twice",
    "",
    Text("单价编号 {subject} 重复", "Price row {subject} is there more than once"),
)
_NUMBERS = pa.schema([pa.field("line_number", pa.string(), nullable=False)])
_END_OF_TIME = ibis.timestamp("9999-12-31T00:00:00+00:00")
#: Units and prices beyond this are mistakes, and would not leave room for exact products.
_LARGEST = 2**50


@contextmanager
def open_engine(
    workdir: Path, settings: EngineSettings | None = None, *, keep_order: bool = False
) -> Iterator[Backend]:
    """DuckDB behind Ibis, in memory up to the limit and beyond it in a directory of its own under `workdir`.

    Naive times are taken as Asia/Shanghai. `keep_order` keeps the rows of a file in their order, which costs
    memory. The engine and its directory are gone after the block.
    """
    chosen = settings or EngineSettings()
    workdir.mkdir(parents=True, exist_ok=True)
    spill = tempfile.mkdtemp(prefix="engine-", dir=workdir)
    config: dict[str, str | int | bool] = {
        "memory_limit": chosen.memory_limit,
        "temp_directory": spill,
        "max_temp_directory_size": chosen.max_temp_directory_size,
        "preserve_insertion_order": keep_order,
        # Everything needed is built in: nothing is to be fetched while bills are made.
        "autoinstall_known_extensions": False,
    }
    if chosen.threads:
        config["threads"] = chosen.threads
    engine = ibis.duckdb.connect(**config)
    try:
        engine.raw_sql("SET TimeZone = 'Asia/Shanghai'")
        engine.raw_sql("CREATE TEMP MACRO div(dividend, divisor) AS dividend // divisor")
        yield engine
    finally:
        engine.disconnect()
        shutil.rmtree(spill, ignore_errors=True)


@contextmanager
def published(target: Path) -> Iterator[Path]:
    """Hands out a temporary path beside `target`; what was written there becomes `target` in one step.

    The bytes are on the disk before the name is. Nothing is left behind when the block raises.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}.partial")
    try:
        yield partial
        sync(partial)
        partial.replace(target)
        sync(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Has the disk keep a file's bytes, or the names in a directory."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def rate(
    usage_files: Sequence[Path],
    lines: pa.Table,
    prices: pa.Table,
    allowances: pa.Table,
    *,
    month: Month,
    workdir: Path,
    rated_out: Path | None = None,
    settings: EngineSettings | None = None,
    numbers: Collection[str] | None = None,
) -> RatingResult:
    """Rates the accepted records of a month: the same input, in any order, gives the same result.

    `usage_files` are Parquet of shape USAGE and hold each (source, record_id) once; `lines`, `prices` and
    `allowances` have the shapes LINES, PRICES and ALLOWANCES. All records of the month have to be there, since
    they use up the allowances in the order of events. With `rated_out` every rated record is written there as
    Parquet (shape RATED, in no order), atomically. With `numbers` only the records of these are looked at: what a
    line used up is its own, so theirs come out as they do among all. Raises Refused, with every reason, where the lines or prices
    contradict themselves; money that does not fit an int64 raises the engine's error.
    """
    with open_engine(workdir, settings) as engine:
        periods, tariff = dimensions(engine, lines, prices, allowances, month)
        if not usage_files:
            return RatingResult(TOTALS.empty_table(), UNRATED.empty_table(), 0, 0)
        usage = engine.read_parquet([str(path) for path in usage_files], hive_partitioning=False)
        if numbers is not None:
            rows = pa.table({"line_number": sorted(numbers)}, _NUMBERS)
            chosen = usage.semi_join(load(engine, "chosen_number", rows, _NUMBERS), "line_number")
            usage = engine.create_table("chosen_usage", chosen, temp=True)
        rated = plan.rated(usage, periods, tariff, month)
        if rated_out is None:
            return _result(engine, usage, plan.totals(rated), plan.unrated(usage, periods, tariff, month))
        with published(rated_out) as partial:
            engine.to_parquet(rated, partial)
            written = engine.read_parquet(str(partial))
            return _result(engine, usage, plan.totals(written), plan.unrated(usage, periods, tariff, month))


def dimensions(
    engine: Backend, lines: pa.Table, prices: pa.Table, allowances: pa.Table, month: Month
) -> tuple[ir.Table, ir.Table]:
    """Load what usage is rated by, for `plan`: the line periods of the month, and the tariff.

    Raises Refused, with every reason, where lines or prices contradict themselves.
    """
    # The plan joins in the right order as it is written. The engine may guess sizes wrong and join usage to
    # prices before lines, which makes every record as many rows as there are price versions; native tables
    # instead of views keep it from the same mistake elsewhere.
    engine.raw_sql("SET disabled_optimizers = 'join_order'")
    line_table = load(engine, "line_period", lines, LINES)
    price_table = load(engine, "price_row", prices, PRICES)
    allowance_table = load(engine, "allowance", allowances, ALLOWANCES)
    _refuse_contradictions(engine, line_table, price_table, allowance_table)
    granted = load(engine, "granted", plan.grants(allowances), plan.GRANTS)
    tariff = engine.create_table("tariff", plan.tariff(price_table, granted), temp=True)
    periods = engine.create_table("period", plan.lines_of_month(line_table, month), temp=True)
    return periods, tariff


def load(engine: Backend, name: str, rows: pa.Table, shape: pa.Schema) -> ir.Table:
    """Copies a dimension into a native table; ValueError or KeyError where it has not that shape."""
    return engine.create_table(name, ibis.memtable(rows.select(shape.names).cast(shape)), temp=True)


def _result(engine: Backend, usage: ir.Table, totals: ir.Table, unrated: ir.Table) -> RatingResult:
    records = int(engine.execute(usage.count()))
    summed = engine.to_pyarrow(totals).cast(TOTALS)
    rated = pc.sum(summed["records"]).as_py() or 0
    # Looking for the reasons is a second pass over the files: only where a record is missing from the totals.
    missing = UNRATED.empty_table() if rated == records else engine.to_pyarrow(unrated).cast(UNRATED)
    if rated + missing.num_rows != records:
        raise RuntimeError(f"{records} records became {rated} rated and {missing.num_rows} unrated")
    return RatingResult(totals=summed, unrated=missing, records=records, rated=rated)


def _refuse_contradictions(engine: Backend, lines: ir.Table, prices: ir.Table, allowances: ir.Table) -> None:
    """Raises Refused for lines and prices by which a record would be charged twice or by no rule."""
    following = lines.active_from.lead().over(group_by=lines.line_number, order_by=lines.active_from)
    spans = lines.mutate(following=following)
    held_twice = spans.following < spans.active_to.fill_null(_END_OF_TIME)
    modes = [mode.value for mode in FirstMonthMode]
    key = ("price_version_id", "kind", "direction", "zone")
    roundings = [rounding.value for rounding in Rounding]
    sound = (
        prices.unit.between(1, _LARGEST) & prices.price.between(0, _LARGEST) & prices.rounding.isin(roundings)
    )
    drawing = prices.filter(prices.allowance_kind.notnull())
    findings = (
        (NUMBER_HELD_TWICE, spans.filter(held_twice).line_number),
        (FIRST_MONTH_UNKNOWN, lines.filter(lines.first_month_mode.notin(modes)).line_id),
        (PRICE_TWICE, prices.group_by(key).having(prices.count() > 1).agg().price_version_id),
        (PRICE_ROW_TWICE, prices.group_by("price_row_id").having(prices.count() > 1).agg().price_row_id),
        (PRICE_UNSOUND, prices.filter(~sound).price_row_id),
        (
            ALLOWANCE_TWICE,
            allowances.group_by("price_version_id", "allowance_kind")
            .having(allowances.count() > 1)
            .agg()
            .price_version_id,
        ),
        (
            ALLOWANCE_UNITS_DIFFER,
            drawing.group_by("allowance_kind").having(drawing.unit.nunique() > 1).agg().allowance_kind,
        ),
    )
    raise_if_any(
        refusal.about(str(subject))
        for refusal, subjects in findings
        for subject in sorted(set(engine.to_pyarrow(subjects).to_pylist()))
    )
