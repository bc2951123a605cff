"""DuckDB, opened within bounds, and files that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from trunkline.rating.types import EngineSettings


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
