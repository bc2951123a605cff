"""Row-level security, audit and append-only triggers of the log of details."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers of the log of details."""

    dependencies = [("rating", "0003_detail_access"), ("security", "0002_guards")]
    operations = [
        *branch_isolated("rating_detailaccess"),
        *audited("rating_detailaccess"),
        *append_only("rating_detailaccess"),
    ]
