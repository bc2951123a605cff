"""Reads of orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q

from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ordering.models import Order, OrderFee, OrderItem, OrderPaper
from trunkline.ordering.pictures import change_from_dict, refusal_from_dict
from trunkline.ordering.types import (
    Completion,
    Condition,
    FeeLine,
    ItemAction,
    OrderItemView,
    OrderState,
    OrderView,
    PaperKind,
    PaperView,
    Waits,
)
from trunkline.party.types import HandlerView
from trunkline.security.types import Channel

UNKNOWN_ORDER = Refusal(
    "order.unknown", "S11-E1", Text("没有这张订单：{subject}", "No such order: {subject}")
)

#: States in which an order still asks for work.
OPEN = (
    OrderState.ACKNOWLEDGED,
    OrderState.PENDING,
    OrderState.HELD,
    OrderState.IN_PROGRESS,
    OrderState.FAILED,
)


#: States of lines that were not carried out, with their reasons.
HANDED_BACK = (OrderState.REJECTED, OrderState.FAILED)


def _view(row: Order) -> OrderView:
    return OrderView(
        id=row.pk,
        number=row.number,
        item_code=row.item_code,
        branch_id=row.branch_id,
        organization_id=row.organization_id,
        agreement_id=row.agreement_id,
        channel=Channel(row.channel),
        state=OrderState(row.state),
        placed_at=row.placed_at,
        placed_by_id=row.placed_by_id,
        completed_at=row.completed_at,
        due_at=row.due_at,
        item_count=row.item_count,
        fee_total=row.fee_total,
        failure=tuple(refusal_from_dict(kept) for kept in row.failure),
        completion=Completion(row.completion),
        condition=Condition(Waits(row.waits), row.waits_until, row.expires_on)
        if row.waits and row.expires_on
        else None,
        visit_id=row.visit_id,
        details=row.details,
    )


def order(order_id: int) -> OrderView:
    """One order; `Refused` (``order.unknown``) when there is none in the actor's branches."""
    row = Order.objects.filter(pk=order_id).first()
    if row is None:
        raise Refused(UNKNOWN_ORDER.about(str(order_id)))
    return _view(row)


def order_by_number(number: str) -> OrderView | None:
    """An order by its number, as the customer knows it (S11-E1)."""
    row = Order.objects.filter(number=number).first()
    return _view(row) if row else None


def orders_of_organization(organization_id: int, *, open_only: bool = False) -> tuple[OrderView, ...]:
    """Orders of an organisation, the newest first."""
    rows = Order.objects.filter(organization_id=organization_id).order_by("-placed_at", "-id")
    return tuple(_view(row) for row in (rows.filter(state__in=OPEN) if open_only else rows))


def orders_of_line(line_id: int, *, organization_id: int, limit: int = 100) -> tuple[OrderView, ...]:
    """Orders of an organisation that are about this one line and nothing else, the newest first."""
    about = Q(items__line_id=line_id) | Q(items__key=line_id, verification__line_id=line_id)
    rows = Order.objects.filter(about, organization_id=organization_id, item_count=1)
    return tuple(_view(row) for row in rows.order_by("-placed_at", "-id").distinct()[:limit])


def find_orders(
    *, text: str = "", state: OrderState | None = None, open_only: bool = False, limit: int = 50
) -> tuple[OrderView, ...]:
    """Orders whose number holds `text`, in a state if one is named, the newest first."""
    rows = Order.objects.order_by("-placed_at", "-id")
    if text:
        rows = rows.filter(number__icontains=text.strip())
    if state:
        rows = rows.filter(state=state)
    if open_only:
        rows = rows.filter(state__in=OPEN)
    return tuple(_view(row) for row in rows[:limit])


def order_items(
    order_id: int, *, limit: int | None = None, offset: int = 0, handed_back: bool = False
) -> tuple[OrderItemView, ...]:
    """Lines of an order in their order, or a stretch of them; only those `handed_back` if asked."""
    rows = OrderItem.objects.filter(order_id=order_id).order_by("ordinal")
    if handed_back:
        rows = rows.filter(state__in=HANDED_BACK)
    return tuple(
        OrderItemView(
            ordinal=row.ordinal,
            action=ItemAction(row.action),
            line_id=row.line_id,
            number=row.number,
            user_name=row.user_name,
            plan_name=row.plan_name,
            first_month_mode=row.first_month_mode,
            state=OrderState(row.state),
            changes=tuple(change_from_dict(kept) for kept in row.changes),
            reasons=tuple(refusal_from_dict(kept) for kept in row.reasons),
        )
        for row in rows[offset : None if limit is None else offset + limit]
    )


def order_papers(order_id: int) -> tuple[PaperView, ...]:
    """Papers filed with an order."""
    return tuple(
        PaperView(PaperKind(row.kind), row.reference, row.original_seen, row.sealed, row.copy_kept)
        for row in OrderPaper.objects.filter(order_id=order_id).order_by("id")
    )


def order_fees(order_id: int) -> tuple[FeeLine, ...]:
    """Fees of an order with the prices used."""
    return tuple(
        FeeLine(row.fee_id, Text(row.title, row.title_en or row.title), row.amount, row.reference)
        for row in OrderFee.objects.filter(order_id=order_id).order_by("id")
    )


def order_handler(order_id: int) -> HandlerView | None:
    """The handler as he stood at the counter (S01-R1); None where the user himself applied."""
    details = Order.objects.get(pk=order_id).handler_details
    return HandlerView(**details) if details else None


def line_counts(order_id: int) -> dict[OrderState, int]:
    """How many lines of an order are in each state; those in none of its lines are left out."""
    counted = (
        OrderItem.objects.filter(order_id=order_id).values_list("state").annotate(Count("id")).order_by()
    )
    return {OrderState(state): count for state, count in counted}


def numbers_in_open_orders(numbers: Iterable[str], *, apart_from: str) -> frozenset[str]:
    """Those of some numbers that an order of another item still works on (REG-31)."""
    rows = OrderItem.objects.filter(
        number__in=set(numbers), state=OrderState.ACKNOWLEDGED, order__state__in=OPEN
    ).exclude(order__item_code=apart_from)
    return frozenset(rows.values_list("number", flat=True))


def orders_due(on: date) -> tuple[int, ...]:
    """Booked orders whose day has come, or whose time is over, by id (S11-D)."""
    rows = Order.objects.filter(state=OrderState.PENDING).filter(
        Q(waits_until__lte=on) | Q(expires_on__lte=on)
    )
    return tuple(rows.order_by("id").values_list("id", flat=True))


def orders_of_visit(visit_id: int) -> tuple[OrderView, ...]:
    """The orders of one visit, in the order they were placed (P4-40)."""
    return tuple(_view(row) for row in Order.objects.filter(visit_id=visit_id).order_by("id"))
