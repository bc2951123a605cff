"""Reads of messages. The words of a message are nowhere in them, and numbers and addresses are masked."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from trunkline.kernel.masking import masked_address, masked_phone
from trunkline.messaging.models import OutgoingMessage
from trunkline.messaging.types import MessageKind, MessageState, MessageView, Purpose, Trouble


def _view(row: OutgoingMessage) -> MessageView:
    kind = MessageKind(row.kind)
    mask = masked_address if kind is MessageKind.EMAIL else masked_phone
    return MessageView(
        id=row.pk,
        branch_id=row.branch_id,
        kind=kind,
        purpose=Purpose(row.purpose),
        state=MessageState(row.state),
        recipient=mask(row.recipient),
        line_id=row.line_id,
        secret=row.secret,
        source=row.source,
        source_id=row.source_id,
        tries=row.tries,
        created_at=row.created_at,
        due_at=row.due_at,
        expires_at=row.expires_at,
        sent_at=row.sent_at,
        receipt=row.receipt,
        trouble=Trouble(row.trouble) if row.trouble else None,
        last_error=row.last_error,
    )


def find_messages(
    *,
    state: MessageState | None = None,
    kind: MessageKind | None = None,
    purpose: Purpose | None = None,
    line_id: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[MessageView, ...]:
    """Messages, the newest first, narrowed by what is given."""
    asked = {"state": state, "kind": kind, "purpose": purpose, "line_id": line_id}
    rows = OutgoingMessage.objects.filter(
        **{name: value for name, value in asked.items() if value is not None}
    )
    return tuple(_view(row) for row in rows.order_by("-id")[offset : offset + limit])


def count_waiting() -> dict[MessageKind, int]:
    """How many messages of each kind wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, count(*) FROM messaging_outgoingmessage WHERE state = 'waiting' GROUP BY kind"
        )
        found = dict(cursor.fetchall())
    return {kind: found.get(kind, 0) for kind in MessageKind}


def anything_due(kind: MessageKind, at: datetime) -> bool:
    """Whether a message of `kind` is to be sent now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM messaging_outgoingmessage WHERE state = 'waiting' AND kind = %s "
            "AND due_at <= %s AND (expires_at IS NULL OR expires_at > %s))",
            [kind, at, at],
        )
        return bool(cursor.fetchone()[0])


def tending_due(at: datetime) -> tuple[bool, bool]:
    """Whether messages have expired, and whether some were left by a dead worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM messaging_outgoingmessage WHERE state = 'waiting' AND expires_at <= %s), "
            "EXISTS (SELECT 1 FROM messaging_outgoingmessage WHERE state = 'sending' AND leased_until <= %s)",
            [at, at],
        )
        expired, lost = cursor.fetchone()
        return bool(expired), bool(lost)
