"""What test sessions keep outside the checkout, and what of it a killed one leaves for the next to remove.

A session holds the lock of its directory as long as it lives, whatever ends it: no pid that was written down
may have come to mean another process.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from trunkline.config import postgres
from trunkline.config.postgres import EmbeddedPostgres
from trunkline.config.processes import end, marked

PREFIX = "trunkline-tests-"
_OWNER = "owner"


def claim() -> Path:
    """A fresh directory, this process's until it ends."""
    var = Path(tempfile.mkdtemp(prefix=PREFIX))
    # The server may have to run as another system user, who must be able to pass through.
    var.chmod(0o711)
    # Locked before it takes the name that a sweep looks for. The descriptor stays open on purpose.
    fresh = var / f"{_OWNER}.new"
    fcntl.flock(os.open(fresh, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600), fcntl.LOCK_EX)
    fresh.rename(var / _OWNER)
    return var


def sweep(temporary: Path | None = None) -> None:
    """End and remove what sessions that live no more have left, in the temporary directory and elsewhere."""
    for owner in (temporary or Path(tempfile.gettempdir())).glob(f"{PREFIX}*/{_OWNER}"):
        with _held(owner) as dead:
            if dead:
                mark = str(owner.parent)
                end(lambda mark=mark: marked(mark))  # type: ignore[misc]
                remove(owner.parent)
    if os.geteuid() == 0 and postgres.FALLBACK.exists():
        with _held(postgres.FALLBACK, wait=True):
            for directory in filter(_orphaned, list(postgres.FALLBACK.iterdir())):
                EmbeddedPostgres(directory, durable=False).remove()


def remove(var: Path) -> None:
    """A session's directory, with the servers below it and their data wherever they lie."""
    for place in [found.parent for name in ("data", "elsewhere") for found in var.rglob(name)]:
        if (place / "lock").exists():
            EmbeddedPostgres(place, durable=False).remove()
    if var.exists():
        shutil.rmtree(var)


def _orphaned(directory: Path) -> bool:
    """Whether it holds a test's data that nothing leads to. An installation's server never runs without fsync."""
    options, back = directory / "data" / "postmaster.opts", directory / "asked-for"
    if not options.exists() or '"fsync=off"' not in options.read_text():
        return False
    link = back.readlink() / "elsewhere" if back.is_symlink() else None
    return link is None or not link.is_symlink() or link.readlink() != directory


@contextlib.contextmanager
def _held(path: Path, *, wait: bool = False) -> Iterator[bool]:
    """Hold the lock of a file or directory meanwhile; False when somebody else does, or may alone."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        yield False
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        # Who removed it while we opened it has done our work.
        held = path.exists()
    except BlockingIOError:
        held = False
    try:
        yield held
    finally:
        os.close(handle)
