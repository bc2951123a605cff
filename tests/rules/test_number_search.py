"""What may be searched for in the inventory, and what a pattern means."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.numbering.searching import NumberSearch, like_of, search_refusals


@given(st.text("01*?", max_size=6), st.text("01", min_size=1, max_size=8))
def test_a_search_pattern_means_what_wildcards_mean_everywhere(pattern: str, digits: str) -> None:
    assert search_refusals(NumberSearch(pattern)) == ()
    whole = pattern if set(pattern) & set("*?") else f"*{pattern}*"
    like = like_of(pattern).replace("%", "*").replace("_", "?")
    assert fnmatchcase(digits, like) == fnmatchcase(digits, whole)


@given(st.text(min_size=1).filter(lambda text: set(text) - set("0123456789*?")))
def test_a_pattern_with_anything_else_is_refused(pattern: str) -> None:
    for search in (NumberSearch(pattern), NumberSearch(ends=pattern), NumberSearch(avoid=pattern)):
        assert [refusal.code for refusal in search_refusals(search)] == ["number.pattern_wrong"]


@pytest.mark.parametrize(
    ("search", "subject"),
    [
        (NumberSearch(ends="148", avoid="4"), "4"),
        (NumberSearch(ends="1488", avoid="84"), "48"),
        (NumberSearch(birthday=date(1988, 4, 12), avoid="4"), "4"),
    ],
)
def test_digits_that_are_wanted_and_avoided_are_refused(search: NumberSearch, subject: str) -> None:
    assert [(r.code, r.clause, r.subject) for r in search_refusals(search)] == [
        ("number.search_contradicts", "REG-25", subject)
    ]


def test_a_digit_before_the_chosen_eight_contradicts_nothing() -> None:
    assert search_refusals(NumberSearch(ends="14555300123", avoid="4")) == ()
