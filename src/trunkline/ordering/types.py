"""Words of orders (受理)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

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

    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"
    RETRY = "retry"


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

#: An order is carried out in one transaction, so nothing stands between acknowledged and completed or failed.
ORDER_LIFE: Transitions[OrderState, OrderEvent] = Transitions(
    (
        (OrderState.ACKNOWLEDGED, OrderEvent.COMPLETE, OrderState.COMPLETED),
        (OrderState.ACKNOWLEDGED, OrderEvent.FAIL, OrderState.FAILED),
        (OrderState.ACKNOWLEDGED, OrderEvent.CANCEL, OrderState.CANCELLED),
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
class OrderRequest:
    """What is asked for at the counter. `details` holds what the item needs beyond the common fields.

    `handler_id` names the registered handler who applies; `idempotency_key` makes sending twice give one order.
    """

    item_code: str
    organization_id: int
    handler_id: int
    papers: tuple[ShownPaper, ...]
    details: dict[str, Any]
    agreement_id: int | None = None
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One fee of an order, with the reference of its price (X-F1, X-F2)."""

    fee_id: int
    title: str
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


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper filed with an order."""

    kind: PaperKind
    reference: str
    original_seen: bool
    sealed: bool
    copy_kept: bool


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
    failure: tuple[dict[str, str], ...]
