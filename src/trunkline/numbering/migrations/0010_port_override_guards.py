"""Row-level security and audit of the overrides of ported-in numbers."""

from django.db import migrations

from trunkline.security.schema import audited, branch_isolated


class Migration(migrations.Migration):
    """Row-level security and audit of the overrides of ported-in numbers."""

    dependencies = [("numbering", "0009_portoverride"), ("security", "0002_guards")]
    operations = [*branch_isolated("numbering_portoverride"), *audited("numbering_portoverride")]
