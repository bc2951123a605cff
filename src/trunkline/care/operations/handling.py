"""Verbs on tickets from hand to hand. The row is locked before anything is decided; each leaves a line behind."""

from __future__ import annotations

from datetime import datetime

from trunkline.care import queries
from trunkline.care.operations.shared import locked, record, unresolve
from trunkline.care.rules.handling import (
    close_refusals,
    event_refusals,
    hand_over_refusals,
    resolve_refusals,
    text_refusals,
)
from trunkline.care.types import DESK_NAMES, Desk, TicketEvent, TicketView
from trunkline.kernel.refusals import raise_if_any
from trunkline.security.audit import operation
from trunkline.security.queries import actor_by_id
from trunkline.security.types import Actor


@operation("ticket.take")
def take_ticket(*, ticket_id: int, actor: Actor, at: datetime) -> TicketView:
    """Begin work on a ticket, or go on with one that waited: the actor is its owner from now on."""
    row = locked(ticket_id)
    raise_if_any(event_refusals(queries.ticket_view(row), TicketEvent.TAKE, at))
    row.owner_id, row.desk = actor.staff_id, ""
    return record(row, TicketEvent.TAKE, "", actor, at)


@operation("ticket.hand_over")
def hand_over_ticket(
    *,
    ticket_id: int,
    to_staff_id: int | None = None,
    desk: Desk | None = None,
    text: str,
    actor: Actor,
    at: datetime,
) -> TicketView:
    """Make somebody else the owner, or lay it on a department's desk; the first contact stays who it is (S25-1).

    On a desk it stays its last owner's to answer for until somebody there takes it.
    """
    row = locked(ticket_id)
    receiver = actor_by_id(to_staff_id, actor.door) if to_staff_id is not None else None
    view = queries.ticket_view(row)
    raise_if_any(
        (
            *event_refusals(view, TicketEvent.HAND_OVER, at),
            *hand_over_refusals(view, receiver, desk),
            *text_refusals(text),
        )
    )
    row.desk = desk or ""
    if receiver is not None:
        row.owner_id = receiver.staff_id
    to = receiver.name if receiver is not None else DESK_NAMES[Desk(row.desk)].zh
    return record(row, TicketEvent.HAND_OVER, f"→ {to}\n{text}", actor, at)


@operation("ticket.note")
def note_ticket(
    *, ticket_id: int, text: str, told_customer: bool = False, actor: Actor, at: datetime
) -> TicketView:
    """Put down what was found or done, or with `told_customer` what the customer was told (S25-1, P1-03).

    The first time the customer is told something is the first response.
    """
    row = locked(ticket_id)
    event = TicketEvent.FEEDBACK if told_customer else TicketEvent.NOTE
    raise_if_any((*event_refusals(queries.ticket_view(row), event, at), *text_refusals(text)))
    if told_customer and row.first_responded_at is None:
        row.first_responded_at = at
    return record(row, event, text, actor, at)


@operation("ticket.hold")
def hold_ticket(*, ticket_id: int, text: str, actor: Actor, at: datetime) -> TicketView:
    """Wait for somebody outside, with the reason; `take_ticket` goes on. The clock does not wait (S25-2)."""
    row = locked(ticket_id)
    raise_if_any((*event_refusals(queries.ticket_view(row), TicketEvent.HOLD, at), *text_refusals(text)))
    return record(row, TicketEvent.HOLD, text, actor, at)


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
    row = locked(ticket_id)
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
    return record(row, TicketEvent.RESOLVE, resolution, actor, at)


@operation("ticket.close")
def close_ticket(*, ticket_id: int, archive_reference: str, actor: Actor, at: datetime) -> TicketView:
    """Archive a ticket whose customer is satisfied (建立档案, S25-1) and has been told (P1-03, REG-04)."""
    row = locked(ticket_id)
    view = queries.ticket_view(row)
    happened = [entry.what for entry in queries.timeline(ticket_id)]
    raise_if_any(
        (
            *event_refusals(view, TicketEvent.CLOSE, at),
            *close_refusals(view, archive_reference=archive_reference, happened=happened),
        )
    )
    row.closed_at, row.archive_reference = at, archive_reference.strip()
    return record(row, TicketEvent.CLOSE, archive_reference, actor, at)


@operation("ticket.reopen")
def reopen_ticket(*, ticket_id: int, text: str, actor: Actor, at: datetime) -> TicketView:
    """The customer is not satisfied: work goes on, and the clock as if it had not stopped (S25-2)."""
    row = locked(ticket_id)
    raise_if_any((*event_refusals(queries.ticket_view(row), TicketEvent.REOPEN, at), *text_refusals(text)))
    unresolve(row)
    return record(row, TicketEvent.REOPEN, text, actor, at)


@operation("ticket.cancel")
def cancel_ticket(*, ticket_id: int, text: str, actor: Actor, at: datetime) -> TicketView:
    """Drop a ticket that the customer takes back or that another one already covers, with the reason."""
    row = locked(ticket_id)
    raise_if_any((*event_refusals(queries.ticket_view(row), TicketEvent.CANCEL, at), *text_refusals(text)))
    return record(row, TicketEvent.CANCEL, text, actor, at)
