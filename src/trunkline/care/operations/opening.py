"""Taking tickets down: one or 50,000 the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from trunkline.care import queries
from trunkline.care.models import Ticket, TicketEntry
from trunkline.care.rules.limits import GRADE_OF_CUSTOMER, deadlines
from trunkline.care.rules.opening import open_refusals
from trunkline.care.types import (
    Reception,
    TicketEvent,
    TicketKind,
    TicketRequest,
    TicketState,
    TicketView,
)
from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import raise_if_any
from trunkline.party.queries import organization
from trunkline.security.audit import operation
from trunkline.security.queries import branches
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import lines

#: What stands for the kind in a ticket's number.
_LETTERS = {TicketKind.FAULT: "F", TicketKind.COMPLAINT: "C", TicketKind.ENQUIRY: "E"}


@operation("ticket.open")
def open_ticket(*, request: TicketRequest, actor: Actor, at: datetime) -> TicketView:
    """Take down a fault, complaint or enquiry through the actor's channel; the clock starts (S25-1, S25-2).

    Who opens it is its first-contact owner for good (首问负责), and its owner until it is handed over or taken.
    `Refused` names everything that is missing or wrong.
    """
    received = Reception(actor.channel, actor.staff_id, at)
    return open_tickets(requests=[request], received=received, actor=actor, at=at)[0]


@operation("ticket.open")
def open_tickets(
    *, requests: Sequence[TicketRequest], received: Reception, actor: Actor, at: datetime
) -> tuple[TicketView, ...]:
    """Take down many at once, as they were received: the clock runs from then, whenever they are written (S25-2)."""
    customers = {id_: organization(id_) for id_ in {request.organization_id for request in requests}}
    held = lines({request.line_id for request in requests if request.line_id is not None})
    raise_if_any(
        refusal
        for request in requests
        for refusal in open_refusals(
            request, channel=received.channel, at=received.at, line=held.get(request.line_id or 0)
        )
    )
    codes = {branch.id: branch.code for branch in branches()}
    hours = {
        (limit.product, limit.area, limit.grade): limit.hours
        for limit in queries.repair_limits(local_date(received.at))
    }
    rows = []
    for identity, request in zip(_new_ids(len(requests)), requests, strict=True):
        customer = customers[request.organization_id]
        grade = request.grade or GRADE_OF_CUSTOMER[customer.grade]
        repair = timedelta(hours=hours[request.product, request.area, grade]) if request.product else None
        limits = deadlines(request.kind, repair, received.at)
        number = f"{codes[customer.branch_id]}-{_LETTERS[request.kind]}{local_date(received.at):%Y%m%d}"
        rows.append(
            Ticket(
                pk=identity,
                branch_id=customer.branch_id,
                number=f"{number}-{identity:06d}",
                grade=grade,
                first_response_due_at=limits.first_response_due_at,
                due_at=limits.due_at,
                **_said(request, received.at),
                **_received(received),
            )
        )
    _write(rows, received)
    return tuple(queries.ticket_view(row) for row in rows)


def _said(request: TicketRequest, at: datetime) -> dict[str, Any]:
    """What the customer says, as it is kept."""
    return {
        "kind": request.kind.value,
        "organization_id": request.organization_id,
        "line_id": request.line_id,
        "product": request.product.value if request.product else "",
        "circuit": request.circuit.strip(),
        "reporter_name": request.reporter_name.strip(),
        "reporter_phone": request.reporter_phone,
        "area": request.area.value,
        "subject": request.subject.strip(),
        "description": request.description.strip(),
        "about_fee": request.about_fee,
        "arose_on": (request.arose_on or local_date(at)) if request.kind is TicketKind.COMPLAINT else None,
        "began_at": request.began_at,
        "matter": request.matter.value if request.matter else "",
        "matter_reference": request.matter_reference.strip(),
        "wanted": request.wanted.strip(),
    }


def _received(received: Reception) -> dict[str, Any]:
    return {
        "state": TicketState.ACKNOWLEDGED.value,
        "channel": received.channel.value,
        "order_id": received.order_id,
        "first_contact_owner_id": received.staff_id,
        "owner_id": received.staff_id,
        "opened_at": received.at,
    }


def _new_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('care_ticket', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [int(value) for (value,) in cursor.fetchall()]


def _write(rows: Sequence[Ticket], received: Reception) -> None:
    """The tickets with the first line of their timelines, one statement a table."""
    fields = Ticket._meta.concrete_fields
    insert_rows(
        Ticket._meta.db_table,
        [field.column for field in fields],
        ([getattr(row, field.attname) for field in fields] for row in rows),
    )
    insert_rows(
        TicketEntry._meta.db_table,
        ("ticket_id", "branch_id", "at", "staff_id", "what", "text", "state", "late_with"),
        _first_entries(rows, received),
    )


def _first_entries(rows: Sequence[Ticket], received: Reception) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        yield (
            row.pk,
            row.branch_id,
            received.at,
            received.staff_id,
            TicketEvent.OPEN.value,
            row.description,
            row.state,
            "",
        )
