"""Row-level security, audit and append-only triggers."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated

#: Who was asked first, by whom, when and until when stays as it was put down (S25-1): the clock cannot be set back.
OPENING_STANDS = """
CREATE FUNCTION trunkline_ticket_opening_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moving text[] := ARRAY['state', 'owner_id', 'first_responded_at', 'resolved_at', 'resolution', 'cause',
    'restored_by_workaround', 'caused_by_terminal', 'closed_at', 'archive_reference', 'appealed_at',
    'appeal_reason', 'appeal_reference', 'appeal_accepted_at', 'appeal_decided_at', 'appeal_outcome'];
BEGIN
    IF to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving THEN
        RAISE EXCEPTION 'ticket % stands as it was opened', OLD.number USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ticket_opening_stands BEFORE UPDATE ON care_ticket
    FOR EACH ROW EXECUTE FUNCTION trunkline_ticket_opening_stands();
"""


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("care", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *branch_isolated("care_ticket", "care_ticketentry"),
        *audited("care_ticket", "care_ticketentry"),
        *append_only("care_ticketentry"),
        migrations.RunSQL(
            OPENING_STANDS,
            "DROP TRIGGER ticket_opening_stands ON care_ticket; DROP FUNCTION trunkline_ticket_opening_stands();",
        ),
    ]
