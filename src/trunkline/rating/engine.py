"""The columnar engine: opens it within bounds, loads the dimensions, runs the rating plan."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends.duckdb import Backend

from trunkline.kernel.periods import Month
from trunkline.rating.contradictions import refuse_contradictions
from trunkline.rating.plan import pricing, summing
from trunkline.rating.plan.dimensions import layout_of, periods, tables
from trunkline.rating.plan.ordering import ordered, with_counters
from trunkline.rating.tariffs.compiling import compiled
from trunkline.rating.tariffs.destinations import directory_of
from trunkline.rating.types import (
    LINES,
    RATED,
    TARIFF_SHAPES,
    TOTALS,
    UNRATED,
    USAGE,
    EngineSettings,
    RatingResult,
    Tariffs,
)

#: Numbers up to which they are looked for in the files' own statistics, rather than by a join.
_FEW = 50
_NUMBERS = pa.schema([pa.field("line_number", pa.string(), nullable=False)])


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
        engine.raw_sql("CREATE TEMP MACRO micros(moment) AS epoch_us(moment)")
        engine.raw_sql("CREATE TEMP MACRO instant(microseconds) AS make_timestamptz(microseconds)")
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
    tariffs: Tariffs,
    *,
    month: Month,
    workdir: Path,
    rated_out: Path | None = None,
    settings: EngineSettings | None = None,
    numbers: Collection[str] | None = None,
) -> RatingResult:
    """Rates the accepted records of a month: the same input, in any order, gives the same result.

    `usage_files` are Parquet of shape USAGE and hold each (source, record_id) once; `lines` has shape LINES. All
    records of the month have to be there, since they use up the allowances in the order of events. With `rated_out`
    every rated record is written there as Parquet (shape RATED, in no order), atomically. With `numbers` only the
    records of these are looked at: what a line used up is its own, so theirs come out as they do among all, unless
    they share a pool with others. Raises Refused, with every reason, where lines or tariffs contradict themselves;
    money that does not fit an int64 raises the engine's error.
    """
    with open_engine(workdir, settings) as engine:
        rater = Rater(engine.con, lines, tariffs, month)
        if not usage_files:
            return RatingResult(TOTALS.empty_table(), UNRATED.empty_table(), 0, 0)
        rater.read(usage_files, numbers)
        if rated_out is None:
            return rater.result(rater.totals())
        with published(rated_out) as partial:
            rater.write_rated(partial)
            return rater.result(rater.totals_of(partial))


class Rater:
    """The plan of a month on an open engine: the dimensions are loaded, usage is read, priced, and summed.

    Raises Refused, with every reason, where lines or tariffs contradict themselves.
    """

    def __init__(
        self, database: duckdb.DuckDBPyConnection, lines: pa.Table, tariffs: Tariffs, month: Month
    ) -> None:
        self._database = database
        # The plan joins in the right order as it is written. The engine may guess sizes wrong and join usage to
        # prices before lines, which makes every record as many rows as there are price versions.
        database.execute("SET disabled_optimizers = 'join_order,join_filter_pushdown'")
        given = {
            name: getattr(tariffs, name).select(shape.names).cast(shape)
            for name, shape in TARIFF_SHAPES.items()
        }
        tariffs = Tariffs(**given)
        load(database, "line_period", lines.select(LINES.names).cast(LINES))
        refuse_contradictions(database, tariffs)
        compiled_tariff = compiled(tariffs, month)
        directory = directory_of(tariffs.destinations, compiled_tariff.destinations)
        self.layout = layout_of(compiled_tariff, directory, tariffs, month)
        for name, table in tables(compiled_tariff, directory, tariffs).items():
            load(database, name, table)
        self._keep("period", periods(self.layout))

    def read(self, files: Sequence[Path], numbers: Collection[str] | None = None) -> None:
        """Take Parquet files of shape USAGE, whose last columns may be missing, as the usage; of some numbers or all."""
        if not files:
            load(self._database, "usage", USAGE.empty_table())
        else:
            self._read(files, numbers)
        # Names of sources are long, and mostly there is one: numbers in the order of the names do for them.
        self._keep(
            "usage_source",
            "SELECT source, CAST(row_number() OVER (ORDER BY source) - 1 AS INTEGER) AS source_no "
            "FROM (SELECT DISTINCT source FROM usage)",
        )
        (sources,) = self._database.execute("SELECT count(*) FROM usage_source").fetchall()[0]
        self.layout = replace(self.layout, many_sources=sources > 1)

    def _read(self, files: Sequence[Path], numbers: Collection[str] | None) -> None:
        listed = ", ".join(quoted(str(path)) for path in files)
        found = f"read_parquet([{listed}], hive_partitioning=false, union_by_name=true)"
        there = set(self._database.sql(f"SELECT * FROM {found}").columns)
        columns = ", ".join(
            name if name in there else f"NULL::{'BIGINT' if name == 'duration' else 'VARCHAR'} AS {name}"
            for name in USAGE.names
        )
        usage = f"SELECT {columns} FROM {found}"
        if numbers is None:
            self._database.execute(f"CREATE TEMP VIEW usage AS {usage}")
        elif len(numbers) <= _FEW:
            few = ", ".join(quoted(number) for number in sorted(numbers))
            self._keep("usage", f"{usage} WHERE line_number IN ({few})" if numbers else f"{usage} LIMIT 0")
        else:
            load(self._database, "chosen_number", pa.table({"line_number": sorted(numbers)}, _NUMBERS))
            self._keep("usage", f"SELECT u.* FROM ({usage}) u SEMI JOIN chosen_number USING (line_number)")

    def price(self) -> str:
        """Price the usage into tables of their own, those that cross an edge in parts; how to read them, as SQL."""
        self._keep("priced", pricing.priced(self.layout))
        whole = pricing.whole(self.layout)
        if not self.layout.by_time:
            return f"({whole})"
        self._keep("part", pricing.parts(self.layout))
        return f"({whole} UNION ALL SELECT {pricing.columns(self.layout)} FROM part)"

    def totals(self) -> pa.Table:
        """The totals of the usage (shape TOTALS)."""
        priced = self.price()
        layout = self.layout
        self._keep("priced_sum", summing.sums(layout, priced))
        self._keep("own_allowance", summing.own_allowances(layout))
        self._keep("fact", summing.facts(layout))
        self._keep("entangled", summing.entangled(layout))
        self._keep("allowance_end", summing.ends(layout))
        self._keep("around_end", summing.around_ends(priced))
        self._keep("in_order", summing.in_order(layout, priced))
        return self._table(summing.totals(layout), TOTALS)

    def rated(self) -> str:
        """Every priced record with what it is charged (columns of RATED), as SQL."""
        records = f"(SELECT p.*, 0 AS used_before FROM {self.price()} p)"
        charged = ordered(self.layout, with_counters(self.layout, records))
        other = {"source": "w.source", "part": "CAST(c.part AS BIGINT) AS part"}
        columns = ", ".join(other.get(name, f"c.{name}") for name in RATED.names)
        return f"SELECT {columns} FROM ({charged}) c JOIN usage_source w ON w.source_no = c.source_no"

    def write_rated(self, target: Path) -> None:
        """Write every rated record as Parquet of shape RATED."""
        self._database.execute(f"COPY ({self.rated()}) TO {quoted(str(target))} (FORMAT parquet)")

    def totals_of(self, rated: Path) -> pa.Table:
        """The totals of rated records (shape TOTALS)."""
        return self._table(summing.of_rated(f"read_parquet({quoted(str(rated))})"), TOTALS)

    def result(self, totals: pa.Table) -> RatingResult:
        """The result, with the reasons of the records that are missing from the totals."""
        (records,) = self._database.execute("SELECT count(*) FROM usage").fetchall()[0]
        rated = pc.sum(totals["records"]).as_py() or 0
        # Looking for the reasons is a second pass over the files: only where a record is missing from the totals.
        missing = UNRATED.empty_table()
        if rated != records:
            missing = self._table(pricing.unrated(self.layout), UNRATED)
        if rated + missing.num_rows != records:
            raise RuntimeError(f"{records} records became {rated} rated and {missing.num_rows} unrated")
        return RatingResult(totals=totals, unrated=missing, records=records, rated=rated)

    def _keep(self, name: str, statement: str) -> None:
        self._database.execute(f"CREATE TEMP TABLE {name} AS {statement}")

    def _table(self, statement: str, shape: pa.Schema) -> pa.Table:
        return self._database.sql(statement).to_arrow_table().select(shape.names).cast(shape)


def load_ibis(engine: Backend, name: str, rows: pa.Table, shape: pa.Schema) -> ir.Table:
    """Copies a dimension into a native table; ValueError or KeyError where it has not that shape."""
    load(engine.con, name, rows.select(shape.names).cast(shape))
    return engine.table(name)


def load(database: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Copy rows into a native table: the engine knows its size, which it would guess wrong of a view."""
    database.register(f"{name}_rows", rows)
    database.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM {name}_rows")
    database.unregister(f"{name}_rows")


def quoted(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"
