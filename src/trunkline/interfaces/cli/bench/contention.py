"""Many workers fight for a few numbers at one moment, in an installation of its own with durable commits.

The workers stand in as many processes as the web server has, and each process serves them with as many threads and
connections. What a worker waits is taken from asking to the answer, the queue for a thread included. The floor is
the least that keeps the promise: one row inserted, or not, under a unique key, by the same crowd and connections.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trunkline.interfaces.cli.bench.frame import Prepared
from trunkline.interfaces.cli.bench.installation import BenchmarkFailed, environment_of, program

#: As `trunkline serve` has them.
PROCESSES, DESKS = 2, 4
_SETUP = f"""
import django
django.setup()
from {__package__}.contenders import prepare
prepare()
"""
_CROWD = f"""
import django
django.setup()
from {__package__}.contenders import serve
serve({DESKS})
"""


@dataclass(slots=True)
class Contest:
    """The crowds in their processes, and what each worker was told in every run."""

    crowds: list[subprocess.Popen[str]]
    workers: int
    numbers: int
    turn: int = 0
    answers: list[dict[str, Any]] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)

    def fight(self) -> None:
        """One contest for fresh numbers, whose taking into stock counts in the run but in no worker's wait."""
        self.turn += 1
        self._say(self.crowds[0], {"do": "stock", "turn": self.turn, "numbers": self.numbers})
        self._heard(self.crowds[0])
        answers = self._all_at_once("fight")
        winners = Counter(each["number"] for each in answers if not each["refused"])
        if set(winners.values()) != {1} or set(winners) != {each["number"] for each in answers}:
            raise BenchmarkFailed(f"not one holder each: {winners}")
        self.answers += answers

    def floor(self) -> None:
        """The same crowd, each worker with one insert that a unique key lets through or not."""
        self.plain += [each["seconds"] for each in self._all_at_once("plain")]

    def told(self) -> dict[str, Any]:
        """What the workers waited in all runs, and how many were told what."""
        said = Counter(code for each in self.answers for code in each["refused"] or ["won"])
        return {
            "numbers": self.numbers,
            "connections": PROCESSES * DESKS,
            **_waited([each["seconds"] for each in self.answers]),
            "winners": said.pop("won"),
            **{f"refused {code}": count for code, count in sorted(said.items())},
            "floor_p99_ms": _waited(self.plain)["p99_ms"],
        }

    def _all_at_once(self, do: str) -> list[dict[str, Any]]:
        """Every process readies its share of the workers; when all stand, all are let go."""
        for place, crowd in enumerate(self.crowds):
            share = {"first": place, "step": len(self.crowds), "workers": self.workers}
            self._say(crowd, {"do": do, "turn": self.turn, "numbers": self.numbers, **share})
        for crowd in self.crowds:
            self._heard(crowd)
        for crowd in self.crowds:
            self._say(crowd, "go")
        return [answer for crowd in self.crowds for answer in self._heard(crowd)]

    @staticmethod
    def _say(crowd: subprocess.Popen[str], what: object) -> None:
        assert crowd.stdin is not None  # noqa: S101 - a pipe by construction  # nosec B101
        crowd.stdin.write(json.dumps(what) + "\n")
        crowd.stdin.flush()

    @staticmethod
    def _heard(crowd: subprocess.Popen[str]) -> Any:
        assert crowd.stdout is not None  # noqa: S101 - a pipe by construction  # nosec B101
        line = crowd.stdout.readline()
        if not line:
            raise BenchmarkFailed("a process of the crowd has ended")
        return json.loads(line)


@contextmanager
def contention_benchmark(workers: int, workdir: Path, *, numbers: int) -> Iterator[Prepared]:
    """The contest of `workers` for `numbers`, the floor, and what the workers waited.

    `BenchmarkFailed` when a wanted number ends with no holder or with two.
    """
    environment = environment_of(workdir / "var")
    try:
        program(environment, "-m", "trunkline", "migrate")
        program(environment, "-c", _SETUP)
        with ExitStack() as stack:
            crowds = [stack.enter_context(_crowd(environment)) for _ in range(min(PROCESSES, workers))]
            contest = Contest(crowds, workers, numbers)
            contest.fight()
            contest.answers.clear()
            yield contest.fight, contest.floor, contest.told
    finally:
        program(environment, "-m", "trunkline", "stop")


@contextmanager
def _crowd(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A process that ends with its input."""
    crowd = subprocess.Popen(
        [sys.executable, "-c", _CROWD],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with crowd:
        yield crowd


def _waited(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {
        **{f"p{at}_ms": round(cuts[at - 1] * 1000, 1) for at in (50, 95, 99)},
        "longest_ms": round(max(seconds) * 1000, 1),
    }
