"""What can be done to a ticket, declared once: the pages, the commands and the checks of what is asked follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from trunkline.care import operations
from trunkline.care.queries import ticket
from trunkline.care.types import (
    APPEAL_OUTCOME_NAMES,
    DESK_NAMES,
    TICKET_LIFE,
    AppealOutcome,
    Desk,
    TicketEvent,
    TicketKind,
    TicketView,
)
from trunkline.kernel.periods import instant_of
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Choices, Field, FieldKind, cleaned, field_refusals
from trunkline.security.queries import staff_members
from trunkline.security.types import Actor

TIME_MALFORMED = Refusal(
    "ticket.time_malformed",
    "S25-2",
    Text("时间请写成“2026-10-12 09:30”：{subject}", "Write a time as “2026-10-12 09:30”: {subject}"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of an action: whose ticket, the answers as they are kept, who acts and when."""

    ticket_id: int
    answers: Mapping[str, str]
    actor: Actor
    at: datetime

    def text(self, name: str = "text") -> str:
        return self.answers.get(name, "")

    def flag(self, name: str) -> bool:
        return name in self.answers


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done: its words, its permission, and what it asks for.

    `of_faults` is asked for where the ticket is a fault; `takes_away` marks what ends something.
    """

    event: TicketEvent
    title: Text
    permission: str
    carry_out: Callable[[Asked], TicketView]
    fields: tuple[Field, ...] = ()
    of_faults: tuple[Field, ...] = ()
    takes_away: bool = False

    def asks(self, kind: TicketKind | None = None) -> tuple[Field, ...]:
        """The fields for a kind of ticket; those of every kind together without one."""
        return (*self.fields, *(self.of_faults if kind in (None, TicketKind.FAULT) else ()))

    @property
    def code(self) -> str:
        """How the action is called in an address or on the command line."""
        return self.event.value.replace("_", "-")


def _staff() -> Choices:
    return tuple((found.login, Text(found.name, found.name)) for found in staff_members() if found.is_active)


def _take(asked: Asked) -> TicketView:
    return operations.take_ticket(ticket_id=asked.ticket_id, actor=asked.actor, at=asked.at)


def _hand_over(asked: Asked) -> TicketView:
    to = {found.login: found.id for found in staff_members()}.get(asked.text("to"))
    desk = Desk(asked.text("desk")) if asked.flag("desk") else None
    return operations.hand_over_ticket(
        ticket_id=asked.ticket_id,
        to_staff_id=to,
        desk=desk,
        text=asked.text(),
        actor=asked.actor,
        at=asked.at,
    )


def _note(asked: Asked) -> TicketView:
    return operations.note_ticket(
        ticket_id=asked.ticket_id, text=asked.text(), actor=asked.actor, at=asked.at
    )


def _feedback(asked: Asked) -> TicketView:
    return operations.note_ticket(
        ticket_id=asked.ticket_id, text=asked.text(), told_customer=True, actor=asked.actor, at=asked.at
    )


def _hold(asked: Asked) -> TicketView:
    return operations.hold_ticket(
        ticket_id=asked.ticket_id, text=asked.text(), actor=asked.actor, at=asked.at
    )


def _resolve(asked: Asked) -> TicketView:
    restored = asked.text("restored_at")
    try:
        restored_at = instant_of(restored) if restored else None
    except ValueError as error:
        raise Refused(TIME_MALFORMED.about(restored)) from error
    return operations.resolve_ticket(
        ticket_id=asked.ticket_id,
        resolution=asked.text("resolution"),
        cause=asked.text("cause"),
        restored_at=restored_at,
        by_workaround=asked.flag("by_workaround"),
        by_terminal=asked.flag("by_terminal"),
        actor=asked.actor,
        at=asked.at,
    )


def _close(asked: Asked) -> TicketView:
    return operations.close_ticket(
        ticket_id=asked.ticket_id,
        archive_reference=asked.text("archive_reference"),
        actor=asked.actor,
        at=asked.at,
    )


def _reopen(asked: Asked) -> TicketView:
    return operations.reopen_ticket(
        ticket_id=asked.ticket_id, text=asked.text(), actor=asked.actor, at=asked.at
    )


def _cancel(asked: Asked) -> TicketView:
    return operations.cancel_ticket(
        ticket_id=asked.ticket_id, text=asked.text(), actor=asked.actor, at=asked.at
    )


def _appeal(asked: Asked) -> TicketView:
    return operations.appeal_ticket(
        ticket_id=asked.ticket_id, text=asked.text(), actor=asked.actor, at=asked.at
    )


def _accept_appeal(asked: Asked) -> TicketView:
    return operations.accept_appeal(
        ticket_id=asked.ticket_id, reference=asked.text("reference"), actor=asked.actor, at=asked.at
    )


def _decide_appeal(asked: Asked) -> TicketView:
    return operations.decide_appeal(
        ticket_id=asked.ticket_id,
        outcome=AppealOutcome(asked.text("outcome")),
        text=asked.text(),
        actor=asked.actor,
        at=asked.at,
    )


def _words(label: Text) -> Field:
    return Field("text", label, FieldKind.LONG_TEXT, clause="S25-1")


_WHY = _words(Text("原因", "Reason"))

#: In the order of the work.
ACTIONS: Mapping[TicketEvent, Action] = {
    action.event: action
    for action in (
        Action(TicketEvent.TAKE, Text("接单", "Take"), "ticket.take", _take),
        Action(
            TicketEvent.FEEDBACK,
            Text("反馈客户", "Tell the customer"),
            "ticket.note",
            _feedback,
            (_words(Text("告知客户的内容", "What the customer was told")),),
        ),
        Action(
            TicketEvent.NOTE,
            Text("记录", "Note"),
            "ticket.note",
            _note,
            (_words(Text("处理记录", "What was found or done")),),
        ),
        Action(
            TicketEvent.RESOLVE,
            Text("解决", "Resolve"),
            "ticket.resolve",
            _resolve,
            (Field("resolution", Text("处理结果", "Resolution"), FieldKind.LONG_TEXT, clause="S25-1"),),
            (
                Field("cause", Text("障碍原因", "Cause"), FieldKind.LONG_TEXT, clause="S25-1"),
                Field(
                    "restored_at",
                    Text("恢复时间", "When service came back"),
                    required=False,
                    clause="S25-2",
                    help=Text("如 2026-10-12 09:30；留空为现在", "As 2026-10-12 09:30; now when left empty"),
                ),
                Field(
                    "by_workaround",
                    Text("采取其他方式恢复通信", "Restored by other means"),
                    FieldKind.FLAG,
                    required=False,
                    clause="S25-2",
                ),
                Field(
                    "by_terminal",
                    Text("用户终端原因", "Caused by the customer's terminal"),
                    FieldKind.FLAG,
                    required=False,
                    clause="REG-04",
                ),
            ),
        ),
        Action(
            TicketEvent.CLOSE,
            Text("归档", "Archive"),
            "ticket.close",
            _close,
            (Field("archive_reference", Text("档案编号", "Archive number"), clause="S25-1"),),
        ),
        Action(
            TicketEvent.HAND_OVER,
            Text("转交", "Hand over"),
            "ticket.hand_over",
            _hand_over,
            (
                Field(
                    "desk",
                    Text("转交部门", "To a department"),
                    FieldKind.CHOICE,
                    tuple((str(desk), name) for desk, name in DESK_NAMES.items()),
                    required=False,
                    clause="S25-1",
                ),
                Field("to", Text("或转交人员", "Or to a person"), FieldKind.CHOICE, _staff, required=False),
                _words(Text("转交说明", "What is asked of them")),
            ),
        ),
        Action(TicketEvent.HOLD, Text("等待", "Put on hold"), "ticket.hold", _hold, (_WHY,)),
        Action(TicketEvent.REOPEN, Text("重新处理", "Reopen"), "ticket.reopen", _reopen, (_WHY,)),
        Action(
            TicketEvent.APPEAL,
            Text("登记申诉", "Record an appeal"),
            "ticket.appeal",
            _appeal,
            (_words(Text("申诉理由", "Reasons of the appeal")),),
        ),
        Action(
            TicketEvent.ACCEPT_APPEAL,
            Text("登记申诉受理", "Record that the appeal is accepted"),
            "ticket.appeal",
            _accept_appeal,
            (Field("reference", Text("申诉中心受理编号", "The appeal centre's number"), clause="REG-09"),),
        ),
        Action(
            TicketEvent.DECIDE_APPEAL,
            Text("登记申诉答复", "Record the appeal's outcome"),
            "ticket.appeal",
            _decide_appeal,
            (
                Field(
                    "outcome",
                    Text("申诉结果", "Outcome"),
                    FieldKind.CHOICE,
                    tuple((str(code), name) for code, name in APPEAL_OUTCOME_NAMES.items()),
                    clause="REG-09",
                ),
                _words(Text("答复内容", "What the centre answered")),
            ),
        ),
        Action(
            TicketEvent.CANCEL, Text("撤销", "Cancel"), "ticket.cancel", _cancel, (_WHY,), takes_away=True
        ),
    )
}


def possible(view: TicketView, actor: Actor) -> tuple[Action, ...]:
    """What the ticket's state and the actor's role allow; only complaints are appealed (REG-09)."""
    return tuple(
        action
        for event, action in ACTIONS.items()
        if TICKET_LIFE.after(view.state, event) is not None
        and actor.may(action.permission)
        and (event is not TicketEvent.APPEAL or view.kind is TicketKind.COMPLAINT)
    )


def perform(
    event: TicketEvent, *, ticket_id: int, answers: Mapping[str, object], actor: Actor, at: datetime
) -> TicketView:
    """Do it with what was answered; `Refused` with everything missing, malformed or against it."""
    action = ACTIONS[event]
    actor.require(action.permission)
    fields = action.asks(ticket(ticket_id).kind)
    kept = cleaned(fields, answers)
    raise_if_any(field_refusals(fields, kept))
    return action.carry_out(Asked(ticket_id, kept, actor, at))
