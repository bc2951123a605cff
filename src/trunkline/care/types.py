"""Words of tickets: faults, complaints and enquiries (S25; 26 and 27 inferred)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from trunkline.kernel.text import Text
from trunkline.kernel.transitions import Transitions
from trunkline.security.types import Channel


class TicketKind(StrEnum):
    """What the customer comes with. Items 26 and 27 of the standard are inferred (domain 1, S26/S27)."""

    FAULT = "fault"
    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"


TICKET_KIND_NAMES = {
    TicketKind.FAULT: Text("障碍申告", "Fault report"),
    TicketKind.COMPLAINT: Text("投诉", "Complaint"),
    TicketKind.ENQUIRY: Text("咨询", "Enquiry"),
}


class TicketState(StrEnum):
    """工单状态, as TMF621; `APPEALED` lies with the telecom-user appeal centre (REG-09)."""

    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "inProgress"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    APPEALED = "appealed"


TICKET_STATE_NAMES = {
    TicketState.ACKNOWLEDGED: Text("已受理", "Acknowledged"),
    TicketState.IN_PROGRESS: Text("处理中", "In progress"),
    TicketState.PENDING: Text("等待中", "Pending"),
    TicketState.RESOLVED: Text("已解决", "Resolved"),
    TicketState.CLOSED: Text("已归档", "Closed"),
    TicketState.CANCELLED: Text("已撤销", "Cancelled"),
    TicketState.APPEALED: Text("申诉中", "Appealed"),
}


class TicketEvent(StrEnum):
    """What can happen to a ticket; each happening is a line of its timeline."""

    OPEN = "open"
    TAKE = "take"
    HAND_OVER = "hand_over"
    NOTE = "note"
    FEEDBACK = "feedback"
    HOLD = "hold"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"
    APPEAL = "appeal"
    ACCEPT_APPEAL = "accept_appeal"
    DECIDE_APPEAL = "decide_appeal"
    URGE = "urge"


TICKET_EVENT_NAMES = {
    TicketEvent.OPEN: Text("受理", "Opened"),
    TicketEvent.TAKE: Text("接单", "Taken"),
    TicketEvent.HAND_OVER: Text("转交", "Handed over"),
    TicketEvent.NOTE: Text("记录", "Note"),
    TicketEvent.FEEDBACK: Text("反馈客户", "Customer told"),
    TicketEvent.HOLD: Text("等待", "Put on hold"),
    TicketEvent.RESOLVE: Text("解决", "Resolved"),
    TicketEvent.CLOSE: Text("归档", "Closed"),
    TicketEvent.REOPEN: Text("重新处理", "Reopened"),
    TicketEvent.CANCEL: Text("撤销", "Cancelled"),
    TicketEvent.APPEAL: Text("申诉", "Appealed"),
    TicketEvent.ACCEPT_APPEAL: Text("申诉受理", "Appeal accepted"),
    TicketEvent.DECIDE_APPEAL: Text("申诉答复", "Appeal decided"),
    TicketEvent.URGE: Text("催办", "Urged"),
}

#: Nobody has restored service or answered yet: the clock runs.
_RUNNING = (TicketState.ACKNOWLEDGED, TicketState.IN_PROGRESS, TicketState.PENDING)
#: Nothing is to be done any more.
FINISHED = (TicketState.CLOSED, TicketState.CANCELLED)

#: The life of a ticket. A customer who is not satisfied has a resolved ticket reopened; the centre's answer to
#: an appeal is carried out, answered and archived like any other work, so it leads back to the desk.
TICKET_LIFE: Transitions[TicketState, TicketEvent] = Transitions(
    (
        (TicketState.ACKNOWLEDGED, TicketEvent.TAKE, TicketState.IN_PROGRESS),
        (TicketState.PENDING, TicketEvent.TAKE, TicketState.IN_PROGRESS),
        (TicketState.IN_PROGRESS, TicketEvent.HOLD, TicketState.PENDING),
        (TicketState.IN_PROGRESS, TicketEvent.RESOLVE, TicketState.RESOLVED),
        (TicketState.PENDING, TicketEvent.RESOLVE, TicketState.RESOLVED),
        (TicketState.RESOLVED, TicketEvent.CLOSE, TicketState.CLOSED),
        (TicketState.RESOLVED, TicketEvent.REOPEN, TicketState.IN_PROGRESS),
        *((state, TicketEvent.CANCEL, TicketState.CANCELLED) for state in _RUNNING),
        *(
            (state, TicketEvent.APPEAL, TicketState.APPEALED)
            for state in (*_RUNNING, TicketState.RESOLVED, TicketState.CLOSED)
        ),
        (TicketState.APPEALED, TicketEvent.ACCEPT_APPEAL, TicketState.APPEALED),
        (TicketState.APPEALED, TicketEvent.DECIDE_APPEAL, TicketState.IN_PROGRESS),
        *(
            (state, event, state)
            for event in (TicketEvent.NOTE, TicketEvent.FEEDBACK, TicketEvent.HAND_OVER)
            for state in (*_RUNNING, TicketState.RESOLVED, TicketState.APPEALED)
        ),
        *((state, TicketEvent.URGE, state) for state in (*_RUNNING, TicketState.APPEALED)),
    )
)


class Product(StrEnum):
    """业务: what the fault is of; the limits of repair differ by it (S25-2)."""

    MOBILE = "mobile"
    FIXED = "fixed"
    CIRCUIT = "circuit"


PRODUCT_NAMES = {
    Product.MOBILE: Text("移动业务", "Mobile"),
    Product.FIXED: Text("固网业务", "Fixed"),
    Product.CIRCUIT: Text("电路", "Circuit"),
}


class Area(StrEnum):
    """城镇/农村 (REG-04)."""

    URBAN = "urban"
    RURAL = "rural"


AREA_NAMES = {
    Area.URBAN: Text("城镇", "Urban"),
    Area.RURAL: Text("农村", "Rural"),
}


class SupportGrade(StrEnum):
    """网络服务等级 (domain 4.3, P4-51): how soon a circuit, or a customer, is served."""

    AAA = "AAA"
    AA = "AA"
    A = "A"
    NORMAL = "normal"


SUPPORT_GRADE_NAMES = {
    SupportGrade.AAA: Text("AAA级", "AAA"),
    SupportGrade.AA: Text("AA级", "AA"),
    SupportGrade.A: Text("A级", "A"),
    SupportGrade.NORMAL: Text("普通级", "Normal"),
}


class Desk(StrEnum):
    """处理部门: where a ticket waits until somebody there takes it; SP is the partner's (domain 8.4, P1-03)."""

    NETWORK = "network"
    BILLING = "billing"
    PRODUCT = "product"
    SALES = "sales"
    SP = "sp"


