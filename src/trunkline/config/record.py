"""The record of a run: `run.lock` is held while one goes on, `run.json` names it and its children in `var`."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trunkline.config.database import var
from trunkline.config.processes import birth, end, marked
from trunkline.kernel.text import Text


@dataclass
class Child:
    """A supervised process and how its starts went."""

    title: Text
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0


@dataclass
class Run:
    """One run of the stack."""

    host: str
    port: int
    mark: str = field(default_factory=lambda: secrets.token_hex(16))
    children: list[Child] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the workbench."""
        host = reachable(self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Who keeps a run alive, as the record says."""

    pid: int
    address: str


class AlreadyRuns(Exception):
    """A run from the same `var` goes on; the message says which."""


def reachable(host: str) -> str:
    """An address to connect to, for one to listen on."""
    everywhere = "0.0.0.0"  # noqa: S104  # nosec B104
    return {everywhere: "127.0.0.1", "::": "::1"}.get(host, host)


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Hold the lock of this `var`, or raise AlreadyRuns. A process that dies, however it does, lets go of it."""
    var().mkdir(parents=True, exist_ok=True)
    with (var() / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = _read()
            raise AlreadyRuns(
                f"Trunkline already runs: process {other.get('pid')}, {other.get('address')}"
            ) from None
        yield


def supervisor() -> Supervisor | None:
    """The living process that the record names; a recycled pid has another birth."""
    found = _read()
    if "pid" not in found or found.get("birth") is None or birth(found["pid"]) != found["birth"]:
        return None
    return Supervisor(found["pid"], found["address"])


def end_predecessor() -> int:
    """End what a killed run left, and return how many processes it was.

    A recycled pid has another birth and no mark, and is let alone.
    """
    other = _read()

    def left() -> dict[int, str]:
        listed = {child["pid"]: child["birth"] for child in other.get("children", [])}
        return {pid: born for pid, born in listed.items() if birth(pid) == born} | marked(other["mark"])

    if "mark" not in other or not (found := left()):
        return 0
    end(left)
    return len(found)


def write(current: Run) -> None:
    """Name the run and its children; whole or not at all."""
    children = [
        {"name": child.title.en, "pid": child.process.pid, "birth": birth(child.process.pid)}
        for child in current.children
        if child.process is not None
    ]
    own = {"pid": os.getpid(), "birth": birth(os.getpid())}
    content = own | {"address": current.address, "mark": current.mark, "children": children}
    fresh = _path().with_suffix(".new")
    fresh.write_text(json.dumps(content))
    fresh.replace(_path())


def forget() -> None:
    """The run has ended and left nothing."""
    _path().unlink(missing_ok=True)


def _read() -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(_path().read_text())
    except FileNotFoundError:
        return {}
    except json.JSONDecodeError:
        # A machine that lost its power may keep an empty file; no process of before is left then.
        return {}
    return content


def _path() -> Path:
    return var() / "run.json"
