"""Limits and what is done about those that pass: urging, and setting the limits themselves (S25-2, P1-03)."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from trunkline.care import queries
from trunkline.care.models import RepairLimit as Row
from trunkline.care.models import Ticket, TicketEntry
from trunkline.care.rules.limits import limit_refusals, limits_passed
from trunkline.care.types import LIMIT_NAMES, RepairLimit, TicketEvent
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.security.audit import operation
from trunkline.security.types import Actor

LIMIT_OVERLAPS = Refusal(
    "limit.overlaps", "", Text("该日期内已有设置的时限", "There is a limit for these days already")
)
LIMIT_UNDATED = Refusal("limit.undated", "", Text("须写明生效日期", "A limit needs the day it begins"))


@operation("ticket.urge")
def urge_overdue(*, actor: Actor, at: datetime) -> int:
    """Put into the timeline of every ticket past a limit that it is late, once a limit; returns how many lines.

    A ticket that somebody is at work on is left for the next turn.
    """
    rows = Ticket.objects.select_for_update(of=("self",), skip_locked=True).filter(queries.to_be_urged(at))
    late = {row.pk: row for row in rows.order_by("id")}
    urged = {
        (entry.ticket_id, entry.late_with)
        for entry in TicketEntry.objects.filter(ticket_id__in=late, what=TicketEvent.URGE)
    }
    entries = [
        TicketEntry(
            ticket_id=id_,
            branch_id=row.branch_id,
            at=at,
            staff_id=actor.staff_id,
            what=TicketEvent.URGE,
            text=LIMIT_NAMES[limit].zh,
            state=row.state,
            late_with=limit,
        )
        for id_, row in late.items()
        for limit in limits_passed(queries.ticket_view(row), at)
        if (id_, limit.value) not in urged
    ]
    return len(TicketEntry.objects.bulk_create(entries))


@operation("rule.repair_limit")
def set_repair_limit(*, limit: RepairLimit, actor: Actor, at: datetime) -> RepairLimit:
    """Set the limit of repair of a product, area and grade from a day on; what was open ends there (S25-2).

    Tickets keep the limit they were opened under. `Refused`: longer than the law's, without what it rests on,
    without a day, or over days that have one.
    """
    if limit.valid_from is None:
        raise Refused(LIMIT_UNDATED)
    raise_if_any(limit_refusals(limit))
    same = Row.objects.filter(product=limit.product, area=limit.area, grade=limit.grade)
    same.filter(valid_to__isnull=True, valid_from__lt=limit.valid_from).update(valid_to=limit.valid_from)
    try:
        with transaction.atomic():
            Row.objects.create(
                product=limit.product,
                area=limit.area,
                grade=limit.grade,
                hours=limit.hours,
                reference=limit.reference.strip(),
                valid_from=limit.valid_from,
                valid_to=limit.valid_to,
            )
    except IntegrityError as error:
        if "repair_limits_do_not_overlap" in str(error):
            raise Refused(LIMIT_OVERLAPS) from error
        raise
    return limit
