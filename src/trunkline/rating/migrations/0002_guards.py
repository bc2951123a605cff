"""Row-level security, audit and append-only triggers."""

from django.db import migrations

from trunkline.security.schema import append_only, audited


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("rating", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *audited("rating_usagefile"),
        *append_only("rating_usagereject", "rating_usagepart"),
    ]
