"""一站式受理 (P4-40): one visit, several orders. A draft gathers them at the desk; placing makes it a visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ordering.models import Visit, VisitDraft
from trunkline.ordering.types import (
    Completion,
    LineChoice,
    OrderRequest,
    PaperKind,
    ShownPaper,
    VisitView,
)
from trunkline.security.audit import operation
from trunkline.security.queries import branch
from trunkline.security.types import Actor, Channel

#: Items of one visit.
MOST = 20

UNKNOWN_VISIT = Refusal("visit.unknown", "P4-40", Text("没有这次一站式受理", "There is no such visit"))
NO_ITEMS = Refusal(
    "visit.empty", "P4-40", Text("一站式受理中还没有业务", "There is nothing in the visit yet")
)
TOO_MANY_ITEMS = Refusal(
    "visit.too_many",
    "P4-40",
    Text("一次受理最多 {limit} 项业务", "A visit takes at most {limit} items"),
)


class DraftMove(StrEnum):
    """What can be done to an item of a draft."""

    UP = "up"
    DOWN = "down"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """One application of a visit; its lines stand in it, or in a choice of lines (`selections`)."""

    item_code: str
    details: Mapping[str, Any]
    lines: tuple[LineChoice, ...]
    selection_id: int | None
    completion: Completion
    verification_id: int | None
    #: Of the form it came from, so that a form sent twice is one application.
    key: str = ""


@dataclass(frozen=True, slots=True)
class DraftView:
    """A visit that is being put together; `visit_id` once it was placed."""

    id: int
    branch_id: int
    organization_id: int
    handler_id: int | None
    orders: tuple[DraftOrder, ...]
    papers: tuple[ShownPaper, ...]
    visit_id: int | None


def _order(kept: Mapping[str, Any]) -> DraftOrder:
    return DraftOrder(
        item_code=kept["item_code"],
        details=kept["details"],
        lines=tuple(LineChoice(line["line_id"], line["values"]) for line in kept["lines"]),
        selection_id=kept["selection_id"],
        completion=Completion(kept["completion"]),
        verification_id=kept["verification_id"],
        key=kept.get("key", ""),
    )


def _view(row: VisitDraft) -> DraftView:
    return DraftView(
        id=row.pk,
        branch_id=row.branch_id,
        organization_id=row.organization_id,
        handler_id=row.handler_id,
        orders=tuple(_order(kept) for kept in row.orders),
        papers=tuple(ShownPaper(**{**kept, "kind": PaperKind(kept["kind"])}) for kept in row.papers),
        visit_id=row.visit_id,
    )


def _found(draft_id: int, actor: Actor, *, locking: bool = False) -> VisitDraft:
    rows = VisitDraft.objects.select_for_update() if locking else VisitDraft.objects.all()
    row = rows.filter(pk=draft_id, staff_id=actor.staff_id).first()
    if row is None:
        raise Refused(UNKNOWN_VISIT)
    return row


def draft(draft_id: int, *, actor: Actor, locking: bool = False) -> DraftView:
    """A draft of this member of staff, under its lock where asked; `Refused` (``visit.unknown``)."""
    return _view(_found(draft_id, actor, locking=locking))


def open_draft_of(organization_id: int, *, actor: Actor) -> DraftView | None:
    """What this member of staff is putting together for an organisation."""
    row = VisitDraft.objects.filter(
        staff_id=actor.staff_id, organization_id=organization_id, visit__isnull=True
    ).first()
    return _view(row) if row else None


@operation("order.draft")
def add_to_visit(
    *, request: OrderRequest, branch_id: int, selection_id: int | None, actor: Actor, at: datetime
) -> int:
    """Put an application at the end of the visit of its organisation, which is opened if need be; its id.

    The papers shown for it count for the visit; scans are taken when the visit is placed. Sent again with the same
    key it is not added again.
    """
    VisitDraft.objects.bulk_create(
        [
            VisitDraft(
                branch_id=branch_id,
                staff_id=actor.staff_id,
                organization_id=request.organization_id,
                opened_at=at,
            )
        ],
        # Two pages at once open one draft between them.
        ignore_conflicts=True,
    )
    row = VisitDraft.objects.select_for_update().get(
        staff_id=actor.staff_id, organization_id=request.organization_id, visit__isnull=True
    )
    key = request.idempotency_key
    if key and any(kept.get("key") == key for kept in row.orders):
        return row.pk
    if len(row.orders) >= MOST:
        raise Refused(TOO_MANY_ITEMS.filled(limit=MOST))
    added = DraftOrder(
        item_code=request.item_code,
        details=request.details,
        lines=() if selection_id else request.lines,
        selection_id=selection_id,
        completion=request.completion,
        verification_id=request.verification_id,
        key=key,
    )
    papers = {kept["kind"]: kept for kept in row.papers} | {p.kind: asdict(p) for p in request.papers}
    row.orders = [*row.orders, asdict(added)]
    row.papers = list(papers.values())
    row.handler_id = request.handler_id or row.handler_id
    row.save(update_fields=["orders", "papers", "handler"])
    return row.pk


@operation("order.draft")
def change_visit(*, draft_id: int, place: int, move: DraftMove, actor: Actor, at: datetime) -> None:
    """Move the item at a place (from 0) up or down, or take it out; a place that is not there changes nothing."""
    row = _found(draft_id, actor, locking=True)
    if row.visit_id is not None or not 0 <= place < len(row.orders):
        return
    orders = list(row.orders)
    moved = orders.pop(place)
    if move is not DraftMove.REMOVE:
        orders.insert(max(place + (1 if move is DraftMove.DOWN else -1), 0), moved)
    row.orders = orders
    row.save(update_fields=["orders"])


def open_visit(held: DraftView, *, handler_id: int | None, actor: Actor, at: datetime) -> int:
    """Write the visit that a draft becomes, within the operation that places its orders; its id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('ordering_visit', 'id'))")
        visit_id = int(cursor.fetchone()[0])
    opened = Visit.objects.create(
        pk=visit_id,
        branch_id=held.branch_id,
        number=f"{branch(held.branch_id).code}Z{local_date(at):%Y%m%d}{visit_id:06d}",
        organization_id=held.organization_id,
        handler_id=handler_id,
        channel=actor.channel,
        opened_by_id=actor.staff_id,
        opened_at=at,
    )
    VisitDraft.objects.filter(pk=held.id).update(visit=opened)
    return visit_id


def visit(visit_id: int) -> VisitView:
    """A visit; `Refused` (``visit.unknown``)."""
    row = Visit.objects.filter(pk=visit_id).first()
    if row is None:
        raise Refused(UNKNOWN_VISIT)
    return VisitView(
        id=row.pk,
        number=row.number,
        branch_id=row.branch_id,
        organization_id=row.organization_id,
        handler_id=row.handler_id,
        channel=Channel(row.channel),
        opened_by_id=row.opened_by_id,
        opened_at=row.opened_at,
    )
