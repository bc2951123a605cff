"""Verbs on tickets. A ticket's row is locked before anything is decided; each verb leaves a line of its timeline."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from trunkline.care import queries
from trunkline.care.models import Ticket, TicketEntry
from trunkline.care.rules.appeals import acceptance_refusals, appeal_refusals, decision_refusals
from trunkline.care.rules.handling import (
    close_refusals,
    event_refusals,
    hand_over_refusals,
    resolve_refusals,
    text_refusals,
)
from trunkline.care.rules.limits import GRADE_OF_CUSTOMER, deadlines
from trunkline.care.rules.opening import open_refusals
from trunkline.care.types import (
    APPEAL_OUTCOME_NAMES,
    TICKET_LIFE,
    AppealOutcome,
    TicketEvent,
    TicketKind,
    TicketRequest,
    TicketState,
    TicketView,
)
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refused, raise_if_any
from trunkline.party.queries import organization
from trunkline.security.audit import operation
from trunkline.security.queries import actor_by_id, branch
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import lines

#: What stands for the kind in a ticket's number.
_LETTERS = {TicketKind.FAULT: "F", TicketKind.COMPLAINT: "C", TicketKind.ENQUIRY: "E"}


def _locked(ticket_id: int) -> Ticket:
    """A ticket's row under lock; `Refused` (``ticket.unknown``) when there is none in the actor's branches."""
    row = Ticket.objects.select_for_update().filter(pk=ticket_id).first()
    if row is None:
        raise Refused(queries.UNKNOWN_TICKET.about(str(ticket_id)))
    return row


def _record(row: Ticket, event: TicketEvent, text: str, actor: Actor, at: datetime) -> TicketView:
    """Save a locked ticket in the state `event` leads to, with its line of the timeline."""
    state = TicketState(row.state)
    row.state = TICKET_LIFE.after(state, event) or state
    row.save()
    TicketEntry.objects.create(
        ticket=row,
        branch_id=row.branch_id,
        at=at,
        staff_id=actor.staff_id,
        what=event,
        text=text.strip(),
        state=row.state,
    )
    return queries.ticket_view(row)


@operation("ticket.open")
def open_ticket(*, request: TicketRequest, actor: Actor, at: datetime) -> TicketView:
    """Take down a fault, complaint or enquiry; the clock starts (S25-1, S25-2).

    Who opens it is its first-contact owner for good (首问负责), and its owner until it is handed over or taken.
    `Refused` names everything that is missing or wrong.
    """
    customer = organization(request.organization_id)
    line = None if request.line_id is None else lines([request.line_id]).get(request.line_id)
    raise_if_any(open_refusals(request, channel=actor.channel, today=local_date(at), line=line))
    grade = request.grade or GRADE_OF_CUSTOMER[customer.grade]
    limits = deadlines(request.kind, request.product, request.area, grade, at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('care_ticket', 'id'))")
        identity = int(cursor.fetchone()[0])
    code = branch(customer.branch_id).code
    row = Ticket(
        pk=identity,
        branch_id=customer.branch_id,
        number=f"{code}-{_LETTERS[request.kind]}{local_date(at):%Y%m%d}-{identity:06d}",
        kind=request.kind,
        state=TicketState.ACKNOWLEDGED,
        organization_id=customer.id,
        line_id=request.line_id,
        product=request.product or "",
        circuit=request.circuit.strip(),
        channel=actor.channel,
        reporter_name=request.reporter_name.strip(),
        reporter_phone=request.reporter_phone,
        area=request.area,
        grade=grade,
        subject=request.subject.strip(),
        description=request.description.strip(),
        about_fee=request.about_fee,
        arose_on=(request.arose_on or local_date(at)) if request.kind is TicketKind.COMPLAINT else None,
        first_contact_owner_id=actor.staff_id,
        owner_id=actor.staff_id,
        opened_at=at,
        first_response_due_at=limits.first_response_due_at,
        due_at=limits.due_at,
    )
    return _record(row, TicketEvent.OPEN, request.description, actor, at)


@operation("ticket.take")
def take_ticket(*, ticket_id: int, actor: Actor, at: datetime) -> TicketView:
    """Begin work on a ticket, or go on with one that waited: the actor is its owner from now on."""
    row = _locked(ticket_id)
    raise_if_any(event_refusals(queries.ticket_view(row), TicketEvent.TAKE, at))
    row.owner_id = actor.staff_id
    return _record(row, TicketEvent.TAKE, "", actor, at)


@operation("ticket.hand_over")
def hand_over_ticket(
    *, ticket_id: int, to_staff_id: int, text: str, actor: Actor, at: datetime
) -> TicketView:
    """Make somebody else the owner; the first contact stays who it is (首问负责, S25-1)."""
    row = _locked(ticket_id)
    receiver = actor_by_id(to_staff_id, actor.door)
    view = queries.ticket_view(row)
    raise_if_any(
        (
            *event_refusals(view, TicketEvent.HAND_OVER, at),
            *hand_over_refusals(view, receiver),
            *text_refusals(text),
        )
    )
    row.owner_id = receiver.staff_id
    return _record(row, TicketEvent.HAND_OVER, f"→ {receiver.name}\n{text}", actor, at)


@operation("ticket.note")
def note_ticket(
    *, ticket_id: int, text: str, told_customer: bool = False, actor: Actor, at: datetime
) -> TicketView:
    """Put down what was found or done, or with `told_customer` what the customer was told (S25-1, P1-03).

    The first time the customer is told something is the first response.
    """
    row = _locked(ticket_id)
    event = TicketEvent.FEEDBACK if told_customer else TicketEvent.NOTE
    raise_if_any((*event_refusals(queries.ticket_view(row), event, at), *text_refusals(text)))
    if told_customer and row.first_responded_at is None:
        row.first_responded_at = at
    return _record(row, event, text, actor, at)


@operation("ticket.hold")
def hold_ticket(*, ticket_id: int, text: str, actor: Actor, at: datetime) -> TicketView:
    """Wait for somebody outside, with the reason; `take_ticket` goes on. The clock does not wait (S25-2)."""
    row = _locked(ticket_id)
    raise_if_any((*event_refusals(queries.ticket_view(row), TicketEvent.HOLD, at), *text_refusals(text)))
    return _record(row, TicketEvent.HOLD, text, actor, at)


@operation("ticket.resolve")
def resolve_ticket(
    *,
    ticket_id: int,
    resolution: str,
    cause: str = "",
    restored_at: datetime | None = None,
    by_workaround: bool = False,
    by_terminal: bool = False,
    actor: Actor,
    at: datetime,
) -> TicketView:
    """The fault is repaired, or service restored otherwise (`by_workaround`), or the answer given: the clock stops.

    It stops at `restored_at`, now when it is not said (S25-2). With `by_terminal` the customer's terminal was the
    cause, and no rent is waived (REG-04); the days that are stand in the answer's `waived`.
    """
    row = _locked(ticket_id)
    view = queries.ticket_view(row)
    restored = restored_at or at
    raise_if_any(
        (
            *event_refusals(view, TicketEvent.RESOLVE, at),
            *resolve_refusals(
                view,
                resolution=resolution,
                cause=cause,
                restored_at=restored,
                by_workaround=by_workaround,
                by_terminal=by_terminal,
                at=at,
            ),
        )
    )
    row.resolved_at = restored
    row.resolution, row.cause = resolution.strip(), cause.strip()
    row.restored_by_workaround, row.caused_by_terminal = by_workaround, by_terminal
    return _record(row, TicketEvent.RESOLVE, resolution, actor, at)


@operation("ticket.close")
def close_ticket(*, ticket_id: int, archive_reference: str, actor: Actor, at: datetime) -> TicketView:
    """Archive a ticket whose customer is satisfied (建立档案, S25-1) and has been told (P1-03, REG-04)."""
    row = _locked(ticket_id)
    view = queries.ticket_view(row)
    happened = [entry.what for entry in queries.timeline(ticket_id)]
    raise_if_any(
        (
            *event_refusals(view, TicketEvent.CLOSE, at),
            *close_refusals(view, archive_reference=archive_reference, happened=happened),
        )
    )
    row.closed_at, row.archive_reference = at, archive_reference.strip()
    return _record(row, TicketEvent.CLOSE, archive_reference, actor, at)


def _unresolve(row: Ticket) -> None:
    """Start the clock again where it stood: what had been said of the repair stays in the timeline."""
    row.resolved_at = None
    row.resolution = row.cause = ""
    row.restored_by_workaround = row.caused_by_terminal = False


@operation("ticket.reopen")
def reopen_ticket(*, ticket_id: int, text: str, actor: Actor, at: datetime) -> TicketView:
    """The customer is not satisfied: work goes on, and the clock as if it had not stopped (S25-2)."""
    row = _locked(ticket_id)
    raise_if_any((*event_refusals(queries.ticket_view(row), TicketEvent.REOPEN, at), *text_refusals(text)))
    _unresolve(row)
    return _record(row, TicketEvent.REOPEN, text, actor, at)


@operation("ticket.cancel")
def cancel_ticket(*, ticket_id: int, text: str, actor: Actor, at: datetime) -> TicketView:
    """Drop a ticket that the customer takes back or that another one already covers, with the reason."""
    row = _locked(ticket_id)
    raise_if_any((*event_refusals(queries.ticket_view(row), TicketEvent.CANCEL, at), *text_refusals(text)))
    return _record(row, TicketEvent.CANCEL, text, actor, at)


@operation("ticket.appeal")
def appeal_ticket(*, ticket_id: int, text: str, actor: Actor, at: datetime) -> TicketView:
    """Put down that the customer takes a complaint to the appeal centre, with his reasons (REG-09).

    He may when he is not satisfied with the answer or has had none in 15 days, within 5 months of the matter in
    a fee dispute and 2 years otherwise, and once. An archived complaint is opened again by it.
    """
    row = _locked(ticket_id)
    view = queries.ticket_view(row)
    raise_if_any(
        (
            *event_refusals(view, TicketEvent.APPEAL, at),
            *appeal_refusals(view, at),
            *text_refusals(text),
        )
    )
    row.appealed_at, row.appeal_reason, row.closed_at = at, text.strip(), None
    return _record(row, TicketEvent.APPEAL, text, actor, at)


@operation("ticket.appeal")
def accept_appeal(*, ticket_id: int, reference: str, actor: Actor, at: datetime) -> TicketView:
    """Put down that the appeal centre has accepted the appeal, under its number (REG-09)."""
    row = _locked(ticket_id)
    view = queries.ticket_view(row)
    raise_if_any(
        (
            *event_refusals(view, TicketEvent.ACCEPT_APPEAL, at),
            *acceptance_refusals(view, reference),
        )
    )
    row.appeal_accepted_at, row.appeal_reference = at, reference.strip()
    return _record(row, TicketEvent.ACCEPT_APPEAL, reference, actor, at)


@operation("ticket.appeal")
def decide_appeal(
    *, ticket_id: int, outcome: AppealOutcome, text: str, actor: Actor, at: datetime
) -> TicketView:
    """Put down the appeal centre's answer (REG-09). The complaint is back on its owner's desk, to be settled by it."""
    row = _locked(ticket_id)
    view = queries.ticket_view(row)
    raise_if_any(
        (
            *event_refusals(view, TicketEvent.DECIDE_APPEAL, at),
            *decision_refusals(view, outcome),
            *text_refusals(text),
        )
    )
    row.appeal_decided_at, row.appeal_outcome = at, outcome
    _unresolve(row)
    said = f"{APPEAL_OUTCOME_NAMES[outcome].zh}\n{text}"
    return _record(row, TicketEvent.DECIDE_APPEAL, said, actor, at)
