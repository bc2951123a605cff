"""The data that lines used, as usage files tell: what caps and reminders go by (P2-14, P2-16)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from trunkline.rating.engine import load_ibis, open_engine
from trunkline.rating.types import HOLDERS, EngineSettings, UsageKind

_COLUMNS = ("line_number", "kind", "started_at", "quantity")
#: One reader among many, every few seconds.
SETTINGS = EngineSettings(memory_limit="512MB", max_temp_directory_size="10GB")


def _data(engine: Backend, files: Sequence[Path]) -> ir.Table:
    usage = engine.read_parquet([str(path) for path in files], hive_partitioning=False).select(*_COLUMNS)
    return usage.filter(usage.kind == UsageKind.DATA.value)


def data_numbers(files: Sequence[Path], *, workdir: Path) -> list[str]:
    """The numbers under which data was used in `files` (Parquet, shape USAGE)."""
    with open_engine(workdir, SETTINGS) as engine:
        found = _data(engine, files).select("line_number").distinct().to_pyarrow()
        return [str(number) for number in found["line_number"].to_pylist()]


def data_by_line(files: Sequence[Path], holders: pa.Table, *, workdir: Path) -> dict[int, int]:
    """Bytes of data in `files` by line, for the line that held the number when each record began.

    `holders` has shape HOLDERS; records of numbers that nobody held are left out.
    """
    with open_engine(workdir, SETTINGS) as engine:
        data = _data(engine, files)
        held = load_ibis(engine, "holder", holders, HOLDERS)
        mine = data.inner_join(
            held,
            [
                data.line_number == held.line_number,
                data.started_at >= held.active_from,
                held.active_to.isnull() | (data.started_at < held.active_to),
            ],
        )
        sums = mine.group_by("line_id").aggregate(volume=mine.quantity.sum().cast("int64")).to_pyarrow()
        return dict(zip(sums["line_id"].to_pylist(), sums["volume"].to_pylist(), strict=True))
