"""Row-level security and audit of international prepayments."""

from django.db import migrations

from trunkline.security.schema import audited, branch_isolated


class Migration(migrations.Migration):
    """A prepayment changes its state, and every change is kept."""

    dependencies = [("billing", "0006_international_prepayments")]
    operations = [
        *branch_isolated("billing_internationalprepayment"),
        *audited("billing_internationalprepayment"),
    ]
