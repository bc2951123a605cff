"""Row-level security, audit and append-only triggers."""

from django.db import migrations

from trunkline.security.schema import audited, branch_isolated


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("party", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *branch_isolated("party_organization", "party_handler", "party_contact", "party_account"),
        *audited("party_organization", "party_handler", "party_contact", "party_account"),
    ]
