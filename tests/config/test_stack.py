"""The supervisor: one at a time, and what a killed one left is ended, but no stranger."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import kill, other_process_environment
from tests.world import World
from trunkline.config import processes, record, stack
from trunkline.config.postgres import EmbeddedPostgres
from trunkline.config.processes import MARK, birth, end, marked
from trunkline.kernel.text import Text

IDLE = [sys.executable, "-c", "import signal; signal.pause()"]
#: Starts a grandchild, says its pid and waits to be killed.
PARENT = [
    sys.executable, "-c",
    f"import signal, subprocess; print(subprocess.Popen({IDLE!r}).pid, flush=True); signal.pause()",
]  # fmt: skip
DEAF = [
    sys.executable, "-c",
    "import signal; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); signal.pause()",
]  # fmt: skip


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRUNKLINE_VAR", str(tmp_path))
    return tmp_path


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(IDLE) as process:
        yield process
        process.kill()


def leave(var: Path, mark: str, pid: int, born: str | None) -> None:
    children = [{"name": "web server", "pid": pid, "birth": born}]
    (var / "run.json").write_text(json.dumps({"pid": 1, "mark": mark, "children": children}))


def wait_for(process: subprocess.Popen[bytes]) -> None:
    process.wait(timeout=10)


def test_a_second_start_says_who_runs_and_ends_with_3(var: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with record.only_one():
        record.write(record.Run("127.0.0.1", 8123))
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
        record.end_predecessor()
    assert birth(grandchild) is None


def test_a_recycled_pid_is_let_alone(var: Path, stranger: subprocess.Popen[bytes]) -> None:
    leave(var, "bbb", stranger.pid, "another birth")
    record.end_predecessor()
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
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended; nobody has reaped it
        assert birth(child.pid) is None


def test_a_torn_record_of_a_run_is_no_obstacle(var: Path) -> None:
    (var / "run.json").write_text("")
    record.end_predecessor()


def test_a_child_that_dies_is_started_again_later_each_time(
    var: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    moment = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    current, child = (
        record.Run("127.0.0.1", 8123),
        record.Child(Text("作业进程", "The job worker"), ["false"]),
    )
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
    assert "作业进程以代码 1 结束，30 秒后重新启动" in capfd.readouterr().err


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(stack.StackFailed, match=f"127.0.0.1:{port} cannot be listened on"):
            stack._require_free(record.Run("127.0.0.1", port))


def trunkline(*arguments: str, **environment: str) -> str:
    """What a command says; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "trunkline", *arguments],
        env=os.environ | environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_stop_says_when_nothing_runs(place: Path) -> None:
    assert trunkline("stop", TRUNKLINE_VAR=str(place)) == "没有正在运行的程序\n"
    assert trunkline("--language", "en", "stop", TRUNKLINE_VAR=str(place)) == "Nothing is running\n"


def test_stop_ends_an_embedded_server_that_a_migration_left(place: Path) -> None:
    server = EmbeddedPostgres(place / "postgres", durable=False)
    try:
        server.start()
        assert trunkline("stop", TRUNKLINE_VAR=str(place)) == "已停止内置 PostgreSQL\n"
        assert not server.running()
    finally:
        server.remove()


def test_stop_ends_what_a_killed_run_left(var: Path) -> None:
    with subprocess.Popen(PARENT, env=os.environ | {MARK: "ddd"}, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        leave(var, "ddd", child.pid, birth(child.pid))
        assert stack.stop() == stack.Stopped(address=None, left=2, postgres=False)
        wait_for(child)
    assert marked("ddd") == {}
    assert not (var / "run.json").exists()


def test_stop_ends_a_run_in_another_process_and_waits_for_it(committed_db: World, place: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = other_process_environment(TRUNKLINE_VAR=str(place), PYTHONUNBUFFERED="1")
    command = [sys.executable, "-m", "trunkline", "run", "--port", str(port)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        try:
            assert run.stdout is not None
            assert any("Ctrl-C" in line for line in run.stdout), "it does not start"
            mark = json.loads((place / "run.json").read_text())["mark"]
            assert len(marked(mark)) >= 2
            assert trunkline("stop", **environment) == f"已停止：http://127.0.0.1:{port}/\n"
            assert marked(mark) == {}
            assert not (place / "run.json").exists()
            assert run.wait(timeout=30) == 0
        finally:
            kill(run)
