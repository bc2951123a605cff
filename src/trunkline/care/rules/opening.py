"""What a ticket needs to be opened (S25)."""

from __future__ import annotations

import re
from datetime import date, datetime

from trunkline.care.types import LONGEST, Matter, Product, TicketKind, TicketRequest
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.security.types import CHANNEL_NAMES, Channel
from trunkline.subscriptions.types import LineView

#: 服务渠道 of fault reports (S25-C). Complaints and enquiries are heard wherever they are made (P1-03).
FAULT_CHANNELS = frozenset(
    {
        Channel.OWN_HALL,
        Channel.HOTLINE_10010,
        Channel.HOTLINE_10019,
        Channel.ACCOUNT_MANAGER,
        Channel.GRID_MANAGER,
    }
)

CHANNEL_CLOSED = Refusal(
    "ticket.channel",
    "S25-C",
    Text("“{channel}”渠道不受理障碍申告", "Faults are not reported through this channel: {channel_en}"),
)
REPORTER_MISSING = Refusal(
    "ticket.reporter_missing",
    "S25-1",
    Text("须登记申告人姓名", "The name of who reports it is needed"),
)
PHONE_WRONG = Refusal(
    "ticket.phone_wrong",
    "S25-1",
    Text("联系电话格式不对：{subject}", "Not a phone number to call back: {subject}"),
)
WORDS_MISSING = Refusal(
    "ticket.words_missing",
    "S25-1",
    Text("须完整记录：请填写主题和内容", "The record must be complete: subject and description are needed"),
)
TOO_LONG = Refusal(
    "ticket.too_long",
    "",
    Text("内容过长（最多{longest}字）：{subject}", "Longer than {longest} characters: {subject}"),
)
PRODUCT_MISSING = Refusal(
    "ticket.product_missing",
    "S25-2",
    Text(
        "须选定发生障碍的业务：修复时限因业务而异",
        "Say which service the fault is of: the limit of repair depends on it",
    ),
)
OF_WHAT_MISSING = Refusal(
    "ticket.of_what_missing",
    "S25-1",
    Text("须登记发生障碍的用户或电路", "Say which line or circuit the fault is of"),
)
LINE_NOT_THEIRS = Refusal(
    "ticket.line_not_theirs",
    "",
    Text("用户{subject}不属于该集团客户", "Line {subject} is not one of this organisation's"),
)
GRADE_WITHOUT_CIRCUIT = Refusal(
    "ticket.grade_without_circuit",
    "P4-51",
    Text(
        "只有电路障碍可另定等级，其他按客户服务等级",
        "Only a fault of a circuit has a grade of its own: elsewhere the customer's counts",
    ),
)
COMPLAINT_ONLY = Refusal(
    "ticket.complaint_only",
    "REG-09",
    Text("只有投诉才登记收费争议和发生日期", "Only a complaint is about a fee, or has a day its cause arose"),
)
AROSE_LATER = Refusal(
    "ticket.arose_later",
    "REG-09",
    Text("争议发生日期{day}晚于投诉日期", "The cause cannot have arisen after the complaint: {day}"),
)

FAULT_BEGINS_LATER = Refusal(
    "ticket.begins_later",
    "S25-2",
    Text("障碍发生时间不能晚于申告时间", "A fault begins before it is reported"),
)
MATTER_UNNAMED = Refusal(
    "ticket.matter_unnamed",
    "S26",
    Text(
        "投诉账单须写明账单编号，投诉服务商须写明其名称，投诉号码须选定号码",
        "A complaint names what it is about: the bill's number, the service provider, or the line",
    ),
)

_PHONE = re.compile(r"\+?\d[\d-]{2,18}", re.ASCII)


def open_refusals(
    request: TicketRequest, *, channel: Channel, at: datetime, line: LineView | None
) -> tuple[Refusal, ...]:
    """Every reason against opening a ticket through `channel`; `line` is the one named, None when there is none."""
    return (
        *_reporter_refusals(request, channel),
        *_matter_refusals(request, line),
        *((FAULT_BEGINS_LATER,) if request.began_at is not None and request.began_at > at else ()),
        *_dispute(request, local_date(at)),
    )


def _reporter_refusals(request: TicketRequest, channel: Channel) -> list[Refusal]:
    """The channel, who reports, and in which words."""
    found: list[Refusal] = []
    if request.kind is TicketKind.FAULT and channel not in FAULT_CHANNELS:
        name = CHANNEL_NAMES[channel]
        found.append(CHANNEL_CLOSED.filled(channel=name.zh, channel_en=name.en))
    if not request.reporter_name.strip():
        found.append(REPORTER_MISSING)
    if not _PHONE.fullmatch(request.reporter_phone):
        found.append(PHONE_WRONG.about(request.reporter_phone))
    if not request.subject.strip() or not request.description.strip():
        found.append(WORDS_MISSING)
    found += [
        TOO_LONG.about(text, longest=longest)
        for name, longest in LONGEST.items()
        if len(text := str(getattr(request, name))) > longest
    ]
    return found


def _matter_refusals(request: TicketRequest, line: LineView | None) -> list[Refusal]:
    """What it is about: service, line or circuit, grade."""
    found: list[Refusal] = []
    if request.line_id is not None and (line is None or line.organization_id != request.organization_id):
        found.append(LINE_NOT_THEIRS.about(line.number if line else str(request.line_id)))
    if request.grade is not None and (
        request.kind is not TicketKind.FAULT or request.product is not Product.CIRCUIT
    ):
        found.append(GRADE_WITHOUT_CIRCUIT)
    if request.kind is TicketKind.FAULT:
        if request.product is None:
            found.append(PRODUCT_MISSING)
        named = bool(request.circuit.strip())
        if not named and (request.product is Product.CIRCUIT or request.line_id is None):
            found.append(OF_WHAT_MISSING)
    return found


def _dispute(request: TicketRequest, today: date) -> list[Refusal]:
    """The facts that only a complaint has (REG-09)."""
    if request.kind is not TicketKind.COMPLAINT:
        only = (request.about_fee, request.arose_on, request.matter, request.matter_reference, request.wanted)
        return [COMPLAINT_ONLY] if any(only) else []
    found = []
    named = request.line_id is not None if request.matter is Matter.LINE else bool(request.matter_reference)
    if request.matter not in (None, Matter.SERVICE) and not named:
        found.append(MATTER_UNNAMED)
    if request.arose_on is not None and request.arose_on > today:
        found.append(AROSE_LATER.filled(day=request.arose_on.isoformat()))
    return found
