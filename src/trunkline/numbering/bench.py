"""The benchmark of the number search: patterns, endings and grades among millions, and the floor under that.

The inventory is a table like the real one, in a schema of its own that is dropped afterwards; the searches are the
program's, sent through the program's connection.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection, connections
from django.db.backends.utils import CursorWrapper

from trunkline.numbering.queries import COLUMNS, numbers, search_numbers
from trunkline.numbering.searching import NumberSearch, query_of

Prepared = tuple[Callable[[], object], Callable[[], object], Callable[[], Mapping[str, Any]]]
Make = Callable[[random.Random], NumberSearch]

STOCKS = 16
#: Searches of each kind in a run.
EACH = 40
_SCHEMA = "bench_numbers"
_FIRST = 18600000000
#: As the demo's grades: the same digit four and three times at the end. Two numbers of three are idle.
_FILL = f"""
    INSERT INTO {_SCHEMA}.numbering_number (number, kind, grade, state, stock_id, arrangement)
    SELECT n, 'mobile', CASE WHEN right(n, 4) ~ '^(.)\\1+$' THEN 'AAAA' WHEN right(n, 3) ~ '^(.)\\1+$' THEN 'AAA'
    ELSE '' END, CASE WHEN hashtext(n) %% 3 = 0 THEN 'in_use' ELSE 'idle' END, 1 + right(n, 8)::int / 1000 %% {STOCKS}, ''
    FROM (SELECT ({_FIRST} + g)::text AS n FROM generate_series(0, %s) AS g) AS made
"""


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choices("0123456789", k=count))


def _birthday(chance: random.Random) -> date:
    return date(1960, 1, 1) + timedelta(days=chance.randrange(18_000))


def _kinds() -> dict[str, Make]:
    """The kinds of search by name; each makes one at random."""
    made: dict[str, Make] = {}
    for count in (2, 3, 4, 5, 6, 8):
        made[f"ends_{count}"] = lambda c, n=count: NumberSearch(ends=_digits(c, n))  # type: ignore[misc]
        made[f"contains_{count}"] = lambda c, n=count: NumberSearch(_digits(c, n))  # type: ignore[misc]
        made[f"stock_contains_{count}"] = lambda c, n=count: NumberSearch(  # type: ignore[misc]
            _digits(c, n), stock_id=c.randint(1, STOCKS)
        )
    return made | {
        "grade": lambda c: NumberSearch(grade=c.choice(("AAA", "AAAA"))),
        "grade_contains_2": lambda c: NumberSearch(_digits(c, 2), grade="AAA"),
        "stock_grade": lambda c: NumberSearch(grade="AAAA", stock_id=c.randint(1, STOCKS)),
        "no_four": lambda _: NumberSearch(avoid="4", grade=""),
        "no_four_ends_2": lambda c: NumberSearch(ends=_digits(c, 2).replace("4", "8"), avoid="4"),
        "birthday": lambda c: NumberSearch(birthday=_birthday(c)),
        "whole_pattern": lambda c: NumberSearch(f"186*{_digits(c, 2)}??"),
    }


@contextmanager
def numbers_benchmark(count: int, workdir: Path) -> Iterator[Prepared]:
    """Searches of every kind among `count` numbers; the floor looks up as many numbers by their digits."""
    kinds, chance = _kinds(), random.Random(1)  # noqa: S311 - the same searches each time  # nosec B311
    times: dict[str, list[float]] = {name: [] for name in kinds}

    def work() -> None:
        for name, make in kinds.items():
            for _ in range(EACH):
                wanted = make(chance)
                started = time.perf_counter()
                search_numbers(wanted)
                times[name].append(time.perf_counter() - started)

    def floor() -> None:
        for _ in range(EACH * len(kinds)):
            numbers([str(_FIRST + chance.randrange(count))])

    with _inventory(count):
        yield work, floor, partial(_details, times, kinds)


@contextmanager
def _inventory(count: int) -> Iterator[None]:
    """The program's connection sees the benchmark's inventory in the place of the real one."""
    with connections["owner"].cursor() as owner:
        owner.execute(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE")
        owner.execute(f"CREATE SCHEMA {_SCHEMA}")
        try:
            _fill(owner, count)
            owner.execute(f"GRANT USAGE ON SCHEMA {_SCHEMA} TO PUBLIC")
            owner.execute(f"GRANT SELECT ON {_SCHEMA}.numbering_number TO PUBLIC")
            with connection.cursor() as cursor:
                cursor.execute(f"SET search_path TO {_SCHEMA}, public")
                try:
                    yield
                finally:
                    cursor.execute("RESET search_path")
        finally:
            owner.execute(f"DROP SCHEMA {_SCHEMA} CASCADE")


def _fill(owner: CursorWrapper, count: int) -> None:
    """The table, its rows, and then the indexes of the real one: to keep them up row by row takes many times as long."""
    owner.execute(
        f"CREATE UNLOGGED TABLE {_SCHEMA}.numbering_number "
        "(LIKE public.numbering_number INCLUDING ALL EXCLUDING INDEXES)"
    )
    owner.execute(_FILL, [count - 1])
    owner.execute(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = 'numbering_number'"
    )
    for (index,) in owner.fetchall():
        owner.execute(index.replace(" ON public.", f" ON {_SCHEMA}."))
    # As after any night in service: what the indexes say need not be looked up in the table.
    owner.execute(f"VACUUM (ANALYZE) {_SCHEMA}.numbering_number")


def _details(times: Mapping[str, list[float]], kinds: Mapping[str, Make]) -> Mapping[str, Any]:
    every = [each for found in times.values() for each in found]
    return {
        "searches": len(every),
        **_milliseconds(every),
        "kinds": {
            name: {**_milliseconds(found), "plan": _plan(kinds[name](random.Random(2)))}  # noqa: S311  # nosec B311
            for name, found in times.items()
        },
    }


def _milliseconds(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {f"p{at}_ms": round(cuts[at - 1] * 1000, 2) for at in (50, 95, 99)}


def _plan(wanted: NumberSearch) -> str:
    """The nodes of the plan, outermost first, with the indexes they use."""
    statement, parameters = query_of(wanted, COLUMNS, 50)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        (found,) = cursor.fetchone()
    return " > ".join(_nodes(found[0]["Plan"]))


def _nodes(plan: Mapping[str, Any]) -> Iterator[str]:
    index = plan.get("Index Name")
    yield f"{plan['Node Type']} ({index})" if index else plan["Node Type"]
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
