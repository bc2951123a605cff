"""Where the statements of the rating plan run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa


class PlanEngine(Protocol):
    """An engine for SQL over columns. It knows `div`, `micros` and `instant`, and shares the names of its tables."""

    def load(self, name: str, rows: pa.Table) -> None:
        """Make rows a table."""

    def keep(self, name: str, statement: str) -> None:
        """Make what a statement finds a table that is worked out once."""

    def open_parquet(self, name: str, files: Sequence[Path]) -> frozenset[str]:
        """Name the rows of Parquet files, columns taken together by their names; says which there are."""

    def view(self, name: str, statement: str) -> None:
        """Name a statement."""

    def fetch(self, statement: str) -> pa.Table:
        """What a statement finds."""

    def write(self, statement: str, target: Path) -> None:
        """Write what a statement finds as Parquet."""
