"""The one place that reads the time. Doors call it and hand `at` inwards; tests move it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from trunkline.kernel.periods import SHANGHAI, local_date

_fixed: ContextVar[datetime | None] = ContextVar("fixed_time", default=None)


def now() -> datetime:
    """The present instant in UTC, or the one set by `at_time`."""
    return _fixed.get() or datetime.now(UTC)


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
