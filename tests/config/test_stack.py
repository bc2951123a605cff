"""The supervisor: one at a time, and what a killed one left is ended, but no stranger."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from trunkline.config import processes, stack
from trunkline.config.processes import MARK, birth, end, marked

SLEEP = [sys.executable, "-c", "import time; time.sleep(100)"]
#: Starts a grandchild, says its pid and waits to be killed.
PARENT = [
    sys.executable, "-c",
    f"import subprocess, time; print(subprocess.Popen({SLEEP!r}).pid, flush=True); time.sleep(100)",
]  # fmt: skip
DEAF = [
    sys.executable, "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(100)",
]  # fmt: skip


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRUNKLINE_VAR", str(tmp_path))
    return tmp_path


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEP) as process:
        yield process
        process.kill()


def leave(var: Path, mark: str, pid: int, born: str | None) -> None:
    children = [{"name": "web server", "pid": pid, "birth": born}]
    (var / "run.json").write_text(json.dumps({"pid": 1, "mark": mark, "children": children}))


def wait_for(process: subprocess.Popen[bytes]) -> None:
    process.wait(timeout=10)


def test_a_second_start_says_who_runs_and_ends_with_3(var: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with stack._only_one():
        stack._write(stack.Run("127.0.0.1", 8123))
        with pytest.raises(SystemExit) as ended:
            stack.run(port=8123)
    assert ended.value.code == stack.ALREADY_RUNS
    assert f"process {os.getpid()}, http://127.0.0.1:8123/" in capfd.readouterr().err


def test_children_of_a_killed_run_are_ended_and_their_children_too(var: Path) -> None:
    with subprocess.Popen(PARENT, env=os.environ | {MARK: "aaa"}, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        grandchild = int(child.stdout.readline())
        assert set(marked("aaa")) == {child.pid, grandchild}
        child.send_signal(signal.SIGKILL)
        wait_for(child)
        leave(var, "aaa", child.pid, "long ago")
        stack._end_predecessor()
    assert birth(grandchild) is None


def test_a_recycled_pid_is_let_alone(var: Path, stranger: subprocess.Popen[bytes]) -> None:
    leave(var, "bbb", stranger.pid, "another birth")
    stack._end_predecessor()
    assert stranger.poll() is None


def test_a_process_deaf_to_the_polite_signal_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.3)
    with subprocess.Popen(DEAF, env=os.environ | {MARK: "ccc"}, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        end(lambda: marked("ccc"))
        wait_for(child)
    assert child.returncode == -signal.SIGKILL


def test_a_zombie_counts_as_gone() -> None:
    with subprocess.Popen(["true"]) as child:
        deadline = time.monotonic() + 10
        while birth(child.pid) is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert birth(child.pid) is None


def test_a_torn_record_of_a_run_is_no_obstacle(var: Path) -> None:
    (var / "run.json").write_text("")
    stack._end_predecessor()


def test_a_child_that_dies_is_started_again_later_each_time(
    var: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    moment = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    current, child = stack.Run("127.0.0.1", 8123), stack.Child("job worker", ["false"])
    pauses = []
    for _ in range(7):
        stack._look_after(current, child)
        assert child.process is not None
        child.process.wait()
        stack._look_after(current, child)
        assert child.process is None
        pauses.append(child.due - moment)
        moment = child.due
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    assert "The job worker ended with code 1; it is started again in 30 s" in capfd.readouterr().err


def test_a_taken_port_is_named() -> None:
    with stack.socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(stack.StackFailed, match=f"127.0.0.1:{port} cannot be listened on"):
            stack._require_free(stack.Run("127.0.0.1", port))
