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


STOP_CAUSE_NAMES = {
    StopCause.LOSS: Text("挂失", "Reported lost"),
    StopCause.VOLUNTARY: Text("停机保号", "Suspended, number kept"),
    StopCause.CREDIT_ONEWAY: Text("欠费单停", "Barred one way for arrears"),
    StopCause.CREDIT_TWOWAY: Text("欠费双停", "Barred both ways for arrears"),
    StopCause.REGULATORY: Text("监管停机", "Stopped by the regulator"),
    StopCause.DATA_CAP: Text("流量封顶", "Data cap reached"),
}


class ServiceCode(StrEnum):
    """功能 that can be open on a line (S08)."""

    CALLER_ID = "caller_id"
    THREE_WAY = "three_way"
    CALL_FORWARDING = "call_forwarding"
    INTERNATIONAL_CALLS = "international_calls"
    INTERNATIONAL_ROAMING = "international_roaming"
    HMT_CALLS = "hmt_calls"
    HMT_ROAMING = "hmt_roaming"


SERVICE_NAMES = {
    ServiceCode.CALLER_ID: Text("来电显示", "Caller ID"),
    ServiceCode.THREE_WAY: Text("三方通话", "Three-way calling"),
    ServiceCode.CALL_FORWARDING: Text("呼叫转移", "Call forwarding"),
    ServiceCode.INTERNATIONAL_CALLS: Text("国际长途", "International calls"),
    ServiceCode.INTERNATIONAL_ROAMING: Text("国际漫游", "International roaming"),
    ServiceCode.HMT_CALLS: Text("港澳台长途", "Calls to Hong Kong, Macao and Taiwan"),
    ServiceCode.HMT_ROAMING: Text("港澳台漫游", "Roaming in Hong Kong, Macao and Taiwan"),
}

#: What a line roams by, and for which a prepayment is held (S05-G4, S08-F).
ROAMING_SERVICES = (ServiceCode.INTERNATIONAL_ROAMING, ServiceCode.HMT_ROAMING)
#: What closes three-way calling by itself when it is opened (S08-E1).
LONG_DISTANCE_SERVICES = (ServiceCode.INTERNATIONAL_CALLS, ServiceCode.HMT_CALLS, *ROAMING_SERVICES)


class DetailType(StrEnum):
    """详单类型 that can be masked (S31-G1)."""

    VOICE = "voice"
    SMS = "sms"
    DATA = "data"
    VALUE_ADDED = "value_added"
    ROAMING = "roaming"


DETAIL_TYPE_NAMES = {
    DetailType.VOICE: Text("语音详单", "Voice"),
    DetailType.SMS: Text("短信详单", "Messages"),
    DetailType.DATA: Text("上网详单", "Data"),
    DetailType.VALUE_ADDED: Text("增值业务详单", "Value-added services"),
    DetailType.ROAMING: Text("漫游详单", "Roaming"),
}


class LifePhase(StrEnum):
    """预付费（标准产品）生命周期 (S32-1, domain 8.3)."""

    INACTIVE = "inactive"
    VALID = "valid"
    RECHARGE = "recharge"
    LOCKED = "locked"
    RECLAIMED = "reclaimed"


LIFE_PHASE_NAMES = {
    LifePhase.INACTIVE: Text("未激活期", "Not activated"),
    LifePhase.VALID: Text("有效期", "Valid"),
    LifePhase.RECHARGE: Text("充值期", "Recharge phase"),
    LifePhase.LOCKED: Text("锁定期", "Locked"),
    LifePhase.RECLAIMED: Text("已回收", "Reclaimed"),
}


class MessageKind(StrEnum):
    """What a message to a line was about before messages had a context of their own; migration 0006 names it."""

    SERVICE_PASSWORD = "service_password"  # noqa: S105 - a kind, no password  # nosec B105
    NOTICE = "notice"


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
    """A line.

    `stop_causes` is empty when service is on; `offering_id` is the plan taken last, 0 without one; `phase` is of
    prepaid lines only; `masks` hides types of details.
    """

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
    services: tuple[ServiceCode, ...]
    phase: LifePhase | None
    masks: tuple[DetailType, ...]

    @property
    def is_served(self) -> bool:
        """Whether calls and messages reach it: in use, and stopped for nothing but its data cap (P2-14)."""
        return self.state is LineState.ACTIVE and not set(self.stop_causes) - {StopCause.DATA_CAP}


@dataclass(frozen=True, slots=True)
class NumberHeld:
    """One line's stretch under one number, half-open; `valid_to` is None while it is open."""

    line_id: int
    branch_id: int
    number: str
    valid_from: datetime
    valid_to: datetime | None


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


@dataclass(frozen=True, slots=True)
class Life:
    """Where a prepaid line stands (S32-1, domain 4.4).

    `ends_at` is when the phase ends by itself, None where it does not; `unlocked_until` is set while a locked line
    may recharge (S30).
    """

    phase: LifePhase
    since: datetime
    ends_at: datetime | None
    unlocked_until: datetime | None = None

    def open_until(self, at: datetime) -> datetime | None:
        """Until when an unlocked line may recharge, None when it is not unlocked at `at`."""
        open_ = self.unlocked_until is not None and at < self.unlocked_until
        return self.unlocked_until if open_ else None


@dataclass(frozen=True, slots=True)
class DuePhase:
    """A line whose phase has come to its end."""

    line_id: int
    account_id: int
    phase: LifePhase
    since: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Address:
    """装机地址: province, city, district, and the standard address from the road to the room (S04)."""

    province: str
    city: str
    district: str
    street: str
    rural: bool

    def __str__(self) -> str:
        return f"{self.province}{self.city}{self.district}{self.street}"
