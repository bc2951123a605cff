"""Row-level security and audit of the authorisation codes for porting; their hashes are not among them."""

from django.db import migrations

from trunkline.security.schema import audited, branch_isolated


class Migration(migrations.Migration):
    """Row-level security and audit of the authorisation codes for porting."""

    dependencies = [("subscriptions", "0012_portcode"), ("security", "0002_guards")]
    operations = [*branch_isolated("subscriptions_portcode"), *audited("subscriptions_portcode")]
