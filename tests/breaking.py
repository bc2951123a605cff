"""Breaking the database on purpose, to see `trunkline verify` catch it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, connections

from tests.conftest import TEMPLATE, Cluster

_CONSTRAINTS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) FROM pg_constraint
WHERE contype IN ('c', 'u', 'x') AND conrelid = %s::regclass
"""


@contextmanager
def copy_to_break(cluster: Cluster, build: Callable[[], None]) -> Iterator[None]:
    """A copy of the world in which `build` has worked, seen by its superuser, who may break it."""
    from trunkline.config import database

    server = database.server(durable=False)
    assert server is not None
    before = {alias: dict(connections[alias].settings_dict) for alias in connections}
    copy = f"trunkline_broken_{os.urandom(4).hex()}"
    connections.close_all()
    cluster.run(f"CREATE DATABASE {copy} TEMPLATE {TEMPLATE}")
    for alias in connections:
        connections[alias].settings_dict["NAME"] = copy
    try:
        build()
        connections.close_all()
        superuser = server.connection(copy)
        connection.settings_dict.update(USER=superuser["user"], PASSWORD=superuser["password"])
        yield
    finally:
        connections.close_all()
        for alias in connections:
            connections[alias].settings_dict.update(before[alias])
        cluster.run(f"DROP DATABASE {copy} WITH (FORCE)")


def break_by(statement: str) -> None:
    """Carry out an UPDATE, DELETE or INSERT with the table's triggers, foreign keys and CHECKs out of force."""
    table = statement.split()[1] if statement.startswith("UPDATE") else statement.split()[2]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(_CONSTRAINTS, [table])
        for (drop,) in cursor.fetchall():
            cursor.execute(drop)
        cursor.execute(statement)
        assert cursor.rowcount > 0, f"{statement} found nothing to break"
