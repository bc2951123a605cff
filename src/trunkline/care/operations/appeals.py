"""Verbs on complaints that go to the telecom-user appeal centre (REG-09)."""

from __future__ import annotations

from datetime import datetime

from trunkline.care import queries
from trunkline.care.operations.shared import locked, record, unresolve
from trunkline.care.rules.appeals import acceptance_refusals, appeal_refusals, decision_refusals
from trunkline.care.rules.handling import event_refusals, text_refusals
from trunkline.care.types import APPEAL_OUTCOME_NAMES, AppealOutcome, TicketEvent, TicketView
from trunkline.kernel.refusals import raise_if_any
from trunkline.security.audit import operation
from trunkline.security.types import Actor


@operation("ticket.appeal")
def appeal_ticket(*, ticket_id: int, text: str, actor: Actor, at: datetime) -> TicketView:
    """Put down that the customer takes a complaint to the appeal centre, with his reasons (REG-09).

    He may when he is not satisfied with the answer or has had none in 15 days, within 5 months of the matter in
    a fee dispute and 2 years otherwise, and once. An archived complaint is opened again by it.
    """
    row = locked(ticket_id)
    view = queries.ticket_view(row)
    raise_if_any(
        (
            *event_refusals(view, TicketEvent.APPEAL, at),
            *appeal_refusals(view, at),
            *text_refusals(text),
        )
    )
    row.appealed_at, row.appeal_reason, row.closed_at = at, text.strip(), None
    return record(row, TicketEvent.APPEAL, text, actor, at)


@operation("ticket.appeal")
def accept_appeal(*, ticket_id: int, reference: str, actor: Actor, at: datetime) -> TicketView:
    """Put down that the appeal centre has accepted the appeal, under its number (REG-09)."""
    row = locked(ticket_id)
    view = queries.ticket_view(row)
    raise_if_any(
        (
            *event_refusals(view, TicketEvent.ACCEPT_APPEAL, at),
            *acceptance_refusals(view, reference),
        )
    )
    row.appeal_accepted_at, row.appeal_reference = at, reference.strip()
    return record(row, TicketEvent.ACCEPT_APPEAL, reference, actor, at)


@operation("ticket.appeal")
def decide_appeal(
    *, ticket_id: int, outcome: AppealOutcome, text: str, actor: Actor, at: datetime
) -> TicketView:
    """Put down the appeal centre's answer (REG-09). The complaint is back on its owner's desk, to be settled by it."""
    row = locked(ticket_id)
    view = queries.ticket_view(row)
    raise_if_any(
        (
            *event_refusals(view, TicketEvent.DECIDE_APPEAL, at),
            *decision_refusals(view, outcome),
            *text_refusals(text),
        )
    )
    row.appeal_decided_at, row.appeal_outcome = at, outcome
    unresolve(row)
    said = f"{APPEAL_OUTCOME_NAMES[outcome].zh}\n{text}"
    return record(row, TicketEvent.DECIDE_APPEAL, said, actor, at)
