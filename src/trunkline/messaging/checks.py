"""Invariants of messages (S24-4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection

from trunkline.kernel.checks import Check, places
from trunkline.kernel.clock import now
from trunkline.kernel.text import Text

#: A worker looks for lost messages every few seconds; one that is lost much longer is lost for good.
_GRACE = timedelta(minutes=10)

_LEFT_OVER = """
SELECT m.id FROM messaging_outgoingmessage m JOIN messaging_messagesecret s ON s.message_id = m.id
WHERE m.state IN ('sent', 'failed', 'expired') AND s.ciphertext IS NOT NULL
"""
_WORDS = """
SELECT m.id FROM messaging_outgoingmessage m
LEFT JOIN messaging_messagesecret s ON s.message_id = m.id
LEFT JOIN messaging_messagecontent c ON c.message_id = m.id
WHERE CASE WHEN m.secret THEN
        c.id IS NOT NULL OR s.id IS NULL OR (m.state IN ('waiting', 'sending') AND s.ciphertext IS NULL)
    ELSE c.id IS NULL OR s.id IS NOT NULL END
"""
_BRANCH = """
SELECT m.id FROM messaging_outgoingmessage m
WHERE EXISTS (SELECT 1 FROM messaging_messagesecret p WHERE p.message_id = m.id AND p.branch_id <> m.branch_id)
    OR EXISTS (SELECT 1 FROM messaging_messagecontent p WHERE p.message_id = m.id AND p.branch_id <> m.branch_id)
    OR EXISTS (SELECT 1 FROM messaging_messageattachment p WHERE p.message_id = m.id AND p.branch_id <> m.branch_id)
"""
_SENT_IN_TIME = """
SELECT id FROM messaging_outgoingmessage
WHERE state = 'expired' AND expires_at IS NULL OR sent_at < created_at OR state = 'sent' AND tries = 0
"""


def _stuck() -> Sequence[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM messaging_outgoingmessage WHERE state = 'sending' AND leased_until < %s ORDER BY id",
            [now() - _GRACE],
        )
        return [str(row[0]) for row in cursor.fetchall()]


CHECKS = (
    Check(
        "message.secret_is_destroyed",
        "S24-4",
        Text(
            "已发出、失败或过期的保密消息不再留有内容",
            "Of a secret message that was sent, failed or expired no words are left",
        ),
        places(_LEFT_OVER),
    ),
    Check(
        "message.words_are_kept_once",
        "S24-4",
        Text(
            "消息的内容要么明文、要么密文，待发送时必有其一",
            "A message has its words in clear or enciphered, and has them while it waits",
        ),
        places(_WORDS),
    ),
    Check(
        "message.not_stuck",
        "",
        Text(
            "没有消息在占用期满后仍停在发送中",
            "No message is being sent after its worker's claim has lapsed",
        ),
        _stuck,
    ),
    Check(
        "message.same_branch",
        "P5-2",
        Text("消息的内容与消息属同一分公司", "The words and files of a message lie in its branch"),
        places(_BRANCH),
    ),
    Check(
        "message.times",
        "",
        Text(
            "消息先提交后发送，发出的至少试过一次，过期的有期限",
            "A message is sent after it was posted, in a try, and expires by a limit",
        ),
        places(_SENT_IN_TIME),
    ),
)
