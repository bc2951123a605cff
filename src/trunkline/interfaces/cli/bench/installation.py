"""An installation of its own for a benchmark that commits: a folder, an embedded PostgreSQL as durable as any."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


class BenchmarkFailed(Exception):
    """A part of the benchmark did not do its work; the message says which."""


def environment_of(var: Path) -> dict[str, str]:
    """The environment of an installation whose files lie in `var`."""
    left_out = {"TRUNKLINE_DATABASE_URL", "TRUNKLINE_SERVING_DATABASE_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return kept | {"TRUNKLINE_VAR": str(var), "DJANGO_SETTINGS_MODULE": "trunkline.config.settings"}


def program(environment: dict[str, str], *arguments: str) -> str:
    """Run Python with these arguments to its end; what it printed. `BenchmarkFailed` with what it complained of."""
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BenchmarkFailed(f"{' '.join(arguments)}: {done.stderr[-2000:]}")
    return done.stdout
