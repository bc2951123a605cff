"""Fifty sessions at once: one holder, clear refusals, no deadlock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connections

from tests.operations.test_subscriptions import broken as broken_lines
from tests.operations.test_subscriptions import connect, person, prepared
from tests.world import World, number_of
from trunkline.kernel.refusals import Refused
from trunkline.numbering import operations as numbering
from trunkline.numbering import queries
from trunkline.numbering.checks import CHECKS
from trunkline.numbering.contention import contend, reserving, wishes
from trunkline.numbering.types import NumberKind, NumberState
from trunkline.security.audit import acting
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import live_lines_of_persons

SESSIONS = 50


def at_once(tasks: Sequence[Callable[[], object]]) -> list[object]:
    """Run every task in a thread and a session of its own, all released together.

    The result of each, or the refusal's codes; any other exception comes out.
    """
    gate = threading.Barrier(len(tasks))

    def session(task: Callable[[], object]) -> object:
        try:
            connections["default"].ensure_connection()
            gate.wait(timeout=60)
            return task()
        except Refused as refused:
            return [(refusal.code, refusal.clause) for refusal in refused.refusals]
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(session, tasks))


def broken() -> list[str]:
    return [f"{check.code}: {place}" for check in CHECKS for place in check.find()]


def test_of_fifty_sessions_reserving_one_number_one_wins_and_the_others_are_refused(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    number = number_of("HF", 7)

    def attempt(session: int) -> Callable[[], object]:
        return lambda: numbering.reserve_number(
            number=number,
            purpose="agreement",
            holder=f"agreement:{session}",
            expires_at=at + timedelta(days=7),
            actor=actor,
            at=at,
        )

    results = at_once([attempt(session) for session in range(SESSIONS)])
    winners = [result for result in results if not isinstance(result, list)]
    assert len(winners) == 1
    assert [result for result in results if isinstance(result, list)] == [[("number.taken", "")]] * 49
    with acting(actor):
        assert queries.reservation_of(number) == winners[0]
        assert broken() == []


def test_each_of_twenty_numbers_that_two_hundred_workers_want_has_one_holder_and_the_losers_are_told_so(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    numbers = [number_of("HF", i) for i in range(60, 80)]
    answers = contend(
        list(enumerate(wishes(numbers, 200))),
        reserving(expires_at=at + timedelta(days=1), actor=actor, at=at),
        desks=8,
    )
    winners = {answer.number: answer.worker for answer in answers if not answer.refused}
    assert sorted(winners) == sorted(numbers)
    assert [answer.refused for answer in answers if answer.refused] == [("number.taken",)] * 180
    with acting(actor):
        held = queries.leases(numbers)
        assert {number: lease.holder for number, lease in held.items()} == {
            number: f"worker:{worker}" for number, worker in winners.items()
        }
        assert broken() == []


def test_a_number_that_another_session_is_working_on_is_refused_at_once_in_words_of_its_own(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    number = number_of("HF", 8)

    def attempt() -> str:
        try:
            with pytest.raises(Refused) as refused:
                numbering.reserve_number(
                    number=number,
                    purpose="agreement",
                    holder="agreement:2",
                    expires_at=at + timedelta(days=7),
                    actor=actor,
                    at=at,
                )
        finally:
            connections["default"].close()
        return refused.value.refusals[0].text.en

    with ThreadPoolExecutor(1) as other, acting(actor):
        queries.locked_numbers([number])
        told = other.submit(attempt).result(timeout=60)
    assert told == f"{number} is being dealt with by somebody else at this moment"
    with acting(actor):
        assert queries.reservation_of(number) is None
        assert queries.numbers([number])[number].state is NumberState.IDLE


def test_who_may_not_reserve_is_not_told_whether_a_number_is_taken(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    nobody = replace(actor, permissions=frozenset())
    with pytest.raises(Refused) as refused:
        numbering.reserve_number(
            number="18600000000",
            purpose="agreement",
            holder="agreement:2",
            expires_at=at + timedelta(days=7),
            actor=nobody,
            at=at,
        )
    assert [refusal.code for refusal in refused.value.refusals] == ["permission.missing"]


def test_sessions_that_want_the_same_numbers_in_any_order_do_not_deadlock(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    numbers = [number_of("HF", i) for i in range(20, 40)]

    def attempt(session: int) -> Callable[[], object]:
        wanted = numbers if session % 2 else numbers[::-1]
        return lambda: numbering.reserve_numbers(
            numbers=wanted[session % 5 :],
            purpose="agreement",
            holder=f"agreement:{session}",
            expires_at=at + timedelta(days=7),
            actor=actor,
            at=at,
        )

    results = at_once([attempt(session) for session in range(SESSIONS)])
    assert any(isinstance(result, tuple) for result in results)
    taken = [number for result in results if isinstance(result, tuple) for number in result]
    assert len(taken) == len(set(taken))
    refusals = [refusal for result in results if isinstance(result, list) for refusal in result]
    assert set(refusals) == {("number.taken", "")}
    with acting(actor):
        assert broken() == []


def test_reserving_releasing_using_and_expiring_at_once_leave_a_sound_inventory(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    numbers = [number_of("HF", i) for i in range(40, 60)]
    numbering.reserve_numbers(
        numbers=numbers,
        purpose="agreement",
        holder="agreement:1",
        expires_at=at + timedelta(days=1),
        actor=actor,
        at=at,
    )
    later = at + timedelta(days=2)

    def release() -> object:
        return numbering.release_numbers(holder="agreement:1", actor=actor, at=at)

    def use() -> object:
        numbering.assign_numbers(numbers=numbers[10:], holder="agreement:1", actor=actor, at=at)
        return "used"

    def expire() -> object:
        return numbering.expire_reservations(actor=actor, at=later)

    def again() -> object:
        return numbering.reserve_numbers(
            numbers=numbers[::-1],
            purpose="agreement",
            holder="agreement:2",
            expires_at=later + timedelta(days=1),
            actor=actor,
            at=later,
        )

    results = at_once([release, use, expire, again] * 10)
    codes = {code for result in results if isinstance(result, list) for code, _ in result}
    assert codes <= {"number.not_held", "number.taken"}
    with acting(actor):
        assert broken() == []


def test_sessions_that_take_idle_numbers_share_out_the_stock(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    def attempt(session: int) -> Callable[[], object]:
        return lambda: numbering.reserve_idle(
            count=7,
            stock_id=committed_db.branches["HF"],
            purpose="agreement",
            holder=f"agreement:{session}",
            expires_at=at + timedelta(days=7),
            actor=actor,
            at=at,
        )

    results = at_once([attempt(session) for session in range(40)])
    taken = [number for result in results if isinstance(result, tuple) for number in result]
    assert len(taken) == len(set(taken)) == 280
    with acting(actor):
        assert broken() == []


def test_sessions_that_stock_the_same_numbers_leave_one_of_each(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    numbers = [f"1865512{i:04d}" for i in range(50)]

    def stock() -> object:
        return numbering.stock_numbers(
            numbers=numbers,
            kind=NumberKind.MOBILE,
            stock_id=committed_db.branches["HF"],
            actor=actor,
            at=at,
        )

    results = at_once([stock] * 20)
    assert sorted(str(result)[:2] for result in results).count("50") == 1
    assert {c for result in results if isinstance(result, list) for c, _ in result} == {
        "number.stocked_already"
    }


def test_sessions_that_connect_the_same_person_stop_at_five_lines(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    new = [replace(line, user_id_number=person(1)) for line in prepared(committed_db, actor, at, 20)]
    results = at_once(
        [lambda line=line: connect(committed_db, [line], actor, at) for line in new]  # type: ignore[misc]
    )
    assert sum(isinstance(result, tuple) for result in results) == 5
    assert [r for r in results if isinstance(r, list)] == [[("person.too_many_lines", "REG-14")]] * 15
    with acting(actor):
        assert live_lines_of_persons([person(1)]) == {person(1): 5}


def test_sessions_that_connect_different_members_get_a_card_each(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    new = prepared(committed_db, actor, at, 200)
    groups = [new[start : start + 10] for start in range(0, 200, 10)]
    results = at_once(
        [lambda group=group: connect(committed_db, group, actor, at) for group in groups]  # type: ignore[misc]
    )
    assert all(isinstance(result, tuple) and len(result) == 10 for result in results)
    with acting(actor):
        assert broken_lines() == []
