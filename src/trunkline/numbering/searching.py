"""How numbers are searched for at once among millions (REG-25): what is asked, made into the query that finds it.

Two roads lead there. Few digits are found on nearly every page of the inventory, so it is walked in the order of its
numbers until enough are found; many digits stand in few numbers, which the trigram index names. The planner knows
neither and is told: it takes ``%168%`` for rare and ``%16816%`` for frequent. ``OFFSET 0`` keeps it from looking for
the shape before it walks, and the walk's order stays that of its index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.numbering.types import NumberState

PATTERN_WRONG = Refusal(
    "number.pattern_wrong",
    "",
    Text("查询式只能含数字、* 和 ?：{subject}", "A pattern holds digits, * and ? only: {subject}"),
)
SEARCH_CONTRADICTS = Refusal(
    "number.search_contradicts",
    "REG-25",
    Text("要求的数字与不含的数字矛盾：{subject}", "Digits are both wanted and not wanted: {subject}"),
)

#: So many digits in a row are rare enough for the trigram index.
_RARE = 4
#: As long as a number can be.
_HIGHEST = "9" * 20
#: What follows the network's and the area's digits, and can be chosen.
CHOSEN_DIGITS = 8


@dataclass(frozen=True, slots=True)
class NumberSearch:
    """What is asked of the inventory.

    Digits of `pattern` may stand anywhere; with ``*`` (any run) and ``?`` (one digit) it describes the whole number.
    `ends` are the last digits, `avoid` digits that none of the last eight is, `birthday` a day that the number ends in
    as MMDD, with the year before it or not. `grade` is "" for ordinary numbers and None for all.
    """

    pattern: str = ""
    ends: str = ""
    avoid: str = ""
    birthday: date | None = None
    grade: str | None = None
    state: NumberState = NumberState.IDLE
    stock_id: int | None = None


def search_refusals(search: NumberSearch) -> tuple[Refusal, ...]:
    """Why nothing can be searched for: patterns that are none, digits wanted and avoided at once."""
    found = [] if re.fullmatch(r"[0-9*?]*", search.pattern) else [PATTERN_WRONG.about(search.pattern)]
    others = (search.ends, search.avoid)
    found += [PATTERN_WRONG.about(digits) for digits in others if not re.fullmatch(r"[0-9]*", digits)]
    clash = sorted(set(search.avoid) & set(search.ends[-CHOSEN_DIGITS:]))
    if clash or (search.birthday and set(search.avoid) & set(search.birthday.strftime("%m%d"))):
        found.append(SEARCH_CONTRADICTS.about("".join(clash) or search.avoid))
    return tuple(found)


def like_of(pattern: str) -> str:
    """The SQL LIKE expression of a search pattern; without wildcards it may stand anywhere in the number."""
    if "*" in pattern or "?" in pattern:
        return pattern.replace("*", "%").replace("?", "_")
    return f"%{pattern}%"


def query_of(search: NumberSearch, columns: str, limit: int) -> tuple[str, list[Any]]:
    """The statement and its parameters; the first `limit` numbers in their order."""
    likes = [like_of(search.pattern)] if search.pattern else []
    likes += [f"%{search.ends}"] if search.ends else []
    likes += [f"%{search.birthday:%m%d}"] if search.birthday else []
    exact: list[tuple[str, Any]] = [("state = %s", search.state.value)]
    exact += [("stock_id = %s", search.stock_id)] if search.stock_id is not None else []
    exact += [("grade = %s", search.grade)] if search.grade is not None else []
    exact += [("grade <> %s", "")] if search.grade else []
    avoided = [(f"right(number, {CHOSEN_DIGITS}) !~ %s", f"[{search.avoid}]")] if search.avoid else []
    if any(_longest_run(like) >= _RARE for like in likes):
        return _by_trigrams(likes, [*exact, *avoided], columns, limit)
    # Nothing is read of the numbers before and after those that begin as wanted.
    begins = (re.match(r"\d*", search.pattern) or [""])[0] if set(search.pattern) & set("*?") else ""
    exact += [("number >= %s", begins), ("number <= %s", f"{begins}{_HIGHEST}")] if begins else []
    return _by_walking([*(("number LIKE %s", like) for like in likes), *avoided], exact, columns, limit)


def _by_walking(
    shapes: list[tuple[str, Any]], exact: list[tuple[str, Any]], columns: str, limit: int
) -> tuple[str, list[Any]]:
    shaped = f" WHERE {_all(shapes)}" if shapes else ""
    # Numbers alone are read from the index of the walk; the rest is read of those that were found.
    return (
        f"SELECT {columns} FROM numbering_number WHERE number IN (SELECT number FROM ("
        f"SELECT number FROM numbering_number WHERE {_all(exact)} ORDER BY number OFFSET 0) AS walked{shaped} "
        "LIMIT %s) ORDER BY number",
        [*_values(exact), *_values(shapes), limit],
    )


def _by_trigrams(
    likes: list[str], exact: list[tuple[str, Any]], columns: str, limit: int
) -> tuple[str, list[Any]]:
    shapes = [("number LIKE %s", like) for like in likes]
    return (
        f"WITH shaped AS MATERIALIZED (SELECT * FROM numbering_number WHERE {_all(shapes)}) "
        f"SELECT {columns} FROM shaped WHERE {_all(exact)} ORDER BY number LIMIT %s",
        [*_values(shapes), *_values(exact), limit],
    )


def _values(conditions: Iterable[tuple[str, Any]]) -> list[Any]:
    return [value for _, value in conditions]


def _all(conditions: Iterable[tuple[str, Any]]) -> str:
    return " AND ".join(condition for condition, _ in conditions)


def _longest_run(like: str) -> int:
    return max(map(len, re.findall(r"\d+", like)), default=0)
