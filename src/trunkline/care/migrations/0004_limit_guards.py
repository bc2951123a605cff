"""Audit of limits; the department that has a ticket may change, and the rest of its opening stands as before."""

from django.db import migrations

from trunkline.security.schema import audited

_FUNCTION = """
CREATE OR REPLACE FUNCTION trunkline_ticket_opening_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moving text[] := ARRAY['state', 'owner_id', {desk}'first_responded_at', 'resolved_at', 'resolution', 'cause',
    'restored_by_workaround', 'caused_by_terminal', 'closed_at', 'archive_reference', 'appealed_at',
    'appeal_reason', 'appeal_reference', 'appeal_accepted_at', 'appeal_decided_at', 'appeal_outcome'];
BEGIN
    IF to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving THEN
        RAISE EXCEPTION 'ticket % stands as it was opened', OLD.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    """Audit of limits; the opening of a ticket stands, its department aside."""

    dependencies = [("care", "0003_departments_and_limits"), ("security", "0002_guards")]
    operations = [
        *audited("care_repairlimit"),
        migrations.RunSQL(_FUNCTION.format(desk="'desk', "), _FUNCTION.format(desk="")),
    ]
