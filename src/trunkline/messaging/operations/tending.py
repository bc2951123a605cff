"""What happens to messages besides being sent: they expire, are taken up after a crash, retried, receipted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Case, Value, When

from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.messaging.models import MessageSecret, OutgoingMessage
from trunkline.messaging.rules import MOST_TRIES, REPEATABLE
from trunkline.messaging.types import MESSAGE_STATES, MessageEvent, MessageState, Receipt, Trouble
from trunkline.security.audit import operation
from trunkline.security.types import Actor

UNKNOWN_MESSAGE = Refusal(
    "message.unknown", "", Text("没有这条消息：{subject}", "No such message: {subject}")
)
NOT_FAILED = Refusal(
    "message.not_failed",
    "",
    Text("只有发送失败的消息可以重发：{subject}", "Only a failed message can be sent again: {subject}"),
)
SECRET_GONE = Refusal(
    "message.secret_gone",
    "S24-4",
    Text(
        "保密内容已销毁，不能重发，请重新办理密码获取：{subject}",
        "The secret words are destroyed; the password has to be reset anew: {subject}",
    ),
)
EXPIRED_ALREADY = Refusal(
    "message.expired",
    "",
    Text(
        "消息已过有效期，不能重发：{subject}", "The message has expired and cannot be sent again: {subject}"
    ),
)

_TAKE_SECRETS_AWAY = """
UPDATE messaging_messagesecret SET ciphertext = NULL WHERE message_id = ANY(%s) AND ciphertext IS NOT NULL
"""


@operation("message.expire")
def expire_messages(*, actor: Actor, at: datetime) -> int:
    """Let messages that were not sent in time expire, two statements whatever their number; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_outgoingmessage SET state = %s "
            "WHERE state = ANY(%s) AND expires_at <= %s RETURNING id",
            [
                MESSAGE_STATES.target(MessageEvent.EXPIRE),
                list(MESSAGE_STATES.sources(MessageEvent.EXPIRE)),
                at,
            ],
        )
        expired = [row[0] for row in cursor.fetchall()]
        cursor.execute(_TAKE_SECRETS_AWAY, [expired])
    return len(expired)


@operation("message.recover")
def recover_messages(*, actor: Actor, at: datetime) -> int:
    """Take up what a dead worker held; returns how many.

    Nobody knows whether such a message left the house. It is sent again only where that does the reader no harm
    (docs/adr/0011); the others fail, and a person decides.
    """
    lost = OutgoingMessage.objects.filter(state=MessageState.SENDING, leased_until__lte=at)
    ids = list(lost.select_for_update(skip_locked=True).order_by("id").values_list("id", flat=True))
    again = When(
        purpose__in=REPEATABLE,
        tries__lt=MOST_TRIES,
        then=Value(MESSAGE_STATES.target(MessageEvent.PUT_BACK).value),
    )
    OutgoingMessage.objects.filter(pk__in=ids).update(
        state=Case(again, default=Value(MESSAGE_STATES.target(MessageEvent.GIVE_UP).value)),
        lease=None,
        leased_until=None,
        due_at=at,
        trouble=Trouble.NO_ANSWER,
        last_error="",
    )
    failed = OutgoingMessage.objects.filter(pk__in=ids, state=MessageState.FAILED)
    MessageSecret.objects.filter(message_id__in=list(failed.values_list("id", flat=True))).update(
        ciphertext=None
    )
    return len(ids)


@operation("message.retry")
def retry_message(*, message_id: int, actor: Actor, at: datetime) -> None:
    """Let a failed message be sent again, its tries counted anew.

    `Refused`: not there (``message.unknown``), not failed, expired, or a secret whose words are destroyed (S24-4).
    """
    row = OutgoingMessage.objects.select_for_update().filter(pk=message_id).first()
    if row is None:
        raise Refused(UNKNOWN_MESSAGE.about(str(message_id)))
    raise_if_any(
        refusal.about(str(message_id))
        for refusal, holds in (
            (NOT_FAILED, row.state not in MESSAGE_STATES.sources(MessageEvent.RETRY)),
            (SECRET_GONE, row.secret),
            (EXPIRED_ALREADY, row.expires_at is not None and row.expires_at <= at),
        )
        if holds
    )
    row.state, row.tries, row.due_at = MESSAGE_STATES.target(MessageEvent.RETRY), 0, at
    row.save(update_fields=["state", "tries", "due_at"])


@operation("message.receipt", kept={"receipts": len})
def keep_receipts(*, receipts: Sequence[Receipt], actor: Actor, at: datetime) -> int:
    """Keep what the network said became of sent messages; returns of how many it was known which they are."""
    known = 0
    for receipt in receipts:
        newest = (
            OutgoingMessage.objects.filter(reference=receipt.reference, state=MessageState.SENT)
            .order_by("-id")
            .values_list("id", flat=True)[:1]
        )
        known += OutgoingMessage.objects.filter(pk__in=list(newest)).update(receipt=receipt.status[:20])
    return known
