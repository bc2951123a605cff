"""Row-level security, audit and append-only triggers; what was refunded before is drawn from its payments."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated

TABLES = ("billing_depositdraw", "billing_billcopy", "billing_invoice")

#: Refunds that were made before draws were kept come out of the oldest payments of their account.
EARLIER_REFUNDS = """
DO $$
DECLARE
    given record;
    source record;
    missing numeric;
BEGIN
    FOR given IN SELECT * FROM billing_refund ORDER BY id LOOP
        missing := given.amount;
        FOR source IN
            SELECT y.id, y.amount
                - coalesce((SELECT sum(a.amount) FROM billing_paymentallocation a WHERE a.payment_id = y.id), 0)
                - coalesce((SELECT sum(d.amount) FROM billing_depositdraw d WHERE d.payment_id = y.id), 0) AS left_over
            FROM billing_payment y WHERE y.account_id = given.account_id AND y.purpose = 'bills' ORDER BY y.id
        LOOP
            IF missing > 0 AND source.left_over > 0 THEN
                INSERT INTO billing_depositdraw (branch_id, payment_id, amount, refund_id)
                VALUES (given.branch_id, source.id, least(missing, source.left_over), given.id);
                missing := missing - least(missing, source.left_over);
            END IF;
        END LOOP;
    END LOOP;
END $$;
"""

#: What an invoice says never changes, only that it was taken back, once.
ISSUED_INVOICE = """
CREATE TRIGGER issued_invoice BEFORE UPDATE ON billing_invoice FOR EACH ROW
    WHEN (to_jsonb(OLD) - 'state' IS DISTINCT FROM to_jsonb(NEW) - 'state'
        OR OLD.state <> 'issued' OR NEW.state <> 'red')
    EXECUTE FUNCTION trunkline_append_only();
CREATE TRIGGER issued_invoice_stays BEFORE DELETE ON billing_invoice FOR EACH ROW
    EXECUTE FUNCTION trunkline_append_only();
"""


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers; what was refunded before is drawn from its payments."""

    dependencies = [("billing", "0008_draws_copies_invoices"), ("security", "0002_guards")]
    operations = [
        migrations.RunSQL(EARLIER_REFUNDS, migrations.RunSQL.noop),
        *branch_isolated(*TABLES),
        *audited(*TABLES),
        *append_only("billing_depositdraw", "billing_billcopy"),
        migrations.RunSQL(
            ISSUED_INVOICE,
            "DROP TRIGGER issued_invoice ON billing_invoice; DROP TRIGGER issued_invoice_stays ON billing_invoice;",
        ),
    ]
