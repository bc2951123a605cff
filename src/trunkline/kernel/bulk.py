"""Many rows in one statement. COPY does not go through row-level security, so rows take a temporary table first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg import sql


def insert_rows(
    table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, returning: str = ""
) -> list[Any]:
    """COPY `rows` into a temporary table and INSERT them into `table` in the order given.

    Must run inside a transaction. Returns the values of the column `returning` in that same order when it is
    named, else an empty list.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    target = sql.Identifier(table)
    with connection.cursor() as cursor:
        staging = sql.Identifier(f"staging_{table}")
        cursor.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE {staging} ON COMMIT DROP AS SELECT {names} FROM {target} WITH NO DATA"
            ).format(staging=staging, names=names, target=target)
        )
        cursor.execute(sql.SQL("ALTER TABLE {} ADD COLUMN staging_order bigserial").format(staging))
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(staging, names)) as copy:
            for row in rows:
                copy.write_row(row)
        statement = sql.SQL(
            "INSERT INTO {target} ({names}) SELECT {names} FROM {staging} ORDER BY staging_order"
        ).format(target=target, names=names, staging=staging)
        if returning:
            statement += sql.SQL(" RETURNING {}").format(sql.Identifier(returning))
        cursor.execute(statement)
        values = [value for (value,) in cursor.fetchall()] if returning else []
        cursor.execute(sql.SQL("DROP TABLE {}").format(staging))
    return values


def update_rows(table: str, key: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Set `columns` of `table` from `rows` (key first, then the columns); returns how many rows changed."""
    names = [key, *columns]
    with connection.cursor() as cursor:
        staging = sql.Identifier(f"staging_{table}")
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                staging, sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(table)
            )
        )
        with cursor.copy(
            sql.SQL("COPY {} ({}) FROM STDIN").format(staging, sql.SQL(", ").join(map(sql.Identifier, names)))
        ) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            sql.SQL(
                "UPDATE {target} SET {pairs} FROM {staging} WHERE {target}.{key} = {staging}.{key}"
            ).format(
                target=sql.Identifier(table),
                staging=staging,
                key=sql.Identifier(key),
                pairs=sql.SQL(", ").join(
                    sql.SQL("{0} = {1}.{0}").format(sql.Identifier(column), staging) for column in columns
                ),
            )
        )
        changed = int(cursor.rowcount)
        cursor.execute(sql.SQL("DROP TABLE {}").format(staging))
    return changed
