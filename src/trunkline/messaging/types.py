"""Words of messages that leave the house."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from trunkline.kernel.text import Text
from trunkline.kernel.transitions import Transitions


class MessageKind(StrEnum):
    """The way a message takes."""

    SMS = "sms"
    VOICE = "voice"
    EMAIL = "email"


KIND_NAMES = {
    MessageKind.SMS: Text("短信", "Short message"),
    MessageKind.VOICE: Text("语音播报", "Voice announcement"),
    MessageKind.EMAIL: Text("电子邮件", "E-mail"),
}


class Purpose(StrEnum):
    """What a message is for."""

    SERVICE_PASSWORD = "service_password"  # noqa: S105 - a kind, no password  # nosec B105
    NOTICE = "notice"
    USAGE_DETAIL = "usage_detail"
    PORT_CODE = "port_code"


PURPOSE_NAMES = {
    Purpose.SERVICE_PASSWORD: Text("服务密码", "Service password"),
    Purpose.NOTICE: Text("通知", "Notice"),
    Purpose.USAGE_DETAIL: Text("详单", "Usage details"),
    Purpose.PORT_CODE: Text("携号转网授权码", "Authorisation code for porting"),
}


class MessageState(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"


STATE_NAMES = {
    MessageState.WAITING: Text("待发送", "Waiting"),
    MessageState.SENDING: Text("发送中", "Being sent"),
    MessageState.SENT: Text("已发送", "Sent"),
    MessageState.FAILED: Text("发送失败", "Failed"),
    MessageState.EXPIRED: Text("已过期", "Expired"),
}


class MessageEvent(StrEnum):
    """What can happen to a message."""

    TAKE = "take"
    ACCEPT = "accept"
    PUT_BACK = "put_back"
    GIVE_UP = "give_up"
    EXPIRE = "expire"
    RETRY = "retry"


MESSAGE_STATES: Transitions[MessageState, MessageEvent] = Transitions(
    (
        (MessageState.WAITING, MessageEvent.TAKE, MessageState.SENDING),
        (MessageState.SENDING, MessageEvent.ACCEPT, MessageState.SENT),
        (MessageState.SENDING, MessageEvent.PUT_BACK, MessageState.WAITING),
        (MessageState.SENDING, MessageEvent.GIVE_UP, MessageState.FAILED),
        (MessageState.WAITING, MessageEvent.EXPIRE, MessageState.EXPIRED),
        (MessageState.FAILED, MessageEvent.RETRY, MessageState.WAITING),
    )
)


class Trouble(StrEnum):
    """Why the last try of a message did not succeed."""

    NOT_REACHED = "not_reached"
    NOT_TAKEN = "not_taken"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    KEY_GONE = "key_gone"


TROUBLE_NAMES = {
    Trouble.NOT_REACHED: Text("网关未连通或忙", "The gateway was not reached or has no room"),
    Trouble.NOT_TAKEN: Text("网关暂未接受", "The gateway did not take it this time"),
    Trouble.REFUSED: Text("网关拒绝", "The gateway refused it"),
    Trouble.NO_ANSWER: Text("未收到应答，是否送达不明", "No answer came; whether it arrived is not known"),
    Trouble.KEY_GONE: Text("密钥已不存在，无法解密", "The key is gone, it cannot be deciphered"),
}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with an e-mail."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinePost:
    """A message to a line itself. A secret one is kept enciphered, and not at all once it has left."""

    line_id: int
    branch_id: int
    number: str
    kind: MessageKind
    body: str = field(repr=False)
    source_id: str
    secret: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MessageToSend:
    """A message as a gateway gets it. `lease` is the claim of the worker that took it, for this one try."""

    id: int
    kind: MessageKind
    purpose: Purpose
    recipient: str
    subject: str = field(repr=False)
    body: str = field(repr=False)
    attachments: tuple[Attachment, ...]
    expires_at: datetime | None
    lease: str
    tries: int


class OutcomeKind(StrEnum):
    """What became of one try."""

    #: The gateway has taken the message over.
    ACCEPTED = "accepted"
    #: The gateway will never take it.
    REJECTED = "rejected"
    #: The gateway did not take it this time.
    FAILED = "failed"
    #: The gateway was not reached, or has no room: this says nothing about the message, and the try does not count.
    UNREACHABLE = "unreachable"
    #: The message was handed over, but no answer came.
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try: why not (never with the words of the message), or the gateway's reference."""

    kind: OutcomeKind
    why: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of the try that a worker held `lease` for."""

    message_id: int
    lease: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Receipt:
    """A delivery receipt: what became of the message that the gateway gave this reference."""

    reference: str
    status: str


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as people may see it: never its words, and whom it goes to only masked."""

    id: int
    branch_id: int
    kind: MessageKind
    purpose: Purpose
    state: MessageState
    recipient: str
    line_id: int | None
    secret: bool
    source: str
    source_id: str
    tries: int
    created_at: datetime
    due_at: datetime
    expires_at: datetime | None
    sent_at: datetime | None
    receipt: str
    trouble: Trouble | None
    #: The gateway's own words about it.
    last_error: str


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """Where messages of a kind go: the gateway's address without its password, or why there is none."""

    kind: MessageKind
    address: str
    problem: str
    waiting: int = 0
