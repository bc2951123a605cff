"""Row-level security and audit of passwords and messages; what is secret is written once and not copied (S24-4)."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated


class Migration(migrations.Migration):
    """The audit trail keeps whole rows, so hashes and seeds stand in tables it does not copy."""

    dependencies = [("subscriptions", "0006_passwords_and_messages")]
    operations = [
        *branch_isolated(
            "subscriptions_linepassword",
            "subscriptions_linepasswordhash",
            "subscriptions_linemessage",
            "subscriptions_linemessageseed",
        ),
        *audited("subscriptions_linepassword", "subscriptions_linemessage"),
        *append_only("subscriptions_linepasswordhash", "subscriptions_linemessageseed"),
    ]
