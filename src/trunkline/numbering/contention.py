"""Many workers who want the same few numbers at one moment, through the few connections that a web process has."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice

from django.db import connection, connections

from trunkline.kernel.refusals import Refused
from trunkline.numbering.operations import reserve_number
from trunkline.security.types import Actor

#: Seconds within which all workers stand ready.
_READY_WITHIN = 60
_PLAIN = "bench_holder"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker was told after so many seconds from asking. `refused` holds codes; it is empty for a winner."""

    worker: int
    number: str
    seconds: float
    refused: tuple[str, ...]


#: Serves a worker who wants a number; the codes of the refusals, none for who gets it.
Serve = Callable[[int, str], tuple[str, ...]]


def wishes(numbers: Sequence[str], workers: int, seed: int = 1) -> tuple[str, ...]:
    """Which number each worker wants: every number has as many suitors as any other, give or take one."""
    wanted = list(islice(cycle(numbers), workers))
    random.Random(seed).shuffle(wanted)  # noqa: S311 - the same order each time  # nosec B311
    return tuple(wanted)


def reserving(*, expires_at: datetime, actor: Actor, at: datetime) -> Serve:
    """Serve a worker by reserving the number for it."""

    def serve(worker: int, number: str) -> tuple[str, ...]:
        try:
            reserve_number(
                number=number,
                purpose="counter",
                holder=f"worker:{worker}",
                expires_at=expires_at,
                actor=actor,
                at=at,
            )
        except Refused as refused:
            return tuple(refusal.code for refusal in refused.refusals)
        return ()

    return serve


def make_plain_table() -> None:
    """The table of `inserting`, which belongs in no database that serves."""
    with connections["owner"].cursor() as owner:
        owner.execute(
            f"CREATE TABLE {_PLAIN} (turn int, number text, holder int, PRIMARY KEY (turn, number))"
        )
        owner.execute(f"GRANT INSERT ON {_PLAIN} TO PUBLIC")


def inserting(turn: int) -> Serve:
    """The floor: serve a worker by one insert that a unique key lets through or not."""

    def serve(worker: int, number: str) -> tuple[str, ...]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {_PLAIN} VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", [turn, number, worker]
            )
            return () if cursor.rowcount else ("taken",)

    return serve


def contend(
    wanted: Sequence[tuple[int, str]],
    serve: Serve,
    *,
    desks: int,
    start: Callable[[], object] = lambda: None,
) -> list[Answer]:
    """Let each worker ask for the number it wants, all at once as soon as `start` returns; `desks` serve them.

    Each desk has one connection, as a thread of the web server has. A worker waits from asking to its answer: for a
    desk, and then for the database. `wanted` pairs a worker with a number.
    """
    gate = threading.Barrier(len(wanted) + 1)

    def ask(served: Executor, worker: int, number: str) -> Answer:
        gate.wait(_READY_WITHIN)
        asked = time.perf_counter()
        refused = served.submit(serve, worker, number).result()
        return Answer(worker, number, time.perf_counter() - asked, refused)

    with _Desks(desks) as served, ThreadPoolExecutor(len(wanted)) as crowd:
        asking = [crowd.submit(ask, served, worker, number) for worker, number in wanted]
        start()
        gate.wait(_READY_WITHIN)
        return [each.result() for each in asking]


def _open() -> None:
    connections["default"].ensure_connection()


def _close() -> None:
    connections["default"].close()


class _Desks(ThreadPoolExecutor):
    """Threads with an open connection each, closed again when the last has been served."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self._count = count

    def __enter__(self) -> _Desks:
        self._everywhere(_open)
        return self

    def __exit__(self, *reason: object) -> None:
        self._everywhere(_close)
        self.shutdown()

    def _everywhere(self, action: Callable[[], object]) -> None:
        """Do something in each thread: none goes on to a second until all have come to their first."""
        together = threading.Barrier(self._count)

        def one() -> None:
            together.wait(_READY_WITHIN)
            action()

        for done in [self.submit(one) for _ in range(self._count)]:
            done.result()
