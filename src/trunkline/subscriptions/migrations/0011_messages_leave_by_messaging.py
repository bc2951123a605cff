"""Messages to lines move to the context that sends them.

What was sent stays sent. A password that still waits cannot have been read by anybody and is long worthless: it
expires. Other messages go on waiting.
"""

from django.db import migrations

#: The move is no operation of a person, so the triggers that ask for one look away while it is done.
MOVE = """
ALTER TABLE messaging_outgoingmessage DISABLE TRIGGER audit_insert;
ALTER TABLE messaging_messagesecret DISABLE TRIGGER secret_ends;
INSERT INTO messaging_outgoingmessage (branch_id, kind, purpose, recipient, line_id, secret, source, source_id,
    state, created_at, due_at, expires_at, tries, sent_at, reference, receipt, trouble, last_error)
SELECT branch_id, 'sms', kind, number, line_id, secret, 'line.message', id::text,
    CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN secret THEN 'expired' ELSE 'waiting' END,
    created_at, due_at, CASE WHEN secret THEN created_at + interval '10 minutes' END,
    CASE WHEN sent_at IS NULL THEN 0 ELSE 1 END, sent_at, '', '', '', ''
FROM subscriptions_linemessage ORDER BY id;
INSERT INTO messaging_messagecontent (message_id, branch_id, subject, body)
SELECT moved.id, moved.branch_id, '', old.body
FROM subscriptions_linemessage old
JOIN messaging_outgoingmessage moved ON moved.source = 'line.message' AND moved.source_id = old.id::text
WHERE NOT old.secret;
INSERT INTO messaging_messagesecret (message_id, branch_id, ciphertext)
SELECT id, branch_id, NULL FROM messaging_outgoingmessage WHERE source = 'line.message' AND secret;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE messaging_outgoingmessage ENABLE TRIGGER audit_insert;
ALTER TABLE messaging_messagesecret ENABLE TRIGGER secret_ends;
"""


class Migration(migrations.Migration):
    """Carry the messages over and drop their old tables."""

    dependencies = [("subscriptions", "0010_guards_of_addresses"), ("messaging", "0002_guards")]
    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel(name="LineMessageSeed"),
        migrations.DeleteModel(name="LineMessage"),
    ]
