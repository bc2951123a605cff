"""Fixtures: a real PostgreSQL of its own for each test process, and a small world to work in.

`db` rolls back. `committed_db` is a throw-away copy of the same world, for threads, crashes and other processes.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tests import leftovers
from trunkline.config.processes import MARK

_VAR = leftovers.claim()
os.environ.update(
    {
        "TRUNKLINE_VAR": str(_VAR),
        "DJANGO_SETTINGS_MODULE": "trunkline.config.settings",
        # Whatever tests start is known by it, should this process be killed.
        MARK: str(_VAR),
    }
)
for _name in ("TRUNKLINE_DATABASE_URL", "TRUNKLINE_SERVING_DATABASE_URL"):
    os.environ.pop(_name, None)

import django

django.setup()

from django.db import connections, transaction

from tests.world import World, build_world, logins
from trunkline.kernel import bulk
from trunkline.security.queries import actor_by_login
from trunkline.security.types import Actor, Door

_PROCESS = os.getpid()


def _remove_var() -> None:
    if os.getpid() == _PROCESS:
        leftovers.remove(_VAR)


atexit.register(_remove_var)

TEMPLATE = "trunkline_template"


def pytest_sessionstart(session: pytest.Session) -> None:
    """End and remove what killed sessions left, once for all workers."""
    if not hasattr(session.config, "workerinput"):
        leftovers.sweep()


@dataclass(frozen=True)
class Cluster:
    """The test process's PostgreSQL with the world in it."""

    world: World
    run: Callable[[str], None]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Start PostgreSQL, migrate as the owner, build the world as the serving role, keep a template copy."""
    import psycopg

    from trunkline.config import database
    from trunkline.config.schema import migrate

    server = database.server(durable=False)
    assert server is not None

    def run(statement: str) -> None:
        with psycopg.connect(**server.connection("postgres"), autocommit=True) as admin:  # type: ignore[arg-type]
            admin.execute(statement)  # type: ignore[call-overload]

    try:
        database.prepare(durable=False)
        migrate()
        world = build_world()
        connections.close_all()
        run(f"CREATE DATABASE {TEMPLATE} TEMPLATE {_database_name()}")
        yield Cluster(world, run)
    finally:
        connections.close_all()
        server.remove()


def _database_name() -> str:
    return str(connections["default"].settings_dict["NAME"])


@pytest.fixture
def db(cluster: Cluster) -> Iterator[World]:
    """The world in a transaction that is rolled back."""
    with transaction.atomic():
        yield cluster.world
        transaction.set_rollback(True)


@pytest.fixture
def committed_db(cluster: Cluster) -> Iterator[World]:
    """The world in a database of its own that is thrown away."""
    original = _database_name()
    copy = f"{original}_{os.urandom(4).hex()}"
    connections.close_all()
    cluster.run(f"CREATE DATABASE {copy} TEMPLATE {TEMPLATE}")
    for alias in connections:
        connections[alias].settings_dict["NAME"] = copy
    try:
        yield cluster.world
    finally:
        connections.close_all()
        for alias in connections:
            connections[alias].settings_dict["NAME"] = original
        cluster.run(f"DROP DATABASE {copy} WITH (FORCE)")


@pytest.fixture
def world(db: World) -> World:
    """The small reference world (see `tests/world.py`), rolled back after the test."""
    return db


@pytest.fixture
def make_actor(cluster: Cluster) -> Callable[..., Actor]:
    """`make_actor(role="clerk", branch="HF")`: an actor from the world's staff."""

    def make(*, role: str = "system", branch: str = "AH", door: Door = Door.WEB) -> Actor:
        return actor_by_login(logins(role, branch), door)

    return make


@pytest.fixture
def actor(make_actor: Callable[..., Actor]) -> Actor:
    """The system actor, who may do everything everywhere."""
    return make_actor()


@pytest.fixture
def at() -> datetime:
    """A business instant inside October 2026."""
    return datetime(2026, 10, 12, 2, 0, tzinfo=UTC)


@pytest.fixture
def all_staged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows go through a temporary table as many do, so that statements can be counted."""
    monkeypatch.setattr(bulk, "FEW", 0)
