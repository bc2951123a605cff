"""Leases of the counter and the queues for numbers, on a real database (P1-07)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.support import snapshot
from tests.world import World, number_of
from trunkline.kernel.refusals import Refused
from trunkline.numbering import operations as numbering
from trunkline.numbering import queries
from trunkline.numbering.checks import CHECKS
from trunkline.numbering.leases import operations as leasing
from trunkline.numbering.models import Waiting
from trunkline.numbering.types import NumberState
from trunkline.security.audit import acting
from trunkline.security.types import Actor

NUMBER = number_of("HF", 90)
HOURS = timedelta(hours=24)


def broken() -> list[str]:
    return [f"{check.code}: {place}" for check in CHECKS for place in check.find()]


def state_of(number: str) -> NumberState:
    return queries.numbers([number])[number].state


def refused_codes(call: Callable[[], object]) -> list[tuple[str, str]]:
    """The refusals of a call that must change nothing."""
    before = snapshot()
    with pytest.raises(Refused) as refused:
        call()
    assert snapshot() == before
    return [(refusal.code, refusal.clause) for refusal in refused.value.refusals]


@pytest.fixture
def pair(world: World) -> tuple[int, int]:
    """Two organisations of the branch."""
    return world.organizations["HF"]


def test_a_lease_of_the_counter_lasts_as_the_parameter_says_and_is_extended_once(
    pair: tuple[int, int], actor: Actor, at: datetime
) -> None:
    made = leasing.lease_number(number=NUMBER, organization_id=pair[0], actor=actor, at=at)
    assert (made.holder, made.purpose, made.expires_at) == (f"organization:{pair[0]}", "counter", at + HOURS)
    longer = leasing.extend_lease(number=NUMBER, actor=actor, at=at + timedelta(hours=1))
    assert (longer.expires_at, longer.extended_at) == (at + 2 * HOURS, at + timedelta(hours=1))
    assert queries.counter_leases(actor.staff_id) == (longer,)
    again = refused_codes(lambda: leasing.extend_lease(number=NUMBER, actor=actor, at=at))
    assert again == [("number.extended_already", "P1-07")]
    over = refused_codes(lambda: leasing.extend_lease(number=NUMBER, actor=actor, at=at + 2 * HOURS))
    assert ("number.lease_over", "") in over


def test_what_the_counter_did_not_lease_cannot_be_extended(
    pair: tuple[int, int], actor: Actor, at: datetime
) -> None:
    free = refused_codes(lambda: leasing.extend_lease(number=NUMBER, actor=actor, at=at))
    _reserved([NUMBER], actor, at)
    agreement = refused_codes(lambda: leasing.extend_lease(number=NUMBER, actor=actor, at=at))
    unknown = refused_codes(lambda: leasing.extend_lease(number="18600000000", actor=actor, at=at))
    assert free == agreement == [("number.not_leased", "P1-07")]
    assert unknown == [("number.unknown", "")]


def test_a_released_number_goes_to_whoever_waited_first_and_then_to_the_next(
    world: World, pair: tuple[int, int], actor: Actor, at: datetime
) -> None:
    first, second = pair
    _reserved([NUMBER], actor, at)
    places = [
        leasing.join_queue(number=NUMBER, organization_id=each, actor=actor, at=at).place
        for each in (second, first)
    ]
    assert places == [1, 2]
    numbering.release_numbers(holder="agreement:1", actor=actor, at=at)
    served = queries.reservation_of(NUMBER)
    assert served is not None
    assert (served.holder, served.purpose, served.expires_at, served.reserved_by_id) == (
        f"organization:{second}",
        "waiting",
        at + HOURS,
        actor.staff_id,
    )
    assert [(w.organization_id, w.place) for w in queries.queue_of(NUMBER)] == [(first, 1)]
    jumped = refused_codes(
        lambda: leasing.lease_number(number=NUMBER, organization_id=first, actor=actor, at=at)
    )
    assert jumped == [("number.taken", "")]
    waited_for = refused_codes(lambda: leasing.extend_lease(number=NUMBER, actor=actor, at=at))
    assert waited_for == [("number.waited_for", "P1-07")]
    assert numbering.expire_reservations(actor=actor, at=at + HOURS) == 1
    served = queries.reservation_of(NUMBER)
    assert served is not None
    assert served.holder == f"organization:{first}"
    assert broken() == []
    assert numbering.expire_reservations(actor=actor, at=at + 2 * HOURS) == 1
    assert state_of(NUMBER) is NumberState.IDLE
    assert broken() == []


def test_a_thawed_number_goes_to_whoever_waited_for_it(
    pair: tuple[int, int], actor: Actor, at: datetime
) -> None:
    _use(NUMBER, actor, at)
    until = at + timedelta(days=90)
    numbering.freeze_numbers(numbers=[NUMBER], until=until, actor=actor, at=at)
    leasing.join_queue(number=NUMBER, organization_id=pair[1], actor=actor, at=at)
    assert numbering.thaw_numbers(actor=actor, at=until - timedelta(seconds=1)) == 0
    assert numbering.thaw_numbers(actor=actor, at=until) == 1
    served = queries.reservation_of(NUMBER)
    assert served is not None
    assert (served.holder, served.expires_at) == (f"organization:{pair[1]}", until + HOURS)
    assert queries.queue_of(NUMBER) == ()
    assert broken() == []


def test_nobody_waits_any_more_for_a_number_that_was_taken_into_use(
    pair: tuple[int, int], actor: Actor, at: datetime
) -> None:
    made = leasing.lease_number(number=NUMBER, organization_id=pair[0], actor=actor, at=at)
    leasing.join_queue(number=NUMBER, organization_id=pair[1], actor=actor, at=at)
    numbering.assign_numbers(numbers=[NUMBER], holder=made.holder, actor=actor, at=at)
    assert queries.queue_of(NUMBER) == ()
    assert [(w.ended_how, w.ended_at) for w in Waiting.objects.all()] == [("lost", at)]
    assert broken() == []


def test_who_leaves_the_queue_is_passed_over_and_may_join_again_at_its_end(
    pair: tuple[int, int], actor: Actor, at: datetime
) -> None:
    first, second = pair
    _reserved([NUMBER], actor, at)
    for each in pair:
        leasing.join_queue(number=NUMBER, organization_id=each, actor=actor, at=at)
    leasing.leave_queue(number=NUMBER, organization_id=first, actor=actor, at=at)
    assert [w.organization_id for w in queries.queue_of(NUMBER)] == [second]
    leasing.join_queue(number=NUMBER, organization_id=first, actor=actor, at=at)
    assert [(w.organization_id, w.place) for w in queries.waiting_of_staff(actor.staff_id)] == [
        (second, 1),
        (first, 2),
    ]


def test_what_nobody_can_wait_for_is_refused_with_its_reason(
    world: World, pair: tuple[int, int], actor: Actor, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def join(number: str, organization: int = pair[0]) -> list[tuple[str, str]]:
        return refused_codes(
            lambda: leasing.join_queue(number=number, organization_id=organization, actor=actor, at=at)
        )

    assert join(NUMBER) == [("number.free", "P1-07")]
    assert join("18600000000") == [("number.unknown", "")]
    used, held = number_of("HF", 91), number_of("HF", 92)
    _use(used, actor, at)
    assert join(used) == [("number.not_coming", "P1-07")]
    leasing.lease_number(number=held, organization_id=pair[0], actor=actor, at=at)
    assert join(held) == [("number.held_already", "P1-07")]
    leasing.join_queue(number=held, organization_id=pair[1], actor=actor, at=at)
    assert join(held, pair[1]) == [("number.waits_already", "P1-07")]
    other = world.organizations["WH"][0]
    with pytest.raises(Refused):
        leasing.join_queue(number=held, organization_id=other, actor=actor, at=at)
    never = refused_codes(
        lambda: leasing.leave_queue(number=held, organization_id=pair[0], actor=actor, at=at)
    )
    assert never == [("number.not_waiting", "P1-07")]


def test_many_numbers_released_at_once_go_each_to_its_own_queue(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    numbers = [number_of("HF", i) for i in range(150, 170)]
    first, second = committed_db.organizations["HF"]
    _reserved(numbers, actor, at)
    for place, number in enumerate(numbers[:10]):
        leasing.join_queue(number=number, organization_id=(first, second)[place % 2], actor=actor, at=at)
    assert numbering.release_numbers(holder="agreement:1", actor=actor, at=at) == 20
    with acting(actor):
        assert {n: lease.holder for n, lease in queries.leases(numbers).items()} == {
            number: f"organization:{(first, second)[place % 2]}" for place, number in enumerate(numbers[:10])
        }
        assert {state_of(number) for number in numbers[10:]} == {NumberState.IDLE}
        assert broken() == []


def _reserved(numbers: list[str], actor: Actor, at: datetime) -> None:
    numbering.reserve_numbers(
        numbers=numbers,
        purpose="agreement",
        holder="agreement:1",
        expires_at=at + HOURS,
        actor=actor,
        at=at,
    )


def _use(number: str, actor: Actor, at: datetime) -> None:
    _reserved([number], actor, at)
    numbering.assign_numbers(numbers=[number], holder="agreement:1", actor=actor, at=at)
