"""Row-level security and append-only triggers of points, sound movements, lots that never go below zero."""

from django.db import migrations

from trunkline.security.schema import append_only, branch_isolated

TABLES = ("ledger_pointslot", "ledger_pointsmovement")

#: As with postings, a statement's rows are checked together in place of foreign keys, and everything is looked up row
#: by row in an index. The functions see all branches.
SOUND_POINTS = """
CREATE FUNCTION trunkline_check_points_lots() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    broken record;
BEGIN
    IF nullif(current_setting('trunkline.operation', true), '') IS NULL THEN
        RAISE EXCEPTION 'write to % outside an operation', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT lot.id, lot.line_id INTO broken
    FROM new_rows lot
    LEFT JOIN LATERAL (SELECT * FROM subscriptions_line WHERE id = lot.line_id LIMIT 1) AS line ON true
    WHERE line.branch_id IS DISTINCT FROM lot.branch_id
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'points lot % is of line %, which is not there or of another branch',
            broken.id, broken.line_id USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_points_lots AFTER INSERT ON ledger_pointslot REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION trunkline_check_points_lots();

CREATE FUNCTION trunkline_check_points() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    operation uuid := nullif(current_setting('trunkline.operation', true), '')::uuid;
    broken record;
BEGIN
    -- Two transactions that draw on one lot take turns, or each would count without the other. A lot that is being
    -- earned is nobody else's yet.
    PERFORM lot.id FROM ledger_pointslot lot
    WHERE lot.id IN (SELECT lot_id FROM new_rows WHERE kind <> 'earned') ORDER BY lot.id FOR NO KEY UPDATE;
    SELECT m.lot_id, m.kind INTO broken
    FROM new_rows m
    LEFT JOIN LATERAL (SELECT * FROM ledger_pointslot WHERE id = m.lot_id LIMIT 1) AS lot ON true
    WHERE lot.branch_id IS DISTINCT FROM m.branch_id OR m.operation_id IS DISTINCT FROM operation
        OR (m.kind = 'earned' AND m.points <> lot.points)
        OR (m.kind = 'expired') <> ((m.at AT TIME ZONE 'Asia/Shanghai')::date >= lot.expires_on)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'points lot % is not there, or of another branch or operation, or % is not for its day',
            broken.lot_id, broken.kind USING ERRCODE = 'check_violation';
    END IF;
    SELECT m.lot_id, held.points INTO broken
    FROM (SELECT DISTINCT lot_id FROM new_rows) AS m
    CROSS JOIN LATERAL (SELECT * FROM ledger_pointslot WHERE id = m.lot_id LIMIT 1) AS lot
    CROSS JOIN LATERAL (SELECT sum(points) AS points FROM ledger_pointsmovement WHERE lot_id = m.lot_id) AS held
    WHERE held.points NOT BETWEEN 0 AND lot.points
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'points lot % would hold %', broken.lot_id, broken.points
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_points AFTER INSERT ON ledger_pointsmovement REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION trunkline_check_points();
"""

NO_SOUND_POINTS = """
DROP TRIGGER check_points ON ledger_pointsmovement;
DROP TRIGGER check_points_lots ON ledger_pointslot;
DROP FUNCTION trunkline_check_points(), trunkline_check_points_lots();
"""


class Migration(migrations.Migration):
    """Row-level security and append-only triggers of points, sound movements, lots that never go below zero."""

    dependencies = [("ledger", "0003_points"), ("security", "0002_guards")]
    operations = [
        *branch_isolated(*TABLES),
        *append_only(*TABLES),
        migrations.RunSQL(SOUND_POINTS, NO_SOUND_POINTS),
    ]
