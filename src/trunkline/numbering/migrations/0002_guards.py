"""Row-level security, audit and append-only triggers."""

from django.db import migrations

from trunkline.security.schema import audited, branch_isolated


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("numbering", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *branch_isolated("numbering_reservation"),
        *audited(
            "numbering_numberrange", "numbering_numbergrade", "numbering_number", "numbering_reservation"
        ),
    ]
