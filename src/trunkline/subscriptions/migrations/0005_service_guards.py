"""Owners of the lines there are, and the guards of the new tables."""

from django.db import migrations

from trunkline.security.schema import audited, branch_isolated

TABLES = (
    "subscriptions_lineowner",
    "subscriptions_lineservice",
    "subscriptions_linemask",
    "subscriptions_linephase",
)
OWNERS = """
INSERT INTO subscriptions_lineowner (line_id, branch_id, organization_id, account_id, valid_from, valid_to)
SELECT id, branch_id, organization_id, account_id, activated_at, terminated_at
FROM subscriptions_line WHERE activated_at IS NOT NULL
"""


class Migration(migrations.Migration):
    """The owner fills the table before the guards stand."""

    dependencies = [("subscriptions", "0004_services_and_owners"), ("security", "0002_guards")]
    operations = [
        migrations.RunSQL(OWNERS, migrations.RunSQL.noop),
        # Rows whose foreign keys are still to be checked keep a table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        *branch_isolated(*TABLES),
        *audited(*TABLES),
    ]
