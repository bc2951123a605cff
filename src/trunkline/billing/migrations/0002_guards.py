"""Row-level security, audit and append-only triggers."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("billing", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *branch_isolated("billing_bill", "billing_billline", "billing_payment", "billing_paymentallocation"),
        *audited("billing_bill", "billing_payment"),
        *append_only("billing_billline", "billing_payment", "billing_paymentallocation"),
    ]
