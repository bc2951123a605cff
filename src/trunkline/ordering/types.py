"""Words of orders (受理)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.kernel.transitions import Transitions
from trunkline.security.types import Channel


class OrderState(StrEnum):
    """订单状态, as TMF622."""

    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    PENDING = "pending"
    HELD = "held"
    IN_PROGRESS = "inProgress"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    FAILED = "failed"
    PARTIAL = "partial"


class OrderEvent(StrEnum):
    """What can happen to an order."""

    START = "start"
    COMPLETE = "complete"
    COMPLETE_PARTLY = "complete_partly"
    FAIL = "fail"
    STOP = "stop"
    RESUME = "resume"
    RELEASE = "release"
    CANCEL = "cancel"
    RETRY = "retry"


class Completion(StrEnum):
    """What happens when some lines of an order are refused."""

    ALL_OR_NOTHING = "all_or_nothing"
    WHAT_PASSES = "what_passes"


class Waits(StrEnum):
    """预约条件 (S11-D): what a booked order waits for."""

    DATE = "date"
    AGREEMENT_END = "agreement_end"
    CHANNEL = "channel"


class VerificationKind(StrEnum):
    """How a customer proves who he is where no papers are seen (X-R2, S24-3, S30-A1)."""

    SERVICE_PASSWORD = "service_password"  # noqa: S105 - a kind, no password  # nosec B105
    THREE_CHECKS = "three_checks"
    USER_CARD = "user_card"
    PORT_CODE = "port_code"


class SelectionSource(StrEnum):
    """How lines were chosen for an item."""

    FILTER = "filter"
    SHEET = "sheet"


class ItemAction(StrEnum):
    """订单项动作, as TMF622."""

    ADD = "add"
    MODIFY = "modify"
    DELETE = "delete"
    NO_CHANGE = "noChange"


ORDER_STATE_NAMES = {
    OrderState.ACKNOWLEDGED: Text("已受理", "Acknowledged"),
    OrderState.REJECTED: Text("已拒绝", "Rejected"),
    OrderState.PENDING: Text("待处理", "Pending"),
    OrderState.HELD: Text("挂起", "Held"),
    OrderState.IN_PROGRESS: Text("在途", "In progress"),
    OrderState.CANCELLED: Text("已取消", "Cancelled"),
    OrderState.COMPLETED: Text("竣工", "Completed"),
    OrderState.FAILED: Text("失败", "Failed"),
    OrderState.PARTIAL: Text("部分竣工", "Partial"),
}

COMPLETION_NAMES = {
    Completion.ALL_OR_NOTHING: Text("全部通过才办理", "All or nothing"),
    Completion.WHAT_PASSES: Text("通过的先办理，其余退回", "What passes goes on, the rest is handed back"),
}
VERIFICATION_NAMES = {
    VerificationKind.SERVICE_PASSWORD: Text("服务密码", "Service password"),
    VerificationKind.THREE_CHECKS: Text("核对号码、姓名、证件号码", "Number, name and ID number checked"),
    VerificationKind.USER_CARD: Text("用户卡", "SIM card shown"),
    VerificationKind.PORT_CODE: Text("携号转网授权码", "Authorisation code for porting"),
}

#: An all-or-nothing order is one transaction; one of which only what passes goes on stands in progress between
#: its portions, where it can be stopped. A booked order is pending until its condition is met (S11-D).
ORDER_LIFE: Transitions[OrderState, OrderEvent] = Transitions(
    (
        (OrderState.ACKNOWLEDGED, OrderEvent.START, OrderState.IN_PROGRESS),
        (OrderState.ACKNOWLEDGED, OrderEvent.STOP, OrderState.HELD),
        (OrderState.ACKNOWLEDGED, OrderEvent.CANCEL, OrderState.CANCELLED),
        (OrderState.IN_PROGRESS, OrderEvent.COMPLETE, OrderState.COMPLETED),
        (OrderState.IN_PROGRESS, OrderEvent.COMPLETE_PARTLY, OrderState.PARTIAL),
        (OrderState.IN_PROGRESS, OrderEvent.FAIL, OrderState.FAILED),
        (OrderState.IN_PROGRESS, OrderEvent.STOP, OrderState.HELD),
        (OrderState.HELD, OrderEvent.RESUME, OrderState.ACKNOWLEDGED),
        (OrderState.HELD, OrderEvent.CANCEL, OrderState.CANCELLED),
        (OrderState.HELD, OrderEvent.COMPLETE_PARTLY, OrderState.PARTIAL),
        (OrderState.PENDING, OrderEvent.RELEASE, OrderState.ACKNOWLEDGED),
        (OrderState.PENDING, OrderEvent.CANCEL, OrderState.CANCELLED),
        (OrderState.FAILED, OrderEvent.RETRY, OrderState.ACKNOWLEDGED),
        (OrderState.FAILED, OrderEvent.CANCEL, OrderState.CANCELLED),
    )
)


class PaperKind(StrEnum):
    """What is shown at the counter (domain 1.4)."""

    HANDLER_ID = "handler_id"
    AUTHORISATION = "authorisation"
    LETTER_OF_INTRODUCTION = "letter_of_introduction"
    REGISTRATION_CERTIFICATE = "registration_certificate"
    PRE_APPROVAL_NOTICE = "pre_approval_notice"
    NETWORK_AGREEMENT = "network_agreement"
    SUB_USER_TABLE = "sub_user_table"
    BANK_AUTHORISATION = "bank_authorisation"
    NEW_OWNER_CERTIFICATE = "new_owner_certificate"
    NEW_OWNER_LETTER = "new_owner_letter"
    PROOF_OF_CHANGE = "proof_of_change"
    DEPOSIT_RECEIPT = "deposit_receipt"
    PAYMENT_INVOICE = "payment_invoice"
    LOSS_CERTIFICATE = "loss_certificate"
    USER_CARD = "user_card"


PAPER_NAMES = {
    PaperKind.HANDLER_ID: Text("经办人有效身份证件原件", "Handler's identity document, original"),
    PaperKind.AUTHORISATION: Text("单位委托证明（加盖公章）", "Organisation's authorisation, sealed"),
    PaperKind.LETTER_OF_INTRODUCTION: Text("单位介绍信（加盖公章）", "Letter of introduction, sealed"),
    PaperKind.REGISTRATION_CERTIFICATE: Text(
        "单位有效登记证件复印件（加盖公章）", "Copy of the registration certificate, sealed"
    ),
    PaperKind.PRE_APPROVAL_NOTICE: Text("企业名称预先核准通知书", "Notice of pre-approved company name"),
    PaperKind.NETWORK_AGREEMENT: Text("入网协议（加盖公章）", "Network agreement, sealed"),
    PaperKind.SUB_USER_TABLE: Text("子用户号码表（加盖公章）", "Sub-user number table, sealed"),
    PaperKind.BANK_AUTHORISATION: Text("银行托收授权书", "Bank collection authorisation"),
    PaperKind.NEW_OWNER_CERTIFICATE: Text(
        "新机主单位有效登记证件", "Registration certificate of the new owner"
    ),
    PaperKind.NEW_OWNER_LETTER: Text("新机主单位介绍信（加盖公章）", "Letter of the new owner, sealed"),
    PaperKind.PROOF_OF_CHANGE: Text("变更事项证明", "Proof of what has changed"),
    PaperKind.DEPOSIT_RECEIPT: Text("预存款凭证", "Receipt of the deposit"),
    PaperKind.PAYMENT_INVOICE: Text("交费发票（凭证）", "Invoice or receipt of the payment"),
    PaperKind.LOSS_CERTIFICATE: Text("发票遗失证明", "Certificate of a lost invoice"),
    PaperKind.USER_CARD: Text("用户卡", "The user's SIM card"),
}


@dataclass(frozen=True, slots=True)
class ShownPaper:
    """A paper as shown: its number, and what the clerk saw and kept (S01-A1, S01-R2)."""

    kind: PaperKind
    reference: str
    original_seen: bool
    sealed: bool
    copy_kept: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """复印留存 (X-R1): a page of a paper as it was scanned, under the name its file had."""

    kind: PaperKind
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class LineChoice:
    """A line chosen for an order, with what the item asks for each line (a new number, a card …)."""

    line_id: int
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What is asked for. `details` answers the item's fields; `lines` are empty where the item finds them itself.

    `handler_id` names the registered handler who applies (None where the user himself does);
    `verification_id` the check that stands in for papers in electronic channels (X-R2);
    `idempotency_key` makes sending twice give one order; `visit_id` the visit the order belongs to (P4-40).
    """

    item_code: str
    organization_id: int
    handler_id: int | None
    papers: tuple[ShownPaper, ...]
    details: dict[str, Any]
    agreement_id: int | None = None
    idempotency_key: str = ""
    lines: tuple[LineChoice, ...] = ()
    completion: Completion = Completion.ALL_OR_NOTHING
    verification_id: int | None = None
    visit_id: int | None = None
    scans: tuple[Scan, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """The order that is being carried out: when the customer asked, and who took it."""

    id: int
    number: str
    placed_at: datetime
    placed_by_id: int


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after (records of every acceptance, domain 1.0)."""

    name: Text
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Condition:
    """What a booked order waits for; `on` for dates, `expires_on` when it is given up."""

    waits: Waits
    on: date | None
    expires_on: date


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One fee of an order, with the reference of its price (X-F1, X-F2)."""

    fee_id: int
    title: Text
    amount: Decimal
    reference: str


@dataclass(frozen=True, slots=True)
class OrderItemView:
    """One line of an order."""

    ordinal: int
    action: ItemAction
    line_id: int | None
    number: str
    user_name: str
    plan_name: str
    first_month_mode: str
    state: OrderState
    changes: tuple[Change, ...]
    reasons: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper filed with an order."""

    kind: PaperKind
    reference: str
    original_seen: bool
    sealed: bool
    copy_kept: bool


@dataclass(frozen=True, slots=True)
class ScanView:
    """A scan filed with an order; `size` in bytes, `digest` its SHA-256."""

    id: int
    kind: PaperKind
    name: str
    media_type: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order."""

    id: int
    number: str
    item_code: str
    branch_id: int
    organization_id: int
    agreement_id: int | None
    channel: Channel
    state: OrderState
    placed_at: datetime
    placed_by_id: int
    completed_at: datetime | None
    due_at: datetime | None
    item_count: int
    fee_total: Decimal
    failure: tuple[Refusal, ...]
    completion: Completion
    condition: Condition | None
    visit_id: int | None
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VisitView:
    """一站式受理 as it was taken (P4-40)."""

    id: int
    number: str
    branch_id: int
    organization_id: int
    handler_id: int | None
    channel: Channel
    opened_by_id: int
    opened_at: datetime
