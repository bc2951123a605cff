"""Row-level security, audit and append-only triggers of refunds."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("billing", "0003_refunds"), ("security", "0002_guards")]
    operations = [
        *branch_isolated("billing_refund"),
        *audited("billing_refund"),
        *append_only("billing_refund"),
    ]
