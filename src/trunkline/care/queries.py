"""Reads of tickets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from trunkline.care.models import RepairLimit as LimitRow
from trunkline.care.models import Ticket, TicketEntry
from trunkline.care.rules.limits import LEGAL_REPAIR, green_channel, published_limits, waived_period
from trunkline.care.types import (
    FINISHED,
    AppealOutcome,
    Area,
    Desk,
    EntryView,
    Limit,
    Matter,
    Product,
    RepairLimit,
    SupportGrade,
    TicketCount,
    TicketEvent,
    TicketFilter,
    TicketKind,
    TicketState,
    TicketView,
    WaivedPeriod,
    WaivedRent,
)
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.party.queries import find_organizations
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
        order_id=row.order_id,
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
        began_at=row.began_at,
        matter=Matter(row.matter) if row.matter else None,
        matter_reference=row.matter_reference,
        wanted=row.wanted,
        first_contact_id=row.first_contact_owner_id,
        owner_id=row.owner_id,
        desk=Desk(row.desk) if row.desk else None,
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


def ticket_by_number(number: str) -> TicketView:
    """The ticket of a number; `Refused` (``ticket.unknown``) when there is none in the actor's branches."""
    row = Ticket.objects.filter(number=number.strip()).first()
    if row is None:
        raise Refused(UNKNOWN_TICKET.about(number))
    return ticket_view(row)


def _chosen(wanted: TicketFilter, at: datetime) -> QuerySet[Ticket]:
    same = {
        "kind": wanted.kind,
        "state": wanted.state,
        "product": wanted.product,
        "desk": wanted.desk,
        "organization_id": wanted.organization_id,
        "line_id": wanted.line_id,
        "order_id": wanted.order_id,
        "owner_id": wanted.owner_id,
    }
    rows = Ticket.objects.filter(**{name: value for name, value in same.items() if value is not None})
    if wanted.unfinished or wanted.overdue:
        rows = rows.exclude(state__in=FINISHED)
    if wanted.overdue:
        rows = rows.filter(resolved_at__isnull=True, due_at__lt=at)
    text = wanted.text.strip()
    if text:
        customers = [found.id for found in find_organizations(text)]
        rows = rows.filter(
            Q(number__icontains=text) | Q(reporter_phone__contains=text) | Q(organization_id__in=customers)
        )
    return rows


def find_tickets(
    wanted: TicketFilter, *, at: datetime, limit: int = 100, offset: int = 0
) -> tuple[TicketView, ...]:
    """Tickets in the order in which they want doing; finished ones last, the newest of them first.

    Those past their limit come first, then those that run, the next limit first and the green channel before
    others at one limit (P4-50); what is answered and waits to be archived comes after them.
    """
    rows = (
        _chosen(wanted, at)
        .annotate(
            over=_when(Q(state__in=FINISHED)),
            late=_when(Q(resolved_at__isnull=True, due_at__lt=at)),
            answered=_when(Q(resolved_at__isnull=False)),
            ordinary=_when(Q(grade=SupportGrade.NORMAL)),
            until=Case(When(~Q(state__in=FINISHED), then=F("due_at"))),
        )
        .order_by("over", F("late").desc(), "answered", "until", "ordinary", "-opened_at", "id")
    )
    return tuple(ticket_view(row) for row in rows[offset : offset + limit])


def numbers_of_order(order_id: int) -> dict[int | None, str]:
    """The numbers of the tickets that an order opened, by their line."""
    return dict(Ticket.objects.filter(order_id=order_id).values_list("line_id", "number"))


def count_overdue(at: datetime) -> int:
    """How many tickets are past their limit."""
    return _chosen(TicketFilter(overdue=True), at).count()


def to_be_urged(at: datetime) -> Q:
    """What is past a limit that it has not been urged for (P1-03)."""

    def not_yet(limit: Limit) -> Q:
        told = TicketEntry.objects.filter(ticket=OuterRef("pk"), what=TicketEvent.URGE, late_with=limit)
        return ~Q(Exists(told))

    late_with_answer = Q(due_at__lt=at) & not_yet(Limit.ANSWER)
    late_with_word = Q(first_responded_at__isnull=True, first_response_due_at__lt=at) & not_yet(
        Limit.FIRST_RESPONSE
    )
    return ~Q(state__in=FINISHED) & Q(resolved_at__isnull=True) & (late_with_answer | late_with_word)


def urging_due(at: datetime) -> bool:
    """Whether there is anything to urge."""
    return Ticket.objects.filter(to_be_urged(at)).exists()


def urgings(ticket_ids: Iterable[int]) -> dict[int, tuple[Limit, ...]]:
    """By ticket, the limits it was urged for; tickets that were not are left out."""
    rows = TicketEntry.objects.filter(ticket_id__in=set(ticket_ids), what=TicketEvent.URGE).order_by("id")
    found: dict[int, tuple[Limit, ...]] = {}
    for ticket_id, limit in rows.values_list("ticket_id", "late_with"):
        found[ticket_id] = (*found.get(ticket_id, ()), Limit(limit))
    return found


def repair_limits(day: date) -> tuple[RepairLimit, ...]:
    """The limit of repair of every product, area and grade on a day: the one that was set, else the published."""
    rows = LimitRow.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)
    known = {
        (row.product, row.area, row.grade): RepairLimit(
            Product(row.product),
            Area(row.area),
            SupportGrade(row.grade),
            row.hours,
            row.reference,
            row.valid_from,
            row.valid_to,
        )
        for row in rows
    }
    return tuple(known.get((limit.product, limit.area, limit.grade), limit) for limit in published_limits())


def waived_rents(*, until: datetime) -> tuple[WaivedRent, ...]:
    """What REG-04 waives of the rents of lines: every fault put down as restored by `until`, the oldest first.

    A fault that is reopened waives nothing until it is restored again, and then from its report on.
    """
    slow = Q()
    for area, longest in LEGAL_REPAIR.items():
        slow |= Q(area=area, resolved_at__gt=F("opened_at") + longest)
    put_down = TicketEntry.objects.filter(ticket=OuterRef("pk"), what=TicketEvent.RESOLVE, at__lte=until)
    rows = Ticket.objects.filter(
        slow, Exists(put_down), kind=TicketKind.FAULT, caused_by_terminal=False, line__isnull=False
    ).order_by("id")
    return tuple(
        WaivedRent(row.number, row.line_id, period)
        for row in rows
        if row.line_id is not None and (period := _waived(row)) is not None
    )


def _when(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def timeline(ticket_id: int) -> tuple[EntryView, ...]:
    """What happened to a ticket, in order; empty for a ticket the actor does not see."""
    return tuple(
        EntryView(
            row.at,
            row.staff_id,
            TicketEvent(row.what),
            row.text,
            TicketState(row.state),
            Limit(row.late_with) if row.late_with else None,
        )
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
