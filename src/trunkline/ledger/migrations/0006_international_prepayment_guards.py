"""International prepayments never go below zero either (S08-F): the check of postings as it is from now on."""

from django.db import migrations

#: What `0002_guards` says of postings, with one more account that cannot be overdrawn.
SOUND_POSTINGS = """
CREATE OR REPLACE FUNCTION trunkline_check_postings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    operation uuid := nullif(current_setting('trunkline.operation', true), '')::uuid;
    broken record;
BEGIN
    SELECT p.entry_id, p.legs, p.total INTO broken
    FROM (
        SELECT entry_id, count(*) AS legs, sum(amount) AS total, min(branch_id) AS first, max(branch_id) AS last
        FROM new_rows GROUP BY entry_id
    ) AS p
    LEFT JOIN LATERAL (SELECT * FROM ledger_entry WHERE id = p.entry_id LIMIT 1) AS e ON true
    WHERE p.legs < 2 OR p.total <> 0 OR e.id IS NULL OR p.first <> e.branch_id OR p.last <> e.branch_id
        OR e.operation_id IS DISTINCT FROM operation
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % has % postings that sum to %, or is not there, or of another branch or operation',
            broken.entry_id, broken.legs, broken.total USING ERRCODE = 'check_violation';
    END IF;
    SELECT p.entry_id, p.account_id INTO broken
    FROM (SELECT DISTINCT entry_id, account_id, branch_id FROM new_rows WHERE account_id IS NOT NULL) AS p
    LEFT JOIN LATERAL (SELECT * FROM party_account WHERE id = p.account_id LIMIT 1) AS a ON true
    WHERE a.branch_id IS DISTINCT FROM p.branch_id
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % posts to account %, which is not there or of another branch',
            broken.entry_id, broken.account_id USING ERRCODE = 'foreign_key_violation';
    END IF;
    -- Two transactions that draw on one account's deposits take turns, or each would count without the other.
    PERFORM pg_advisory_xact_lock(41, account_id::int) FROM (
        SELECT DISTINCT account_id FROM new_rows
        WHERE amount > 0 AND general_account IN ('customer_deposit', 'premium_unreleased', 'premium_released',
            'international_prepayment')
        ORDER BY account_id
    ) AS drawn_on;
    SELECT d.account_id, d.general_account, d.subject INTO broken
    FROM (
        SELECT DISTINCT account_id, general_account, subject FROM new_rows
        WHERE amount > 0 AND general_account IN ('customer_deposit', 'premium_unreleased', 'premium_released',
            'international_prepayment')
    ) AS d
    WHERE (
        SELECT sum(p.amount) FROM ledger_posting p
        WHERE p.account_id = d.account_id AND p.general_account = d.general_account AND p.subject = d.subject
    ) > 0
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'account % would draw more from % % than it holds',
            broken.account_id, broken.general_account, broken.subject USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    """Deposits that never go below zero, prepayments of international services among them."""

    dependencies = [("ledger", "0005_international_prepayment")]
    operations = [migrations.RunSQL(SOUND_POSTINGS, migrations.RunSQL.noop)]
