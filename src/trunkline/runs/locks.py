"""Locks that a whole machine takes for as long as its transaction lasts."""

from __future__ import annotations

from typing import Final

from django.db import connection

#: Taking in usage: no record is compared with a store that another intake is changing, and a bill run's
#: last usage file is a clear line between what it bills and what came later.
USAGE_INTAKE: Final = 43
#: Counting the data of lines: a usage file stands in the counters once.
DATA_COUNT: Final = 44


def take_lock(key: int) -> None:
    """Wait for a lock and hold it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [key])
