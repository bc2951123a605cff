"""Words of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from trunkline.kernel.text import Text
from trunkline.kernel.transitions import Transitions


class NumberKind(StrEnum):
    """What sort of number."""

    MOBILE = "mobile"
    FIXED = "fixed"
    SERVICE_400 = "service_400"
    SHORT = "short"


class NumberUse(StrEnum):
    """What a range's numbers are given out for (REG-21). Ranges may name other uses, given out on request only."""

    MOBILE = "mobile"
    DATA_CARD = "data_card"
    SERVICE_400 = "service_400"


class NumberState(StrEnum):
    """号码状态 (domain 8.4)."""

    IDLE = "idle"
    RESERVED = "reserved"
    IN_USE = "in_use"
    FROZEN = "frozen"
    PORTED_OUT = "ported_out"
    BLOCKED = "blocked"


class NumberEvent(StrEnum):
    """What can happen to a number."""

    RESERVE = "reserve"
    RELEASE = "release"
    EXPIRE = "expire"
    ASSIGN = "assign"
    FREEZE = "freeze"
    THAW = "thaw"
    PORT_OUT = "port_out"
    PORT_IN = "port_in"
    TAKE_BACK = "take_back"
    BLOCK = "block"


class Arrangement(StrEnum):
    """Why a number cannot be changed for another (S03-G2): 移机不改号 on its new or old side, or ported."""

    NONE = ""
    MOVED_NEW = "moved_new"
    MOVED_OLD = "moved_old"
    PORTED_IN = "ported_in"


class TelecomOperator(StrEnum):
    """Whom a number is ported from or to (REG-17)."""

    MOBILE = "china_mobile"
    TELECOM = "china_telecom"
    BROADNET = "china_broadnet"


OPERATOR_NAMES = {
    TelecomOperator.MOBILE: Text("中国移动", "China Mobile"),
    TelecomOperator.TELECOM: Text("中国电信", "China Telecom"),
    TelecomOperator.BROADNET: Text("中国广电", "China Broadnet"),
}


class ReservationEnd(StrEnum):
    """How a reservation ended."""

    USED = "used"
    RELEASED = "released"
    EXPIRED = "expired"


class WaitingEnd(StrEnum):
    """How waiting for a number ended: the number came, the customer left, or it was taken into use."""

    SERVED = "served"
    LEFT = "left"
    LOST = "lost"


class LeasePurpose(StrEnum):
    """Leases for customers (P1-07): chosen at the counter, come from the waiting list, or of the desk of 400 numbers."""

    COUNTER = "counter"
    WAITING = "waiting"
    DESK = "desk"


NUMBER_STATE_NAMES = {
    NumberState.IDLE: Text("空闲", "Idle"),
    NumberState.RESERVED: Text("预占", "Reserved"),
    NumberState.IN_USE: Text("在用", "In use"),
    NumberState.FROZEN: Text("冻结", "Frozen"),
    NumberState.PORTED_OUT: Text("携出", "Ported out"),
    NumberState.BLOCKED: Text("封存", "Blocked"),
}

NUMBER_LIFE: Transitions[NumberState, NumberEvent] = Transitions(
    (
        (NumberState.IDLE, NumberEvent.RESERVE, NumberState.RESERVED),
        (NumberState.RESERVED, NumberEvent.RELEASE, NumberState.IDLE),
        (NumberState.RESERVED, NumberEvent.EXPIRE, NumberState.IDLE),
        (NumberState.RESERVED, NumberEvent.ASSIGN, NumberState.IN_USE),
        (NumberState.IN_USE, NumberEvent.FREEZE, NumberState.FROZEN),
        (NumberState.FROZEN, NumberEvent.THAW, NumberState.IDLE),
        (NumberState.IN_USE, NumberEvent.PORT_OUT, NumberState.PORTED_OUT),
        (NumberState.PORTED_OUT, NumberEvent.PORT_IN, NumberState.RESERVED),
        (NumberState.PORTED_OUT, NumberEvent.TAKE_BACK, NumberState.FROZEN),
        (NumberState.IDLE, NumberEvent.BLOCK, NumberState.BLOCKED),
    )
)


@dataclass(frozen=True, slots=True)
class NumberView:
    """A number of the inventory. `grade` is empty for an ordinary number; `branch_id` is its stock."""

    id: int
    number: str
    kind: NumberKind
    grade: str
    state: NumberState
    branch_id: int
    frozen_until: datetime | None
    arrangement: Arrangement = Arrangement.NONE


@dataclass(frozen=True, slots=True)
class GradeView:
    """靓号等级 with its usual commitment: yuan, months (REG-25)."""

    code: str
    name: str
    prepayment: Decimal
    months: int
    minimum_monthly: Decimal
    #: A regular expression searched in the number; of the grades that match, the lowest `rank` wins.
    pattern: str
    rank: int


@dataclass(frozen=True, slots=True)
class RangeView:
    """号段: numbers that begin with `prefix` are ours from a day until before another (REG-21).

    `use` is a `NumberUse` or a word of its own.
    """

    prefix: str
    kind: NumberKind
    use: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ReservationView:
    """预占: a lease on a number."""

    id: int
    number: str
    purpose: str
    holder: str
    reserved_by_id: int
    reserved_at: datetime
    expires_at: datetime
    extended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaitingView:
    """候补: an organisation's place in the queue for a number, 1 being the first."""

    number: str
    organization_id: int
    joined_by_id: int
    joined_at: datetime
    place: int
