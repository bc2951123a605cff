"""`trunkline bench NAME`: run a benchmark and print what came out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import click
from django.conf import settings

from trunkline.interfaces.cli.bench.frame import RUNS, Benchmark, Measured, measure
from trunkline.interfaces.cli.bench.registry import BENCHMARKS
from trunkline.interfaces.cli.door import command_for, command_without_actor
from trunkline.interfaces.cli.output import Output
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.text import Text

bench = Group(
    "bench",
    text=Text("基准测试", "Benchmarks"),
    examples=("trunkline bench rating --records 100000", "trunkline bench bills --lines 500 --json"),
)


def _add(benchmark: Benchmark) -> None:
    @option(
        f"--{benchmark.unit}",
        "amount",
        type=click.IntRange(min=1),
        default=benchmark.default,
        show_default=True,
        text=Text("数量", f"How many {benchmark.unit}"),
    )
    @option(
        "--runs",
        type=click.IntRange(min=1),
        default=RUNS,
        show_default=True,
        text=Text("运行次数", "How many runs"),
    )
    def run(*, amount: int, runs: int, out: Output, also: int | None = None, **_: Any) -> None:
        _show(
            measure(_with(benchmark, also), amount, settings.TRUNKLINE_VAR / "bench", runs=runs),
            benchmark,
            out,
        )

    if benchmark.also:
        name, default = benchmark.also
        run = option(
            f"--{name}",
            "also",
            type=click.IntRange(min=1),
            default=default,
            show_default=True,
            text=Text("其中数量", f"How many {name}"),
        )(run)
    if benchmark.needs_database:
        command_for("bench.run", bench, benchmark.name, text=benchmark.title, one_transaction=False)(run)
    else:
        command_without_actor(bench, benchmark.name, text=benchmark.title)(run)


def _with(benchmark: Benchmark, also: int | None) -> Benchmark:
    """The benchmark with its second amount said."""
    if benchmark.also is None:
        return benchmark
    return replace(benchmark, prepare=partial(benchmark.prepare, **{benchmark.also[0]: also}))


def _show(found: Measured, benchmark: Benchmark, out: Output) -> None:
    out.record(
        found,
        [
            (Text("基准", "Benchmark"), f"{found.name}: {benchmark.title.zh} / {benchmark.title.en}"),
            (Text("数量", "Amount"), f"{found.amount:,} {benchmark.unit}"),
            (Text("用时（中位数）", "Time (median)"), f"{found.seconds:.3f} s"),
            (Text("每秒", "A second"), f"{found.rate:,.0f} {benchmark.unit}"),
            (Text("下限用时", "Floor"), f"{found.floor_seconds:.3f} s"),
            (Text("与下限之比", "Over the floor"), f"{found.ratio:.1f} ×"),
            (Text("内存峰值", "Peak memory"), f"{found.peak_memory_mb:,.0f} MB"),
            (Text("各次", "Runs"), " ".join(f"{run:.3f}" for run in found.runs)),
            *((Text(key, key), f"{value:,}" if isinstance(value, int) else value)
              for key, value in found.details.items()),
        ],
    )  # fmt: skip


for _benchmark in BENCHMARKS:
    _add(_benchmark)
