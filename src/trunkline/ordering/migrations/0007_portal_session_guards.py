"""Sessions of the portal are seen by their own branch, and audited."""

from django.db import migrations

from trunkline.security.schema import audited, branch_isolated


class Migration(migrations.Migration):
    """Row-level security and audit."""

    dependencies = [("ordering", "0006_portal_sessions")]
    operations = [*branch_isolated("ordering_portalsession"), *audited("ordering_portalsession")]
