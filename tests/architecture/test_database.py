"""PostgreSQL is the last guard: what every table must have."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from tests.world import World

#: Staff tables: who acts must be readable before anybody acts.
NOT_ISOLATED = {"security_staff", "security_appointment"}
#: Written once by design, or (staff, roles) installed before there is anyone to act.
NOT_AUDITED = {"security_branch", "security_role", "security_staff", "security_appointment"}
#: Written once and then only taken away: the trail would keep for ever what must be gone.
TAKEN_AWAY = {"messaging_messagesecret"}
#: A machine's counters, made again from the usage store by `trunkline verify`: a trail of each step would tell nothing.
COUNTERS = {"rating_datamonth"}
CONTEXTS = {
    "security", "messaging", "party", "catalog", "numbering", "subscriptions", "agreements",
    "ledger", "rating", "billing", "ordering", "care", "installations", "runs",
}  # fmt: skip


def business_tables() -> list[str]:
    return sorted(m._meta.db_table for m in apps.get_models() if m._meta.app_label in CONTEXTS)


def names(query: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {str(row[0]) for row in cursor.fetchall()}


def test_every_table_with_a_branch_has_row_level_security(world: World) -> None:
    with_branch = names("SELECT table_name FROM information_schema.columns WHERE column_name = 'branch_id'")
    secured = names(
        "SELECT relname FROM pg_class c WHERE relrowsecurity AND EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = c.oid)"
    )
    assert with_branch & set(business_tables()) - secured - NOT_ISOLATED == set()


def test_every_business_table_is_audited_or_written_once(world: World) -> None:
    guarded = names(
        "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE t.tgname IN ('audit_update', 'append_only')"
    )
    assert set(business_tables()) - guarded - NOT_AUDITED - TAKEN_AWAY - COUNTERS == set()


def test_the_serving_role_owns_nothing_and_cannot_bypass_row_level_security(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)
    assert (
        names(
            "SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        )
        == set()
    )


@pytest.mark.parametrize("right", ["DELETE", "TRUNCATE"])
def test_the_serving_role_may_not_delete_or_truncate_business_tables(world: World, right: str) -> None:
    allowed = [
        t for t in business_tables() if names(f"SELECT has_table_privilege('{t}', '{right}')") == {"True"}
    ]
    assert allowed == []


def test_the_audit_trail_cannot_be_written_changed_or_forged(world: World) -> None:
    for statement in (
        "UPDATE security_auditchange SET after = NULL",
        "UPDATE security_auditoperation SET verb = 'x'",
        "INSERT INTO security_auditchange (operation_id, branch_id, table_name, row_id) "
        "SELECT id, branch_id, 'x', '1' FROM security_auditoperation",
        "DELETE FROM security_auditoperation",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('trunkline.branches', '1,2,3', true)")
            cursor.execute(statement)


def test_a_state_column_is_held_by_a_check(world: World) -> None:
    columns = names(
        "SELECT table_name || '.' || column_name FROM information_schema.columns "
        "WHERE column_name IN ('state', 'status') AND table_schema = 'public'"
    )
    checked = names(
        "SELECT c.relname || '.' || a.attname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey) WHERE k.contype = 'c'"
    )
    ours = {c for c in columns if c.split(".")[0] in business_tables()}
    assert ours - checked == set()
