"""Service items are accepted as the text says, and refused for every guard with nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.lines import connect
from tests.service_items import all_cases
from tests.service_items.scene import LATER, Scene, apply_for, product, view
from tests.service_items.states import holds_money, owes, stopped
from tests.support import check_deferred, snapshot
from tests.world import World
from trunkline.counter import desk
from trunkline.counter.registry import service_items
from trunkline.kernel.refusals import Refused
from trunkline.ledger.queries import customer_deposits
from trunkline.ordering.item import ServiceItem
from trunkline.ordering.queries import line_counts, order_items
from trunkline.ordering.types import Completion, OrderState
from trunkline.security.types import Actor
from trunkline.subscriptions.types import (
    StopCause,
)

CASES = all_cases()


@pytest.fixture
def clerk(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="clerk", branch="HF")


@pytest.fixture
def scene(world: World, actor: Actor, at: datetime) -> Scene:
    product(actor, at)
    return Scene(world, actor, LATER, connect(world, actor, at, 3))


def without(item: ServiceItem[Any, Any], guard_code: str) -> ServiceItem[Any, Any]:
    return replace(
        item,
        guards=tuple(guard for guard in item.guards if guard.code != guard_code),
        line_guards=tuple(guard for guard in item.line_guards if guard.code != guard_code),
    )


@pytest.mark.parametrize("item_code", CASES.accepted)
def test_an_application_with_all_papers_is_carried_out_at_once(
    scene: Scene, clerk: Actor, item_code: str
) -> None:
    CASES.prepare(scene, item_code)
    placed = desk.place(request=CASES.application(scene, item_code), actor=clerk, at=scene.at)
    if placed.condition is not None:
        assert placed.state is OrderState.PENDING
        desk.release(order_id=placed.id, actor=scene.actor, at=scene.at)
        placed = desk.execute(order_id=placed.id, actor=scene.actor, at=scene.at)
    lasting = service_items()[item_code].lasting
    assert placed.state is (OrderState.IN_PROGRESS if lasting else OrderState.COMPLETED)
    check_deferred()
    CASES.accepted[item_code](scene, [view(line) for line in scene.lines])


@pytest.mark.parametrize(("item_code", "guard_code"), CASES.refused)
def test_every_guard_refuses_with_its_clause_and_changes_nothing(
    scene: Scene, clerk: Actor, item_code: str, guard_code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says is not said by another guard: with it gone, its reasons are gone."""
    CASES.prepare(scene, item_code)
    CASES.refused[item_code, guard_code](scene)
    item = service_items()[item_code]
    guard = next(guard for guard in item.all_guards() if guard.code == guard_code)
    request = CASES.application(scene, item_code)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        desk.place(request=request, actor=clerk, at=scene.at)
    assert snapshot() == before
    monkeypatch.setitem(service_items(), item_code, without(item, guard_code))
    judged = desk.dry_run(request, actor=clerk, at=scene.at)
    of_the_guard = set(refused.value.refusals) - set(judged.reasons(request.completion))
    assert guard.clause in {refusal.clause for refusal in of_the_guard}


@pytest.mark.parametrize("item_code", CASES.accepted)
def test_an_application_without_answers_is_refused_in_words_where_it_needs_any(
    scene: Scene, clerk: Actor, item_code: str
) -> None:
    CASES.prepare(scene, item_code)
    request = replace(CASES.application(scene, item_code), details={})
    before = snapshot()
    judged = desk.dry_run(request, actor=clerk, at=scene.at)
    assert snapshot() == before
    needed = any(field.required for field in service_items()[item_code].fields)
    assert not needed or judged.reasons(request.completion)


def test_what_passes_goes_on_and_the_rest_is_handed_back_with_reasons(scene: Scene, clerk: Actor) -> None:
    owes(scene)
    request = apply_for(scene, "suspension", completion=Completion.WHAT_PASSES)
    placed = desk.place(request=request, actor=clerk, at=scene.at)
    assert placed.state is OrderState.PARTIAL
    assert line_counts(placed.id) == {OrderState.COMPLETED: 2, OrderState.REJECTED: 1}
    first, *others = order_items(placed.id)
    assert [(reason.code, reason.clause) for reason in first.reasons] == [("line.no_arrears", "S06-G1")]
    assert view(scene.one).stop_causes == ()
    assert {view(line).stop_causes for line in scene.lines[1:]} == {(StopCause.VOLUNTARY,)}
    assert [item.changes[0].after for item in others] == ["停机保号", "停机保号"]


def test_a_visit_is_judged_step_by_step_and_goes_through_whole_or_not_at_all(
    scene: Scene, clerk: Actor
) -> None:
    stopped(StopCause.LOSS)(scene)
    scene.lines = scene.lines[:1]
    steps = [apply_for(scene, "loss_lift"), apply_for(scene, "sim_replacement")]
    before = snapshot()
    with pytest.raises(Refused):
        desk.place_together(requests=list(reversed(steps)), actor=clerk, at=scene.at)
    tried = desk.dry_run_together(steps, actor=clerk, at=scene.at)
    assert [judged.reasons(Completion.ALL_OR_NOTHING) for judged in tried] == [(), ()]
    assert snapshot() == before
    card = view(scene.one).iccid
    placed = desk.place_together(requests=steps, actor=clerk, at=scene.at)
    assert {order.state for order in placed} == {OrderState.COMPLETED}
    assert view(scene.one).stop_causes == ()
    assert view(scene.one).iccid not in {"", card}


def test_the_balance_of_an_ended_line_is_given_back(scene: Scene, clerk: Actor) -> None:
    holds_money(scene)
    scene.details["refund_method"] = "cash"
    desk.place(request=apply_for(scene, "termination"), actor=clerk, at=scene.at)
    check_deferred()
    assert customer_deposits([line.account_id for line in scene.lines]) == {}
