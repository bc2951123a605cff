"""Row-level security, audit and append-only triggers; bills that are sound when issued and stay what they say."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated

#: A bill is corrected by another one: what it says never changes, only what is paid of it.
ISSUED_BILL = """
CREATE TRIGGER issued_bill BEFORE UPDATE ON billing_bill FOR EACH ROW
    WHEN ((OLD.id, OLD.branch_id, OLD.organization_id, OLD.account_id, OLD.number, OLD.month, OLD.issued_at,
           OLD.due_on, OLD.total, OLD.tax_total, OLD.from_deposit, OLD.operation_id)
        IS DISTINCT FROM (NEW.id, NEW.branch_id, NEW.organization_id, NEW.account_id, NEW.number, NEW.month,
           NEW.issued_at, NEW.due_on, NEW.total, NEW.tax_total, NEW.from_deposit, NEW.operation_id))
    EXECUTE FUNCTION trunkline_append_only();
CREATE TRIGGER issued_bill_stays BEFORE DELETE ON billing_bill FOR EACH ROW
    EXECUTE FUNCTION trunkline_append_only();
"""

#: An issued bill carries its operation; what is audited is how it changes.
CHANGED_BILL = """
CREATE TRIGGER audit_update AFTER UPDATE ON billing_bill REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION trunkline_audit();
"""

#: A bill comes first and its lines follow in one statement, which is checked as a whole: row by row, as foreign
#: keys work, the checks would take longer than everything else in issuing bills. What a bill or a line names is
#: looked for here and is there for good, since no row of the business is ever deleted. The functions see all
#: branches. They look everything up row by row in an index (what LATERAL and LIMIT make sure of), so that the cost
#: is that of the new rows, whatever the planner believes of a table that has just grown.
SOUND_BILLS = """
CREATE FUNCTION trunkline_check_bills() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    operation uuid := nullif(current_setting('trunkline.operation', true), '')::uuid;
    broken record;
BEGIN
    SELECT b.number INTO broken
    FROM new_rows b LEFT JOIN LATERAL (SELECT * FROM party_account WHERE id = b.account_id LIMIT 1) AS a ON true
    WHERE a.organization_id IS DISTINCT FROM b.organization_id OR a.branch_id IS DISTINCT FROM b.branch_id
        OR b.operation_id IS DISTINCT FROM operation
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'bill % is not of its account''s organisation and branch, or of another operation',
            broken.number USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION trunkline_check_bill_lines() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    operation uuid := nullif(current_setting('trunkline.operation', true), '')::uuid;
    broken record;
BEGIN
    SELECT l.bill_id, l.total INTO broken
    FROM (
        SELECT bill_id, sum(amount) AS total, min(branch_id) AS first, max(branch_id) AS last
        FROM new_rows GROUP BY bill_id
    ) AS l
    LEFT JOIN LATERAL (SELECT * FROM billing_bill WHERE id = l.bill_id LIMIT 1) AS b ON true
    WHERE b.id IS NULL OR b.total <> l.total OR l.first <> b.branch_id OR l.last <> b.branch_id
        OR b.operation_id IS DISTINCT FROM operation
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'bill % has lines of %, or is not there, or of another branch or operation',
            broken.bill_id, broken.total USING ERRCODE = 'check_violation';
    END IF;
    SELECT l.bill_id INTO broken
    FROM (SELECT DISTINCT bill_id, branch_id, line_id FROM new_rows WHERE line_id IS NOT NULL) AS l
    LEFT JOIN LATERAL (SELECT * FROM subscriptions_line WHERE id = l.line_id LIMIT 1) AS s ON true
    WHERE s.branch_id IS DISTINCT FROM l.branch_id
    LIMIT 1;
    IF NOT FOUND THEN
        SELECT l.bill_id INTO broken
        FROM (SELECT min(bill_id) AS bill_id, price_version_id FROM new_rows
              WHERE price_version_id IS NOT NULL GROUP BY price_version_id) AS l
        LEFT JOIN LATERAL (SELECT id FROM catalog_priceversion WHERE id = l.price_version_id LIMIT 1) AS v ON true
        WHERE v.id IS NULL
        LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'bill % names a line or a price version that is not there, or of another branch',
            broken.bill_id USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION trunkline_check_bill() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM billing_billline WHERE bill_id = NEW.id) THEN
        RAISE EXCEPTION 'bill % of % has no lines', NEW.number, NEW.total USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER check_bills AFTER INSERT ON billing_bill REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION trunkline_check_bills();
CREATE TRIGGER check_bill_lines AFTER INSERT ON billing_billline REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION trunkline_check_bill_lines();
CREATE CONSTRAINT TRIGGER check_bill AFTER INSERT ON billing_bill
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.total <> 0) EXECUTE FUNCTION trunkline_check_bill();
"""

NO_SOUND_BILLS = """
DROP TRIGGER check_bills ON billing_bill;
DROP TRIGGER check_bill ON billing_bill;
DROP TRIGGER check_bill_lines ON billing_billline;
DROP FUNCTION trunkline_check_bills(), trunkline_check_bill(), trunkline_check_bill_lines();
"""


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers; bills that are sound when issued and stay what they say."""

    dependencies = [("billing", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *branch_isolated("billing_bill", "billing_billline", "billing_payment", "billing_paymentallocation"),
        *audited("billing_payment"),
        migrations.RunSQL(CHANGED_BILL, "DROP TRIGGER audit_update ON billing_bill;"),
        *append_only("billing_billline", "billing_payment", "billing_paymentallocation"),
        migrations.RunSQL(
            ISSUED_BILL,
            "DROP TRIGGER issued_bill ON billing_bill; DROP TRIGGER issued_bill_stays ON billing_bill;",
        ),
        migrations.RunSQL(SOUND_BILLS, NO_SOUND_BILLS),
    ]
