"""一站式受理 (P4-40): a draft gathers items, is judged in order, and placed all or none."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pypdf import PdfReader

from tests.items import CARD, application
from tests.lines import Connected, connect
from tests.support import snapshot
from tests.world import World
from trunkline.counter import desk
from trunkline.counter.registry import service_item
from trunkline.counter.visits import Appearance, papers_of_all, place_visit, requests_of, visit_sheet
from trunkline.kernel.masking import masked_id
from trunkline.kernel.refusals import Refused
from trunkline.ordering.queries import orders_of_visit
from trunkline.ordering.types import OrderRequest, OrderState
from trunkline.ordering.visits import (
    DraftMove,
    add_to_visit,
    change_visit,
    draft,
    open_draft_of,
    visit,
)
from trunkline.security.audit import acting
from trunkline.security.types import Actor, Channel


@pytest.fixture
def clerk(world: World, make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="clerk", branch="HF")


@pytest.fixture
def lost(world: World, clerk: Actor, actor: Actor, at: datetime) -> Connected:
    """A line that was reported lost."""
    line = connect(world, actor, at - timedelta(days=1), 1)[0]
    desk.place(request=application(world, "loss_report", [line]), actor=clerk, at=at - timedelta(hours=1))
    return line


def add(world: World, clerk: Actor, at: datetime, *requests: OrderRequest) -> int:
    for request in requests:
        found = add_to_visit(
            request=request, branch_id=world.branches["HF"], selection_id=None, actor=clerk, at=at
        )
    return found


def lift_and_replace(world: World, line: Connected) -> tuple[OrderRequest, OrderRequest]:
    return application(world, "loss_lift", [line]), application(world, "sim_replacement", [line])


def appeared(world: World, clerk: Actor, draft_id: int) -> Appearance:
    """The handler with everything that was shown while the items were gathered."""
    with acting(clerk):
        held = draft(draft_id, actor=clerk)
    return Appearance(held.handler_id, held.papers)


def test_a_draft_is_kept_for_one_person_and_organisation_until_it_is_placed(
    world: World, clerk: Actor, lost: Connected, make_actor: Callable[..., Actor], at: datetime
) -> None:
    lift, card = lift_and_replace(world, lost)
    first, second = add(world, clerk, at, lift), add(world, clerk, at, card)
    assert first == second
    with acting(clerk):
        held = open_draft_of(lift.organization_id, actor=clerk)
    assert held is not None
    assert [one.item_code for one in held.orders] == ["loss_lift", "sim_replacement"]
    assert {paper.kind for paper in held.papers} >= {paper.kind for paper in lift.papers}
    other = make_actor(role="account_manager", branch="HF")
    with acting(other), pytest.raises(Refused) as refused:
        draft(first, actor=other)
    assert [one.code for one in refused.value.refusals] == ["visit.unknown"]


def test_what_is_done_first_counts_for_what_comes_after_it(
    world: World, clerk: Actor, lost: Connected, at: datetime
) -> None:
    draft_id = add(world, clerk, at, *lift_and_replace(world, lost))
    brought = appeared(world, clerk, draft_id)
    with acting(clerk):
        before = snapshot()
        requests = requests_of(draft(draft_id, actor=clerk), brought, actor=clerk, at=at)
        alone = desk.dry_run(requests[1], actor=clerk, at=at)
        together = desk.dry_run_together(requests, actor=clerk, at=at)
        assert snapshot() == before
    assert alone.reasons(requests[1].completion)
    assert [one.reasons(request.completion) for one, request in zip(together, requests, strict=True)] == [
        (),
        (),
    ]


def test_a_visit_is_placed_once_with_its_orders_in_order(
    world: World, clerk: Actor, lost: Connected, at: datetime
) -> None:
    draft_id = add(world, clerk, at, *lift_and_replace(world, lost))
    brought = appeared(world, clerk, draft_id)
    taken = place_visit(draft_id=draft_id, appeared=brought, actor=clerk, at=at)
    assert place_visit(draft_id=draft_id, appeared=brought, actor=clerk, at=at) == taken
    with acting(clerk):
        orders = orders_of_visit(taken.id)
        assert visit(taken.id) == taken
        assert open_draft_of(taken.organization_id, actor=clerk) is None
        sheet = visit_sheet(taken.id, at)
    assert [(one.item_code, one.state) for one in orders] == [
        ("loss_lift", OrderState.COMPLETED),
        ("sim_replacement", OrderState.COMPLETED),
    ]
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(sheet)).pages)
    words = "".join(words.split())
    assert "以上号码共计壹户" in words, "one line on which both items work"
    assert masked_id(CARD) in words
    assert CARD not in words


def test_when_one_item_is_refused_nothing_of_the_visit_stands(
    world: World, clerk: Actor, lost: Connected, at: datetime
) -> None:
    lift, card = lift_and_replace(world, lost)
    draft_id = add(world, clerk, at, card, lift)
    brought = appeared(world, clerk, draft_id)
    with acting(clerk):
        before = snapshot()
    with pytest.raises(Refused):
        place_visit(draft_id=draft_id, appeared=brought, actor=clerk, at=at)
    with acting(clerk):
        assert snapshot() == before
    change_visit(draft_id=draft_id, place=1, move=DraftMove.UP, actor=clerk, at=at)
    place_visit(draft_id=draft_id, appeared=brought, actor=clerk, at=at)


def test_what_one_item_does_another_may_undo_in_the_same_visit(
    world: World, clerk: Actor, actor: Actor, at: datetime
) -> None:
    line = connect(world, actor, at - timedelta(days=1), 1)[0]
    stop, resume = application(world, "suspension", [line]), application(world, "resumption", [line])
    draft_id = add(world, clerk, at, stop, resume)
    taken = place_visit(draft_id=draft_id, appeared=appeared(world, clerk, draft_id), actor=clerk, at=at)
    with acting(clerk):
        assert [one.state for one in orders_of_visit(taken.id)] == [OrderState.COMPLETED] * 2


def test_items_move_and_leave_and_an_empty_visit_is_not_placed(
    world: World, clerk: Actor, lost: Connected, at: datetime
) -> None:
    draft_id = add(world, clerk, at, *lift_and_replace(world, lost))
    change_visit(draft_id=draft_id, place=0, move=DraftMove.DOWN, actor=clerk, at=at)
    change_visit(draft_id=draft_id, place=0, move=DraftMove.UP, actor=clerk, at=at)
    change_visit(draft_id=draft_id, place=7, move=DraftMove.REMOVE, actor=clerk, at=at)
    with acting(clerk):
        assert [one.item_code for one in draft(draft_id, actor=clerk).orders] == [
            "sim_replacement",
            "loss_lift",
        ]
    for _ in range(2):
        change_visit(draft_id=draft_id, place=0, move=DraftMove.REMOVE, actor=clerk, at=at)
    with pytest.raises(Refused) as refused:
        place_visit(draft_id=draft_id, appeared=Appearance(None), actor=clerk, at=at)
    assert [one.code for one in refused.value.refusals] == ["visit.empty"]


def test_a_visit_takes_twenty_items(world: World, clerk: Actor, lost: Connected, at: datetime) -> None:
    lift, _ = lift_and_replace(world, lost)
    add(world, clerk, at, *[lift] * 20)
    with acting(clerk):
        before = snapshot()
    with pytest.raises(Refused) as refused:
        add(world, clerk, at, replace(lift, details={}))
    assert [one.code for one in refused.value.refusals] == ["visit.too_many"]
    with acting(clerk):
        assert snapshot() == before


def test_a_form_sent_twice_is_one_item_of_the_visit(
    world: World, clerk: Actor, lost: Connected, at: datetime
) -> None:
    lift, card = lift_and_replace(world, lost)
    once, other = replace(lift, idempotency_key="form-1"), replace(card, idempotency_key="form-2")
    draft_id = add(world, clerk, at, once, other)
    assert add(world, clerk, at, once) == draft_id
    with acting(clerk):
        assert [one.key for one in draft(draft_id, actor=clerk).orders] == ["form-1", "form-2"]


def test_a_paper_of_several_items_is_asked_once_as_the_strictest_asks(world: World) -> None:
    items = [service_item("loss_lift"), service_item("sim_replacement")]
    united = papers_of_all(items, Channel.OWN_HALL)
    assert len({paper.kind for paper in united}) == len(united)
    for item in items:
        for paper in item.papers:
            (one,) = [found for found in united if found.kind == paper.kind]
            assert (one.original, one.sealed) >= (paper.original, paper.sealed)
            assert paper.clause in one.clause
    assert papers_of_all([service_item("loss_report")], Channel.HOTLINE_10010) == ()
