"""Every benchmark there is."""

from __future__ import annotations

from pathlib import Path

from trunkline.interfaces.cli.bench.frame import Benchmark, Prepared
from trunkline.kernel.text import Text


def _rating(records: int, workdir: Path) -> Prepared:
    from trunkline.rating.bench import rating_benchmark

    return rating_benchmark(records, workdir)


BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark(
        "rating",
        Text("一个月话单批价", "Rate a month of usage records"),
        unit="records",
        default=1_000_000,
        prepare=_rating,
    ),
)
