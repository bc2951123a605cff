"""Guards that live in the database, as migration operations the other contexts' migrations use.

`branch_isolated`: row-level security by `branch_id`. `audited`: no write outside an operation, before and after
are kept. `append_only`: no UPDATE, DELETE or TRUNCATE, whoever asks.
"""

from __future__ import annotations

from django.db import migrations

#: The branches whose rows the current transaction may see and write, as set by `acting`.
VISIBLE_BRANCHES = "(SELECT string_to_array(current_setting('trunkline.branches', true), ','))::bigint[]"


def branch_isolated(*tables: str) -> list[migrations.RunSQL]:
    """Row-level security: only rows of the actor's branches are seen or written."""
    return [
        migrations.RunSQL(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            f"CREATE POLICY own_branches ON {table} USING (branch_id = ANY ({VISIBLE_BRANCHES}));",
            f"DROP POLICY own_branches ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
        )
        for table in tables
    ]


def audited(*tables: str) -> list[migrations.RunSQL]:
    """Every write leaves its audit row; a write outside an operation is refused. The table needs an `id`."""
    events = {
        "INSERT": "REFERENCING NEW TABLE AS new_rows",
        "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "DELETE": "REFERENCING OLD TABLE AS old_rows",
    }
    return [
        migrations.RunSQL(
            "".join(
                f"CREATE TRIGGER audit_{event.lower()} AFTER {event} ON {table} {rows} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION trunkline_audit();"
                for event, rows in events.items()
            ),
            "".join(f"DROP TRIGGER audit_{event.lower()} ON {table};" for event in events),
        )
        for table in tables
    ]


def append_only(*tables: str) -> list[migrations.RunSQL]:
    """Rows are written once."""
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION trunkline_append_only();"
            f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION trunkline_append_only();",
            f"DROP TRIGGER append_only ON {table}; DROP TRIGGER append_only_truncate ON {table};",
        )
        for table in tables
    ]


#: A session plans the join of old and new rows by the size of its first update and keeps that plan: without nested
#: loops one row and fifty thousand are both fast.
AUDIT_FUNCTION = """
CREATE FUNCTION trunkline_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off AS $$
DECLARE
    operation uuid := nullif(current_setting('trunkline.operation', true), '')::uuid;
    branch bigint := nullif(current_setting('trunkline.branch', true), '')::bigint;
BEGIN
    IF operation IS NULL THEN
        RAISE EXCEPTION 'write to % outside an operation', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO security_auditchange (operation_id, branch_id, table_name, row_id, after)
        SELECT operation, branch, TG_TABLE_NAME, id::text, to_jsonb(new_rows) FROM new_rows;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO security_auditchange (operation_id, branch_id, table_name, row_id, before, after)
        SELECT operation, branch, TG_TABLE_NAME, new_rows.id::text, to_jsonb(old_rows), to_jsonb(new_rows)
        FROM new_rows JOIN old_rows USING (id);
    ELSE
        INSERT INTO security_auditchange (operation_id, branch_id, table_name, row_id, before)
        SELECT operation, branch, TG_TABLE_NAME, id::text, to_jsonb(old_rows) FROM old_rows;
    END IF;
    RETURN NULL;
END $$;
"""

APPEND_ONLY_FUNCTION = """
CREATE FUNCTION trunkline_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""
