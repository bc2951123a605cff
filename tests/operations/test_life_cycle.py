"""The life cycle of prepaid lines on the real database: phases, recharges, unlocking, upkeep (S30, S32)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.items import application, papers_of
from tests.lines import Connected, connect
from tests.prepaid import LOCKED_AFTER, new_lines, prepaid_lines
from tests.support import check_deferred, snapshot
from tests.world import World
from trunkline.counter import desk
from trunkline.counter.identity import verify_by_card, verify_by_password
from trunkline.kernel.refusals import Refused
from trunkline.ordering.queries import order_items
from trunkline.ordering.types import OrderState
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions import operations as subscriptions
from trunkline.subscriptions.queries import lines, lives, phases_due
from trunkline.subscriptions.types import Life, LifePhase

DAY = timedelta(days=1)


def life(line: Connected) -> Life:
    return lives([line.line_id])[line.line_id]


def history(line: Connected) -> list[tuple[str, datetime, datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT phase, since, until FROM subscriptions_linephase WHERE line_id = %s ORDER BY since",
            [line.line_id],
        )
        return list(cursor.fetchall())


def advance(line: Connected, actor: Actor, at: datetime, balance: str = "0") -> tuple[int, ...]:
    return subscriptions.advance_phases(
        line_ids=[line.line_id], balances={line.line_id: Decimal(balance)}, actor=actor, at=at
    )


def recharge(line: Connected, amount: str, balance: str, actor: Actor, at: datetime) -> None:
    subscriptions.recharge_lines(
        recharges={line.line_id: (Decimal(amount), Decimal(balance))}, actor=actor, at=at
    )


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    return [(refusal.code, refusal.subject) for refusal in refused.value.refusals]


def test_a_prepaid_line_waits_for_its_first_activation_and_a_postpaid_one_has_no_phase(
    world: World, actor: Actor, at: datetime
) -> None:
    (prepaid,) = new_lines(world, actor, at, 1)
    (postpaid,) = connect(world, actor, at + DAY, 1)
    assert life(prepaid) == Life(LifePhase.INACTIVE, at, None)
    assert lives([postpaid.line_id]) == {}
    subscriptions.activate_lines(amounts={prepaid.line_id: Decimal(100)}, actor=actor, at=at + DAY)
    assert life(prepaid) == Life(LifePhase.VALID, at + DAY, at + 181 * DAY)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        subscriptions.activate_lines(
            amounts={prepaid.line_id: Decimal(100), postpaid.line_id: Decimal(20)},
            actor=actor,
            at=at + 2 * DAY,
        )
    assert snapshot() == before
    assert codes(refused) == [("life.not_prepaid", postpaid.number)]


def test_upkeep_that_comes_late_writes_every_phase_from_the_end_of_the_one_before(
    world: World, actor: Actor, at: datetime
) -> None:
    (line,) = prepaid_lines(world, actor, at, 1)
    assert phases_due(at + 89 * DAY) == ()
    (due,) = phases_due(at + 300 * DAY)
    assert (due.line_id, due.account_id, due.phase) == (line.line_id, line.account_id, LifePhase.VALID)
    assert advance(line, actor, at + 300 * DAY) == (line.line_id,)
    check_deferred()
    assert history(line) == [
        ("inactive", at - DAY, at),
        ("valid", at, at + 90 * DAY),
        ("recharge", at + 90 * DAY, at + 180 * DAY),
        ("locked", at + 180 * DAY, at + 210 * DAY),
        ("reclaimed", at + 210 * DAY, None),
    ]
    assert phases_due(at + 900 * DAY) == ()
    before = snapshot_of_phases()
    assert advance(line, actor, at + 301 * DAY) == ()
    assert snapshot_of_phases() == before


def snapshot_of_phases() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM subscriptions_linephase ORDER BY id")
        return list(cursor.fetchall())


def test_a_balance_keeps_a_line_locked_until_the_rent_has_used_it_up(
    world: World, actor: Actor, at: datetime
) -> None:
    (line,) = prepaid_lines(world, actor, at, 1)
    end = at + LOCKED_AFTER + 30 * DAY
    assert advance(line, actor, end, balance="1.50") == ()
    assert life(line) == Life(LifePhase.LOCKED, at + LOCKED_AFTER, end + 10 * DAY)
    assert advance(line, actor, end + 10 * DAY) == (line.line_id,)


def test_many_lines_are_moved_on_with_as_many_statements_as_one(
    world: World, actor: Actor, at: datetime
) -> None:
    made = prepaid_lines(world, actor, at, 12)
    counts = []
    for chosen in (made[:1], made[1:]):
        with CaptureQueriesContext(connection) as captured:
            subscriptions.advance_phases(
                line_ids=[line.line_id for line in chosen], balances={}, actor=actor, at=at + 190 * DAY
            )
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert {one.phase for one in lives([line.line_id for line in made]).values()} == {LifePhase.LOCKED}


def test_money_that_cannot_pay_a_minute_ends_validity_and_a_recharge_brings_it_back(
    world: World, actor: Actor, at: datetime
) -> None:
    (line,) = prepaid_lines(world, actor, at, 1)
    subscriptions.exhaust_lines(line_ids=[line.line_id], actor=actor, at=at + 5 * DAY)
    assert life(line) == Life(LifePhase.RECHARGE, at + 5 * DAY, at + 95 * DAY)
    recharge(line, "20", "0.00", actor, at + 6 * DAY)
    assert life(line).phase is LifePhase.RECHARGE
    recharge(line, "20", "19.80", actor, at + 7 * DAY)
    assert life(line) == Life(LifePhase.VALID, at + 7 * DAY, at + 37 * DAY)
    recharge(line, "50", "69.80", actor, at + 8 * DAY)
    assert life(line) == Life(LifePhase.VALID, at + 7 * DAY, at + 127 * DAY)
    check_deferred()


def test_a_locked_line_is_recharged_only_within_a_day_of_being_unlocked(
    world: World, actor: Actor, at: datetime
) -> None:
    (line,) = prepaid_lines(world, actor, at, 1)
    now = at + LOCKED_AFTER + 3 * DAY
    before = snapshot()
    with pytest.raises(Refused) as refused:
        recharge(line, "50", "50.00", actor, now)
    assert codes(refused) == [("life.locked", line.number)]
    assert snapshot() == before
    subscriptions.unlock_lines(line_ids=[line.line_id], actor=actor, at=now)
    assert life(line) == Life(
        LifePhase.LOCKED, at + LOCKED_AFTER, at + LOCKED_AFTER + 30 * DAY, unlocked_until=now + DAY
    )
    with pytest.raises(Refused) as late:
        recharge(line, "50", "50.00", actor, now + DAY)
    assert codes(late) == [("life.locked", line.number)]
    subscriptions.unlock_lines(line_ids=[line.line_id], actor=actor, at=now + 2 * DAY)
    recharge(line, "50", "50.00", actor, now + 2 * DAY + timedelta(hours=23))
    assert life(line).phase is LifePhase.VALID
    check_deferred()


def test_a_line_past_its_lock_is_neither_unlocked_nor_recharged(
    world: World, actor: Actor, at: datetime
) -> None:
    (line,) = prepaid_lines(world, actor, at, 1)
    end = at + LOCKED_AFTER + 30 * DAY
    before = snapshot()
    with pytest.raises(Refused) as unlocking:
        subscriptions.unlock_lines(line_ids=[line.line_id], actor=actor, at=end)
    assert snapshot() == before
    assert [(r.code, r.clause) for r in unlocking.value.refusals] == [("life.past_lock", "S30-G1")]
    advance(line, actor, end)
    with pytest.raises(Refused) as recharging:
        recharge(line, "50", "50.00", actor, end)
    assert codes(recharging) == [("life.past_lock", line.number)]


def test_the_user_shows_his_card_and_its_copy_is_kept_when_he_has_his_account_unlocked(
    world: World, actor: Actor, at: datetime
) -> None:
    (line,) = prepaid_lines(world, actor, at, 1)
    now = at + LOCKED_AFTER + DAY
    clerk = replace(actor, channel=Channel.OWN_HALL)
    iccid = lines([line.line_id])[line.line_id].iccid
    proof = verify_by_card(number=line.number, iccid=iccid, actor=clerk, at=now).verification_id
    request = replace(application(world, "account_unlock", [line], verification=proof), handler_id=None)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        desk.place(request=replace(request, papers=()), actor=clerk, at=now)
    assert snapshot() == before
    assert [(r.code, r.clause) for r in refused.value.refusals] == [("order.paper_missing", "S30-A1")]
    with pytest.raises(Refused) as elsewhere:
        desk.place(request=request, actor=replace(clerk, channel=Channel.ACCOUNT_MANAGER), at=now)
    assert "S30-C" in {refusal.clause for refusal in elsewhere.value.refusals}
    placed = desk.place(request=replace(request, papers=papers_of("account_unlock")), actor=clerk, at=now)
    assert placed.state is OrderState.COMPLETED
    (item,) = order_items(placed.id)
    assert [change.after.startswith("锁定期（已解锁") for change in item.changes] == [True]


def test_with_the_service_password_no_card_is_copied(world: World, actor: Actor, at: datetime) -> None:
    (line,) = prepaid_lines(world, actor, at, 1)
    now = at + LOCKED_AFTER + DAY
    clerk = replace(actor, channel=Channel.OWN_HALL)
    deposit = subscriptions.deposit_password(line_id=line.line_id, password="394817", actor=actor, at=now)
    subscriptions.adopt_passwords(deposits=[deposit], actor=actor, at=now)
    proof = verify_by_password(number=line.number, password="394817", actor=clerk, at=now).verification_id
    request = application(world, "life_cycle_query", [line], verification=proof)
    placed = desk.place(request=replace(request, handler_id=None, papers=()), actor=clerk, at=now)
    assert placed.state is OrderState.COMPLETED
    assert life(line).phase is LifePhase.VALID
    (item,) = order_items(placed.id)
    assert [change.after[:3] for change in item.changes] == ["锁定期"]
