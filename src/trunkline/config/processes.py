"""Telling one process from another: a pid that was written down may belong to somebody else by now."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

#: Environment variable by which the processes of one run, and whatever they start, are known.
MARK = "TRUNKLINE_RUN"
#: Seconds between SIGTERM and SIGKILL.
GRACE = 10.0
#: Seconds a killed process may stand in the kernel before it is gone.
LINGER = 10.0
PAUSE = 0.05

_PROC = Path("/proc")
_BOOT = _PROC / "sys/kernel/random/boot_id"


def birth(pid: int) -> str | None:
    """When `pid` was started, as an opaque mark; None when it is gone or only a zombie."""
    if not _BOOT.exists():
        state, _, started = _ps(pid, "stat=,lstart=").strip().partition(" ")
        return None if not state or state.startswith("Z") else started.strip()
    try:
        line = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the command in parentheses and may itself hold blanks and parentheses.
    fields = line.rpartition(")")[2].split()
    state, started = fields[0], fields[19]
    return None if state in {"Z", "X"} else f"{_BOOT.read_text().strip()}/{started}"


def arguments(pid: int) -> list[str]:
    """The command line of `pid`, empty when it is gone."""
    if not _BOOT.exists():
        return _ps(pid, "args=").split()
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []


def marked(mark: str) -> dict[int, str]:
    """Every living process, by pid with its birth, that was started with `mark` in its environment.

    It finds grandchildren whose parent is dead, which no list of pids does. Linux only; empty elsewhere.
    """
    wanted = f"{MARK}={mark}".encode()
    found = {}
    for folder in _PROC.glob("[0-9]*"):
        # Processes of other users may not be read, and are none of ours.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            pid, born = int(folder.name), birth(int(folder.name))
            if born is not None and wanted in (folder / "environ").read_bytes().split(b"\0"):
                found[pid] = born
    return found


def end(processes: Callable[[], dict[int, str]]) -> None:
    """SIGTERM to all of `processes()`, after ten seconds SIGKILL, and wait until none of them is left.

    It is asked again each time: a process that ends may leave others, and one may start others meanwhile.
    """
    _send(processes().items(), signal.SIGTERM)
    if _gone(processes, GRACE):
        return
    _send(processes().items(), signal.SIGKILL)
    if not _gone(processes, LINGER):
        raise TimeoutError(f"these processes do not die: {sorted(processes())}")


def _gone(processes: Callable[[], dict[int, str]], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while processes():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True


def terminate(pid: int) -> None:
    """SIGTERM to one process; it may have ended meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def _send(processes: Iterable[tuple[int, str]], number: signal.Signals) -> None:
    for pid, born in processes:
        if birth(pid) == born:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _ps(pid: int, columns: str) -> str:
    command = ["ps", "-p", str(pid), "-o", columns]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout
