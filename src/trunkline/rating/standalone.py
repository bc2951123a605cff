"""Rating files without a database: tariffs, lines and usage in, rated records and sums out.

What `trunkline rate`, an outside auditor and a what-if use. The layouts are described in ``docs/formats/``.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.rating.engine import load, open_engine, published, quoted
from trunkline.rating.formats import find_duplicates, read_usage
from trunkline.rating.formats.checking import as_text
from trunkline.rating.formats.tables import read_table, read_tariffs
from trunkline.rating.rater import rate
from trunkline.rating.tariffs.checking import checked
from trunkline.rating.types import (
    LINES,
    SUMMED,
    EngineSettings,
    RatingResult,
    Tariffs,
)

FILE_UNREADABLE = Refusal(
    "rate.file_unreadable", "", Text("话单文件 {subject}：{why}", "Usage file {subject}: {why}")
)
_SUMS = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in ("records", *SUMMED))
_BY_KIND = f"""
    SELECT line_id, account_id, kind, {_SUMS} FROM total JOIN price USING (price_row_id)
    GROUP BY line_id, account_id, kind ORDER BY line_id, account_id, kind"""
#: Which file a row stands in, its place there (CSV: the line), why it was left out, the column at fault, the row.
LEFT_OUT = ("file", "row_number", "reason", "field", "record")


@dataclass(frozen=True, slots=True)
class RatedFiles:
    """What became of usage files: always records = rated + duplicates + rejected + unrated.

    `reasons` counts what was left out by reason; `unreadable` are files of which nothing was taken, `holes` the
    gaps and unreachable rows of the tariff; `charge` is the sum of all charges in ten-thousandths of a yuan.
    """

    records: int
    rated: int
    duplicates: int
    rejected: int
    unrated: int
    charge: int
    reasons: Mapping[str, int]
    unreadable: tuple[Refusal, ...]
    holes: tuple[Refusal, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every record was rated, by a tariff without holes."""
        return not (self.unreadable or self.holes or self.rejected or self.unrated)


@dataclass(frozen=True, slots=True)
class RatingInput:
    """Where the input lies: a folder of tariff tables, a table of lines, usage files."""

    tariffs: Path
    lines: Path
    usage: Sequence[Path]


@dataclass(frozen=True, slots=True)
class RatingOutput:
    """Where the results go, each Parquet or CSV by its name.

    `records` has a row per rated record (shape RATED), `summary` one per line and kind of usage, `left_out` one per
    record that was not rated (`LEFT_OUT`).
    """

    records: Path
    summary: Path | None = None
    left_out: Path | None = None


@dataclass(frozen=True, slots=True)
class _Taken:
    """A usage file that was read: its good rows, what was left out of it, and how much."""

    name: str
    good: Path
    left_out: tuple[Path, ...]
    records: int
    duplicates: int
    rejected: int
    reasons: Mapping[str, int]


def rate_files(
    given: RatingInput,
    out: RatingOutput,
    *,
    month: Month,
    workdir: Path,
    settings: EngineSettings | None = None,
) -> RatedFiles:
    """Rate usage files of a month and write the results, sorted, each in one step.

    A usage file that cannot be read is left out and named. Raises Refused, with everything that is wrong, where
    tariffs or lines cannot be read or contradict themselves, or no usage file can be read.
    """
    tariffs, lines = _read(given)
    holes = checked(tariffs).faults
    with tempfile.TemporaryDirectory(prefix="rate-", dir=workdir) as name:
        folder = Path(name)
        taken, unreadable = _take(given.usage, folder, settings)
        if unreadable and not taken:
            raise Refused(unreadable)
        rated = folder / "rated.parquet"
        result = rate(
            [each.good for each in taken],
            lines,
            tariffs,
            month=month,
            workdir=folder,
            rated_out=rated,
            settings=settings,
        )
        with open_engine(folder, settings) as engine:
            load(engine.con, "price", tariffs.prices.select(["price_row_id", "kind"]))
            _write(engine, out, taken, rated, result)
    reasons = Counter[str]()
    for each in taken:
        reasons.update(each.reasons)
    reasons.update(result.unrated["reason"].to_pylist())
    return RatedFiles(
        records=sum(each.records for each in taken),
        rated=result.rated,
        duplicates=sum(each.duplicates for each in taken),
        rejected=sum(each.rejected for each in taken),
        unrated=result.unrated.num_rows,
        charge=pc.sum(result.totals["charge"]).as_py() or 0,
        reasons=dict(sorted(reasons.items())),
        unreadable=unreadable,
        holes=holes,
    )


