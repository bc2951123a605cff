"""Many rows in one statement. COPY does not go through row-level security, so rows take a temporary table first.

Few rows go as they are: a temporary table costs several times what they do, and leaves its traces in the catalogue.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg import sql

#: So many rows are written as values of one statement.
FEW = 100


def insert_rows(
    table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, returning: str = ""
) -> list[Any]:
    """INSERT `rows` into `table` in the order given.

    Must run inside a transaction. Returns the values of the column `returning` in that same order when it is
    named, else an empty list.
    """
    names, target = _names(columns), sql.Identifier(table)
    end = sql.SQL(" RETURNING {}").format(sql.Identifier(returning)) if returning else sql.SQL("")
    first, rest = _few(rows)
    with connection.cursor() as cursor:
        if rest is None:
            if not first:
                return []
            cursor.execute(
                sql.SQL("INSERT INTO {} ({}) VALUES {}{}").format(
                    target, names, _values(columns, first), end
                ),
                [value for row in first for value in row],
            )
            return [value for (value,) in cursor.fetchall()] if returning else []
        with _staged(cursor, table, columns, itertools.chain(first, rest), ordered=True) as staging:
            cursor.execute(
                sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ORDER BY staging_order{}").format(
                    target, names, names, staging, end
                )
            )
            return [value for (value,) in cursor.fetchall()] if returning else []


def update_rows(table: str, key: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Set `columns` of `table` from `rows` (key first, then the columns); returns how many rows changed."""
    every = [key, *columns]
    pairs = sql.SQL(", ").join(sql.SQL("{0} = new.{0}").format(sql.Identifier(column)) for column in columns)
    update = sql.SQL("UPDATE {target} SET {pairs} FROM {{}} AS new WHERE {target}.{key} = new.{key}").format(
        target=sql.Identifier(table), pairs=pairs, key=sql.Identifier(key)
    )
    first, rest = _few(rows)
    with connection.cursor() as cursor:
        if rest is None:
            if not first:
                return 0
            # The first, empty part tells the types of the columns.
            one = sql.SQL(" UNION ALL SELECT {}").format(_places(every))
            source = sql.SQL("(SELECT {} FROM {} WHERE false{})").format(
                _names(every), sql.Identifier(table), sql.SQL("").join([one] * len(first))
            )
            cursor.execute(_filled(update, source), [value for row in first for value in row])
            return int(cursor.rowcount)
        with _staged(cursor, table, every, itertools.chain(first, rest)) as staging:
            cursor.execute(_filled(update, staging))
            return int(cursor.rowcount)


def _filled(statement: sql.Composed, source: sql.Composable) -> sql.Composed:
    return sql.SQL(statement.as_string(None)).format(source)


def _few(rows: Iterable[Sequence[Any]]) -> tuple[list[Sequence[Any]], Iterator[Sequence[Any]] | None]:
    """The first rows, and the others where there are more than a few."""
    others = iter(rows)
    first = list(itertools.islice(others, FEW + 1))
    return first, others if len(first) > FEW else None


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _values(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> sql.Composed:
    return sql.SQL(", ").join([sql.SQL("({})").format(_places(columns))] * len(rows))


def _places(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join([sql.Placeholder()] * len(columns))


@contextmanager
def _staged(
    cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, ordered: bool = False
) -> Iterator[sql.Identifier]:
    """A temporary table of these columns with the rows in it; `ordered` numbers them."""
    names, staging = _names(columns), sql.Identifier(f"staging_{table}")
    cursor.execute(
        sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
            staging, names, sql.Identifier(table)
        )
    )
    if ordered:
        cursor.execute(sql.SQL("ALTER TABLE {} ADD COLUMN staging_order bigserial").format(staging))
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(staging, names)) as copy:
        for row in rows:
            copy.write_row(row)
    yield staging
    cursor.execute(sql.SQL("DROP TABLE {}").format(staging))
