"""What one order writes, as plain SQL: the floor under single orders.

The rows an order inserted and updated are recorded, the audit's own rows among them, and turned into a transaction
for pgbench. It runs on copies of the tables with their indexes and checks, without foreign keys and triggers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from psycopg import sql

from trunkline.counter.bench_floor import Tables, as_owner, in_the_owners_session

SCHEMA = "floor"
#: Each transaction has so many ids of its own.
_ROOM = 1_000

Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One order's writes: the script for pgbench, and what makes its tables."""

    script: str
    tables: tuple[str, ...]
    statements: int

    def create(self) -> Iterable[str]:
        """Statements of the owner that make the copies of the tables."""
        yield f"CREATE SCHEMA {SCHEMA}"
        for table in self.tables:
            yield f'CREATE TABLE {SCHEMA}."{table}" (LIKE public."{table}" INCLUDING ALL)'


def record(place_an_order: Callable[[], object]) -> Recorded:
    """Let an order be placed, note what it wrote, and undo it."""
    with in_the_owners_session(), transaction.atomic():
        tables = Tables.now()
        place_an_order()
        inserted = {model: rows for model, rows in tables.new_rows().items() if rows}
        updated = _updates(inserted)
        transaction.set_rollback(True)
    places = _Places(inserted)
    statements = [
        *(places.insert(model, row) for model, rows in inserted.items() for row in rows),
        *(places.update(*each) for each in updated),
    ]
    script = "\n".join(
        [
            "\\set turn :turn + 1",
            f"\\set base (:client_id * 1000000 + :turn) * {_ROOM}",
            "BEGIN;",
            *statements,
            "COMMIT;",
        ]
    )
    written = {model._meta.db_table for model in inserted} | {table for table, _, _ in updated}
    return Recorded(script + "\n", tuple(sorted(written)), len(statements))


def _updates(inserted: Mapping[type[models.Model], Sequence[Row]]) -> list[tuple[str, str, Row]]:
    """Table, id and new values of each row the audit says was changed."""
    operations = [
        row["id"] for model, rows in inserted.items() for row in rows if model.__name__ == "AuditOperation"
    ]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, row_id, (SELECT jsonb_object_agg(key, value #>> '{}') FROM jsonb_each(after) "
            "WHERE value IS DISTINCT FROM before -> key) FROM security_auditchange "
            "WHERE before IS NOT NULL AND after IS NOT NULL AND operation_id = ANY(%s::uuid[]) ORDER BY id",
            [operations],
        )
        return [(table, row_id, json.loads(values)) for table, row_id, values in cursor.fetchall() if values]


class _Places:
    """Gives every id that was recorded a place among the ids of a transaction."""

    def __init__(self, inserted: Mapping[type[models.Model], Sequence[Row]]) -> None:
        self.places: dict[str, int] = {}
        self.models = {model._meta.db_table: model for model in inserted}
        for model, rows in inserted.items():
            for row in rows:
                self._place(model._meta.db_table, row[model._meta.pk.column])

    def insert(self, model: type[models.Model], row: Row) -> str:
        values = ", ".join(self._value(model, column, value) for column, value in row.items())
        columns = ", ".join(f'"{column}"' for column in row)
        return f'INSERT INTO {SCHEMA}."{model._meta.db_table}" ({columns}) VALUES ({values});'

    def update(self, table: str, row_id: str, values: Row) -> str:
        model = self.models[table]
        changed = ", ".join(f'"{name}" = {self._value(model, name, value)}' for name, value in values.items())
        key = self._value(model, model._meta.pk.column, row_id)
        return f'UPDATE {SCHEMA}."{table}" SET {changed} WHERE "{model._meta.pk.column}" = {key};'

    def _place(self, table: str, key: str | None) -> int:
        return self.places.setdefault(f"{table}:{key}", len(self.places) + 1)

    def _value(self, model: type[models.Model], column: str, value: str | None) -> str:
        field = next(field for field in model._meta.concrete_fields if field.column == column)
        if value is None:
            return "NULL"
        target = field.related_model if field.is_relation else model if field.primary_key else None
        if column == "parent_id" or isinstance(field, models.UUIDField):
            table = "security_auditoperation"
        elif isinstance(target, type) and _is_new(target._meta.db_table, value, self.places):
            table = target._meta.db_table
        else:
            # A line is another one each time, as it is when clerks work; what is unique stays so.
            if isinstance(target, type) and target.__name__ == "Line":
                return "(:base::bigint)"
            text = sql.Literal(value).as_string(None)
            return f"({text} || (:base::bigint))" if field.unique and not field.primary_key else text
        place = f"(:base::bigint + {self._place(table, value)})"
        return f"md5({place}::text)::uuid" if table == "security_auditoperation" else place


def _is_new(table: str, key: str, places: Mapping[str, Any]) -> bool:
    return f"{table}:{key}" in places
