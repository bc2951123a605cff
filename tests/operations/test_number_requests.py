"""400 numbers on a real database: reported, talked over, reserved, ordered, in use, given back (P1-07, REG-16, REG-22)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.numbers_400 import ORDINARY, OTHER, keep_400, stock_400
from tests.products import product_order
from tests.support import check_deferred, snapshot
from tests.world import World
from trunkline.counter import desk
from trunkline.installations import operations as installations
from trunkline.installations.queries import find_installations, tasks_of
from trunkline.installations.types import InstallationState, TaskState
from trunkline.kernel.refusals import Refused
from trunkline.numbering import operations as numbering
from trunkline.numbering import queries
from trunkline.numbering.checks import CHECKS
from trunkline.numbering.leases import operations as leasing
from trunkline.numbering.requests import operations as wishes
from trunkline.numbering.requests import queries as requests
from trunkline.numbering.requests.types import RequestEvent, RequestState, RequestView, Speaker
from trunkline.numbering.types import NumberState
from trunkline.security.audit import acting
from trunkline.security.queries import system_actor
from trunkline.security.types import Actor, Door
from trunkline.subscriptions.queries import lines_by_number

DAY = timedelta(days=1)


def broken() -> list[str]:
    return [f"{check.code}: {place}" for check in CHECKS for place in check.find()]


def refused_codes(call: Callable[[], object]) -> list[tuple[str, str]]:
    """The refusals of a call that must change nothing."""
    before = snapshot()
    with pytest.raises(Refused) as refused:
        call()
    assert snapshot() == before
    return [(refusal.code, refusal.clause) for refusal in refused.value.refusals]


@pytest.fixture
def bank(world: World) -> int:
    return world.organizations["HF"][0]


@pytest.fixture
def unit(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="account_manager", branch="HF")


@pytest.fixture
def keeper(make_actor: Callable[..., Actor]) -> Actor:
    """The desk."""
    return make_actor(role="department_administrator", branch="HF")


@pytest.fixture
def system() -> Actor:
    return system_actor(Door.CLI)


def report(bank: int, wanted: str, unit: Actor, at: datetime) -> RequestView:
    return wishes.report_wish(
        organization_id=bank,
        wanted=wanted,
        purpose="客户服务热线",
        contact_name="何守正",
        contact_phone="13855101234",
        actor=unit,
        at=at,
    )


def test_a_wish_is_talked_over_on_its_thread_until_the_desk_reserves(
    world: World, bank: int, unit: Actor, keeper: Actor, at: datetime
) -> None:
    stock_400(world.branches["HF"], ORDINARY, OTHER, at=at)
    made = report(bank, "4006*888", unit, at)
    assert (made.state, made.answer_due) == (RequestState.REPORTED, Speaker.DESK)
    raised = wishes.raise_issue(request_id=made.id, words="没有以888结尾的空闲号码", actor=keeper, at=at)
    assert (raised.state, raised.answer_due) == (RequestState.ISSUE, Speaker.UNIT)
    with acting(unit):
        assert (requests.count_due(Speaker.UNIT), requests.count_due(Speaker.DESK)) == (1, 0)
    said = wishes.remark(request_id=made.id, words="客户同意换号", actor=unit, at=at)
    assert (said.state, said.answer_due) == (RequestState.ISSUE, Speaker.DESK)
    kept = wishes.reserve_wanted(request_id=made.id, number=ORDINARY, actor=keeper, at=at)
    assert (kept.state, kept.number) == (RequestState.RESERVED, ORDINARY)
    instead = wishes.reserve_wanted(
        request_id=made.id, number=OTHER, words="更好记", actor=keeper, at=at + DAY
    )
    assert instead.number == OTHER
    with acting(keeper):
        assert queries.numbers([ORDINARY])[ORDINARY].state is NumberState.IDLE
        lease = queries.reservation_of(OTHER)
        assert lease is not None
        assert (lease.holder, lease.purpose, lease.expires_at) == (
            f"organization:{bank}",
            "desk",
            at + 8 * DAY,
        )
        assert [(entry.event, entry.side, entry.words) for entry in requests.thread_of(made.id)] == [
            (RequestEvent.REPORT, Speaker.UNIT, "客户服务热线"),
            (RequestEvent.RAISE, Speaker.DESK, "没有以888结尾的空闲号码"),
            (RequestEvent.REMARK, Speaker.UNIT, "客户同意换号"),
            (RequestEvent.RESERVE, Speaker.DESK, ORDINARY),
            (RequestEvent.RESERVE, Speaker.DESK, "更好记"),
        ]
        assert broken() == []
    longer = leasing.extend_lease(number=OTHER, actor=keeper, at=at + 2 * DAY)
    assert longer.expires_at == at + 15 * DAY


def test_a_reservation_that_runs_out_ends_the_wish_and_frees_the_number(
    bank: int, system: Actor, unit: Actor, at: datetime
) -> None:
    kept = keep_400(bank, ORDINARY, at=at)
    wishes.remark(request_id=kept.id, words="客户下周来办理", actor=unit, at=at)
    assert numbering.expire_reservations(actor=system, at=at + 7 * DAY) == 1
    with acting(system):
        assert requests.request(kept.id).state is RequestState.EXPIRED
        assert requests.thread_of(kept.id)[-1].event is RequestEvent.EXPIRE
        assert queries.numbers([ORDINARY])[ORDINARY].state is NumberState.IDLE
        assert broken() == []
    late = at + 8 * DAY
    assert refused_codes(lambda: wishes.remark(request_id=kept.id, words="还要", actor=unit, at=late)) == [
        ("request.not_now", "P1-07")
    ]


def test_a_wish_that_is_withdrawn_gives_its_number_to_whoever_waits(
    world: World, bank: int, unit: Actor, system: Actor, at: datetime
) -> None:
    kept = keep_400(bank, ORDINARY, at=at)
    other = world.organizations["HF"][1]
    leasing.join_queue(number=ORDINARY, organization_id=other, actor=unit, at=at)
    gone = wishes.withdraw_wish(request_id=kept.id, words="客户改用其他号码", actor=unit, at=at)
    assert (gone.state, gone.answer_due) == (RequestState.RELEASED, Speaker.NOBODY)
    with acting(system):
        lease = queries.reservation_of(ORDINARY)
        assert lease is not None
        assert lease.holder == f"organization:{other}"
        assert broken() == []


def test_what_cannot_be_wanted_or_given_is_refused_and_changes_nothing(
    world: World, bank: int, unit: Actor, keeper: Actor, at: datetime
) -> None:
    other = world.organizations["HF"][1]
    keep_400(other, OTHER, at=at)
    stock_400(world.branches["HF"], ORDINARY, at=at)
    assert refused_codes(lambda: report(bank, OTHER, unit, at)) == [("number.taken", "")]
    assert refused_codes(lambda: report(bank, "4006551999", unit, at)) == [("number.unknown", "")]
    made = report(bank, ORDINARY, unit, at)
    assert refused_codes(lambda: report(bank, ORDINARY, unit, at)) == [("request.wanted_already", "P1-07")]
    assert refused_codes(
        lambda: wishes.reserve_wanted(request_id=made.id, number="18655100200", actor=keeper, at=at)
    ) == [("number.not_400", "REG-22")]
    assert refused_codes(
        lambda: wishes.reserve_wanted(request_id=made.id, number=OTHER, actor=keeper, at=at)
    ) == [("number.taken", "")]
    assert refused_codes(
        lambda: wishes.reserve_wanted(request_id=made.id, number=ORDINARY, actor=unit, at=at)
    ) == [("permission.missing", "P5-2")]
    assert refused_codes(lambda: wishes.raise_issue(request_id=made.id, words=" ", actor=keeper, at=at)) == [
        ("request.words_missing", "P1-07")
    ]
    assert refused_codes(lambda: wishes.remark(request_id=made.id + 99, words="？", actor=unit, at=at)) == [
        ("request.unknown", "P1-07")
    ]


def test_an_order_takes_the_number_into_use_and_its_end_freezes_it(
    world: World, bank: int, make_actor: Callable[..., Actor], system: Actor, at: datetime
) -> None:
    clerk = make_actor(role="clerk", branch="HF")
    kept = keep_400(bank, ORDINARY, at=at)
    request = product_order(world, "service_400", requested_on="2027-01-20")
    order = desk.place(request=request, actor=clerk, at=at)
    with acting(system):
        wish = requests.request(kept.id)
        assert (wish.state, wish.order_number) == (RequestState.ORDERED, order.number)
        assert queries.numbers([ORDINARY])[ORDINARY].state is NumberState.IN_USE
        # No line comes of it: nothing is called from a 400 number, nor can one be handed on (REG-22).
        assert lines_by_number([ORDINARY]) == {}
        (made,) = find_installations(organization_ids=[bank])
    for step in range(6):
        with acting(system):
            task = next(task for task in tasks_of(made.id) if task.state is TaskState.OPEN)
        installations.finish_task(task_id=task.id, actor=system, at=at + step * DAY)
    with acting(system):
        assert requests.request(kept.id).state is RequestState.IN_USE
        assert broken() == []
    ended = at + 10 * DAY
    installations.remove_installation(installation_id=made.id, words="客户不再使用", actor=system, at=ended)
    check_deferred()
    with acting(system):
        number = queries.numbers([ORDINARY])[ORDINARY]
        assert (number.state, number.frozen_until) == (NumberState.FROZEN, ended + 90 * DAY)
        assert requests.request(kept.id).state is RequestState.RELEASED
        assert find_installations(organization_ids=[bank])[0].state is InstallationState.REMOVED
        assert broken() == []
