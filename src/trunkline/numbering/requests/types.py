"""Words of requests for 400 numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from trunkline.kernel.text import Text
from trunkline.kernel.transitions import Transitions


class RequestState(StrEnum):
    """Where a reported wish stands (domain 8.4)."""

    REPORTED = "reported"
    ISSUE = "issue"
    RESERVED = "reserved"
    ORDERED = "ordered"
    IN_USE = "in_use"
    RELEASED = "released"
    EXPIRED = "expired"


REQUEST_STATE_NAMES = {
    RequestState.REPORTED: Text("已上报", "Reported"),
    RequestState.ISSUE: Text("沟通中", "Under discussion"),
    RequestState.RESERVED: Text("已预占", "Reserved"),
    RequestState.ORDERED: Text("已受理", "Ordered"),
    RequestState.IN_USE: Text("在用", "In use"),
    RequestState.RELEASED: Text("已释放", "Released"),
    RequestState.EXPIRED: Text("已过期", "Expired"),
}


class RequestEvent(StrEnum):
    """What happens to a reported wish; a remark leaves it where it is."""

    REPORT = "report"
    RESERVE = "reserve"
    RAISE = "raise"
    REMARK = "remark"
    RELEASE = "release"
    EXPIRE = "expire"
    ORDER = "order"
    SERVE = "serve"
    END = "end"


REQUEST_EVENT_NAMES = {
    RequestEvent.REPORT: Text("上报", "Reported"),
    RequestEvent.RESERVE: Text("预占", "Reserved"),
    RequestEvent.RAISE: Text("提出问题", "Problem raised"),
    RequestEvent.REMARK: Text("留言", "Remark"),
    RequestEvent.RELEASE: Text("释放", "Released"),
    RequestEvent.EXPIRE: Text("预占到期", "Reservation ran out"),
    RequestEvent.ORDER: Text("转为订单", "Became an order"),
    RequestEvent.SERVE: Text("开通", "In service"),
    RequestEvent.END: Text("停用", "Out of use"),
}

_STATE, _EVENT = RequestState, RequestEvent
REQUEST_LIFE: Transitions[RequestState, RequestEvent] = Transitions(
    (
        (_STATE.REPORTED, _EVENT.RESERVE, _STATE.RESERVED),
        (_STATE.ISSUE, _EVENT.RESERVE, _STATE.RESERVED),
        (_STATE.RESERVED, _EVENT.RESERVE, _STATE.RESERVED),
        (_STATE.REPORTED, _EVENT.RAISE, _STATE.ISSUE),
        (_STATE.RESERVED, _EVENT.RAISE, _STATE.ISSUE),
        (_STATE.REPORTED, _EVENT.RELEASE, _STATE.RELEASED),
        (_STATE.ISSUE, _EVENT.RELEASE, _STATE.RELEASED),
        (_STATE.RESERVED, _EVENT.RELEASE, _STATE.RELEASED),
        (_STATE.ISSUE, _EVENT.EXPIRE, _STATE.EXPIRED),
        (_STATE.RESERVED, _EVENT.EXPIRE, _STATE.EXPIRED),
        (_STATE.ISSUE, _EVENT.ORDER, _STATE.ORDERED),
        (_STATE.RESERVED, _EVENT.ORDER, _STATE.ORDERED),
        (_STATE.ORDERED, _EVENT.SERVE, _STATE.IN_USE),
        (_STATE.ORDERED, _EVENT.END, _STATE.RELEASED),
        (_STATE.IN_USE, _EVENT.END, _STATE.RELEASED),
    )
)

#: What is still talked over, and what holds one of the numbers that an organisation may have.
OPEN = (_STATE.REPORTED, _STATE.ISSUE, _STATE.RESERVED)
LIVING = (*OPEN, _STATE.ORDERED, _STATE.IN_USE)


class Speaker(StrEnum):
    """Who says something in the thread: the business unit, the desk, or nobody (it happened by itself)."""

    UNIT = "unit"
    DESK = "desk"
    NOBODY = ""


SPEAKER_NAMES = {
    Speaker.UNIT: Text("经营单元", "Business unit"),
    Speaker.DESK: Text("号码管理员", "Number desk"),
    Speaker.NOBODY: Text("系统", "System"),
}


@dataclass(frozen=True, slots=True)
class RequestView:
    """A wish for a 400 number. `wanted` is a number or a search pattern, `number` what was reserved for it or "".

    `answer_due` is the side that the other waits for, `Speaker.NOBODY` once nothing is open.
    """

    id: int
    branch_id: int
    organization_id: int
    wanted: str
    purpose: str
    contact_name: str
    contact_phone: str
    state: RequestState
    number: str
    order_number: str
    reported_by_id: int
    reported_at: datetime
    answer_due: Speaker


@dataclass(frozen=True, slots=True)
class RemarkView:
    """An entry of the thread: what happened, who said what. Without a staff member it happened by itself."""

    event: RequestEvent
    side: Speaker
    words: str
    staff_id: int | None
    at: datetime
