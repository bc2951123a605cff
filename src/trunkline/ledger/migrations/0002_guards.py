"""Row-level security and append-only triggers, sealed entries, deposits that never go below zero."""

from django.db import migrations

from trunkline.security.schema import append_only, branch_isolated

#: Postings come before their entry (the foreign key waits for the commit), and the entry seals them. The checks
#: look at a whole statement at once: row by row, which is how a deferred trigger works, they would take longer
#: than everything else in issuing bills. The queries are planned anew each time, for the size at hand, and see
#: all branches.
SEALED_ENTRIES = """
CREATE FUNCTION trunkline_seal_entries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    operation uuid := nullif(current_setting('trunkline.operation', true), '')::uuid;
    broken record;
BEGIN
    EXECUTE $query$
        SELECT e.id, count(p.id) AS legs, coalesce(sum(p.amount), 0) AS total
        FROM new_rows e LEFT JOIN ledger_posting p ON p.entry_id = e.id
        GROUP BY e.id
        HAVING count(p.id) < 2 OR sum(p.amount) <> 0 OR NOT bool_and(p.branch_id = e.branch_id)
            OR NOT coalesce(bool_and(e.operation_id = $1), false)
        LIMIT 1
    $query$ INTO broken USING operation;
    IF broken.id IS NOT NULL THEN
        RAISE EXCEPTION 'entry % has % postings that sum to %, or another branch or operation',
            broken.id, broken.legs, broken.total USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION trunkline_check_postings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE broken record;
BEGIN
    EXECUTE $query$
        SELECT id FROM ledger_entry WHERE id IN (SELECT entry_id FROM new_rows) LIMIT 1
    $query$ INTO broken;
    IF broken.id IS NOT NULL THEN
        RAISE EXCEPTION 'entry % is sealed', broken.id USING ERRCODE = 'check_violation';
    END IF;
    -- Two transactions that draw on one account's deposits take turns, or each would count without the other.
    EXECUTE $query$
        SELECT pg_advisory_xact_lock(41, account_id::int) FROM (
            SELECT DISTINCT account_id FROM new_rows
            WHERE amount > 0 AND general_account IN ('customer_deposit', 'premium_unreleased', 'premium_released')
            ORDER BY account_id
        ) AS drawn_on
    $query$;
    EXECUTE $query$
        SELECT d.account_id, d.general_account, d.subject
        FROM (
            SELECT DISTINCT account_id, general_account, subject FROM new_rows
            WHERE amount > 0 AND general_account IN ('customer_deposit', 'premium_unreleased', 'premium_released')
        ) AS d
        WHERE (
            SELECT sum(p.amount) FROM ledger_posting p
            WHERE p.account_id = d.account_id AND p.general_account = d.general_account AND p.subject = d.subject
        ) > 0
        LIMIT 1
    $query$ INTO broken;
    IF broken.account_id IS NOT NULL THEN
        RAISE EXCEPTION 'account % would draw more from % % than it holds',
            broken.account_id, broken.general_account, broken.subject USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER seal_entries AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION trunkline_seal_entries();
CREATE TRIGGER check_postings AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION trunkline_check_postings();
"""

UNSEALED_ENTRIES = """
DROP TRIGGER seal_entries ON ledger_entry;
DROP TRIGGER check_postings ON ledger_posting;
DROP FUNCTION trunkline_seal_entries(), trunkline_check_postings();
"""


class Migration(migrations.Migration):
    """Row-level security and append-only triggers, sealed entries, deposits that never go below zero."""

    dependencies = [("ledger", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *branch_isolated("ledger_entry", "ledger_posting"),
        *append_only("ledger_entry", "ledger_posting"),
        migrations.RunSQL(SEALED_ENTRIES, UNSEALED_ENTRIES),
    ]
