"""一站式受理 at the counter (P4-40): the papers of all items asked once, one dry run in order, one placing, one sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from trunkline.counter import desk
from trunkline.counter.registry import service_item
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.ordering.documents import visit_document
from trunkline.ordering.item import Origin, Paper, ServiceItem
from trunkline.ordering.queries import orders_of_visit
from trunkline.ordering.rules import sees_no_papers
from trunkline.ordering.selections import selected_lines, selection
from trunkline.ordering.types import LineChoice, OrderRequest, PaperKind, Scan, ShownPaper, VisitView
from trunkline.ordering.visits import NO_ITEMS, DraftOrder, DraftView, draft, open_visit, visit
from trunkline.security.audit import operation
from trunkline.security.types import Actor, Channel

#: The place is counted from 1, as the page counts.
STALE_CHOICE = Refusal(
    "visit.selection_stale",
    "P4-40",
    Text(
        "第 {place} 项“{item}”的选号已过一天，请移除此项，重新选号后再加入",
        "The choice of lines of item {place}, {item}, is over a day old: take it out and choose the lines again",
    ),
)


@dataclass(frozen=True, slots=True)
class Appearance:
    """Who appeared at the desk, with which papers and scans of them."""

    handler_id: int | None
    papers: tuple[ShownPaper, ...] = ()
    scans: tuple[Scan, ...] = ()


def papers_of_all(items: Iterable[ServiceItem[Any, Any]], channel: Channel) -> tuple[Paper, ...]:
    """Every paper that one of the items asks for, once, as strictly as the strictest asks."""
    united: dict[PaperKind, Paper] = {}
    for item in items:
        if sees_no_papers(item, channel):
            continue
        for paper in item.papers:
            known = united.get(paper.kind)
            united[paper.kind] = _stricter(known, paper) if known else paper
    return tuple(united.values())


def _stricter(one: Paper, other: Paper) -> Paper:
    clauses = dict.fromkeys((*one.clause.split(" · "), other.clause))
    return replace(
        one,
        clause=" · ".join(clauses),
        original=one.original or other.original,
        sealed=one.sealed or other.sealed,
        alternative=one.alternative or other.alternative,
        origin=min(one.origin, other.origin, key=list(Origin).index),
    )


def is_stale(kept: DraftOrder, *, actor: Actor, at: datetime) -> bool:
    """Whether an item of a draft stands on a choice of lines that is no longer kept."""
    return kept.selection_id is not None and selection(kept.selection_id, actor=actor, at=at) is None


def _stale(place: int, item: ServiceItem[Any, Any]) -> Refusal:
    words = Text(
        STALE_CHOICE.text.zh.format(place=place, item=item.title.zh),
        STALE_CHOICE.text.en.format(place=place, item=item.title.en),
    )
    return replace(STALE_CHOICE, text=words, subject=item.code)


def _lines_of(kept: DraftOrder, held: DraftView, actor: Actor, at: datetime) -> tuple[LineChoice, ...]:
    if kept.selection_id is None:
        return kept.lines
    return selected_lines(
        kept.selection_id,
        organization_id=held.organization_id,
        item_code=kept.item_code,
        actor=actor,
        at=at,
    )


def requests_of(
    held: DraftView, appeared: Appearance, *, actor: Actor, at: datetime, visit_id: int | None = None
) -> tuple[OrderRequest, ...]:
    """The orders of a visit in their order, each with those of the papers that its item asks for.

    `Refused`: ``visit.empty``, or ``visit.selection_stale`` with every item whose choice of lines is over a day old.
    """
    if not held.orders:
        raise Refused(NO_ITEMS)
    raise_if_any(
        _stale(place, service_item(kept.item_code))
        for place, kept in enumerate(held.orders, start=1)
        if is_stale(kept, actor=actor, at=at)
    )
    requests = []
    for kept in held.orders:
        item = service_item(kept.item_code)
        kinds = {kind for paper in item.papers for kind in (paper.kind, paper.alternative)}
        request = OrderRequest(
            item_code=kept.item_code,
            organization_id=held.organization_id,
            handler_id=appeared.handler_id,
            papers=tuple(paper for paper in appeared.papers if paper.kind in kinds),
            details=dict(kept.details),
            lines=_lines_of(kept, held, actor, at),
            completion=kept.completion,
            verification_id=kept.verification_id,
            visit_id=visit_id,
            scans=tuple(scan for scan in appeared.scans if scan.kind in kinds),
        )
        requests.append(request)
    return tuple(requests)


@operation("order.place")
def place_visit(*, draft_id: int, appeared: Appearance, actor: Actor, at: datetime) -> VisitView:
    """Place all orders of a draft, one after the other, all or none. Sending it again gives the same visit.

    `Refused` holds the reasons of the first that cannot be taken; nothing has changed then.
    """
    held = draft(draft_id, actor=actor, locking=True)
    if held.visit_id is None:
        visit_id = open_visit(held, handler_id=appeared.handler_id, actor=actor, at=at)
        requests = requests_of(held, appeared, actor=actor, at=at, visit_id=visit_id)
        desk.place_together(requests=requests, actor=actor, at=at)
        return visit(visit_id)
    return visit(held.visit_id)


def visit_sheet(visit_id: int, at: datetime) -> bytes:
    """One 业务受理单 for all orders of a visit, signed once, as PDF (P4-40, X-R1)."""
    orders = orders_of_visit(visit_id)
    return visit_document(visit(visit_id), [(one, service_item(one.item_code)) for one in orders], at)
