"""Functions that guard every context's tables, and the audit trail's own guards."""

from django.db import migrations

from trunkline.security.schema import APPEND_ONLY_FUNCTION, AUDIT_FUNCTION, append_only, branch_isolated


class Migration(migrations.Migration):
    """Functions that guard every context's tables, and the audit trail's own guards."""

    dependencies = [("security", "0001_initial")]
    operations = [
        migrations.RunSQL(AUDIT_FUNCTION, "DROP FUNCTION trunkline_audit();"),
        migrations.RunSQL(APPEND_ONLY_FUNCTION, "DROP FUNCTION trunkline_append_only();"),
        *branch_isolated("security_auditoperation", "security_auditchange"),
        *append_only("security_auditoperation", "security_auditchange"),
    ]
