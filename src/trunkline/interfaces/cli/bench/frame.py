"""Measuring: the median of several runs, the floor in the same runs, the peak of memory.

A benchmark is a function of an amount and a folder for its files. It prepares everything that does not count
and returns the work, the floor (the least that anything doing this work must do, on the same engine and data),
and the sizes of both: known before, or a function that measures beside the runs once they are over. Work and
floor take turns, so that a busy machine slows both.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trunkline.interfaces.cli.bench.memory import peak_memory_mb, reset_peak_memory
from trunkline.kernel.text import Text

Details = Mapping[str, Any]
Prepared = tuple[Callable[[], object], Callable[[], object], Details | Callable[[], Details]]

RUNS = 3


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A named benchmark. `unit` names the option for the amount; `needs_database` makes it act as somebody.

    `also` names a second amount with its default; `prepare` takes it by that keyword.
    """

    name: str
    title: Text
    unit: str
    default: int
    prepare: Callable[..., AbstractContextManager[Prepared] | Prepared]
    needs_database: bool = False
    also: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out. `rate` is the amount a second at the median; `ratio` the median over the floor's median.

    `peak_memory_mb` is the resident memory of this process at its highest while the work ran; what PostgreSQL
    takes is its own.
    """

    name: str
    amount: int
    seconds: float
    rate: float
    floor_seconds: float
    ratio: float
    peak_memory_mb: float
    runs: tuple[float, ...]
    details: Mapping[str, Any]


def _timed(action: Callable[[], object]) -> float:
    gc.collect()
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def measure(benchmark: Benchmark, amount: int, folder: Path, *, runs: int = RUNS) -> Measured:
    """Prepare under `folder` (removed afterwards), run, and sum up."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=f"{benchmark.name}-") as workdir:
        prepared = benchmark.prepare(amount, Path(workdir))
        if isinstance(prepared, AbstractContextManager):
            with prepared as ready:
                return _run(benchmark.name, amount, ready, runs)
        return _run(benchmark.name, amount, prepared, runs)


def _run(name: str, amount: int, prepared: Prepared, runs: int) -> Measured:
    work, floor, details = prepared
    floors, works, peaks = [], [], []
    for _ in range(runs):
        floors.append(_timed(floor))
        reset_peak_memory()
        works.append(_timed(work))
        peaks.append(peak_memory_mb())
    seconds, floor_seconds = statistics.median(works), statistics.median(floors)
    return Measured(
        name=name,
        amount=amount,
        seconds=round(seconds, 6),
        rate=round(amount / seconds, 1),
        floor_seconds=round(floor_seconds, 6),
        ratio=round(seconds / floor_seconds, 2),
        peak_memory_mb=round(max(peaks), 1),
        runs=tuple(round(run, 6) for run in works),
        details=dict(details() if callable(details) else details),
    )
