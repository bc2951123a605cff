"""Tries at doors without a login are written once."""

from django.db import migrations

from trunkline.security.schema import append_only


class Migration(migrations.Migration):
    """Append-only: who tries knows no branch, and nobody acts yet."""

    dependencies = [("security", "0005_door_tries")]
    operations = [*append_only("security_doortry")]
