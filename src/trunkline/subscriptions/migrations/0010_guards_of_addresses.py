"""Row-level security and audit of installation addresses."""

from django.db import migrations

from trunkline.security.schema import audited, branch_isolated


class Migration(migrations.Migration):
    """Addresses belong to a branch, and every change of them is kept."""

    dependencies = [("subscriptions", "0009_addresses")]
    operations = [*branch_isolated("subscriptions_lineaddress"), *audited("subscriptions_lineaddress")]