DESK_NAMES = {
    Desk.NETWORK: Text("网络维护部门", "Network maintenance"),
    Desk.BILLING: Text("账务部门", "Billing"),
    Desk.PRODUCT: Text("产品部门", "Products"),
    Desk.SALES: Text("集团客户部门", "Group customers"),
    Desk.SP: Text("合作服务商（SP）", "Service provider (SP)"),
}


class Matter(StrEnum):
    """投诉对象: what a complaint is about."""

    LINE = "line"
    BILL = "bill"
    SERVICE = "service"
    SP = "sp"


MATTER_NAMES = {
    Matter.LINE: Text("号码或线路", "A line"),
    Matter.BILL: Text("账单收费", "A bill"),
    Matter.SERVICE: Text("服务质量", "Our service"),
    Matter.SP: Text("合作服务商（SP）", "A service provider (SP)"),
}


class Limit(StrEnum):
    """时限: what a ticket can be late with; it is urged once for each (P1-03)."""

    FIRST_RESPONSE = "first_response"
    ANSWER = "answer"


LIMIT_NAMES = {
    Limit.FIRST_RESPONSE: Text("首次反馈时限", "First response"),
    Limit.ANSWER: Text("办结时限", "Repair or answer"),
}


class AppealOutcome(StrEnum):
    """What the appeal centre answered (REG-09)."""

    NOT_ACCEPTED = "not_accepted"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


APPEAL_OUTCOME_NAMES = {
    AppealOutcome.NOT_ACCEPTED: Text("不予受理", "Not accepted"),
    AppealOutcome.UPHELD: Text("申诉成立", "Upheld"),
    AppealOutcome.DISMISSED: Text("申诉不成立", "Dismissed"),
}

#: The longest text of each field of a request, in characters.
LONGEST = {"reporter_name": 40, "subject": 80, "circuit": 80, "matter_reference": 80}


