"""Appeals of complaints to the telecom-user appeal centre (REG-09)."""

from __future__ import annotations

import calendar
from datetime import date, datetime

from trunkline.care.types import AppealOutcome, TicketKind, TicketView
from trunkline.kernel.periods import Month, local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text

#: Months after it arose in which a dispute is accepted: over a fee, and over anything else.
FEE_MONTHS, OTHER_MONTHS = 5, 24

NOT_A_COMPLAINT = Refusal(
    "ticket.not_a_complaint",
    "REG-09",
    Text("只有投诉才能申诉", "Only a complaint can be appealed"),
)
APPEAL_TOO_EARLY = Refusal(
    "ticket.appeal_too_early",
    "REG-09",
    Text(
        "投诉尚未答复，答复时限为{until}，逾期未答复才能申诉",
        "The complaint is not answered yet, and may be until {until}: it can be appealed after that",
    ),
)
FEE_TOO_OLD = Refusal(
    "ticket.appeal_fee_too_old",
    "REG-09",
    Text("收费争议发生超过5个月（{day}），申诉不予受理", "A fee dispute of more than 5 months ago ({day})"),
)
TOO_OLD = Refusal(
    "ticket.appeal_too_old",
    "REG-09",
    Text("争议发生超过2年（{day}），申诉不予受理", "A dispute of more than 2 years ago ({day})"),
)
APPEALED_ALREADY = Refusal(
    "ticket.appealed_already",
    "REG-09",
    Text("该投诉已申诉过", "This complaint has been appealed before"),
)
REFERENCE_MISSING = Refusal(
    "ticket.appeal_reference_missing",
    "REG-09",
    Text("须登记申诉中心的受理编号", "The appeal centre's number is needed"),
)
ACCEPTED_ALREADY = Refusal(
    "ticket.appeal_accepted_already",
    "REG-09",
    Text("申诉已于{day}受理", "The appeal was accepted on {day}"),
)
NOT_ACCEPTED_YET = Refusal(
    "ticket.appeal_not_accepted",
    "REG-09",
    Text("申诉尚未受理，不能答复", "An appeal is answered after it was accepted"),
)


def months_later(day: date, months: int) -> date:
    """The same day `months` later, or the last of that month where it is shorter."""
    month = Month.of(day).next(months)
    return date(month.year, month.number, min(day.day, calendar.monthrange(month.year, month.number)[1]))


def appeal_refusals(ticket: TicketView, at: datetime) -> tuple[Refusal, ...]:
    """Why a complaint cannot be appealed: answered or past its limit, young enough, and once."""
    if ticket.kind is not TicketKind.COMPLAINT or ticket.arose_on is None:
        return (NOT_A_COMPLAINT,)
    found: list[Refusal] = []
    if ticket.appealed_at is not None:
        found.append(APPEALED_ALREADY)
    if ticket.resolved_at is None and at <= ticket.due_at:
        found.append(APPEAL_TOO_EARLY.filled(until=local_date(ticket.due_at).isoformat()))
    longest = FEE_MONTHS if ticket.about_fee else OTHER_MONTHS
    if local_date(at) > months_later(ticket.arose_on, longest):
        refusal = FEE_TOO_OLD if ticket.about_fee else TOO_OLD
        found.append(refusal.filled(day=ticket.arose_on.isoformat()))
    return tuple(found)


def acceptance_refusals(ticket: TicketView, reference: str) -> tuple[Refusal, ...]:
    """Why the centre's acceptance of an appeal cannot be put down."""
    found: list[Refusal] = []
    if ticket.appeal_accepted_at is not None:
        found.append(ACCEPTED_ALREADY.filled(day=local_date(ticket.appeal_accepted_at).isoformat()))
    if not reference.strip():
        found.append(REFERENCE_MISSING)
    return tuple(found)


def decision_refusals(ticket: TicketView, outcome: AppealOutcome) -> tuple[Refusal, ...]:
    """Why an answer of the centre cannot be put down: it judges what it accepted, and turns down what it did not."""
    if outcome is AppealOutcome.NOT_ACCEPTED:
        accepted = ticket.appeal_accepted_at
        return (ACCEPTED_ALREADY.filled(day=local_date(accepted).isoformat()),) if accepted else ()
    return () if ticket.appeal_accepted_at else (NOT_ACCEPTED_YET,)
