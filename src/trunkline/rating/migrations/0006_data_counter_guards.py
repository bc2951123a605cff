"""Row-level security of the data counters, and that a file is counted once for good."""

from django.db import migrations

from trunkline.security.schema import append_only, branch_isolated

#: A counter only grows: what is counted stays counted.
ONLY_GROWS = """
CREATE FUNCTION trunkline_data_month_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.used < OLD.used OR (NEW.line_id, NEW.branch_id, NEW.month) <> (OLD.line_id, OLD.branch_id, OLD.month) THEN
        RAISE EXCEPTION 'the data counter of line % only grows', OLD.line_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_grows BEFORE UPDATE ON rating_datamonth
    FOR EACH ROW EXECUTE FUNCTION trunkline_data_month_only_grows();
"""


class Migration(migrations.Migration):
    """Row-level security of the data counters, and that a file is counted once for good."""

    dependencies = [("rating", "0005_data_counters"), ("security", "0002_guards")]
    operations = [
        *branch_isolated("rating_datamonth"),
        *append_only("rating_countedfile"),
        migrations.RunSQL(
            ONLY_GROWS,
            "DROP TRIGGER only_grows ON rating_datamonth; DROP FUNCTION trunkline_data_month_only_grows();",
        ),
    ]
