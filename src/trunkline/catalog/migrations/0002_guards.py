"""Row-level security, audit, append-only triggers, and the only change that dated rows may see: their end."""

from django.db import migrations

from trunkline.security.schema import append_only, audited

DATED = ("catalog_priceversion", "catalog_fee", "catalog_taxrate")

#: "Today" is the day of the operation that writes, by Asia/Shanghai, as the audit trail has it.
ONLY_CLOSES = """
CREATE FUNCTION trunkline_catalog_only_closes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    operation uuid := nullif(current_setting('trunkline.operation', true), '')::uuid;
    today date := (SELECT (at AT TIME ZONE 'Asia/Shanghai')::date FROM security_auditoperation WHERE id = operation);
BEGIN
    IF to_jsonb(NEW) - 'valid_to' IS DISTINCT FROM to_jsonb(OLD) - 'valid_to' THEN
        RAISE EXCEPTION '% is published: only its end may be set', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.valid_to IS NOT NULL OR NEW.valid_to IS NULL OR today IS NULL
        OR NEW.valid_to <= today OR NEW.valid_to <= OLD.valid_from THEN
        RAISE EXCEPTION '% ends once, on a day to come', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""


def only_closes(*tables: str) -> list[migrations.RunSQL]:
    """Rows stay as they are published; one that is open-ended may be given its end, once."""
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER only_closes BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION trunkline_catalog_only_closes();"
            f"CREATE TRIGGER not_deleted BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION trunkline_append_only();"
            f"CREATE TRIGGER not_truncated BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION trunkline_append_only();",
            "".join(
                f"DROP TRIGGER {name} ON {table};" for name in ("only_closes", "not_deleted", "not_truncated")
            ),
        )
        for table in tables
    ]


class Migration(migrations.Migration):
    """Row-level security, audit, append-only triggers, and the only change that dated rows may see: their end."""

    dependencies = [("catalog", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *audited("catalog_offering", "catalog_terminalmodel", *DATED),
        *append_only("catalog_allowance", "catalog_usageprice"),
        migrations.RunSQL(ONLY_CLOSES, "DROP FUNCTION trunkline_catalog_only_closes();"),
        *only_closes(*DATED),
    ]
