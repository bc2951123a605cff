"""Bringing the schema up to date as its owner, and granting the serving role what it may do."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connections
from psycopg import sql

from trunkline.agreements.clauses.operations import install_templates
from trunkline.agreements.clauses.queries import installed
from trunkline.config.database import prepare
from trunkline.kernel.clock import now
from trunkline.security.operations import install_system

#: Framework tables whose rows come and go. Nothing of the business may be deleted by the serving role (P5-1).
_DELETABLE = ("django_session", "axes_", "procrastinate_")


def migrate() -> None:
    """Start or reach PostgreSQL, migrate as the owner, grant, install roles and agreement templates; safe to repeat."""
    prepare()
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    grant()
    install()
    connections["owner"].close()


def install() -> None:
    """What every installation has before anybody works: roles, and the templates of agreements."""
    actor = install_system()
    if not installed():
        install_templates(actor=actor, at=now())


def grant() -> None:
    """Give the serving role reading and writing, deletion in framework tables only, truncation nowhere."""
    owner = connections["owner"]
    role = sql.Identifier(connections["default"].settings_dict["USER"])
    with owner.cursor() as cursor:
        tables = [table for table in owner.introspection.table_names(cursor) if table != "django_migrations"]
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        cursor.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
        cursor.execute(sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}").format(role))
        for table in tables:
            rights = "SELECT, INSERT, UPDATE" + (", DELETE" if table.startswith(_DELETABLE) else "")
            if table == "security_auditchange":
                rights = "SELECT"
            cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(table), role))
            cursor.execute(
                sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), sql.Identifier(table), role)
            )
        cursor.execute(sql.SQL("GRANT SELECT ON django_migrations TO {}").format(role))
