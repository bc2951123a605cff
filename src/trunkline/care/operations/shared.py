"""What the verbs on tickets share: the lock, the record, and the clock that starts again."""

from __future__ import annotations

from datetime import datetime

from trunkline.care import queries
from trunkline.care.models import Ticket, TicketEntry
from trunkline.care.types import TICKET_LIFE, TicketEvent, TicketState, TicketView
from trunkline.kernel.refusals import Refused
from trunkline.security.types import Actor


def locked(ticket_id: int) -> Ticket:
    """A ticket's row under lock; `Refused` (``ticket.unknown``) when there is none in the actor's branches."""
    row = Ticket.objects.select_for_update().filter(pk=ticket_id).first()
    if row is None:
        raise Refused(queries.UNKNOWN_TICKET.about(str(ticket_id)))
    return row


def record(row: Ticket, event: TicketEvent, text: str, actor: Actor, at: datetime) -> TicketView:
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


def unresolve(row: Ticket) -> None:
    """Start the clock again where it stood: what had been said of the repair stays in the timeline."""
    row.resolved_at = None
    row.resolution = row.cause = ""
    row.restored_by_workaround = row.caused_by_terminal = False
