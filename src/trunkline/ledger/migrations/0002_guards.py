"""Row-level security, audit and append-only triggers."""

from django.db import migrations

from trunkline.security.schema import append_only, branch_isolated


#: Every entry has at least two postings and they sum to zero, checked when the transaction commits.
ENTRY_BALANCES = """
CREATE FUNCTION trunkline_check_entry(entry bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE legs bigint; total numeric;
BEGIN
    SELECT count(*), coalesce(sum(amount), 0) INTO legs, total FROM ledger_posting WHERE entry_id = entry;
    IF legs < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'entry % has % postings that sum to %', entry, legs, total USING ERRCODE = 'check_violation';
    END IF;
END $$;
CREATE FUNCTION trunkline_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM trunkline_check_entry(NEW.id); RETURN NULL; END $$;
CREATE FUNCTION trunkline_posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM trunkline_check_entry(NEW.entry_id); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trunkline_entry_balances();
CREATE CONSTRAINT TRIGGER posting_balances AFTER INSERT ON ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trunkline_posting_balances();
"""


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("ledger", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *branch_isolated("ledger_entry", "ledger_posting"),
        *append_only("ledger_entry", "ledger_posting"),
        migrations.RunSQL(ENTRY_BALANCES, "DROP TRIGGER entry_balances ON ledger_entry; DROP TRIGGER posting_balances ON ledger_posting; DROP FUNCTION trunkline_entry_balances(), trunkline_posting_balances(), trunkline_check_entry(bigint);"),
    ]
