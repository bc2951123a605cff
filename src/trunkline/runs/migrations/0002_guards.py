"""Row-level security, audit and append-only triggers."""

from django.db import migrations

from trunkline.security.schema import audited, branch_isolated


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("runs", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *branch_isolated("runs_parkedaccount"),
        *audited("runs_billrun", "runs_billrunpart", "runs_parkedaccount"),
    ]
