"""Handing messages in. They commit with the data that caused them and are sent by unattended work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import connection

from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.messaging.models import OutgoingMessage
from trunkline.messaging.rules import EXPIRES_EARLY, email_refusals, line_message_refusals
from trunkline.messaging.sealing import seal
from trunkline.messaging.types import Attachment, LinePost, MessageKind, MessageState, Purpose
from trunkline.security.audit import operation
from trunkline.security.types import Actor

POSTED_ALREADY = Refusal(
    "message.posted_already",
    "",
    Text("该消息已提交：{subject}", "This message has been posted already: {subject}"),
)

_MESSAGE = (
    "branch_id", "kind", "purpose", "recipient", "line_id", "secret", "source", "source_id",
    "state", "created_at", "due_at", "expires_at", "tries", "reference", "receipt", "trouble", "last_error",
)  # fmt: skip


def _files_told(attachments: Iterable[Attachment]) -> list[str]:
    return [f"{file.name} ({len(file.content)} bytes)" for file in attachments]


def _left_out(_: object) -> None:
    return None


@operation("message.post", kept={"messages": len})
def post_line_messages(
    *,
    purpose: Purpose,
    source: str,
    messages: Sequence[LinePost],
    actor: Actor,
    at: datetime,
    due_at: datetime | None = None,
) -> int:
    """Post messages to lines themselves, a handful of statements whatever their number; returns how many.

    `Refused` when one could not be sent as it is, or its (`source`, ``source_id``) was posted before
    (``message.posted_already``). Then none is posted.
    """
    raise_if_any(
        refusal
        for message in messages
        for refusal in (
            *line_message_refusals(message.number, message.body),
            *([EXPIRES_EARLY] if message.expires_at is not None and message.expires_at <= at else ()),
        )
    )
    _refuse_posted(source, [message.source_id for message in messages])
    due = due_at or at
    ids = insert_rows(
        OutgoingMessage._meta.db_table,
        _MESSAGE,
        (
            (
                one.branch_id, one.kind, purpose, one.number, one.line_id, one.secret, source, one.source_id,
                MessageState.WAITING, at, due, one.expires_at, 0, "", "", "", "",
            )
            for one in messages
        ),
        returning="id",
    )  # fmt: skip
    both = list(zip(ids, messages, strict=True))
    plain = [(id_, one.branch_id, "", one.body) for id_, one in both if not one.secret]
    secret = [(id_, one) for id_, one in both if one.secret]
    if plain:
        insert_rows("messaging_messagecontent", ("message_id", "branch_id", "subject", "body"), plain)
    if secret:
        sealed = seal(one.body for _, one in secret)
        insert_rows(
            "messaging_messagesecret",
            ("message_id", "branch_id", "ciphertext"),
            ((id_, one.branch_id, words) for (id_, one), words in zip(secret, sealed, strict=True)),
        )
    return len(messages)


@operation("message.post", kept={"subject": _left_out, "body": _left_out, "attachments": _files_told})
def post_email(
    *,
    branch_id: int,
    to: str,
    subject: str,
    body: str,
    attachments: Sequence[Attachment] = (),
    purpose: Purpose,
    source: str,
    source_id: str,
    expires_at: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> int:
    """Post an e-mail to one address and return its id.

    `Refused` when it could not be sent as it is, or (`source`, `source_id`) was posted before
    (``message.posted_already``).
    """
    raise_if_any(
        (
            *email_refusals(to, subject, body, attachments),
            *([EXPIRES_EARLY] if expires_at is not None and expires_at <= at else ()),
        )
    )
    _refuse_posted(source, [source_id])
    message = OutgoingMessage(
        branch_id=branch_id,
        kind=MessageKind.EMAIL,
        purpose=Purpose(purpose),
        recipient=to,
        source=source,
        source_id=source_id,
        state=MessageState.WAITING,
        created_at=at,
        due_at=at,
        expires_at=expires_at,
    )
    message.save(force_insert=True)
    insert_rows(
        "messaging_messagecontent",
        ("message_id", "branch_id", "subject", "body"),
        [(message.pk, branch_id, subject, body)],
    )
    if attachments:
        insert_rows(
            "messaging_messageattachment",
            ("message_id", "branch_id", "name", "media_type", "content"),
            [(message.pk, branch_id, file.name, file.media_type, file.content) for file in attachments],
        )
    return message.pk


def _refuse_posted(source: str, source_ids: Collection[str]) -> None:
    """Refuse what was posted before. Two that post the same at once are told apart by the table's UNIQUE."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source_id FROM messaging_outgoingmessage WHERE source = %s AND source_id = ANY(%s) LIMIT 20",
            [source, list(source_ids)],
        )
        posted = [row[0] for row in cursor.fetchall()]
    if posted:
        raise Refused(POSTED_ALREADY.about(f"{source} {source_id}") for source_id in posted)
