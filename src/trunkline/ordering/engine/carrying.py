"""Carrying an order out: whole, or portion by portion where only what passes goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from trunkline.kernel.bulk import update_rows
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ordering.engine.judging import circumstances, judge
from trunkline.ordering.engine.placing import request_of
from trunkline.ordering.item import ServiceItem
from trunkline.ordering.models import Order, OrderItem
from trunkline.ordering.pictures import as_json, refusal_as_dict
from trunkline.ordering.types import ORDER_LIFE, Completion, LineChoice, OrderEvent, OrderState
from trunkline.security.types import Actor, Channel

#: Lines of an order that are written in one transaction where only what passes goes on.
PORTION = 2_000

LINES_CHANGED = Refusal(
    "order.lines_changed",
    "",
    Text(
        "受理后可办理的号码已变化，请重新受理",
        "What may be worked on has changed since the order was placed; place it again",
    ),
)


class _Waiting(NamedTuple):
    """A line of an order that is still to be carried out."""

    id: int
    key: int
    values: Mapping[str, str]


def locked_order(order_id: int) -> Order | None:
    """The order under a row lock while there is something to carry out, else None: doing it again does nothing."""
    return (
        Order.objects.select_for_update()
        .filter(pk=order_id, state__in=(OrderState.ACKNOWLEDGED, OrderState.IN_PROGRESS))
        .first()
    )


def begin(order: Order) -> None:
    """An acknowledged order is in progress from here on."""
    if order.state == OrderState.ACKNOWLEDGED:
        order.state = ORDER_LIFE.target(OrderEvent.START)
        order.save(update_fields=["state"])


def _waiting(order: Order, limit: int | None = None) -> list[_Waiting]:
    rows = OrderItem.objects.filter(order=order, state=OrderState.ACKNOWLEDGED).order_by("ordinal")
    return [_Waiting(*row) for row in rows.values_list("id", "key", "values")[:limit]]


def carry_out(item: ServiceItem[Any, Any], order: Order, actor: Actor, at: datetime) -> None:
    """All lines in one transaction: judged again on what is true now, written, completed. `Refused` changes nothing."""
    begin(order)
    rows = _waiting(order)
    refused = _write(item, order, rows, actor, at)
    if refused:
        raise Refused(reason for _, reasons in refused for reason in reasons)
    _finish(order, at)


def carry_out_portion(item: ServiceItem[Any, Any], order: Order, actor: Actor, at: datetime) -> bool:
    """The next lines of an order of which what passes goes on; returns whether some are left.

    A line that is refused now is handed back with its reasons. `Refused` when the order itself is refused now.
    """
    begin(order)
    rows = _waiting(order, PORTION)
    refused = _write(item, order, rows, actor, at) if rows else []
    update_rows(
        OrderItem._meta.db_table,
        "id",
        ("reasons", "state"),
        (
            (row.id, as_json([refusal_as_dict(reason) for reason in reasons]), OrderState.FAILED)
            for row, reasons in refused
        ),
    )
    if OrderItem.objects.filter(order=order, state=OrderState.ACKNOWLEDGED).exists():
        return True
    _finish(order, at)
    return False


def _write(
    item: ServiceItem[Any, Any], order: Order, rows: Sequence[_Waiting], actor: Actor, at: datetime
) -> list[tuple[_Waiting, tuple[Refusal, ...]]]:
    """Write the effects for those of `rows` that pass; returns those that do not, with their reasons.

    Where all must pass and one does not, nothing is written.
    """
    keys = tuple(row.key for row in rows)
    request = request_of(order, [LineChoice(row.key, row.values) for row in rows])
    around = circumstances(request, Channel(order.channel), at, keys, locking=True, order_id=order.pk)
    judged, facts, passing = judge(item, around)
    if judged.refusals:
        raise Refused(judged.refusals)
    if [line.line.key for line in judged.lines] != list(keys):
        raise Refused(LINES_CHANGED)
    refused = [(row, line.refusals) for row, line in zip(rows, judged.lines, strict=True) if line.refusals]
    if refused and order.completion == Completion.ALL_OR_NOTHING:
        return refused
    written = [row for row, line in zip(rows, judged.lines, strict=True) if not line.refusals]
    if written:
        line_ids = item.effects(around, facts, passing, actor)
        update_rows(
            OrderItem._meta.db_table,
            "id",
            ("line_id", "state"),
            (
                (row.id, line or None, OrderState.COMPLETED)
                for row, line in zip(written, line_ids, strict=True)
            ),
        )
    return refused


def _finish(order: Order, at: datetime) -> None:
    """Completed when every line is, partial when some are, failed when none is."""
    states = set(OrderItem.objects.filter(order=order).values_list("state", flat=True))
    if states == {OrderState.COMPLETED}:
        event = OrderEvent.COMPLETE
    elif OrderState.COMPLETED in states:
        event = OrderEvent.COMPLETE_PARTLY
    else:
        event = OrderEvent.FAIL
    order.state = ORDER_LIFE.target(event)
    order.completed_at = at
    order.save(update_fields=["state", "completed_at"])


def mark_failed(order: Order, refusals: Sequence[Refusal], at: datetime) -> None:
    """Keep why an order could not be carried out, or not further. Lines that were written stay written."""
    done = OrderItem.objects.filter(order=order, state=OrderState.COMPLETED).exists()
    order.state = ORDER_LIFE.target(OrderEvent.COMPLETE_PARTLY if done else OrderEvent.FAIL)
    order.completed_at = at if done else None
    order.failure = [refusal_as_dict(refusal) for refusal in refusals]
    order.save(update_fields=["state", "completed_at", "failure"])
