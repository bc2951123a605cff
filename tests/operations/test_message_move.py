"""Messages that waited in the lines' own tables move to the context that sends them, in an installation that has some."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.management import call_command
from django.db import connections

from tests.conftest import Cluster
from tests.lines import connect
from tests.world import World
from trunkline.config.schema import grant
from trunkline.messaging.checks import CHECKS
from trunkline.messaging.queries import find_messages
from trunkline.messaging.types import MessageState, Purpose
from trunkline.security.audit import acting
from trunkline.security.types import Actor

OLD = """
INSERT INTO subscriptions_linemessage
    (id, line_id, branch_id, number, kind, secret, body, created_at, due_at, sent_at)
VALUES (11, %(line)s, %(branch)s, %(number)s, 'service_password', true, '', %(at)s, %(at)s, %(later)s),
    (12, %(line)s, %(branch)s, %(number)s, 'service_password', true, '', %(at)s, %(at)s, NULL),
    (13, %(line)s, %(branch)s, %(number)s, 'notice', false, '您的账单已出', %(at)s, %(at)s, NULL);
INSERT INTO subscriptions_linemessageseed (message_id, branch_id, seed)
VALUES (11, %(branch)s, 'x'), (12, %(branch)s, 'y')
"""


def test_messages_of_an_older_installation_are_carried_over(
    cluster: Cluster, committed_db: World, actor: Actor, at: datetime
) -> None:
    owner = connections["owner"].settings_dict
    # A copy belongs to the superuser who made it; an installation belongs to its owner.
    cluster.run(f"ALTER DATABASE {owner['NAME']} OWNER TO {owner['USER']}")
    line = connect(committed_db, actor, at, 1)[0]
    call_command("migrate", "subscriptions", "0007", database="owner", interactive=False, verbosity=0)
    values = {
        "line": line.line_id,
        "branch": committed_db.branches["HF"],
        "number": line.number,
        "at": at,
        "later": at + timedelta(minutes=1),
    }
    with connections["owner"].cursor() as cursor:
        cursor.execute(OLD, values)
    call_command("migrate", "subscriptions", database="owner", interactive=False, verbosity=0)
    grant()
    with acting(actor):
        found = find_messages()
        assert [(view.source_id, view.purpose, view.state, view.sent_at) for view in found] == [
            ("13", Purpose.NOTICE, MessageState.WAITING, None),
            ("12", Purpose.SERVICE_PASSWORD, MessageState.EXPIRED, None),
            ("11", Purpose.SERVICE_PASSWORD, MessageState.SENT, at + timedelta(minutes=1)),
        ]
        assert [list(check.find()) for check in CHECKS] == [[] for _ in CHECKS]
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgenabled FROM pg_trigger WHERE tgrelid IN "
            "('messaging_outgoingmessage'::regclass, 'messaging_messagesecret'::regclass)"
        )
        assert cursor.fetchall() == [("O",)]
