"""Row-level security, audit and append-only triggers; bills are sealed when they are issued."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated

#: A bill is corrected by another one: what it says never changes, only what is paid of it.
ISSUED_BILL = """
CREATE TRIGGER issued_bill BEFORE UPDATE ON billing_bill FOR EACH ROW
    WHEN ((OLD.id, OLD.branch_id, OLD.organization_id, OLD.account_id, OLD.number, OLD.month, OLD.issued_at,
           OLD.due_on, OLD.total, OLD.tax_total, OLD.from_deposit)
        IS DISTINCT FROM (NEW.id, NEW.branch_id, NEW.organization_id, NEW.account_id, NEW.number, NEW.month,
           NEW.issued_at, NEW.due_on, NEW.total, NEW.tax_total, NEW.from_deposit))
    EXECUTE FUNCTION trunkline_append_only();
CREATE TRIGGER issued_bill_stays BEFORE DELETE ON billing_bill FOR EACH ROW
    EXECUTE FUNCTION trunkline_append_only();
"""

#: Lines come before their bill (the foreign key waits for the commit), and the bill seals them: they add up to
#: its total, are of its branch, and none follow. Planned anew each time, for the size at hand.
SEALED_BILLS = """
CREATE FUNCTION trunkline_seal_bills() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE broken record;
BEGIN
    EXECUTE $query$
        SELECT b.number, b.total, coalesce(sum(l.amount), 0) AS lines
        FROM new_rows b LEFT JOIN billing_billline l ON l.bill_id = b.id
        GROUP BY b.id, b.number, b.total
        HAVING coalesce(sum(l.amount), 0) <> b.total OR NOT coalesce(bool_and(l.branch_id = b.branch_id), true)
        LIMIT 1
    $query$ INTO broken;
    IF broken.number IS NOT NULL THEN
        RAISE EXCEPTION 'bill % of % has lines of %, or of another branch', broken.number, broken.total, broken.lines
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION trunkline_check_bill_lines() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE broken record;
BEGIN
    EXECUTE $query$
        SELECT number FROM billing_bill WHERE id IN (SELECT bill_id FROM new_rows) LIMIT 1
    $query$ INTO broken;
    IF broken.number IS NOT NULL THEN
        RAISE EXCEPTION 'bill % is sealed', broken.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER seal_bills AFTER INSERT ON billing_bill REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION trunkline_seal_bills();
CREATE TRIGGER check_bill_lines AFTER INSERT ON billing_billline REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION trunkline_check_bill_lines();
"""

UNSEALED_BILLS = """
DROP TRIGGER seal_bills ON billing_bill;
DROP TRIGGER check_bill_lines ON billing_billline;
DROP FUNCTION trunkline_seal_bills(), trunkline_check_bill_lines();
"""


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers; bills are sealed when they are issued."""

    dependencies = [("billing", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *branch_isolated("billing_bill", "billing_billline", "billing_payment", "billing_paymentallocation"),
        *audited("billing_bill", "billing_payment"),
        *append_only("billing_billline", "billing_payment", "billing_paymentallocation"),
        migrations.RunSQL(
            ISSUED_BILL,
            "DROP TRIGGER issued_bill ON billing_bill; DROP TRIGGER issued_bill_stays ON billing_bill;",
        ),
        migrations.RunSQL(SEALED_BILLS, UNSEALED_BILLS),
    ]
