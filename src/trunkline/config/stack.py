"""What `make run` runs: PostgreSQL, the web server and the job worker, kept alive until Ctrl-C.

Children are in sessions of their own, so that Ctrl-C reaches only this supervisor, and carry the run's mark in
their environment. The record of the run (`record.py`) is how the next start and `trunkline stop` find it.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

import click
from django.db import connections

from trunkline.config.database import DatabaseUnusable, server
from trunkline.config.postgres import PostgresFailed
from trunkline.config.processes import MARK, birth, end, marked, terminate
from trunkline.config.record import (
    AlreadyRuns,
    Child,
    Run,
    end_predecessor,
    forget,
    only_one,
    reachable,
    supervisor,
    write,
)
from trunkline.config.schema import migrate
from trunkline.interfaces.cli.words import say
from trunkline.kernel.text import Text

LEFT = Text(
    "已结束一次被强行终止的运行所留下的 {count} 个进程", "Ended {count} processes that a killed run had left"
)
_STARTING = Text(
    "正在启动 PostgreSQL 并升级数据库结构…", "Starting PostgreSQL and bringing the schema up to date …"
)
_MIGRATING = Text("正在升级数据库结构…", "Bringing the schema up to date …")
_HOW_TO_STOP = Text("按 Ctrl-C 停止。", "Ctrl-C stops it.")
_STOPPING = Text("正在停止…", "Stopping …")
_AGAIN = Text(
    "{title}{ended}，{pause:.0f} 秒后重新启动", "{title} {ended}; it is started again in {pause:.0f} s"
)
_KILLED = Text("被信号 {number} 终止", "ended by signal {number}")
_EXITED = Text("以代码 {number} 结束", "ended with code {number}")
_DATABASE_GONE = Text("PostgreSQL 没有响应，正在重新启动", "PostgreSQL does not answer; it is started again")
_TRIED_AGAIN = Text("稍后再试。", "It is tried again.")
ALREADY_RUNS = 3
PAUSE = 0.2
#: Seconds the first page may take after the web server was started.
FIRST_PAGE = 60.0
#: Seconds between two looks at PostgreSQL.
DATABASE_PULSE = 5.0
#: A child that lived so many seconds starts again at once when it dies, and its failures are forgotten.
SETTLED = 60.0
LONGEST_PAUSE = 30.0
#: Seconds a run may take to end its children and PostgreSQL.
LONGEST_STOP = 120.0


def run(*, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Run everything until SIGINT or SIGTERM.

    Exits with 3 when it already runs from the same `var`, with 1 when something does not start.
    """
    try:
        with only_one():
            if left := end_predecessor():
                click.echo(say(LEFT.format(count=left)))
            _run(Run(host, port))
    except AlreadyRuns as error:
        _fail(str(error), ALREADY_RUNS)


def _run(current: Run) -> None:
    write(current)
    try:
        with _interruptible():
            _start(current)
            _supervise(current)
    except KeyboardInterrupt:
        click.echo(say(_STOPPING))
    except (PostgresFailed, DatabaseUnusable, StackFailed) as error:
        _fail(str(error))
    finally:
        _stop(current)


class StackFailed(Exception):
    """A part of the stack does not start; the message is for the operator."""


# Starting.


def _start(current: Run) -> None:
    _require_free(current)
    click.echo(say(_MIGRATING if server() is None else _STARTING))
    migrate()
    connections.close_all()
    _program(current, "demo", "load", "--if-empty")
    web = Child(Text("网页服务", "The web server"), web_server(current.host, current.port))
    worker = Child(Text("作业进程", "The job worker"), [sys.executable, "-m", "trunkline", "worker"])
    for child in (web, worker):
        current.children.append(child)
        _spawn(current, child)
    _await_first_page(current, web)
    click.echo(f"\nTrunkline: {current.address}\n")
    click.echo(_program(current, "demo", "logins", show=False))
    click.echo(say(_HOW_TO_STOP))


