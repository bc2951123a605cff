"""Sending an order twice: a key means what it was first used for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from tests.items import application
from tests.lines import Connected, connect
from tests.support import snapshot
from tests.world import World
from trunkline.counter import desk
from trunkline.kernel.refusals import Refused
from trunkline.ordering.queries import order_items, orders_of_organization
from trunkline.ordering.types import LineChoice
from trunkline.security.types import Actor


@pytest.fixture
def clerk(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="clerk", branch="HF")


@pytest.fixture
def lines(world: World, actor: Actor, at: datetime) -> list[Connected]:
    return connect(world, actor, at, 3)


def test_an_item_that_is_not_about_lines_is_taken_once_whatever_lines_come_along(
    world: World, clerk: Actor, lines: list[Connected], at: datetime
) -> None:
    request = application(world, "customer_record_change", lines[:1], key="k-1")
    first = desk.place(request=request, actor=clerk, at=at)
    assert desk.place(request=request, actor=clerk, at=at).id == first.id
    assert len(orders_of_organization(request.organization_id)) == 1


def test_the_order_of_the_lines_does_not_make_another_order(
    world: World, clerk: Actor, lines: list[Connected], at: datetime
) -> None:
    request = application(world, "suspension", lines, key="k-2")
    first = desk.place(request=request, actor=clerk, at=at)
    turned = replace(request, lines=tuple(reversed(request.lines)))
    assert desk.place(request=turned, actor=clerk, at=at).id == first.id


@pytest.mark.parametrize("change", ["fewer", "none", "values", "item"])
def test_a_key_that_comes_with_something_else_is_refused(
    world: World, clerk: Actor, lines: list[Connected], at: datetime, change: str
) -> None:
    request = application(world, "suspension", lines[:2], key="k-3")
    desk.place(request=request, actor=clerk, at=at)
    chosen = request.lines
    other = {
        "fewer": replace(request, lines=chosen[:1]),
        "none": replace(request, lines=()),
        "values": replace(request, lines=(LineChoice(chosen[0].line_id, {"x": "1"}), chosen[1])),
        "item": replace(request, item_code="resumption"),
    }[change]
    before = snapshot()
    with pytest.raises(Refused) as refused:
        desk.place(request=other, actor=clerk, at=at)
    assert [refusal.code for refusal in refused.value.refusals] == ["order.key_reused"]
    assert snapshot() == before


def test_lines_named_twice_are_each_named_once_among_the_reasons(
    world: World, clerk: Actor, lines: list[Connected], at: datetime
) -> None:
    judged = desk.dry_run(application(world, "suspension", [*lines, lines[0], lines[0]]), actor=clerk, at=at)
    assert [(r.code, r.subject) for r in judged.refusals] == [("order.line_repeated", str(lines[0].line_id))]


def test_a_stretch_of_an_orders_lines_is_read_by_itself(
    world: World, clerk: Actor, lines: list[Connected], at: datetime
) -> None:
    placed = desk.place(request=application(world, "suspension", lines), actor=clerk, at=at)
    assert [line.ordinal for line in order_items(placed.id, limit=1, offset=1)] == [2]
    assert [line.ordinal for line in order_items(placed.id, offset=1)] == [2, 3]
