"""The search finds what an oracle in plain Python finds, by either road."""

from __future__ import annotations

import random
from datetime import date
from fnmatch import fnmatchcase

import pytest
from django.db import connection

from tests.world import World
from trunkline.numbering.queries import search_numbers
from trunkline.numbering.searching import NumberSearch, like_of, query_of
from trunkline.numbering.types import NumberState

FORMS = ("%Y%m%d", "%y%m%d", "%m%d")


def inventory() -> list[tuple[str, str, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, grade, state, stock_id FROM numbering_number ORDER BY number")
        return cursor.fetchall()


def matches(search: NumberSearch, number: str, grade: str, state: str, stock: int) -> bool:
    like = like_of(search.pattern).replace("%", "*").replace("_", "?") if search.pattern else "*"
    return (
        fnmatchcase(number, like)
        and number.endswith(search.ends)
        and not set(number[-8:]) & set(search.avoid)
        and (
            search.birthday is None
            or number.endswith(tuple(search.birthday.strftime(form) for form in FORMS))
        )
        and (search.grade is None or grade == search.grade)
        and state == search.state
        and (search.stock_id is None or stock == search.stock_id)
    )


def random_search(chance: random.Random, known: list[tuple[str, str, str, int]]) -> NumberSearch:
    """Something that is often there: pieces of a number of the inventory."""
    number, grade, _, stock = chance.choice(known)
    first, last = sorted((chance.randrange(12), chance.randrange(12)))
    piece = number[first:last]
    holes = "".join(chance.choice((digit, digit, "?")) for digit in number)
    ends = number[-chance.randint(1, 6) :]
    return NumberSearch(
        pattern=chance.choice(("", piece, f"{number[:4]}*{number[-1]}", holes, f"*{piece}*")),
        ends=chance.choice(("", ends)),
        avoid="".join(sorted(set(chance.choice(("", "4", "47"))) - set(ends))),
        grade=chance.choice((None, grade)),
        state=chance.choice((NumberState.IDLE, NumberState.IDLE, NumberState.RESERVED)),
        stock_id=chance.choice((None, stock)),
    )


@pytest.mark.parametrize("seed", range(40))
def test_a_search_finds_what_the_oracle_finds(world: World, seed: int) -> None:
    chance, known = random.Random(seed), inventory()
    for _ in range(10):
        search = random_search(chance, known)
        expected = [number for number, *rest in known if matches(search, number, *rest)]
        limit = chance.choice((3, 1_000))
        assert [view.number for view in search_numbers(search, limit=limit)] == expected[:limit], search


def test_a_birthday_is_found_in_each_of_its_forms(world: World) -> None:
    known = inventory()
    days = [date(2000, month, day) for month in (1, 2, 3) for day in (1, 11, 22)]
    for search in (NumberSearch(birthday=day) for day in days):
        expected = [number for number, *rest in known if matches(search, number, *rest)]
        assert expected
        assert [view.number for view in search_numbers(search, limit=1_000)] == expected


@pytest.mark.parametrize(
    ("search", "by_trigrams"),
    [
        (NumberSearch("168"), False),
        (NumberSearch(ends="168"), False),
        (NumberSearch("1688"), True),
        (NumberSearch(ends="1688"), True),
        (NumberSearch("186*66??"), False),
        (NumberSearch("186*6655"), True),
        (NumberSearch(avoid="4"), False),
        (NumberSearch(birthday=date(1990, 5, 12)), True),
    ],
)
def test_few_digits_are_walked_to_and_many_looked_up(search: NumberSearch, by_trigrams: bool) -> None:
    statement, _ = query_of(search, "number", 50)
    assert ("MATERIALIZED" in statement) == by_trigrams