def web_server(host: str, port: int) -> list[str]:
    """The command line of the web server."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2"),
        *("--blocking-threads", "4", "--respawn-failed-workers", "--log-level", "warning"),
        *("--host", host, "--port", str(port), "trunkline.config.wsgi:application"),
    ]


def _require_free(current: Run) -> None:
    """Granian shares a port with whoever lets it: a second server there would answer every other request."""
    family = socket.AF_INET6 if ":" in current.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((current.host, current.port))
        except OSError as error:
            raise StackFailed(
                f"{current.host}:{current.port} cannot be listened on ({error.strerror}); "
                "choose another with: trunkline run --port"
            ) from error


def _program(current: Run, *arguments: str, show: bool = True) -> str:
    """A command of Trunkline's own, to its end. Returns what it printed unless that is shown."""
    done = subprocess.run(
        [sys.executable, "-m", "trunkline", *arguments],
        check=False,
        env=_environment(current),
        stdout=None if show else subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    if done.returncode != 0:
        raise StackFailed(f"`trunkline {' '.join(arguments)}` failed")
    return "" if show else done.stdout


def _spawn(current: Run, child: Child) -> None:
    child.process = subprocess.Popen(
        child.command, stdin=subprocess.DEVNULL, env=_environment(current), start_new_session=True
    )
    child.started = time.monotonic()
    write(current)


def _environment(current: Run) -> dict[str, str]:
    return os.environ | {MARK: current.mark, "DJANGO_SETTINGS_MODULE": "trunkline.config.settings"}


def _await_first_page(current: Run, web: Child) -> None:
    deadline = time.monotonic() + FIRST_PAGE
    while not _answers(current):
        if web.process is None or web.process.poll() is not None:
            raise StackFailed("the web server does not start")
        if time.monotonic() > deadline:
            raise StackFailed(f"{current.address}login/ does not answer within {FIRST_PAGE:.0f} seconds")
        time.sleep(PAUSE)


def _answers(current: Run) -> bool:
    """Whether the login page comes. A refused host name (TRUNKLINE_HOSTS) is an answer, an error is none."""
    connection = http.client.HTTPConnection(reachable(current.host), current.port, timeout=5)
    try:
        connection.request("GET", "/login/")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


# Keeping it alive.


def _supervise(current: Run) -> NoReturn:
    pulse = time.monotonic()
    while True:
        for child in current.children:
            _look_after(current, child)
        if time.monotonic() - pulse > DATABASE_PULSE:
            _look_after_database()
            pulse = time.monotonic()
        time.sleep(PAUSE)


def _look_after(current: Run, child: Child) -> None:
    """Restart a child that has ended, the later the more often it did."""
    now = time.monotonic()
    if child.process is not None and (code := child.process.poll()) is not None:
        _end_group(child.process.pid)
        child.failures = 0 if now - child.started > SETTLED else child.failures + 1
        pause = min(2.0 ** (child.failures - 1), LONGEST_PAUSE) if child.failures else 0.0
        child.process, child.due = None, now + pause
        ended = _KILLED.format(number=-code) if code < 0 else _EXITED.format(number=code)
        words = _AGAIN.zh.format(title=child.title.zh, ended=ended.zh, pause=pause)
        click.echo(
            say(Text(words, _AGAIN.en.format(title=child.title.en, ended=ended.en, pause=pause))), err=True
        )
    if child.process is None and now >= child.due:
        _spawn(current, child)


def _look_after_database() -> None:
    """Start the embedded PostgreSQL again when it is gone; what uses it reconnects by itself."""
    embedded = server()
    if embedded is None or embedded.running():
        return
    click.echo(say(_DATABASE_GONE), err=True)
    try:
        embedded.start()
    except PostgresFailed as error:
        click.echo(f"{error}\n{say(_TRIED_AGAIN)}", err=True)


# Stopping.


@dataclass(frozen=True, slots=True)
class Stopped:
    """What `stop` found: a run by its address, processes a killed run left, an embedded server left alone."""

    address: str | None
    left: int
    postgres: bool


def stop() -> Stopped:
    """Stop what runs from this `var`, whoever started it, and wait until it is gone.

    Raises StackFailed when a run does not end, PostgresFailed when the embedded server does not.
    """
    address = None
    deadline = time.monotonic() + LONGEST_STOP
    while True:
        try:
            with only_one():
                left = end_predecessor()
                embedded = server()
                postgres = embedded is not None and embedded.stop()
                forget()
                return Stopped(address, left, postgres)
        except AlreadyRuns as error:
            # The record may still name a killed predecessor: then the run is asked once it has named itself.
            if address is None and (found := supervisor()) is not None:
                terminate(found.pid)
                address = found.address
            if time.monotonic() > deadline:
                raise StackFailed(f"{error}; it does not stop") from error
        time.sleep(PAUSE)


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Turn the signals that end a program into KeyboardInterrupt, and let none disturb what follows."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asks to outlive the terminal
        numbers.append(signal.SIGHUP)
    for number in numbers:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)


def _stop(current: Run) -> None:
    """Children first, then the database they use."""
    processes = [child.process for child in current.children if child.process is not None]

    def left() -> dict[int, str]:
        # A child that ended is a zombie until its parent asks.
        living = {p.pid: birth(p.pid) for p in processes if p.poll() is None}
        return {pid: born for pid, born in living.items() if born is not None} | marked(current.mark)

    end(left)
    embedded = server()
    if embedded is not None:
        embedded.stop()
    forget()


def _end_group(leader: int) -> None:
    """Kill what a child that has ended left in its session: granian's workers outlive a killed granian."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _fail(message: str, status: int = 1) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(status)
