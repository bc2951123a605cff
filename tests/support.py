"""Helpers for tests on the database."""

from __future__ import annotations

import hashlib

from django.db import connection

#: What a refusal may leave behind: nothing. Framework tables and the audit of the attempt's own reads are left out.
_NOT_BUSINESS = ("django_", "axes_", "procrastinate_", "auth_")


def snapshot() -> str:
    """A hash of every row of every business table that the present role can see."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        tables = sorted(
            t for t in connection.introspection.table_names(cursor) if not t.startswith(_NOT_BUSINESS)
        )
        for table in tables:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
            )
            row = cursor.fetchone()
            assert row is not None
            digest.update(f"{table}={row[0]};".encode())
    return digest.hexdigest()


def check_deferred() -> None:
    """Run the deferred constraint triggers now, as a commit would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
