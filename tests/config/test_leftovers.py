"""A killed test session leaves nothing for long, and nobody else's server is touched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import leftovers
from trunkline.config import postgres
from trunkline.config.postgres import EmbeddedPostgres
from trunkline.config.processes import MARK, birth, marked

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers keep their data elsewhere")

#: A session with a server and a process of its own; says where, and waits to be killed.
SESSION = """
import os, signal, subprocess, sys
from pathlib import Path
from tests import leftovers
from trunkline.config.postgres import EmbeddedPostgres

var = leftovers.claim()
var.chmod(int(sys.argv[1], 8))
EmbeddedPostgres(var / "postgres", durable=False).start()
subprocess.Popen(["sleep", "1000"], env=os.environ | {sys.argv[2]: str(var)}, start_new_session=True)
print(var, flush=True)
signal.pause()
"""


@contextmanager
def session(temporary: Path, mode: str = "711") -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A test session in another process, below `temporary`."""
    with subprocess.Popen(
        [sys.executable, "-c", SESSION, mode, MARK],
        env=os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


@pytest.mark.parametrize("mode", ["711", pytest.param("700", marks=as_root)])
def test_what_a_killed_session_left_is_ended_and_removed(place: Path, mode: str) -> None:
    with session(place, mode) as (process, var):
        server = EmbeddedPostgres(var / "postgres", durable=False)
        assert (server.directory.parent == postgres.FALLBACK) == (mode == "700")
        assert server.running()
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert server.running(), "the server outlives the session"
        assert marked(str(var))
        postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
        leftovers.sweep(place)
        assert birth(postmaster) is None
        assert not marked(str(var))
        assert not server.directory.exists()
        assert not var.exists()


def test_a_session_that_lives_is_let_alone(place: Path) -> None:
    with session(place) as (process, var):
        leftovers.sweep(place)
        assert EmbeddedPostgres(var / "postgres", durable=False).running()
        assert marked(str(var))
        process.send_signal(signal.SIGKILL)
        process.wait()
        leftovers.sweep(place)


def test_two_sessions_may_sweep_at_once(place: Path) -> None:
    with session(place, "700" if os.geteuid() == 0 else "711") as (process, var):
        process.send_signal(signal.SIGKILL)
        process.wait()
        failures: list[BaseException] = []

        def sweep() -> None:
            try:
                leftovers.sweep(place)
            except BaseException as error:  # noqa: BLE001  # told by the test itself
                failures.append(error)

        threads = [threading.Thread(target=sweep) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert not var.exists()


@as_root
def test_a_tests_data_that_nothing_leads_to_are_removed(place: Path) -> None:
    place.chmod(0o700)
    server = EmbeddedPostgres(place / "postgres", durable=False)
    server.start()
    leftovers.sweep(place)
    assert server.running(), "something leads to them"
    shutil.rmtree(server.root)
    leftovers.sweep(place)
    assert not server.directory.exists()


@as_root
def test_the_data_of_an_installation_are_never_touched(place: Path) -> None:
    place.chmod(0o700)
    server = EmbeddedPostgres(place / "postgres")
    server.start()
    server.stop()
    shutil.rmtree(server.root)
    try:
        leftovers.sweep(place)
        assert (server.data / "PG_VERSION").exists()
    finally:
        EmbeddedPostgres(server.directory).remove()
