"""A usage file parted into candidates, duplicates and rejects."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from trunkline.kernel.refusals import Refused
from trunkline.rating.engine import open_engine, published
from trunkline.rating.formats.checking import as_text, with_fault
from trunkline.rating.formats.opening import (
    NOT_PARQUET,
    Source,
    is_parquet,
    is_sound_parquet,
    open_csv,
    open_parquet,
)
from trunkline.rating.types import (
    CANDIDATES,
    Deduplicated,
    EngineSettings,
    IntakeCounts,
    RejectReason,
    UsageFile,
)


def read_usage(path: Path, *, workdir: Path, settings: EngineSettings | None = None) -> UsageFile:
    """Reads a usage file and parts its rows into candidates and rejects, which it writes under `workdir`.

    Within the file the first good row of a (source, record_id) counts, later ones are duplicates. Raises Refused
    when the file as a whole is none: empty, not UTF-8, not Parquet, or with other columns than the layout's.
    """
    workdir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="usage-", dir=workdir))
    # Under a name of our own, as the engine reads meaning into names: patterns, compression.
    source = folder / "source"
    try:
        source.symlink_to(path.resolve(strict=True))
        with open_engine(workdir, settings, keep_order=True) as engine:
            # A filter moved below the checks would have every row checked twice.
            engine.raw_sql("SET disabled_optimizers = 'filter_pushdown'")
            if not is_parquet(path):
                return _part(engine, open_csv(engine, source), folder)
            opened = open_parquet(engine, source)
            try:
                return _part(engine, opened, folder)
            except duckdb.Error as error:
                # The engine says the same of a broken file and of a full disk.
                if is_sound_parquet(source):
                    raise
                raise Refused(NOT_PARQUET) from error
    except BaseException:
        shutil.rmtree(folder)
        raise


def find_duplicates(
    candidates: Path,
    accepted_files: Sequence[Path],
    *,
    workdir: Path,
    settings: EngineSettings | None = None,
) -> Deduplicated:
    """Parts candidates by whether an accepted record has the same (source, record_id).

    `accepted_files` are Parquet of shape USAGE. Without any duplicate `fresh` is `candidates` itself.
    """
    workdir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="fresh-", dir=workdir))
    fresh, duplicates = folder / "fresh.parquet", folder / "duplicates.parquet"
    with open_engine(workdir, settings) as engine:
        new = engine.read_parquet(str(candidates))
        total = int(engine.execute(new.count()))
        rows = new.select("row_number").limit(0)
        if accepted_files:
            old = engine.read_parquet([str(path) for path in accepted_files], hive_partitioning=False)
            rows = new.semi_join(old.select("source", "record_id"), ["source", "record_id"]).select(
                "row_number"
            )
        again = engine.create_table("again", rows, temp=True)
        count = int(engine.execute(again.count()))
        repeated = new.semi_join(again, "row_number")
        found = _duplicates(repeated, RejectReason.DUPLICATE_OF_EARLIER).order_by("row_number")
        engine.to_parquet(found, duplicates)
        if count == 0:
            return Deduplicated(candidates, duplicates, total, 0)
        engine.to_parquet(new.anti_join(again, "row_number").select(*CANDIDATES.names), fresh)
        return Deduplicated(fresh, duplicates, total - count, count)


def _part(engine: Backend, source: Source, folder: Path) -> UsageFile:
    """Writes the good rows as candidates and the others as rejects; counts them."""
    candidates, rejects = folder / "candidates.parquet", folder / "rejects.parquet"
    checked = with_fault(source.columns(source.raw))
    engine.to_parquet(checked.filter(checked.fault.isnull()).select(*CANDIDATES.names), candidates)
    good = engine.read_parquet(str(candidates))
    # What is wrong is asked a second time, of the few rows that were left out only.
    left_out = source.columns(source.raw.anti_join(good, "row_number"))
    bad = with_fault(left_out).select("row_number", "fault")
    out = engine.create_table("out", bad.union(_repeated(good)), temp=True)
    faulty = source.columns(source.raw.semi_join(out, "row_number")).inner_join(out, "row_number")
    reason, field = (faulty.fault.split("/")[part] for part in (0, 1))
    refused = faulty.select("row_number", reason=reason, field=field, record=faulty.record)
    engine.to_parquet(refused.order_by("row_number"), rejects)
    found = pq.read_table(rejects, columns=["reason"])["reason"].value_counts().to_pylist()
    reasons = {row["values"]: row["counts"] for row in sorted(found, key=itemgetter("values"))}
    duplicate = reasons.get(RejectReason.DUPLICATE_IN_FILE.value, 0)
    if duplicate:
        with published(candidates) as partial:
            engine.to_parquet(good.anti_join(out, "row_number"), partial)
    counts = IntakeCounts(
        read=int(engine.execute(source.raw.count())),
        accepted=pq.read_metadata(candidates).num_rows,
        duplicate=duplicate,
        rejected=sum(reasons.values()) - duplicate,
    )
    return UsageFile(source.sha256, candidates, rejects, counts, reasons)


def _repeated(good: ir.Table) -> ir.Table:
    """The good rows whose (source, record_id) an earlier row has."""
    keys = (
        good.group_by("source", "record_id").having(good.count() > 1).aggregate(first=good.row_number.min())
    )
    again = good.inner_join(keys, ["source", "record_id"])
    fault = ibis.literal(f"{RejectReason.DUPLICATE_IN_FILE}/record_id")
    return again.filter(again.row_number > again.first).select("row_number", fault=fault)


def _duplicates(rows: ir.Table, reason: RejectReason) -> ir.Table:
    """Good rows that were there before, in the shape of REJECTS."""
    return rows.select(
        "row_number",
        reason=ibis.literal(reason.value),
        field=ibis.literal("record_id"),
        record=as_text(rows),
    )
