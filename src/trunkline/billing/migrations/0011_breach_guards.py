"""Row-level security and audit of breaches; what is claimed stands as it was proposed."""

from django.db import migrations

from trunkline.security.schema import audited, branch_isolated

#: Only how a claim was decided and met is filled in later.
CLAIM_STANDS = """
CREATE FUNCTION trunkline_breach_claim_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE decided text[] := ARRAY['state', 'offset', 'top_up', 'due_on', 'decided_by_id', 'decided_at', 'reason'];
BEGIN
    IF to_jsonb(NEW) - decided <> to_jsonb(OLD) - decided
        OR (OLD."offset" IS NOT NULL AND (OLD."offset", OLD.top_up) <> (NEW."offset", NEW.top_up))
        OR OLD.state IN ('settled', 'withdrawn') THEN
        RAISE EXCEPTION 'breach % stands as it was claimed', OLD.case_number USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claim_stands BEFORE UPDATE ON billing_breachcase
    FOR EACH ROW EXECUTE FUNCTION trunkline_breach_claim_stands();
"""


class Migration(migrations.Migration):
    """Row-level security and audit of breaches; what is claimed stands as it was proposed."""

    dependencies = [("billing", "0010_breaches"), ("ledger", "0008_breaches"), ("security", "0002_guards")]
    operations = [
        *branch_isolated("billing_breachcase"),
        *audited("billing_breachcase"),
        migrations.RunSQL(
            CLAIM_STANDS,
            "DROP TRIGGER claim_stands ON billing_breachcase; DROP FUNCTION trunkline_breach_claim_stands();",
        ),
    ]
