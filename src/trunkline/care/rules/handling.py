"""What may be done to a ticket, from hand to hand until it is archived (S25-1, S25-2, P1-03)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trunkline.care.rules.limits import past_legal_limit
from trunkline.care.types import (
    DESK_NAMES,
    TICKET_LIFE,
    TICKET_STATE_NAMES,
    Desk,
    TicketEvent,
    TicketKind,
    TicketView,
)
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.security.types import Actor

#: What the next owner must be allowed, to work on a ticket at all.
OWNERS_PERMISSION = "ticket.note"

WRONG_STATE = Refusal(
    "ticket.wrong_state",
    "S25-1",
    Text("工单目前为“{state}”，不能办理此项操作", "This cannot be done to a ticket that is “{state_en}”"),
)
OUT_OF_ORDER = Refusal(
    "ticket.out_of_order",
    "S25-1",
    Text(
        "办理时间早于工单的受理或恢复时间",
        "Nothing is done to a ticket before it is opened, nor is it closed before service came back",
    ),
)
TEXT_MISSING = Refusal(
    "ticket.text_missing",
    "S25-1",
    Text("须完整记录：请写明内容", "The record must be complete: say what was done and why"),
)
OWNER_ALREADY = Refusal(
    "ticket.owner_already",
    "S25-1",
    Text("工单已由{subject}负责", "{subject} has this ticket already"),
)
RECEIVER_ELSEWHERE = Refusal(
    "ticket.receiver_elsewhere",
    "S25-1",
    Text("{subject}不在该工单所属分公司任职", "{subject} does not work in the ticket's branch"),
)
RECEIVER_MAY_NOT = Refusal(
    "ticket.receiver_may_not",
    "S25-1",
    Text("{subject}的岗位不处理工单", "The role of {subject} does not work on tickets"),
)
RECEIVER_MISSING = Refusal(
    "ticket.receiver_missing",
    "S25-1",
    Text("须选定转交的部门或人员，二者选一", "Say to which department, or to whom, it is handed over"),
)
DESK_ALREADY = Refusal(
    "ticket.desk_already",
    "S25-1",
    Text("工单已在{desk}等待处理", "The ticket waits there already: {desk_en}"),
)
RESOLUTION_MISSING = Refusal(
    "ticket.resolution_missing",
    "S25-1",
    Text("须写明处理结果", "The resolution is needed"),
)
CAUSE_MISSING = Refusal(
    "ticket.cause_missing",
    "S25-1",
    Text("须写明障碍原因", "The cause of the fault is needed"),
)
RESTORED_OUTSIDE = Refusal(
    "ticket.restored_outside",
    "S25-2",
    Text(
        "恢复时间须在申告之后、登记之前",
        "Service was restored after the report, and not later than it is put down",
    ),
)
FAULT_ONLY = Refusal(
    "ticket.fault_only",
    "S25-2",
    Text(
        "只有障碍才登记临时恢复和终端原因",
        "Only a fault is restored by other means or caused by a terminal",
    ),
)
ARCHIVE_MISSING = Refusal(
    "ticket.archive_missing",
    "S25-1",
    Text("须建立档案：请填写档案编号", "The record must be archived: say where"),
)
ANSWER_NOT_TOLD = Refusal(
    "ticket.answer_not_told",
    "P1-03",
    Text("处理结果尚未反馈客户", "The customer has not been told the answer"),
)
LATE_NOT_TOLD = Refusal(
    "ticket.late_not_told",
    "REG-04",
    Text(
        "障碍修复超过规定时限，须告知客户",
        "The fault was repaired later than the law allows, and the customer has not been told",
    ),
)


def event_refusals(ticket: TicketView, event: TicketEvent, at: datetime) -> tuple[Refusal, ...]:
    """Why `event` cannot happen to a ticket at `at`: its state, or what came before."""
    found: list[Refusal] = []
    if TICKET_LIFE.after(ticket.state, event) is None:
        name = TICKET_STATE_NAMES[ticket.state]
        found.append(WRONG_STATE.filled(state=name.zh, state_en=name.en))
    since = ticket.resolved_at if event is TicketEvent.CLOSE else None
    if at < (since or ticket.opened_at):
        found.append(OUT_OF_ORDER)
    return tuple(found)


def text_refusals(text: str) -> tuple[Refusal, ...]:
    """完整记录: what is done has its words."""
    return () if text.strip() else (TEXT_MISSING,)


def hand_over_refusals(ticket: TicketView, receiver: Actor | None, desk: Desk | None) -> tuple[Refusal, ...]:
    """Why a ticket cannot be handed over: to another department, or to somebody else of its branch, not to both."""
    found: list[Refusal] = []
    if (receiver is None) == (desk is None):
        return (RECEIVER_MISSING,)
    if desk is not None and desk is ticket.desk:
        words = DESK_NAMES[desk]
        return (DESK_ALREADY.filled(desk=words.zh, desk_en=words.en),)
    if receiver is None:
        return ()
    if receiver.staff_id == ticket.owner_id:
        found.append(OWNER_ALREADY.about(receiver.name))
    if ticket.branch_id not in receiver.branch_ids:
        found.append(RECEIVER_ELSEWHERE.about(receiver.name))
    if not receiver.may(OWNERS_PERMISSION):
        found.append(RECEIVER_MAY_NOT.about(receiver.name))
    return tuple(found)


def resolve_refusals(
    ticket: TicketView,
    *,
    resolution: str,
    cause: str,
    restored_at: datetime,
    by_workaround: bool,
    by_terminal: bool,
    at: datetime,
) -> tuple[Refusal, ...]:
    """Why a ticket cannot be put down as repaired or answered (S25-1, S25-2)."""
    found: list[Refusal] = []
    if not resolution.strip():
        found.append(RESOLUTION_MISSING)
    if ticket.kind is TicketKind.FAULT and not cause.strip():
        found.append(CAUSE_MISSING)
    if ticket.kind is not TicketKind.FAULT and (by_workaround or by_terminal):
        found.append(FAULT_ONLY)
    if not ticket.opened_at <= restored_at <= at:
        found.append(RESTORED_OUTSIDE)
    return tuple(found)


def close_refusals(
    ticket: TicketView, *, archive_reference: str, happened: Sequence[TicketEvent]
) -> tuple[Refusal, ...]:
    """Why a ticket cannot be archived; `happened` is its timeline so far.

    The answer to a complaint or an enquiry has been told since it was given (P1-03), and a customer whose fault
    was repaired too late has been told so (REG-04).
    """
    found: list[Refusal] = []
    if not archive_reference.strip():
        found.append(ARCHIVE_MISSING)
    if ticket.kind is not TicketKind.FAULT:
        answered = max((n for n, what in enumerate(happened) if what is TicketEvent.RESOLVE), default=0)
        if TicketEvent.FEEDBACK not in happened[answered:]:
            found.append(ANSWER_NOT_TOLD)
    elif (
        ticket.resolved_at is not None
        and past_legal_limit(ticket.area, ticket.opened_at, ticket.resolved_at)
        and TicketEvent.FEEDBACK not in happened
    ):
        found.append(LATE_NOT_TOLD)
    return tuple(found)
