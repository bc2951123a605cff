"""The demo province at a small scale: the same each time, sound, and only into an empty database."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction

from tests.conftest import Cluster
from tests.support import snapshot
from trunkline.agreements.members import check_members
from trunkline.agreements.operations import draft_agreement
from trunkline.agreements.queries import find_agreements
from trunkline.agreements.types import AgreementState, AgreementTerms, BusinessKind
from trunkline.billing.queries import bill_totals
from trunkline.config import database
from trunkline.config.schema import grant, install
from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.demo.load import BILLED_MONTHS, Loaded, load_demo
from trunkline.interfaces.cli.demo.province import TOUR_CUSTOMER
from trunkline.interfaces.cli.demo.tour import BAD_SHEET, GOOD_SHEET, MEMBERS, PLAN, USAGE_FILE
from trunkline.interfaces.cli.verify import all_checks, broken
from trunkline.kernel.refusals import Refused
from trunkline.ordering.queries import find_orders
from trunkline.ordering.types import OrderState
from trunkline.party.queries import find_organizations, incomplete_identities
from trunkline.party.types import Industry
from trunkline.rating.queries import usage_files
from trunkline.security.audit import acting
from trunkline.security.queries import actor_by_login, system_actor
from trunkline.security.types import Door

SCALE = 0.02
TODAY = datetime(2026, 11, 2, 2, tzinfo=UTC)
BARE = "trunkline_bare"

#: What differs from load to load by its nature: the audit's identifiers, the moment of recording, salted passwords.
_NOT_CONTENT = ("password", "last_login", "recorded_at", "hash")
_CONTENT = """
SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
FROM information_schema.columns
WHERE table_schema = 'public' AND data_type <> 'uuid' AND NOT column_name = ANY(%s)
    AND table_name !~ '^(django_|axes_|procrastinate_|auth_|security_audit|pg_)'
GROUP BY table_name ORDER BY table_name
"""


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    before = str(connections["default"].settings_dict["NAME"])
    connections.close_all()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        for alias in connections:
            connections[alias].settings_dict["NAME"] = before


@pytest.fixture(scope="module")
def bare(cluster: Cluster) -> Iterator[str]:
    """The name of a database with the schema and the system in it, and nothing else."""
    server = database.server(durable=False)
    assert server is not None
    cluster.run(f"CREATE DATABASE {BARE} OWNER {database.OWNER}")
    with server.connect(BARE) as superuser:
        for extension in database.EXTENSIONS:
            superuser.execute(f"CREATE EXTENSION {extension}")  # type: ignore[call-overload]
    with _connected_to(BARE):
        call_command("migrate", database="owner", interactive=False, verbosity=0)
        grant()
        install()
    yield BARE
    cluster.run(f"DROP DATABASE {BARE} WITH (FORCE)")


@contextmanager
def _empty_database(cluster: Cluster, bare: str, var: Path) -> Iterator[None]:
    copy = f"trunkline_demo_{os.urandom(4).hex()}"
    cluster.run(f"CREATE DATABASE {copy} TEMPLATE {bare}")
    before = settings.TRUNKLINE_VAR
    settings.TRUNKLINE_VAR = var
    try:
        with _connected_to(copy):
            yield
    finally:
        settings.TRUNKLINE_VAR = before
        cluster.run(f"DROP DATABASE {copy} WITH (FORCE)")


def _content() -> dict[str, str]:
    """A hash of what every business table holds, by table."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(_CONTENT, [list(_NOT_CONTENT)])
        for table, columns in cursor.fetchall():
            cursor.execute(f"SELECT ROW({columns})::text FROM {table} t ORDER BY 1")
            text = "\n".join(row for (row,) in cursor.fetchall())
            found[table] = hashlib.sha256(text.encode()).hexdigest()
    return found


@pytest.fixture(scope="module")
def first_content(cluster: Cluster, bare: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a first load makes, in a database of its own."""
    with _empty_database(cluster, bare, tmp_path_factory.mktemp("first")):
        actor = system_actor(Door.CLI)
        load_demo(actor=actor, scale=SCALE)
        with acting(system_actor(Door.CLI)):
            return _content()


@pytest.fixture(scope="module")
def loaded(cluster: Cluster, bare: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """A demo to look at."""
    with _empty_database(cluster, bare, tmp_path_factory.mktemp("second")):
        yield load_demo(actor=system_actor(Door.CLI), scale=SCALE)


def test_the_demo_is_the_same_each_time(first_content: dict[str, str], loaded: Loaded) -> None:
    with acting(system_actor(Door.CLI)):
        assert _content() == first_content


def test_every_invariant_holds_in_the_demo(loaded: Loaded) -> None:
    with acting(system_actor(Door.CLI)):
        assert [(check.code, places) for check, places in broken(all_checks())] == []


def test_the_demo_has_something_to_show_on_every_page(loaded: Loaded) -> None:
    with acting(system_actor(Door.CLI)):
        organizations = find_organizations(limit=100)
        assert len(organizations) == loaded.organizations == 24
        assert {organization.industry for organization in organizations} == set(Industry)
        assert len({organization.branch_id for organization in organizations}) == 2
        assert len(incomplete_identities()) == 1
        states = {agreement.state for agreement in find_agreements(limit=100)}
        assert states == {
            AgreementState.DRAFT,
            AgreementState.REVIEW,
            AgreementState.PRINTED,
            AgreementState.SIGNED_BY_CUSTOMER,
            AgreementState.SIGNED_BY_OPERATOR,
            AgreementState.EFFECTIVE,
        }
        assert {order.state for order in find_orders(limit=100)} == {OrderState.COMPLETED, OrderState.FAILED}
        for month in BILLED_MONTHS:
            bills, total, owed = bill_totals(month)
            assert bills > 0
            assert total > owed > 0
        files = usage_files()
        assert len(files) == 7
        assert sum(file.accepted for file in files) == loaded.usage_records > 0
        assert any(file.duplicates for file in files)
        assert any(file.rejected for file in files)


def test_files_for_the_tour_are_written(loaded: Loaded) -> None:
    folder = settings.TRUNKLINE_VAR / "demo"
    assert (folder / USAGE_FILE).read_text(encoding="utf-8").count("\n") > 40
    manager = actor_by_login("hf.manager", Door.CLI)
    with acting(manager):
        (customer,) = find_organizations(TOUR_CUSTOMER)
        terms = AgreementTerms(customer.id, BusinessKind.STANDARD_PLAN, "", PLAN, "half", 2)
        agreement = draft_agreement(terms=terms, actor=manager, at=TODAY)
        checked = {
            name: check_members(agreement_id=agreement, content=(folder / name).read_bytes(), at=TODAY)
            for name in (GOOD_SHEET, BAD_SHEET)
        }
        transaction.set_rollback(True)
    assert checked[GOOD_SHEET].accepted
    assert len(checked[GOOD_SHEET].rows) == MEMBERS
    codes = {problem.code for row in checked[BAD_SHEET].faulty for problem in row.problems}
    assert len(codes) >= 8


def test_it_is_not_loaded_twice(loaded: Loaded) -> None:
    with acting(system_actor(Door.CLI)):
        before = snapshot()
    with pytest.raises(Refused) as refused:
        load_demo(actor=system_actor(Door.CLI))
    assert [refusal.code for refusal in refused.value.refusals] == ["demo.not_empty"]
    done = CliRunner().invoke(cli, ["demo", "load", "--if-empty", "--json"])
    assert (done.exit_code, done.stdout) == (0, '{\n  "loaded": false\n}\n')
    with acting(system_actor(Door.CLI)):
        assert snapshot() == before
