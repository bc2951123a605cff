"""The floor of the benchmark of orders: which rows were inserted, and the time COPY needs for the same rows.

COPY goes into no table under row-level security but for its owner, and the owner sees nothing that another session
has not committed. So the whole benchmark runs in one transaction of the owner's session: its work in the serving
role, as always, and only the floor as the owner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, ProgrammingError, connection, connections, models, transaction
from psycopg import sql

from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text

_CHUNK = 1 << 20
_OWNER = "owner"

OWNER_NEEDED = Refusal(
    "bench.owner_needed",
    "",
    Text(
        "基准测试需要数据库所有者能以服务角色{subject}工作：GRANT {subject} TO 所有者",
        "The benchmark needs an owner that may act as the serving role {subject}: GRANT {subject} TO the owner",
    ),
)


@contextmanager
def in_the_owners_session() -> Iterator[None]:
    """Let everything here use a session of the owner that acts in the serving role, in one transaction.

    What makes that possible (the owner's membership) is granted in the same transaction, so that it goes with it.
    `Refused` (``bench.owner_needed``) where the owner may not.
    """
    usual = connections[DEFAULT_DB_ALIAS]
    serving = usual.settings_dict["USER"]
    ours = type(usual)({**connections[_OWNER].settings_dict}, DEFAULT_DB_ALIAS)
    connections[DEFAULT_DB_ALIAS] = ours
    try:
        with transaction.atomic():
            _act_as(serving)
            yield
            transaction.set_rollback(True)
    finally:
        connections[DEFAULT_DB_ALIAS] = usual
        ours.close()


def _act_as(serving: str) -> None:
    role = sql.Identifier(serving)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
            cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(role))
    except ProgrammingError as error:
        raise Refused(OWNER_NEEDED.about(serving)) from error


@contextmanager
def as_owner() -> Iterator[None]:
    """The owner itself for a while; the serving role again afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (serving,) = cursor.fetchone()
        cursor.execute("SET LOCAL ROLE NONE")
        yield
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(serving)))


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of the business and of the audit, with what tells their new rows from those there were."""

    before: Mapping[str, sql.Composable]

    @classmethod
    def now(cls) -> Tables:
        """As they are now: rows written from here on are new."""
        with as_owner(), connection.cursor() as cursor:
            return cls({model._meta.db_table: _new_rows(cursor, model) for model in _models()})

    @staticmethod
    def analyze() -> None:
        """Statistics of what was written, as the server has them of rows that were committed a while ago."""
        with connection.cursor() as cursor:
            for model in _models():
                cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(model._meta.db_table)))

    def copy_out(self, folder: Path) -> dict[str, int]:
        """Write the new rows into a file for each table that has some; returns how many there are."""
        found = {}
        with as_owner(), connection.cursor() as cursor:
            for table, condition in self.before.items():
                query = sql.SQL("COPY (SELECT {} FROM {} WHERE {} ORDER BY 1) TO STDOUT").format(
                    _columns(cursor, table), sql.Identifier(table), condition
                )
                with (folder / table).open("wb") as file, cursor.copy(query) as copy:
                    file.writelines(copy)
                count = int(cursor.rowcount)
                if count:
                    found[table] = count
        return found

    def new_rows(self) -> dict[type[models.Model], list[dict[str, str | None]]]:
        """The new rows themselves, every value as text."""
        found = {}
        with as_owner(), connection.cursor() as cursor:
            for model in _models():
                table = model._meta.db_table
                columns = _column_names(cursor, table)
                query = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY 1").format(
                    sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns),
                    sql.Identifier(table),
                    self.before[table],
                )
                cursor.execute(query)
                found[model] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        return found

    def copy_in(self, folder: Path, counts: Mapping[str, int]) -> None:
        """COPY the files back into their tables; the audit's triggers are off until the savepoint is undone."""
        with connection.cursor() as cursor:
            for table in counts:
                target = sql.Identifier(table)
                _silence_audit(cursor, table)
                query = sql.SQL("COPY {} ({}) FROM STDIN").format(target, _columns(cursor, table))
                with (folder / table).open("rb") as file, cursor.copy(query) as copy:
                    while block := file.read(_CHUNK):
                        copy.write(block)


def _models() -> list[type[models.Model]]:
    """Those of our own contexts, a table once."""
    found = (model for model in apps.get_models() if model.__module__.startswith("trunkline."))
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def _new_rows(cursor: Any, model: type[models.Model]) -> sql.Composable:
    """A condition that only rows written from now on meet: ids above the highest, or unknown ones."""
    key = model._meta.pk.column
    name, table = sql.Identifier(key), sql.Identifier(model._meta.db_table)
    if isinstance(model._meta.pk, models.UUIDField):
        cursor.execute(sql.SQL("SELECT {} FROM {}").format(name, table))
        known = [row[0] for row in cursor.fetchall()]
        return sql.SQL("{} <> ALL({}::uuid[])").format(name, sql.Literal(known))
    cursor.execute(sql.SQL("SELECT coalesce(max({}), 0) FROM {}").format(name, table))
    return sql.SQL("{} > {}").format(name, sql.Literal(cursor.fetchone()[0]))


def _columns(cursor: Any, table: str) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(name) for name in _column_names(cursor, table))


def _column_names(cursor: Any, table: str) -> list[str]:
    """The columns that are written, not computed."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
        "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]


def _silence_audit(cursor: Any, table: str) -> None:
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = 'audit_insert')",
        [table],
    )
    if cursor.fetchone()[0]:
        cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER audit_insert").format(sql.Identifier(table)))
