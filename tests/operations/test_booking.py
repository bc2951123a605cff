"""十一、产品的预约订制与退订 (S11): a booked order waits, is judged again when its day comes, or is given up."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.operations.test_items_on_lines import clerk, scene
from tests.service_items.scene import Scene, apply_for
from trunkline.catalog.queries import offering_by_code
from trunkline.counter import desk
from trunkline.counter.booking import carry_out_due
from trunkline.kernel.refusals import Refused
from trunkline.ordering.queries import order, orders_due
from trunkline.ordering.types import OrderRequest, OrderState, Waits
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import holders_of_offering

__all__ = ["clerk", "scene"]


def has_it(scene: Scene) -> bool:
    found = offering_by_code("VAS-CALL")
    assert found is not None
    ids = [line.line_id for line in scene.lines]
    return holders_of_offering(found.id, ids) == set(ids)


def booked(scene: Scene, clerk: Actor, **details: str) -> int:
    scene.details.update(details)
    placed = desk.place(request=apply_for(scene, "booked_product_order"), actor=clerk, at=scene.at)
    assert placed.state is OrderState.PENDING
    return placed.id


def later(scene: Scene, days: int) -> datetime:
    return scene.at + timedelta(days=days)


def test_a_booking_for_a_day_waits_until_that_day(scene: Scene, clerk: Actor) -> None:
    waiting = booked(scene, clerk, trigger="date", on="2026-12-20")
    condition = order(waiting).condition
    assert condition is not None
    assert (condition.waits, condition.on, condition.expires_on) == (
        Waits.DATE,
        date(2026, 12, 20),
        date(2027, 1, 19),
    )
    assert carry_out_due(actor=scene.actor, at=later(scene, 7)) == 0
    assert not has_it(scene)
    assert orders_due(date(2026, 12, 20)) == (waiting,)
    assert carry_out_due(actor=scene.actor, at=later(scene, 8)) == 1
    done = desk.execute(order_id=waiting, actor=scene.actor, at=later(scene, 8))
    assert done.state is OrderState.COMPLETED
    assert has_it(scene)


def test_a_booking_that_is_refused_when_its_day_comes_fails_with_its_reasons(
    scene: Scene, clerk: Actor
) -> None:
    scene.details["product"] = "VAS-CALL"
    waiting = booked(scene, clerk, trigger="date", on="2026-12-20")
    bought = desk.place(request=_bought_meanwhile(scene), actor=clerk, at=later(scene, 1))
    assert bought.state is OrderState.COMPLETED
    carry_out_due(actor=scene.actor, at=later(scene, 8))
    failed = desk.execute(order_id=waiting, actor=scene.actor, at=later(scene, 8))
    assert failed.state is OrderState.FAILED
    assert {reason.code for reason in failed.failure} == {"product.has_it"}


def _bought_meanwhile(scene: Scene) -> OrderRequest:
    only = Scene(scene.world, scene.actor, scene.at, scene.lines, {"product": "VAS-CALL"})
    return apply_for(only, "product_order")


def test_a_booking_for_a_channel_is_released_by_hand_or_given_up(scene: Scene, clerk: Actor) -> None:
    waiting = booked(scene, clerk, trigger="channel")
    assert carry_out_due(actor=scene.actor, at=later(scene, 89)) == 0
    assert carry_out_due(actor=scene.actor, at=later(scene, 90)) == 1
    assert order(waiting).state is OrderState.CANCELLED
    assert not has_it(scene)


def test_a_withdrawn_booking_is_never_carried_out(scene: Scene, clerk: Actor) -> None:
    waiting = booked(scene, clerk, trigger="date", on="2026-12-20")
    assert desk.cancel(order_id=waiting, actor=clerk, at=scene.at).state is OrderState.CANCELLED
    assert carry_out_due(actor=scene.actor, at=later(scene, 30)) == 0
    with pytest.raises(Refused):
        desk.release(order_id=waiting, actor=clerk, at=later(scene, 30))
