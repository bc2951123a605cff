"""Two clerks on one line: one waits, and is then judged on what has become true (real sessions)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections

from tests.items import application
from tests.lines import Connected, connect
from tests.support import wait_until, waits_for_a_lock
from tests.world import World
from trunkline.counter import desk
from trunkline.kernel.refusals import Refused
from trunkline.ordering.queries import find_orders, order
from trunkline.ordering.types import OrderRequest, OrderState, OrderView
from trunkline.security.audit import acting
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import StopCause


@pytest.fixture
def line(committed_db: World, actor: Actor, at: datetime) -> Connected:
    return connect(committed_db, actor, at, 1)[0]


def first_and_second(
    first: OrderRequest, second: OrderRequest, clerks: tuple[Actor, Actor], at: datetime
) -> tuple[OrderView, OrderView | set[str]]:
    """The first clerk's order is placed but not yet committed when the second sends his, who waits for it."""
    placed, go_on = threading.Event(), threading.Event()

    def one() -> OrderView:
        try:
            with acting(clerks[0]):
                view = desk.place(request=first, actor=clerks[0], at=at)
                placed.set()
                assert go_on.wait(timeout=60)
            return view
        finally:
            placed.set()
            connections["default"].close()

    def other() -> OrderView | set[str]:
        try:
            with acting(clerks[1]):
                return desk.place(request=second, actor=clerks[1], at=at + timedelta(minutes=1))
        except Refused as refused:
            return {refusal.code for refusal in refused.refusals}
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(2) as pool:
        earlier = pool.submit(one)
        assert placed.wait(timeout=60)
        later = pool.submit(other)
        try:
            wait_until(waits_for_a_lock, what="the second clerk waiting for the first")
        finally:
            go_on.set()
        return earlier.result(timeout=60), later.result(timeout=60)


def test_the_second_clerk_is_judged_on_what_the_first_has_made_true(
    committed_db: World, line: Connected, make_actor: Callable[..., Actor], at: datetime
) -> None:
    clerks = make_actor(role="clerk", branch="HF"), make_actor(role="account_manager", branch="HF")
    request = application(committed_db, "suspension", [line])
    done, refused = first_and_second(request, request, clerks, at)
    assert done.state is OrderState.COMPLETED
    assert isinstance(refused, set)
    assert refused
    with acting(clerks[0]):
        assert lines([line.line_id])[line.line_id].stop_causes == (StopCause.VOLUNTARY,)
        assert [found.id for found in find_orders()] == [done.id]


def test_what_the_first_clerk_made_possible_the_second_may_do(
    committed_db: World, line: Connected, make_actor: Callable[..., Actor], at: datetime
) -> None:
    clerks = make_actor(role="clerk", branch="HF"), make_actor(role="account_manager", branch="HF")
    stop, start = (application(committed_db, code, [line]) for code in ("suspension", "resumption"))
    _, second = first_and_second(stop, start, clerks, at)
    assert isinstance(second, OrderView)
    with acting(clerks[0]):
        assert order(second.id).state is OrderState.COMPLETED
        assert lines([line.line_id])[line.line_id].stop_causes == ()


def test_one_key_sent_by_two_at_once_is_one_order(
    committed_db: World, line: Connected, make_actor: Callable[..., Actor], at: datetime
) -> None:
    clerk = make_actor(role="clerk", branch="HF")
    request = application(committed_db, "suspension", [line], key="once")
    first, second = first_and_second(request, request, (clerk, clerk), at)
    assert isinstance(second, OrderView)
    assert second.id == first.id
