"""The counter: every door places and carries out service items here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from trunkline.counter.registry import service_item
from trunkline.kernel.jobs import defer
from trunkline.kernel.refusals import Refused, raise_if_any
from trunkline.ordering import engine
from trunkline.ordering.documents import slip_document
from trunkline.ordering.item import ServiceItem
from trunkline.ordering.queries import order
from trunkline.ordering.types import Completion, OrderEvent, OrderRequest, OrderView
from trunkline.security.audit import operation
from trunkline.security.types import Actor

EXECUTE_JOB = "order.execute"
#: Orders of so many lines are carried out as they are placed, where their item allows it.
INLINE_LINES = 20
#: Orders of one visit follow each other in time, so that a later one may end what an earlier one began.
APART = timedelta(microseconds=1)


def dry_run(request: OrderRequest, *, actor: Actor, at: datetime) -> engine.Judgement:
    """What would happen, with every reason against; changes nothing. Runs inside the door's transaction."""
    item = service_item(request.item_code)
    actor.require(item.permission)
    judged, _, _ = engine.judge(item, engine.circumstances(engine.tidied(item, request), actor.channel, at))
    return judged


@operation("order.place")
def place(*, request: OrderRequest, actor: Actor, at: datetime) -> OrderView:
    """Take an order: judge it under locks, write it, and carry it out or queue its carrying out, all in one.

    Few lines are carried out at once, many by a job; a booked order waits for its condition (S11-D). Sending it
    again with the same idempotency key gives the same order. `Refused` holds every reason.
    """
    item = service_item(request.item_code)
    actor.require(item.permission)
    request = engine.tidied(item, request)
    around = engine.circumstances(request, actor.channel, at, locking=True)
    before = engine.placed_before(around.organization.branch_id, request)
    if before is not None:
        return order(before)
    judged, facts, passing = engine.judge(item, around)
    raise_if_any(judged.reasons(request.completion))
    condition = item.waits(around, facts) if item.waits else None
    order_id = engine.record_order(item, around, judged, condition, actor)
    if condition is None:
        if item.inline and len(judged.lines) <= INLINE_LINES:
            _carry_out_at_once(item, order_id, engine.Judged(around, judged, facts, passing), actor)
        else:
            _queue(order_id, actor)
    return order(order_id)


def _carry_out_at_once(
    item: ServiceItem[Any, Any], order_id: int, judged: engine.Judged, actor: Actor
) -> None:
    """An order of few lines is carried out on what it was judged on: its locks hold until this transaction ends."""
    waiting = engine.locked_order(order_id)
    assert waiting is not None  # noqa: S101 - written a moment ago  # nosec B101
    with _failing(waiting, judged.around.at):
        engine.carry_out_judged(item, waiting, judged, actor)


@contextmanager
def _failing(waiting: Any, at: datetime) -> Iterator[None]:
    """What is refused now leaves the order failed with the reasons, and nothing else changed."""
    try:
        with transaction.atomic():
            yield
    except Refused as refused:
        engine.mark_failed(waiting, refused.refusals, at)


def _queue(order_id: int, actor: Actor) -> None:
    defer(EXECUTE_JOB, staff_id=actor.staff_id, lock=f"order:{order_id}", order_id=order_id)


@operation("order.place")
def place_together(*, requests: Sequence[OrderRequest], actor: Actor, at: datetime) -> tuple[OrderView, ...]:
    """一站式 (P4-40): the orders of one visit, one after the other, all or none.

    Each is judged on what is true after those before it, so that 解挂 and 补卡 go together. `Refused` holds the
    reasons of the first that cannot be taken.
    """
    return tuple(
        place(request=request, actor=actor, at=at + ordinal * APART)
        for ordinal, request in enumerate(requests)
    )


def dry_run_together(
    requests: Sequence[OrderRequest], *, actor: Actor, at: datetime
) -> tuple[engine.Judgement, ...]:
    """What a whole visit would bring: each order judged after the ones before it, then all undone."""
    judgements = []
    with _undone():
        for ordinal, request in enumerate(requests):
            instant = at + ordinal * APART
            judged = dry_run(request, actor=actor, at=instant)
            judgements.append(judged)
            if not judged.reasons(request.completion):
                place(request=request, actor=actor, at=instant)
    return tuple(judgements)


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@operation("order.execute")
def execute(*, order_id: int, actor: Actor, at: datetime) -> OrderView:
    """Carry an acknowledged order out, or its next portion; a second call finds nothing to do.

    All-or-nothing: whole in this transaction, and when it is refused now, the order is failed with the reasons and
    nothing else has changed. What passes: a portion of lines, and a job for the rest.
    """
    waiting = engine.locked_order(order_id)
    if waiting is None:
        return order(order_id)
    item: ServiceItem[Any, Any] = service_item(waiting.item_code)
    left = False
    with _failing(waiting, at):
        if waiting.completion == Completion.ALL_OR_NOTHING:
            engine.carry_out(item, waiting, actor, at)
        else:
            left = engine.carry_out_portion(item, waiting, actor, at)
    if left:
        _queue(order_id, actor)
    return order(order_id)


@operation("order.stop")
def stop(*, order_id: int, actor: Actor, at: datetime) -> OrderView:
    """Hold an order before its next portion (挂起); what was carried out stays."""
    engine.change_state(order_id, OrderEvent.STOP)
    return order(order_id)


@operation("order.resume")
def resume(*, order_id: int, actor: Actor, at: datetime) -> OrderView:
    """Go on with an order that was held."""
    engine.change_state(order_id, OrderEvent.RESUME)
    _queue(order_id, actor)
    return order(order_id)


@operation("order.retry")
def retry(*, order_id: int, actor: Actor, at: datetime) -> OrderView:
    """Try a failed order again: all its lines wait once more."""
    engine.try_again(order_id)
    _queue(order_id, actor)
    return order(order_id)


@operation("order.cancel")
def cancel(*, order_id: int, actor: Actor, at: datetime) -> OrderView:
    """Withdraw what has not been carried out of an order: acknowledged, booked, held or failed."""
    engine.withdraw(order_id, at)
    return order(order_id)


@operation("order.release")
def release(*, order_id: int, actor: Actor, at: datetime) -> OrderView:
    """Carry a booked order out: its condition is met, or the back office does what the channel could not (S11-D)."""
    engine.change_state(order_id, OrderEvent.RELEASE)
    _queue(order_id, actor)
    return order(order_id)


def slip(order_id: int, at: datetime) -> bytes:
    """业务受理单 of an order as PDF (X-R1), with the notices its item must print."""
    item = service_item(order(order_id).item_code)
    return slip_document(order_id, item, at)
