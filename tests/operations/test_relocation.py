"""移机 (S04): appointed within the limit, carried out on its day, compensated when it is late (REG-03)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lines import connect
from tests.service_items.cases.relocation import fixed_lines
from tests.service_items.scene import LATER, Scene, apply_for
from tests.world import World
from trunkline.counter import desk
from trunkline.counter.registry import service_item
from trunkline.ordering.rules import late_compensation
from trunkline.ordering.settings import adjust_rule
from trunkline.ordering.types import OrderState
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import addresses

DUE = datetime.fromisoformat("2026-12-20T10:00:00+08:00")


@pytest.mark.parametrize(
    ("late", "fee", "owed"),
    [
        (timedelta(hours=-1), "100.00", "0.00"),
        (timedelta(0), "100.00", "0.00"),
        (timedelta(minutes=1), "100.00", "1.00"),
        (timedelta(days=1), "100.00", "1.00"),
        (timedelta(days=2, hours=1), "100.00", "3.00"),
        (timedelta(days=3), "35.50", "1.07"),
        (timedelta(days=9), "0.00", "0.00"),
    ],
)
def test_lateness_costs_one_percent_of_the_fee_a_day(late: timedelta, fee: str, owed: str) -> None:
    assert late_compensation(Decimal(fee), DUE, DUE + late) == Decimal(owed)


@given(st.decimals(0, 10_000, places=2), st.integers(0, 400))
def test_more_lateness_never_costs_less(fee: Decimal, days: int) -> None:
    now, later = (late_compensation(fee, DUE, DUE + timedelta(days=d)) for d in (days, days + 1))
    assert Decimal(0) <= now <= later


@pytest.mark.parametrize(("area", "days"), [("urban", 25), ("rural", 30)])
def test_a_move_is_appointed_due_by_its_area_and_carried_out_on_its_day(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime, area: str, days: int
) -> None:
    scene = Scene(world, actor, LATER, connect(world, actor, at, 1), details={"area": area})
    fixed_lines(scene)
    clerk = make_actor(role="clerk", branch="HF")
    placed = desk.place(request=apply_for(scene, "relocation"), actor=clerk, at=LATER)
    assert (placed.state, placed.due_at) == (OrderState.PENDING, LATER + timedelta(days=days))
    assert addresses([scene.one.line_id]) == {}
    late = LATER + timedelta(days=days + 3)
    desk.release(order_id=placed.id, actor=actor, at=late)
    done = desk.execute(order_id=placed.id, actor=actor, at=late)
    assert done.state is OrderState.COMPLETED, done.failure
    assert addresses([scene.one.line_id])[scene.one.line_id].rural is (area == "rural")
    assert desk.slip(placed.id, late).startswith(b"%PDF")


def test_the_limit_is_a_dated_setting(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    adjust_rule(
        item=service_item("relocation"),
        guard=None,
        name="urban_hours",
        value=240,
        valid_from=date(2026, 12, 1),
        valid_to=None,
        reference="服务承诺〔2026〕1号",
        actor=actor,
        at=at,
    )
    scene = Scene(world, actor, LATER, connect(world, actor, at, 1))
    fixed_lines(scene)
    clerk = make_actor(role="clerk", branch="HF")
    placed = desk.place(request=apply_for(scene, "relocation"), actor=clerk, at=LATER)
    assert placed.due_at == LATER + timedelta(hours=240)
