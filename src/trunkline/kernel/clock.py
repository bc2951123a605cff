"""The one place that reads the time. Doors call it and hand `at` inwards; tests move it.

Other processes are moved by `TRUNKLINE_CLOCK_FILE`, a file with an ISO instant: for rehearsals and browser tests.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from trunkline.kernel.periods import SHANGHAI, local_date

_fixed: ContextVar[datetime | None] = ContextVar("fixed_time", default=None)


def now() -> datetime:
    """The present instant in UTC, or the one set by `at_time` or in the clock file."""
    return _fixed.get() or _rehearsed() or datetime.now(UTC)


def _rehearsed() -> datetime | None:
    file = os.environ.get("TRUNKLINE_CLOCK_FILE")
    return datetime.fromisoformat(Path(file).read_text(encoding="ascii").strip()) if file else None


@contextmanager
def at_time(instant: datetime) -> Iterator[None]:
    """Within the block, `now()` is `instant` (which must be aware)."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    token = _fixed.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)


__all__ = ["SHANGHAI", "at_time", "local_date", "now"]
