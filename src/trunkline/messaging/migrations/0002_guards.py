"""Row-level security and audit of messages; words are written once, and a secret can only be taken away (S24-4)."""

from django.db import migrations

from trunkline.security.schema import append_only, audited, branch_isolated

#: The table is not audited, since the trail would keep the ciphertext for ever; so it asks for an operation itself.
TAKEN_AWAY_ONLY = """
CREATE FUNCTION trunkline_secret_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nullif(current_setting('trunkline.operation', true), '') IS NULL THEN
        RAISE EXCEPTION 'write to % outside an operation', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR NEW.ciphertext IS NOT NULL
        OR (NEW.id, NEW.message_id, NEW.branch_id) IS DISTINCT FROM (OLD.id, OLD.message_id, OLD.branch_id) THEN
        RAISE EXCEPTION 'a secret of % can only be taken away', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER secret_ends BEFORE INSERT OR UPDATE OR DELETE ON messaging_messagesecret
    FOR EACH ROW EXECUTE FUNCTION trunkline_secret_ends();
"""

NOT_TAKEN_AWAY_ONLY = """
DROP TRIGGER secret_ends ON messaging_messagesecret;
DROP FUNCTION trunkline_secret_ends();
"""


class Migration(migrations.Migration):
    """Row-level security, audit and append-only triggers."""

    dependencies = [("messaging", "0001_initial"), ("security", "0002_guards")]
    operations = [
        *branch_isolated(
            "messaging_outgoingmessage",
            "messaging_messagecontent",
            "messaging_messagesecret",
            "messaging_messageattachment",
        ),
        *audited("messaging_outgoingmessage"),
        *append_only("messaging_messagecontent", "messaging_messageattachment"),
        migrations.RunSQL(TAKEN_AWAY_ONLY, NOT_TAKEN_AWAY_ONLY),
    ]
