"""Handing messages over to a gateway, one at a time (docs/adr/0011). Only unattended work does."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from django.db import connection

from trunkline.messaging.models import MessageAttachment, MessageContent, MessageSecret, OutgoingMessage
from trunkline.messaging.rules import LEASE, TROUBLE_OF, consequence
from trunkline.messaging.sealing import SealBroken, unseal
from trunkline.messaging.types import (
    MESSAGE_STATES,
    Attachment,
    MessageEvent,
    MessageKind,
    MessageState,
    MessageToSend,
    Purpose,
    Report,
    Trouble,
)
from trunkline.security.audit import operation
from trunkline.security.types import Actor

log = logging.getLogger(__name__)

#: Two workers never take one message: the second skips what the first has locked.
_CLAIM = """
UPDATE messaging_outgoingmessage SET state = %s, lease = %s, leased_until = %s, tries = tries + 1
WHERE id = (
    SELECT id FROM messaging_outgoingmessage
    WHERE state = ANY(%s) AND kind = %s AND due_at <= %s AND (expires_at IS NULL OR expires_at > %s)
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, purpose, recipient, secret, expires_at, tries
"""


@operation("message.send")
def hand_over(*, kind: MessageKind, done: Report | None, actor: Actor, at: datetime) -> MessageToSend | None:
    """Record the outcome of the message before, and take the next of `kind` that is due; None when there is none.

    Both are one transaction, so a killed worker leaves one message at most whose outcome nobody knows.
    """
    if done is not None:
        _record(done, at)
    while (claimed := _claim(kind, at)) is not None:
        message, secret = claimed
        try:
            return _with_words(message, secret=secret)
        except SealBroken:
            _give_up(message.id, Trouble.KEY_GONE)
    return None


@operation("message.send")
def settle(*, done: Report, actor: Actor, at: datetime) -> None:
    """Record the outcome of a try, and take nothing."""
    _record(done, at)


def _claim(kind: MessageKind, at: datetime) -> tuple[MessageToSend, bool] | None:
    lease = str(uuid4())
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            [
                MESSAGE_STATES.target(MessageEvent.TAKE),
                lease,
                at + LEASE,
                list(MESSAGE_STATES.sources(MessageEvent.TAKE)),
                kind,
                at,
                at,
            ],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    id_, kind_, purpose, recipient, secret, expires_at, tries = row
    message = MessageToSend(
        id=id_,
        kind=MessageKind(kind_),
        purpose=Purpose(purpose),
        recipient=recipient,
        subject="",
        body="",
        attachments=(),
        expires_at=expires_at,
        lease=lease,
        tries=tries,
    )
    return message, secret


def _with_words(message: MessageToSend, *, secret: bool) -> MessageToSend:
    """The message with what it says; `SealBroken` when that is enciphered with a key that is gone."""
    if secret:
        kept = MessageSecret.objects.get(message_id=message.id)
        return replace(message, body=unseal(bytes(kept.ciphertext or b"")))
    content = MessageContent.objects.get(message_id=message.id)
    files = tuple(
        Attachment(file.name, file.media_type, bytes(file.content))
        for file in MessageAttachment.objects.filter(message_id=message.id).order_by("id")
    )
    return replace(message, subject=content.subject, body=content.body, attachments=files)


def _record(done: Report, at: datetime) -> None:
    """Let the outcome of a try take effect, if the worker that reports it still holds the message."""
    row = (
        OutgoingMessage.objects.select_for_update()
        .filter(pk=done.message_id, state=MessageState.SENDING, lease=done.lease)
        .first()
    )
    if row is None:
        log.warning("message %s: its outcome (%s) came after its lease", done.message_id, done.outcome.kind)
        return
    follows = consequence(done.outcome, purpose=Purpose(row.purpose), tries=row.tries, at=at)
    to = MESSAGE_STATES.target(follows.event)
    row.state, row.lease, row.leased_until = to, None, None
    row.trouble = TROUBLE_OF.get(done.outcome.kind, "")
    row.last_error = done.outcome.why[:200]
    row.reference = done.outcome.reference[:80]
    row.sent_at = at if to is MessageState.SENT else None
    row.due_at = follows.due_at or row.due_at
    row.tries -= 0 if follows.counts else 1
    row.save(
        update_fields=[
            *("state", "lease", "leased_until", "trouble", "last_error", "reference", "sent_at", "due_at"),
            "tries",
        ]
    )
    if row.secret and to is not MessageState.WAITING:
        MessageSecret.objects.filter(message_id=row.pk).update(ciphertext=None)


def _give_up(message_id: int, trouble: Trouble) -> None:
    OutgoingMessage.objects.filter(
        pk=message_id, state__in=MESSAGE_STATES.sources(MessageEvent.GIVE_UP)
    ).update(
        state=MESSAGE_STATES.target(MessageEvent.GIVE_UP),
        lease=None,
        leased_until=None,
        trouble=trouble,
        last_error="",
    )
    MessageSecret.objects.filter(message_id=message_id).update(ciphertext=None)
