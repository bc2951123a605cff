"""The rating plan on DuckDB, in this process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from trunkline.rating.engine import load, quoted


class DuckEngine:
    """A `PlanEngine` on an open DuckDB."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database
        # The plan joins in the right order as it is written. The engine may guess sizes wrong and join usage to
        # prices before lines, which makes every record as many rows as there are price versions.
        database.execute("SET disabled_optimizers = 'join_order,join_filter_pushdown'")
        database.execute("CREATE TEMP MACRO div(dividend, divisor) AS dividend // divisor")
        database.execute("CREATE TEMP MACRO micros(moment) AS epoch_us(moment)")
        database.execute("CREATE TEMP MACRO instant(microseconds) AS make_timestamptz(microseconds)")

    def load(self, name: str, rows: pa.Table) -> None:
        load(self._database, name, rows)

    def keep(self, name: str, statement: str) -> None:
        self._database.execute(f"CREATE TEMP TABLE {name} AS {statement}")

    def open_parquet(self, name: str, files: Sequence[Path]) -> frozenset[str]:
        listed = ", ".join(quoted(str(path)) for path in files)
        self.view(
            name, f"SELECT * FROM read_parquet([{listed}], hive_partitioning=false, union_by_name=true)"
        )
        return frozenset(self._database.sql(f"SELECT * FROM {name}").columns)

    def view(self, name: str, statement: str) -> None:
        self._database.execute(f"CREATE TEMP VIEW {name} AS {statement}")

    def fetch(self, statement: str) -> pa.Table:
        return self._database.sql(statement).to_arrow_table()

    def write(self, statement: str, target: Path) -> None:
        self._database.execute(f"COPY ({statement}) TO {quoted(str(target))} (FORMAT parquet)")
