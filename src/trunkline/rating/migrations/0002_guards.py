"""Audit and append-only triggers."""

from django.db import migrations

from trunkline.security.schema import append_only, audited


class Migration(migrations.Migration):
    """Audit and append-only triggers."""

    dependencies = [("rating", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *audited("rating_usagefile"),
        *append_only(
            "rating_usagefile",
            "rating_usagereject",
            "rating_usagepart",
            "rating_monthrating",
            "rating_unratedrecord",
        ),
    ]
