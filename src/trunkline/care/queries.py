"""Reads of tickets."""

from __future__ import annotations

from datetime import datetime

from django.db.models import BooleanField, Case, Count, F, Q, Value, When

from trunkline.care.models import Ticket, TicketEntry
from trunkline.care.rules.limits import green_channel, waived_period
from trunkline.care.types import (
    FINISHED,
    AppealOutcome,
    Area,
    EntryView,
    Product,
    SupportGrade,
    TicketCount,
    TicketEvent,
    TicketKind,
    TicketState,
    TicketView,
    WaivedPeriod,
)
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.security.types import Channel

UNKNOWN_TICKET = Refusal("ticket.unknown", "", Text("没有这张工单：{subject}", "No such ticket: {subject}"))


def _waived(row: Ticket) -> WaivedPeriod | None:
    """The days without rent of a fault that is over (REG-04)."""
    if row.kind != TicketKind.FAULT or row.resolved_at is None:
        return None
    return waived_period(
        opened_at=row.opened_at,
        restored_at=row.resolved_at,
        area=Area(row.area),
        caused_by_terminal=row.caused_by_terminal,
    )


def ticket_view(row: Ticket) -> TicketView:
    """A row as others may see it."""
    grade = SupportGrade(row.grade)
    return TicketView(
        id=row.pk,
        number=row.number,
        kind=TicketKind(row.kind),
        state=TicketState(row.state),
        branch_id=row.branch_id,
        organization_id=row.organization_id,
        line_id=row.line_id,
        product=Product(row.product) if row.product else None,
        circuit=row.circuit,
        channel=Channel(row.channel),
        reporter_name=row.reporter_name,
        reporter_phone=row.reporter_phone,
        area=Area(row.area),
        grade=grade,
        green_channel=green_channel(grade),
        subject=row.subject,
        description=row.description,
        about_fee=row.about_fee,
        arose_on=row.arose_on,
        first_contact_id=row.first_contact_owner_id,
        owner_id=row.owner_id,
        opened_at=row.opened_at,
        first_response_due_at=row.first_response_due_at,
        first_responded_at=row.first_responded_at,
        due_at=row.due_at,
        resolved_at=row.resolved_at,
        resolution=row.resolution,
        cause=row.cause,
        restored_by_workaround=row.restored_by_workaround,
        caused_by_terminal=row.caused_by_terminal,
        waived=_waived(row),
        closed_at=row.closed_at,
        archive_reference=row.archive_reference,
        appealed_at=row.appealed_at,
        appeal_reason=row.appeal_reason,
        appeal_reference=row.appeal_reference,
        appeal_accepted_at=row.appeal_accepted_at,
        appeal_decided_at=row.appeal_decided_at,
        appeal_outcome=AppealOutcome(row.appeal_outcome) if row.appeal_outcome else None,
    )


def ticket(ticket_id: int) -> TicketView:
    """One ticket; `Refused` (``ticket.unknown``) when there is none in the actor's branches."""
    row = Ticket.objects.filter(pk=ticket_id).first()
    if row is None:
        raise Refused(UNKNOWN_TICKET.about(str(ticket_id)))
    return ticket_view(row)


def tickets_of_organization(organization_id: int, *, limit: int = 100) -> tuple[TicketView, ...]:
    """Tickets of an organisation, the newest first."""
    rows = Ticket.objects.filter(organization_id=organization_id).order_by("-opened_at", "-id")
    return tuple(ticket_view(row) for row in rows[:limit])


def open_tickets(owner_id: int | None = None, *, at: datetime, limit: int = 100) -> tuple[TicketView, ...]:
    """Unfinished tickets of an owner, or of everybody, in the order in which they want doing.

    Those past their limit come first, then those that run, the next limit first and the green channel before
    others at one limit (P4-50); what is answered and waits to be archived comes last.
    """
    rows = (
        Ticket.objects.exclude(state__in=FINISHED)
        .annotate(
            late=_when(Q(resolved_at__isnull=True, due_at__lt=at)),
            answered=_when(Q(resolved_at__isnull=False)),
            ordinary=_when(Q(grade=SupportGrade.NORMAL)),
        )
        .order_by(F("late").desc(), "answered", "due_at", "ordinary", "id")
    )
    if owner_id is not None:
        rows = rows.filter(owner_id=owner_id)
    return tuple(ticket_view(row) for row in rows[:limit])


def _when(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def timeline(ticket_id: int) -> tuple[EntryView, ...]:
    """What happened to a ticket, in order; empty for a ticket the actor does not see."""
    return tuple(
        EntryView(row.at, row.staff_id, TicketEvent(row.what), row.text, TicketState(row.state))
        for row in TicketEntry.objects.filter(ticket_id=ticket_id).order_by("id")
    )


def counts(at: datetime) -> dict[TicketKind, TicketCount]:
    """How each kind stands, and how its limits were kept (P4-51); every kind stands in it. Cancelled ones do not."""
    unfinished = ~Q(state__in=FINISHED)
    settled = Q(resolved_at__isnull=False)
    rows = Ticket.objects.values("kind").annotate(
        open=Count("id", filter=unfinished),
        overdue=Count("id", filter=unfinished & ~settled & Q(due_at__lt=at)),
        settled=Count("id", filter=settled),
        in_time=Count("id", filter=settled & Q(resolved_at__lte=F("due_at"))),
    )
    counted = {
        row["kind"]: TicketCount(row["open"], row["overdue"], row["settled"], row["in_time"]) for row in rows
    }
    return {kind: counted.get(kind.value, TicketCount(0, 0, 0, 0)) for kind in TicketKind}
