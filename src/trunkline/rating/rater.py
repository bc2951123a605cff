"""Rating a month: the tariff is made into tables, usage is read, priced, and summed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from trunkline.kernel.periods import Month
from trunkline.rating.backends import PlanEngine
from trunkline.rating.backends.duck import DuckEngine
from trunkline.rating.contradictions import refuse_contradictions
from trunkline.rating.engine import open_engine, published, quoted
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
    """Rates the accepted records of a month on DuckDB: the same input, in any order, gives the same result.

    `usage_files` are Parquet of shape USAGE and hold each (source, record_id) once; `lines` has shape LINES. All
    records of the month have to be there, since they use up the allowances in the order of events. With `rated_out`
    every rated record is written there as Parquet (shape RATED, in no order), atomically. With `numbers` only the
    records of these are looked at: what a line used up is its own, so theirs come out as they do among all, unless
    they share a pool with others. Raises Refused, with every reason, where lines or tariffs contradict themselves;
    money that does not fit an int64 raises the engine's error.
    """
    with open_engine(workdir, settings) as engine:
        return rate_on(
            DuckEngine(engine.con),
            usage_files,
            lines,
            tariffs,
            month=month,
            rated_out=rated_out,
            numbers=numbers,
        )


def rate_on(
    engine: PlanEngine,
    usage_files: Sequence[Path],
    lines: pa.Table,
    tariffs: Tariffs,
    *,
    month: Month,
    rated_out: Path | None = None,
    numbers: Collection[str] | None = None,
) -> RatingResult:
    """The same as `rate`, on any engine."""
    rater = Rater(engine, lines, tariffs, month)
    if not usage_files:
        return RatingResult(TOTALS.empty_table(), UNRATED.empty_table(), 0, 0)
    rater.read(usage_files, numbers)
    if rated_out is None:
        return rater.result(rater.totals())
    with published(rated_out) as partial:
        return rater.result(rater.write_rated(partial))


class Rater:
    """The plan of a month on an open engine, step by step.

    Raises Refused, with every reason, where lines or tariffs contradict themselves.
    """

    def __init__(self, engine: PlanEngine, lines: pa.Table, tariffs: Tariffs, month: Month) -> None:
        self._engine = engine
        given = {
            name: getattr(tariffs, name).select(shape.names).cast(shape)
            for name, shape in TARIFF_SHAPES.items()
        }
        tariffs = Tariffs(**given)
        engine.load("line_period", lines.select(LINES.names).cast(LINES))
        refuse_contradictions(engine, tariffs)
        compiled_tariff = compiled(tariffs, month)
        directory = directory_of(tariffs.destinations, compiled_tariff.destinations)
        self.layout = layout_of(compiled_tariff, directory, tariffs, month)
        for name, table in tables(compiled_tariff, directory, tariffs).items():
            engine.load(name, table)
        engine.keep("period", periods(self.layout))

    def read(self, files: Sequence[Path], numbers: Collection[str] | None = None) -> None:
        """Take Parquet files of shape USAGE, whose last columns may be missing, as the usage; of some numbers or all."""
        if not files:
            self._engine.load("usage", USAGE.empty_table())
        else:
            self._read(files, numbers)
        # Names of sources are long, and mostly there is one: numbers in the order of the names do for them.
        self._engine.keep(
            "usage_source",
            "SELECT source, CAST(row_number() OVER (ORDER BY source) - 1 AS INTEGER) AS source_no "
            "FROM (SELECT DISTINCT source FROM usage)",
        )
        self.layout = replace(self.layout, many_sources=self._count("usage_source") > 1)

    def _read(self, files: Sequence[Path], numbers: Collection[str] | None) -> None:
        there = self._engine.open_parquet("usage_file", files)
        columns = ", ".join(
            name
            if name in there
            else f"CAST(NULL AS {'BIGINT' if name == 'duration' else 'VARCHAR'}) AS {name}"
            for name in USAGE.names
        )
        usage = f"SELECT {columns} FROM usage_file"
        if numbers is None:
            self._engine.view("usage", usage)
        elif len(numbers) <= _FEW:
            few = ", ".join(quoted(number) for number in sorted(numbers))
            self._engine.keep(
                "usage", f"{usage} WHERE line_number IN ({few})" if numbers else f"{usage} LIMIT 0"
            )
        else:
            self._engine.load("chosen_number", pa.table({"line_number": sorted(numbers)}, _NUMBERS))
            self._engine.keep(
                "usage", f"SELECT u.* FROM ({usage}) u SEMI JOIN chosen_number USING (line_number)"
            )

    def price(self) -> str:
        """Price the usage into tables of their own, those that cross an edge in parts; how to read them, as SQL."""
        self._engine.keep("priced", pricing.priced(self.layout))
        whole = pricing.whole(self.layout)
        if not self.layout.by_time:
            return f"({whole})"
        self._engine.keep("part", pricing.parts(self.layout))
        return f"({whole} UNION ALL SELECT {pricing.columns(self.layout)} FROM part)"

    def totals(self) -> pa.Table:
        """The totals of the usage (shape TOTALS)."""
        priced = self.price()
        layout, keep = self.layout, self._engine.keep
        keep("priced_sum", summing.sums(layout, priced))
        keep("own_allowance", summing.own_allowances(layout))
        keep("fact", summing.facts(layout))
        keep("entangled", summing.entangled(layout))
        keep("allowance_end", summing.ends(layout))
        keep("around_end", summing.around_ends(priced))
        keep("in_order", summing.in_order(layout, priced))
        keep("final", summing.final(layout))
        return self._table(summing.totals(), TOTALS)

    def rated(self) -> str:
        """Every priced record with what it is charged (columns of RATED), as SQL."""
        records = f"(SELECT p.*, 0 AS used_before FROM {self.price()} p)"
        charged = ordered(self.layout, with_counters(self.layout, records))
        other = {"source": "w.source", "part": "CAST(c.part AS BIGINT) AS part"}
        columns = ", ".join(other.get(name, f"c.{name}") for name in RATED.names)
        return f"SELECT {columns} FROM ({charged}) c JOIN usage_source w ON w.source_no = c.source_no"

    def write_rated(self, target: Path) -> pa.Table:
        """Write every rated record as Parquet of shape RATED, and return the totals (shape TOTALS)."""
        self._engine.write(self.rated(), target)
        self._engine.open_parquet("rated", [target])
        return self._table(summing.of_rated("rated"), TOTALS)

    def result(self, totals: pa.Table) -> RatingResult:
        """The result, with the reasons of the records that are missing from the totals."""
        records = self._count("usage")
        rated = pc.sum(totals["records"]).as_py() or 0
        # Looking for the reasons is a second pass over the files: only where a record is missing from the totals.
        missing = UNRATED.empty_table()
        if rated != records:
            missing = self._table(pricing.unrated(self.layout), UNRATED)
        if rated + missing.num_rows != records:
            raise RuntimeError(f"{records} records became {rated} rated and {missing.num_rows} unrated")
        return RatingResult(totals=totals, unrated=missing, records=records, rated=rated)

    def _count(self, table: str) -> int:
        return int(self._engine.fetch(f"SELECT count(*) AS records FROM {table}")["records"][0].as_py())

    def _table(self, statement: str, shape: pa.Schema) -> pa.Table:
        return self._engine.fetch(statement).select(shape.names).cast(shape)
