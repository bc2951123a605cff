"""Row-level security, audit and append-only triggers."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("ordering", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *branch_isolated("ordering_order", "ordering_orderitem", "ordering_orderpaper", "ordering_orderfee"),
        *audited("ordering_order", "ordering_orderitem", "ordering_orderpaper", "ordering_orderfee"),
        *append_only("ordering_orderpaper", "ordering_orderfee"),
    ]
