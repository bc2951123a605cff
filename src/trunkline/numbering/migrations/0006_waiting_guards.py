"""Row-level security and audit of the queues for numbers."""

from django.db import migrations

from trunkline.security.schema import audited, branch_isolated


class Migration(migrations.Migration):
    """Row-level security and audit of the queues for numbers."""

    dependencies = [("numbering", "0005_waiting"), ("security", "0002_guards")]
    operations = [*branch_isolated("numbering_waiting"), *audited("numbering_waiting")]
