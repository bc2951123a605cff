"""Invariants that `trunkline verify` looks for over the whole database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection

from trunkline.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: `find` returns a line for each place where it is broken, and nothing when it holds."""

    code: str
    clause: str
    text: Text
    find: Callable[[], Sequence[str]]


def places(query: str) -> Callable[[], Sequence[str]]:
    """A `find` from a SELECT whose first column says where the invariant is broken."""

    def find() -> Sequence[str]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return [str(row[0]) for row in cursor.fetchall()]

    return find
