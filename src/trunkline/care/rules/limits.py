"""The clock of a ticket: until when, how urgent, and what a fault repaired too late costs us (S25-2, REG-04).

Limits run through nights and holidays (P1-03): they are hours, not working hours.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from trunkline.care.types import (
    Area,
    Deadlines,
    Limit,
    Product,
    RepairLimit,
    SupportGrade,
    TicketKind,
    TicketView,
    WaivedPeriod,
)
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.party.types import ServiceGrade

#: The customer hears from us first (domain 4.3: first feedback, complaint first response).
FIRST_RESPONSE = timedelta(minutes=30)
#: A complaint is answered (REG-09).
COMPLAINT_ANSWER = timedelta(days=15)
#: An enquiry is answered. Domain 4.3 has no figure for item 27, which is inferred: the standard's general 24 hours.
ENQUIRY_ANSWER = timedelta(hours=24)
#: A fault is repaired by law, whatever the service (REG-04).
LEGAL_REPAIR = {Area.URBAN: timedelta(hours=48), Area.RURAL: timedelta(hours=72)}

#: Mobile and fixed faults (domain 4.3): the published average, which the green channel keeps to, and the maximum.
REPAIR_HOURS: dict[tuple[Product, Area], tuple[int, int]] = {
    (Product.MOBILE, Area.URBAN): (24, 48),
    (Product.MOBILE, Area.RURAL): (24, 48),
    (Product.FIXED, Area.URBAN): (24, 48),
    (Product.FIXED, Area.RURAL): (36, 72),
}
#: Circuits, by grade wherever they run (domain 4.3).
CIRCUIT_HOURS = {SupportGrade.AAA: 2, SupportGrade.AA: 4, SupportGrade.A: 8, SupportGrade.NORMAL: 24}

#: 等级式服务 (P4-51): what a customer's grade is worth where the circuit has none of its own.
GRADE_OF_CUSTOMER = {
    ServiceGrade.DIAMOND: SupportGrade.AAA,
    ServiceGrade.GOLD: SupportGrade.AA,
    ServiceGrade.SILVER: SupportGrade.A,
    ServiceGrade.STANDARD: SupportGrade.NORMAL,
}


#: What the published limits rest on.
PUBLISHED = "业务服务指标（公布值）"

LIMIT_TOO_LONG = Refusal(
    "limit.too_long",
    "REG-04",
    Text(
        "修复时限须为1至{longest}小时（法定最长时限）",
        "A limit of repair is 1 to {longest} hours, the longest the law allows",
    ),
)
LIMIT_UNREFERENCED = Refusal(
    "limit.no_reference", "S25-2", Text("须注明时限的依据", "A limit needs what it rests on")
)
LIMIT_ENDS_EARLY = Refusal(
    "limit.ends_early", "", Text("失效日期须晚于生效日期", "A limit ends after it begins")
)


def green_channel(grade: SupportGrade) -> bool:
    """绿色通道 (P4-50): whether a grade goes before others, with the stricter limits."""
    return grade is not SupportGrade.NORMAL


def repair_limit(product: Product, area: Area, grade: SupportGrade) -> timedelta:
    """How long the repair of a fault may take from the report (S25-2, domain 4.3)."""
    if product is Product.CIRCUIT:
        return timedelta(hours=CIRCUIT_HOURS[grade])
    average, maximum = REPAIR_HOURS[product, area]
    return timedelta(hours=average if green_channel(grade) else maximum)


def published_limits() -> tuple[RepairLimit, ...]:
    """The limits that hold where none was set (domain 4.3)."""
    return tuple(
        RepairLimit(product, area, grade, repair_limit(product, area, grade) // timedelta(hours=1), PUBLISHED)
        for product in Product
        for area in Area
        for grade in SupportGrade
    )


def limit_refusals(limit: RepairLimit) -> tuple[Refusal, ...]:
    """Why a limit of repair cannot be set: none is longer than the law's, and each says what it rests on."""
    found: list[Refusal] = []
    longest = LEGAL_REPAIR[limit.area] // timedelta(hours=1)
    if not 1 <= limit.hours <= longest:
        found.append(LIMIT_TOO_LONG.filled(longest=longest))
    if not limit.reference.strip():
        found.append(LIMIT_UNREFERENCED)
    if limit.valid_from and limit.valid_to and limit.valid_to <= limit.valid_from:
        found.append(LIMIT_ENDS_EARLY)
    return tuple(found)


def limits_passed(ticket: TicketView, at: datetime) -> tuple[Limit, ...]:
    """What a ticket is late with at `at` (P1-03); nothing once it is answered."""
    if ticket.resolved_at is not None:
        return ()
    found = []
    if ticket.first_responded_at is None and at > ticket.first_response_due_at:
        found.append(Limit.FIRST_RESPONSE)
    if ticket.overdue(at):
        found.append(Limit.ANSWER)
    return tuple(found)


def deadlines(kind: TicketKind, repair: timedelta | None, opened_at: datetime) -> Deadlines:
    """The limits of a ticket opened at an instant (S25-2, REG-09). A fault has its limit of `repair`."""
    if kind is TicketKind.FAULT and repair is not None:
        limit = repair
    else:
        limit = COMPLAINT_ANSWER if kind is TicketKind.COMPLAINT else ENQUIRY_ANSWER
    return Deadlines(opened_at + FIRST_RESPONSE, opened_at + limit)


def past_legal_limit(area: Area, opened_at: datetime, restored_at: datetime) -> bool:
    """Whether service came back, by repair or otherwise, later than the law allows (REG-04, S25-2)."""
    return restored_at - opened_at > LEGAL_REPAIR[area]


def waived_period(
    *, opened_at: datetime, restored_at: datetime, area: Area, caused_by_terminal: bool
) -> WaivedPeriod | None:
    """The days whose rent is waived: all that the fault touched from report to restoration (REG-04).

    None within the legal limit, and where the customer's terminal was the cause.
    """
    if caused_by_terminal or not past_legal_limit(area, opened_at, restored_at):
        return None
    last_day = local_date(restored_at - timedelta.resolution)
    return WaivedPeriod(local_date(opened_at), last_day + timedelta(days=1))
