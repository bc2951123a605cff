"""The counter: every door places and carries out service items here."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from trunkline.counter.registry import service_item
from trunkline.kernel.jobs import defer
from trunkline.kernel.refusals import Refused, raise_if_any
from trunkline.ordering import engine
from trunkline.ordering.documents import slip_document
from trunkline.ordering.queries import order
from trunkline.ordering.types import OrderRequest, OrderView
from trunkline.security.audit import operation
from trunkline.security.types import Actor

EXECUTE_JOB = "order.execute"


def dry_run(request: OrderRequest, *, actor: Actor, at: datetime) -> engine.Judgement:
    """What would happen, with every reason against; changes nothing. Runs inside the door's transaction."""
    actor.require("order.place")
    judged, _ = engine.judge(
        service_item(request.item_code), engine.circumstances(request, actor.channel, at)
    )
    return judged


@operation("order.place")
def place(*, request: OrderRequest, actor: Actor, at: datetime) -> OrderView:
    """Take an order: judge it, write it, and queue its carrying out in the same transaction.

    Sending it again with the same idempotency key gives the same order. `Refused` holds every reason.
    """
    item = service_item(request.item_code)
    around = engine.circumstances(request, actor.channel, at)
    before = engine.placed_before(around.organization.branch_id, request)
    if before is not None:
        return order(before)
    judged, _ = engine.judge(item, around)
    raise_if_any(judged.refusals)
    order_id = engine.record_order(item, around, judged, actor)
    defer(EXECUTE_JOB, staff_id=actor.staff_id, lock=f"order:{order_id}", order_id=order_id)
    return order(order_id)


@operation("order.execute")
def execute(*, order_id: int, actor: Actor, at: datetime) -> OrderView:
    """Carry an acknowledged order out, whole or not at all; a second call finds nothing to do.

    When it is refused now, the order is failed with the reasons and nothing else has changed.
    """
    waiting = engine.locked_order(order_id)
    if waiting is None:
        return order(order_id)
    try:
        with transaction.atomic():
            engine.carry_out(service_item(waiting.item_code), waiting, actor, at)
    except Refused as refused:
        engine.mark_failed(waiting, refused.refusals)
    return order(order_id)


def slip(order_id: int, at: datetime) -> bytes:
    """业务受理单 of an order as PDF (X-R1), with the notices its item must print."""
    item = service_item(order(order_id).item_code)
    return slip_document(order_id, item, at)
