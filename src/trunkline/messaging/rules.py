"""What may be sent, and what follows from one try."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.messaging.types import Attachment, MessageEvent, Outcome, OutcomeKind, Purpose, Trouble

#: How long a worker that took a message may be busy with it. Longer than every gateway's time limits together.
LEASE = timedelta(minutes=3)
#: What is waited before the second, third … try; after the last of them there is none.
DELAYS = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=4),
)
MOST_TRIES = len(DELAYS) + 1
#: What is waited when the gateway was not reached or has no room.
PAUSE = timedelta(seconds=30)
#: What may be said twice without doing the reader harm. A reminder said twice presses the reader; it is not.
REPEATABLE = frozenset({Purpose.SERVICE_PASSWORD, Purpose.USAGE_DETAIL})
#: Ten segments of a short message in Chinese.
LONGEST_SHORT_MESSAGE = 670
LARGEST_ATTACHMENTS = 20 * 1024 * 1024

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_NUMBER = re.compile(r"\d{3,20}")
_FILE_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]{1,120}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9.+-]{1,80}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

ADDRESS = Refusal(
    "message.address", "", Text("电子邮件地址不正确：{subject}", "Not an e-mail address: {subject}")
)
NUMBER = Refusal("message.number", "", Text("号码不正确：{subject}", "Not a number: {subject}"))
SUBJECT = Refusal(
    "message.subject",
    "",
    Text(
        "邮件主题须为1至200个字，不含换行",
        "The subject of an e-mail has 1 to 200 characters and no line break",
    ),
)
EMPTY = Refusal("message.empty", "", Text("消息没有内容", "The message has no words"))
TOO_LONG = Refusal(
    "message.too_long",
    "",
    Text("短信最多{most}个字", "A short message has at most {most} characters").format(
        most=LONGEST_SHORT_MESSAGE
    ),
)
FILE = Refusal(
    "message.attachment",
    "",
    Text("附件的名称或类型不正确：{subject}", "The attachment's name or type is not valid: {subject}"),
)
TOO_LARGE = Refusal(
    "message.too_large",
    "",
    Text("附件合计超过20 MB", "The attachments are larger than 20 MB together"),
)
EXPIRES_EARLY = Refusal(
    "message.expires_early",
    "",
    Text("有效期须晚于现在", "A message must expire later than now"),
)


def email_refusals(to: str, subject: str, body: str, attachments: Sequence[Attachment]) -> Iterator[Refusal]:
    """Why this e-mail cannot be sent."""
    if len(to) > 254 or not _ADDRESS.fullmatch(to):
        yield ADDRESS.about(to)
    if not 1 <= len(subject) <= 200 or _CONTROL.search(subject):
        yield SUBJECT
    if not body.strip():
        yield EMPTY
    for file in attachments:
        if not _FILE_NAME.fullmatch(file.name) or not _MEDIA_TYPE.fullmatch(file.media_type):
            yield FILE.about(file.name)
    if sum(len(file.content) for file in attachments) > LARGEST_ATTACHMENTS:
        yield TOO_LARGE


def line_message_refusals(number: str, body: str) -> Iterator[Refusal]:
    """Why this message to a line cannot be sent; never with its words."""
    if not _NUMBER.fullmatch(number):
        yield NUMBER.about(number)
    if not body.strip():
        yield EMPTY
    if len(body) > LONGEST_SHORT_MESSAGE:
        yield TOO_LONG


#: How the outcome of a try is told.
TROUBLE_OF = {
    OutcomeKind.UNREACHABLE: Trouble.NOT_REACHED,
    OutcomeKind.FAILED: Trouble.NOT_TAKEN,
    OutcomeKind.REJECTED: Trouble.REFUSED,
    OutcomeKind.UNCERTAIN: Trouble.NO_ANSWER,
}


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from a try. `counts` says whether it was one."""

    event: MessageEvent
    due_at: datetime | None = None
    counts: bool = True


def consequence(outcome: Outcome, *, purpose: Purpose, tries: int, at: datetime) -> Consequence:
    """What follows from the `tries`-th try of a message (docs/adr/0011)."""
    if outcome.kind is OutcomeKind.ACCEPTED:
        return Consequence(MessageEvent.ACCEPT)
    if outcome.kind is OutcomeKind.UNREACHABLE:
        return Consequence(MessageEvent.PUT_BACK, at + PAUSE, counts=False)
    may_repeat = outcome.kind is OutcomeKind.FAILED or (
        outcome.kind is OutcomeKind.UNCERTAIN and purpose in REPEATABLE
    )
    if may_repeat and tries < MOST_TRIES:
        return Consequence(MessageEvent.PUT_BACK, at + DELAYS[tries - 1])
    return Consequence(MessageEvent.GIVE_UP)