def _read(given: RatingInput) -> tuple[Tariffs, pa.Table]:
    """Tariffs and lines; Refused with the faults of both."""
    faults: list[Refusal] = []
    tariffs, lines = Tariffs(), LINES.empty_table()
    try:
        tariffs = read_tariffs(given.tariffs)
    except Refused as refused:
        faults += refused.refusals
    try:
        lines = read_table(given.lines, LINES)
    except Refused as refused:
        faults += refused.refusals
    raise_if_any(faults)
    return tariffs, lines


def _take(
    files: Sequence[Path], folder: Path, settings: EngineSettings | None
) -> tuple[list[_Taken], tuple[Refusal, ...]]:
    """Reads usage files one after the other; a record of an earlier one is a duplicate in a later one."""
    taken: list[_Taken] = []
    unreadable: list[Refusal] = []
    for path in files:
        try:
            read = read_usage(path, workdir=folder, settings=settings)
        except Refused as refused:
            unreadable += [FILE_UNREADABLE.about(str(path), why=each.text) for each in refused.refusals]
            continue
        earlier = [each.good for each in taken]
        fresh = find_duplicates(read.candidates, earlier, workdir=folder, settings=settings)
        again = pq.read_table(fresh.duplicates, columns=["reason"])["reason"].to_pylist()
        taken.append(
            _Taken(
                str(path),
                fresh.fresh,
                (read.rejects, fresh.duplicates),
                read.counts.read,
                read.counts.duplicate + fresh.duplicate_count,
                read.counts.rejected,
                Counter(read.reasons) + Counter(again),
            )
        )
    return taken, tuple(unreadable)


def _write(
    engine: Backend, out: RatingOutput, taken: Sequence[_Taken], rated: Path, result: RatingResult
) -> None:
    """Writes what was asked for, sorted."""
    by_record = f"SELECT * FROM read_parquet({quoted(str(rated))})"
    _copy(engine, f"{by_record} ORDER BY line_id, started_at, record_id, source, part", out.records)
    if out.summary is not None:
        load(engine.con, "total", result.totals)
        _copy(engine, _BY_KIND, out.summary)
    if out.left_out is not None:
        load(engine.con, "unrated", result.unrated.select(["source", "record_id", "reason"]))
        parts = [_left_out(engine, number, each) for number, each in enumerate(taken)]
        columns = ", ".join(LEFT_OUT)
        every = f"SELECT {columns} FROM ({' UNION ALL '.join(parts)}) ORDER BY file_no, row_number"
        _copy(engine, every, out.left_out)


def _left_out(engine: Backend, number: int, taken: _Taken) -> str:
    """What was left out of a file, as SQL: its rejects, its duplicates, and the good rows without a price."""
    good = engine.read_parquet(str(taken.good))
    rows = engine.compile(good.select("source", "record_id", "row_number", record=as_text(good)))
    engine.con.execute(f"CREATE TEMP VIEW good_{number} AS {rows}")
    files = ", ".join(quoted(str(path)) for path in taken.left_out)
    file = f"{number} AS file_no, {quoted(taken.name)} AS file"
    return f"""
    SELECT {file}, row_number, reason, field, record FROM read_parquet([{files}])
    UNION ALL
    SELECT {file}, row_number, reason, '' AS field, record FROM good_{number} JOIN unrated USING (source, record_id)"""


def _copy(engine: Backend, statement: str, target: Path) -> None:
    kind = "parquet" if target.suffix == ".parquet" else "csv, HEADER"
    with published(target) as partial:
        engine.con.execute(f"COPY ({statement}) TO {quoted(str(partial))} (FORMAT {kind})")