@dataclass(frozen=True, slots=True)
class TicketRequest:
    """What the customer says.

    A fault names its `product` and the line or circuit it is of. `grade` is a circuit's own; without it the
    customer's counts. A complaint may be `about_fee`, and `arose_on` is the day its cause arose (the day of the
    complaint when it is not said), from which the time for an appeal counts (REG-09). `began_at` is when the
    customer noticed a fault; the clock starts at the report all the same (S25-2). A complaint says what it is about
    (`matter`, with the bill's number or the SP's name) and the outcome `wanted`.
    """

    kind: TicketKind
    organization_id: int
    reporter_name: str
    reporter_phone: str
    subject: str
    description: str
    area: Area = Area.URBAN
    product: Product | None = None
    line_id: int | None = None
    circuit: str = ""
    grade: SupportGrade | None = None
    about_fee: bool = False
    arose_on: date | None = None
    began_at: datetime | None = None
    matter: Matter | None = None
    matter_reference: str = ""
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Reception:
    """How a ticket was taken in: through which channel, by whom (首问负责), when, and by which order if by one."""

    channel: Channel
    staff_id: int
    at: datetime
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class RepairLimit:
    """时限 of repair by product, area and grade. Without `valid_from` it is the published one (domain 4.3)."""

    product: Product
    area: Area
    grade: SupportGrade
    hours: int
    reference: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Until when the customer is first told something, and until when the fault is repaired or the answer given."""

    first_response_due_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class WaivedPeriod:
    """Days whose rent is waived (REG-04), half-open: `first_day` is in it, `end_day` is not."""

    first_day: date
    end_day: date

    @property
    def days(self) -> int:
        return (self.end_day - self.first_day).days


@dataclass(frozen=True, slots=True)
class WaivedRent:
    """The days of a ticket on which its line pays no rent (REG-04)."""

    ticket: str
    line_id: int
    period: WaivedPeriod


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets to list; `text` is part of a number, a phone or what names the organisation."""

    text: str = ""
    kind: TicketKind | None = None
    state: TicketState | None = None
    product: Product | None = None
    desk: Desk | None = None
    organization_id: int | None = None
    line_id: int | None = None
    order_id: int | None = None
    owner_id: int | None = None
    overdue: bool = False
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket.

    `first_contact_id` is the staff member first asked (首问负责), `owner_id` who has it now. `resolved_at` is
    when the fault was repaired or the answer given, which may be before it was recorded. `green_channel` goes
    before others (P4-50); `waived` are the days without rent of a fault repaired too late.
    """

    id: int
    number: str
    kind: TicketKind
    state: TicketState
    branch_id: int
    organization_id: int
    order_id: int | None
    line_id: int | None
    product: Product | None
    circuit: str
    channel: Channel
    reporter_name: str
    reporter_phone: str
    area: Area
    grade: SupportGrade
    green_channel: bool
    subject: str
    description: str
    about_fee: bool
    arose_on: date | None
    began_at: datetime | None
    matter: Matter | None
    matter_reference: str
    wanted: str
    first_contact_id: int
    owner_id: int
    desk: Desk | None
    opened_at: datetime
    first_response_due_at: datetime
    first_responded_at: datetime | None
    due_at: datetime
    resolved_at: datetime | None
    resolution: str
    cause: str
    restored_by_workaround: bool
    caused_by_terminal: bool
    waived: WaivedPeriod | None
    closed_at: datetime | None
    archive_reference: str
    appealed_at: datetime | None
    appeal_reason: str
    appeal_reference: str
    appeal_accepted_at: datetime | None
    appeal_decided_at: datetime | None
    appeal_outcome: AppealOutcome | None

    def overdue(self, at: datetime) -> bool:
        """Whether at `at` nothing is repaired or answered although the limit has passed."""
        return self.state not in FINISHED and self.resolved_at is None and at > self.due_at


@dataclass(frozen=True, slots=True)
class EntryView:
    """A line of a ticket's timeline; `state` is the ticket's after it, `limit` what an urging was for."""

    at: datetime
    staff_id: int
    what: TicketEvent
    text: str
    state: TicketState
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class TicketCount:
    """Tickets of one kind: unfinished ones, those of them past their limit; answered ones, those of them in time."""

    open: int
    overdue: int
    settled: int
    in_time: int
