"""Audit of roaming destinations, and the only change that they may see: their end."""

from django.db import migrations

from trunkline.security.schema import audited

TABLE = "catalog_roamingdestination"


class Migration(migrations.Migration):
    """What was published of a destination stays as it is; a new one closes it."""

    dependencies = [("catalog", "0004_roaming_destinations")]
    operations = [
        *audited(TABLE),
        migrations.RunSQL(
            f"CREATE TRIGGER only_closes BEFORE UPDATE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION trunkline_catalog_only_closes();"
            f"CREATE TRIGGER not_deleted BEFORE DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION trunkline_append_only();"
            f"CREATE TRIGGER not_truncated BEFORE TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION trunkline_append_only();",
            "".join(
                f"DROP TRIGGER {name} ON {TABLE};" for name in ("only_closes", "not_deleted", "not_truncated")
            ),
        ),
    ]
