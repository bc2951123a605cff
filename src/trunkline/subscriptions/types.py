"""Words of lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from trunkline.kernel.text import Text
from trunkline.kernel.transitions import Transitions


class LineState(StrEnum):
    """用户状态 (domain 8.2). Why a line is stopped is a set of `StopCause`, not a state."""

    PRE_ACTIVE = "pre_active"
    ACTIVE = "active"
    PRE_TERMINATED = "pre_terminated"
    TERMINATED = "terminated"


class LineEvent(StrEnum):
    """What can happen to a line."""

    ACTIVATE = "activate"
    TERMINATE = "terminate"
    PRE_TERMINATE = "pre_terminate"
    RESTORE = "restore"


class StopCause(StrEnum):
    """停机原因 (domain 8.2); DATA_CAP stops data only (P2-14)."""

    LOSS = "loss"
    VOLUNTARY = "voluntary"
    CREDIT_ONEWAY = "credit_oneway"
    CREDIT_TWOWAY = "credit_twoway"
    REGULATORY = "regulatory"
    DATA_CAP = "data_cap"


class NameType(StrEnum):
    """单位名称/个人名称开户 (X-A2)."""

    ORGANIZATION = "organization"
    INDIVIDUAL = "individual"


LINE_STATE_NAMES = {
    LineState.PRE_ACTIVE: Text("待激活", "Pre-active"),
    LineState.ACTIVE: Text("在用", "Active"),
    LineState.PRE_TERMINATED: Text("预销户", "Pre-terminated"),
    LineState.TERMINATED: Text("已销户", "Terminated"),
}

LINE_LIFE: Transitions[LineState, LineEvent] = Transitions(
    (
        (LineState.PRE_ACTIVE, LineEvent.ACTIVATE, LineState.ACTIVE),
        (LineState.ACTIVE, LineEvent.PRE_TERMINATE, LineState.PRE_TERMINATED),
        (LineState.PRE_TERMINATED, LineEvent.RESTORE, LineState.ACTIVE),
        (LineState.ACTIVE, LineEvent.TERMINATE, LineState.TERMINATED),
        (LineState.PRE_TERMINATED, LineEvent.TERMINATE, LineState.TERMINATED),
    )
)


@dataclass(frozen=True, slots=True)
class NewLine:
    """What is needed to connect one member. `number` has been assigned (`numbering.operations.assign_numbers`)."""

    number: str
    account_id: int
    user_name: str
    user_id_number: str
    offering_id: int
    first_month_mode: str | None
    terminal_model_id: int | None
    imei: str


@dataclass(frozen=True, slots=True)
class LineView:
    """A line. `stop_causes` is empty when service is on; `offering_id` is the plan taken last, 0 without one."""

    id: int
    branch_id: int
    organization_id: int
    account_id: int
    number: str
    state: LineState
    name_type: NameType
    user_name: str
    user_id_number: str
    offering_id: int
    first_month_mode: str | None
    iccid: str
    activated_at: datetime | None
    terminated_at: datetime | None
    stop_causes: tuple[StopCause, ...]


@dataclass(frozen=True, slots=True)
class PlanPeriod:
    """One line's stretch on one offering under one number, half-open, for rating and billing."""

    line_id: int
    number: str
    account_id: int
    branch_id: int
    organization_id: int
    offering_id: int
    first_month_mode: str | None
    entered_at: datetime
    active_from: datetime
    active_to: datetime | None
