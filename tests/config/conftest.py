"""Fixtures for tests on processes and servers."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory every user can reach, unlike pytest's own, and below the session's: a kill leaves nothing."""
    directory = Path(tempfile.mkdtemp(prefix="place-", dir=os.environ["TRUNKLINE_VAR"]))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)
