"""Helpers for tests on the database."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from urllib.parse import quote

import pytest
from django.db import connection, connections

from trunkline.kernel.refusals import Refused

#: What a refusal may leave behind: nothing. Framework tables and the audit of the attempt's own reads are left out.
_NOT_BUSINESS = ("django_", "axes_", "procrastinate_", "auth_")


def snapshot() -> str:
    """A hash of every row of every business table that the present role can see."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        tables = sorted(
            t for t in connection.introspection.table_names(cursor) if not t.startswith(_NOT_BUSINESS)
        )
        for table in tables:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
            )
            row = cursor.fetchone()
            assert row is not None
            digest.update(f"{table}={row[0]};".encode())
    return digest.hexdigest()


def refused(call: Callable[[], object]) -> list[str]:
    """The codes of a refusal that has changed nothing."""
    before = snapshot()
    with pytest.raises(Refused) as caught:
        call()
    assert snapshot() == before
    return [refusal.code for refusal in caught.value.refusals]


def check_deferred() -> None:
    """Run the deferred constraint triggers now, as a commit would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def wait_until(condition: Callable[[], bool], *, seconds: float = 60, what: str = "the condition") -> None:
    """Return as soon as `condition` holds; fail when it does not within `seconds`.

    For what announces itself nowhere: a row of another process, a session's lock, a page that answers. Whatever
    can be waited for itself (a process, a pipe) is, and not by this.
    """
    deadline = monotonic() + seconds
    pause = threading.Event()
    while not condition():
        if monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        pause.wait(0.05)


def other_process_environment(**more: str) -> dict[str, str]:
    """The environment in which another process works on the database this test is connected to."""

    def address(alias: str) -> str:
        found = connections[alias].settings_dict
        parts = {"dbname": found["NAME"], "user": found["USER"], "password": found["PASSWORD"]}
        parts |= {"host": found["HOST"], "port": str(found["PORT"])}
        user, password = quote(parts["user"], safe=""), quote(parts["password"], safe="")
        host = quote(parts["host"], safe="")
        return f"postgresql://{user}:{password}@/{parts['dbname']}?host={host}&port={parts['port'] or '5432'}"

    return (
        os.environ
        | {
            "TRUNKLINE_DATABASE_URL": address("owner"),
            "TRUNKLINE_SERVING_DATABASE_URL": address("default"),
            "TRUNKLINE_WORKER_DEAD_AFTER": "2",
        }
        | more
    )


@contextmanager
def program(
    *arguments: str, module: str = "trunkline", **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A `trunkline` process (or another Python module) on this test's database, killed when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=other_process_environment(**environment),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL the process and everything it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=20)


def waits_for_a_lock() -> bool:
    """Whether another session on this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
        )
        row = cursor.fetchone()
    return bool(row and row[0])
