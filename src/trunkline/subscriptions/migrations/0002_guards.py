"""Row-level security, audit and append-only triggers."""

from django.db import migrations

from trunkline.security.schema import audited, branch_isolated


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("subscriptions", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *branch_isolated(
            "subscriptions_line",
            "subscriptions_linenumber",
            "subscriptions_lineoffering",
            "subscriptions_linestop",
            "subscriptions_terminal",
        ),
        *audited(
            "subscriptions_line",
            "subscriptions_linenumber",
            "subscriptions_lineoffering",
            "subscriptions_linestop",
            "subscriptions_sim",
            "subscriptions_terminal",
        ),
    ]
