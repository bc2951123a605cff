"""Audit of parameters, and the only change that their values may see: their end."""

from django.db import migrations

from trunkline.security.schema import audited

TABLE = "catalog_parametervalue"


class Migration(migrations.Migration):
    """What a parameter was set to stays as it is; a new value closes it."""

    dependencies = [("catalog", "0006_parameter_values")]
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
