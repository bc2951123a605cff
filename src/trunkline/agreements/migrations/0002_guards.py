"""Row-level security, audit and append-only triggers."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated

#: Invariant 2 of domain 8.5: the releases of a number's deposit sum to the deposit.
RELEASES_ADD_UP = """
CREATE FUNCTION trunkline_releases_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE planned numeric;
BEGIN
    SELECT coalesce(sum(amount), 0) INTO planned FROM agreements_premiumrelease WHERE commitment_id = NEW.id;
    IF planned <> NEW.prepayment THEN
        RAISE EXCEPTION 'releases of commitment % sum to %, not %', NEW.id, planned, NEW.prepayment
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER releases_add_up AFTER INSERT ON agreements_premiumcommitment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trunkline_releases_add_up();
"""

#: A member stands as it was hashed into its attachment (P2-30); only its line is filled in, once.
MEMBERS_STAND = """
CREATE FUNCTION trunkline_members_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.line_id IS NOT NULL OR to_jsonb(NEW) - 'line_id' <> to_jsonb(OLD) - 'line_id' THEN
        RAISE EXCEPTION 'member % stands on an attachment', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER members_stand BEFORE UPDATE ON agreements_member
    FOR EACH ROW EXECUTE FUNCTION trunkline_members_stand();
"""


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("agreements", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *branch_isolated(
            "agreements_agreement",
            "agreements_premiumcommitment",
            "agreements_premiumrelease",
            "agreements_membersheet",
            "agreements_member",
            "agreements_attachment",
            "agreements_signature",
            "agreements_original",
        ),
        *audited(
            "agreements_agreement",
            "agreements_premiumcommitment",
            "agreements_premiumrelease",
            "agreements_membersheet",
            "agreements_member",
            "agreements_attachment",
            "agreements_signature",
            "agreements_original",
        ),
        *append_only(
            "agreements_premiumcommitment",
            "agreements_premiumrelease",
            "agreements_attachment",
            "agreements_signature",
        ),
        migrations.RunSQL(
            RELEASES_ADD_UP,
            "DROP TRIGGER releases_add_up ON agreements_premiumcommitment; DROP FUNCTION trunkline_releases_add_up();",
        ),
        migrations.RunSQL(
            MEMBERS_STAND,
            "DROP TRIGGER members_stand ON agreements_member; DROP FUNCTION trunkline_members_stand();",
        ),
    ]
