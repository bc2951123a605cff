"""Telling one process from another: a pid that was written down may belong to somebody else by now."""

from __future__ import annotations

import subprocess
from pathlib import Path

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


def _ps(pid: int, columns: str) -> str:
    return subprocess.run(["ps", "-p", str(pid), "-o", columns], capture_output=True, text=True).stdout
