"""Loyalty points on a real database: granted once, oldest first, never below zero, nothing after expiry."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lines import connect
from tests.support import check_deferred, snapshot
from tests.world import World
from trunkline.kernel.periods import Month, local_date, start_of_day
from trunkline.kernel.refusals import Refused
from trunkline.ledger.checks import CHECKS
from trunkline.ledger.points import queries
from trunkline.ledger.points.operations import (
    earn_points,
    expire_points,
    forfeit_points,
    grant_id,
    redeem_points_of_lines,
    reverse_points,
)
from trunkline.ledger.points.types import (
    Consumption,
    LineRedemption,
    MovementKind,
    PointsBalance,
    PointsChange,
    PointsPolicy,
    Redemption,
    RedemptionFacts,
)
from trunkline.security.audit import acting, operation
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import stop_lines
from trunkline.subscriptions.types import StopCause

AT = datetime(2026, 11, 15, 2, 0, tzinfo=UTC)
TODAY = local_date(AT)
OCTOBER = Month(2026, 10)
WELL = RedemptionFacts(
    months_on_net=6, stopped_for_arrears=False, blacklisted=False, open_order=False, frozen=False
)
SMALL = PointsPolicy(step=1)
#: When points of October 2026 are no longer valid.
LATE = start_of_day(date(2029, 11, 1))


def line_ids(world: World, actor: Actor, at: datetime, count: int = 1, branch: str = "HF") -> list[int]:
    return [line.line_id for line in connect(world, actor, at, count, branch=branch)]


def paid(
    line: int, yuan: str, month: Month = OCTOBER, *, on_time: bool = True, bill: str = ""
) -> Consumption:
    return Consumption(line, month, Decimal(yuan), on_time, bill or f"B{month}")


def redeem(
    line: int,
    points: int,
    actor: Actor,
    *,
    order: str = "1",
    at: datetime = AT,
    facts: RedemptionFacts = WELL,
    policy: PointsPolicy = SMALL,
) -> Redemption:
    (redeemed,) = redeem_points_of_lines(
        redemptions=[LineRedemption(line, points, facts, order)],
        source="order",
        policy=policy,
        actor=actor,
        at=at,
    )
    return redeemed


def total(line: int, actor: Actor, on: date = TODAY) -> int:
    with acting(actor):
        return queries.points_of_lines([line], on)[line].total


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in refused.value.refusals]


def broken() -> list[str]:
    return [f"{check.code}: {place}" for check in CHECKS for place in check.find()]


def test_lines_earn_together_a_point_a_yuan(world: World, actor: Actor, at: datetime) -> None:
    first, second, late, poor = line_ids(world, actor, at, 4)
    earned = earn_points(
        consumption=[
            paid(first, "46.99"),
            paid(second, "1200.00"),
            paid(second, "800.00", Month(2026, 9)),
            paid(late, "46.00", on_time=False),
            paid(poor, "0.99"),
        ],
        actor=actor,
        at=AT,
    )
    check_deferred()
    assert earned == PointsChange(3, 2046)
    with acting(actor):
        assert queries.points_of_lines([first, second, late, poor], TODAY) == {
            first: PointsBalance(46, 0, 46, 0, 0),
            second: PointsBalance(2000, 2000, 2000, 0, 0),
            late: PointsBalance(0, 0, 0, 0, 0),
            poor: PointsBalance(0, 0, 0, 0, 0),
        }
        (view,) = queries.movements(first)
        assert (view.kind, view.points, view.month, view.expires_on, view.at) == (
            MovementKind.EARNED, 46, OCTOBER, date(2029, 11, 1), AT,
        )  # fmt: skip
        assert broken() == []


def test_a_bill_earns_once_however_often_it_is_granted(world: World, actor: Actor, at: datetime) -> None:
    (line,) = line_ids(world, actor, at)
    assert earn_points(consumption=[paid(line, "46")] * 2, actor=actor, at=AT) == PointsChange(1, 46)
    again = earn_points(consumption=[paid(line, "46"), paid(line, "30", bill="B2")], actor=actor, at=AT)
    assert again == PointsChange(1, 30)
    assert earn_points(consumption=[paid(line, "99")], actor=actor, at=AT) == PointsChange(0, 0)
    assert total(line, actor) == 76


def test_no_consumption_earns_nothing(world: World, actor: Actor) -> None:
    assert earn_points(consumption=[], actor=actor, at=AT) == PointsChange(0, 0)


def test_a_line_that_is_not_there_is_refused_and_nobody_earns(
    world: World, actor: Actor, at: datetime
) -> None:
    (line,) = line_ids(world, actor, at)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        earn_points(consumption=[paid(line, "46"), paid(999_999, "46")], actor=actor, at=AT)
    assert codes(refused) == ["points.unknown_line"]
    assert snapshot() == before


def test_redeeming_takes_the_oldest_first_and_tells_what_it_is_worth(
    world: World, actor: Actor, at: datetime
) -> None:
    (line,) = line_ids(world, actor, at)
    earn_points(
        consumption=[paid(line, "700"), paid(line, "400", Month(2026, 8)), paid(line, "500", Month(2026, 9))],
        actor=actor,
        at=AT,
    )
    done = redeem(line, 1000, actor, policy=PointsPolicy())
    assert done == Redemption(1000, Decimal("10.00"), 600)
    with acting(actor):
        taken = [(m.month, m.points) for m in queries.movements(line) if m.kind is MovementKind.REDEEMED]
        assert taken == [(OCTOBER, -100), (Month(2026, 9), -500), (Month(2026, 8), -400)]
        assert queries.points_of_lines([line], TODAY)[line] == PointsBalance(600, 0, 600, 0, 0)
        assert broken() == []


@pytest.mark.parametrize(
    ("points", "changes", "code"),
    [
        (1500, {}, "points.not_a_step"),
        (3000, {}, "points.insufficient"),
        (1000, {"months_on_net": 5}, "points.too_new"),
        (1000, {"stopped_for_arrears": True}, "points.stopped_for_arrears"),
        (1000, {"blacklisted": True}, "points.blacklisted"),
        (1000, {"open_order": True}, "points.open_order"),
        (1000, {"frozen": True}, "points.frozen"),
    ],
)
def test_what_may_not_be_redeemed_is_refused_and_nothing_changes(
    world: World, actor: Actor, at: datetime, points: int, changes: dict[str, object], code: str
) -> None:
    (line,) = line_ids(world, actor, at)
    earn_points(consumption=[paid(line, "2000")], actor=actor, at=AT)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        redeem(line, points, actor, facts=replace(WELL, **changes), policy=PointsPolicy())  # type: ignore[arg-type]
    assert codes(refused) == [code]
    assert snapshot() == before


def test_an_order_redeems_once_and_nothing_changes_the_second_time(
    world: World, actor: Actor, at: datetime
) -> None:
    (line,) = line_ids(world, actor, at)
    earn_points(consumption=[paid(line, "2000")], actor=actor, at=AT)
    redeem(line, 1000, actor)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        redeem(line, 1000, actor)
    assert codes(refused) == ["points.redeemed_already"]
    assert snapshot() == before


def test_the_limit_of_a_month_counts_what_was_redeemed_and_not_given_back(
    world: World, actor: Actor, at: datetime
) -> None:
    (line,) = line_ids(world, actor, at)
    earn_points(consumption=[paid(line, "4000")], actor=actor, at=AT)
    limited = PointsPolicy(monthly_limit=1000)
    redeem(line, 1000, actor, order="1", policy=limited)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        redeem(line, 1000, actor, order="2", policy=limited)
    assert codes(refused) == ["points.over_the_month"]
    assert snapshot() == before
    reverse_points(source="order", source_id="1", reason="误兑", actor=actor, at=AT)
    redeem(line, 1000, actor, order="2", policy=limited)
    december = start_of_day(date(2026, 12, 1))
    redeem(line, 1000, actor, order="3", policy=limited, at=december)
    assert total(line, actor) == 2000


def test_points_run_out_on_their_day_and_not_before(world: World, actor: Actor, at: datetime) -> None:
    first, second = line_ids(world, actor, at, 2)
    earn_points(
        consumption=[
            paid(first, "300", Month(2026, 9)),
            paid(first, "200"),
            paid(second, "50", Month(2026, 9)),
        ],
        actor=actor,
        at=AT,
    )
    redeem(first, 100, actor)
    day = start_of_day(date(2029, 10, 1))
    assert expire_points(actor=actor, at=day - timedelta(seconds=1)) == PointsChange(0, 0)
    with acting(actor):
        assert queries.points_of_lines([first], date(2029, 7, 1))[first].expiring == 200
        assert queries.points_of_lines([first], date(2029, 10, 1))[first].total == 200
    before = snapshot()
    with pytest.raises(Refused) as refused:
        redeem(first, 201, actor, order="2", at=day)
    assert codes(refused) == ["points.insufficient"]
    assert snapshot() == before
    assert expire_points(actor=actor, at=day) == PointsChange(2, 250)
    assert expire_points(actor=actor, at=day) == PointsChange(0, 0)
    check_deferred()
    assert (total(first, actor, local_date(day)), total(second, actor, local_date(day))) == (200, 0)
    with acting(actor):
        assert [m.kind for m in queries.movements(second)] == [MovementKind.EXPIRED, MovementKind.EARNED]
        assert broken() == []


def test_points_are_frozen_and_not_lost_while_the_line_is_stopped_or_being_ended(
    world: World, actor: Actor, at: datetime
) -> None:
    stopped, leaving, capped = line_ids(world, actor, at, 3)
    earn_points(consumption=[paid(x, "1500") for x in (stopped, leaving, capped)], actor=actor, at=AT)
    stop_lines(line_ids=[stopped], cause=StopCause.LOSS, actor=actor, at=AT)
    stop_lines(line_ids=[capped], cause=StopCause.DATA_CAP, actor=actor, at=AT)
    ending = f"UPDATE subscriptions_line SET state = 'pre_terminated' WHERE id = {leaving}"
    write(statements=[ending], actor=actor, at=AT)
    with acting(actor):
        found = queries.points_of_lines([stopped, leaving, capped], TODAY)
    assert found[stopped] == found[leaving] == PointsBalance(1500, 0, 0, 1500, 0)
    assert found[capped] == PointsBalance(1500, 1000, 1500, 0, 0)


def test_a_redemption_is_reversed_once_and_its_movements_stay(
    world: World, actor: Actor, at: datetime
) -> None:
    (line,) = line_ids(world, actor, at)
    earn_points(consumption=[paid(line, "30", Month(2026, 9)), paid(line, "70")], actor=actor, at=AT)
    redeem(line, 80, actor)
    undo = {"source": "order", "source_id": "1", "reason": "礼品缺货"}
    assert reverse_points(**undo, actor=actor, at=AT) == PointsChange(2, 80)
    assert total(line, actor) == 100
    with acting(actor):
        assert len(queries.movements(line)) == 6
        assert broken() == []
    before = snapshot()
    for source_id, code in (("1", "points.reversed_already"), ("2", "points.unknown")):
        with pytest.raises(Refused) as refused:
            reverse_points(**undo | {"source_id": source_id}, actor=actor, at=AT)
        assert codes(refused) == [code]
    assert snapshot() == before


def test_points_whose_day_has_come_do_not_come_back(world: World, actor: Actor, at: datetime) -> None:
    (line,) = line_ids(world, actor, at)
    earn_points(consumption=[paid(line, "30", Month(2026, 9)), paid(line, "70")], actor=actor, at=AT)
    redeem(line, 80, actor)
    later = start_of_day(date(2029, 10, 1))
    undo = {"source": "order", "source_id": "1", "reason": "礼品缺货"}
    assert reverse_points(**undo, actor=actor, at=later) == PointsChange(1, 50)
    assert total(line, actor, local_date(later)) == 70
    redeem(line, 70, actor, order="2")
    before = snapshot()
    with pytest.raises(Refused) as refused:
        reverse_points(**undo | {"source_id": "2"}, actor=actor, at=LATE)
    assert codes(refused) == ["points.run_out"]
    assert snapshot() == before


def test_a_grant_is_reversed_only_while_none_of_it_is_used(world: World, actor: Actor, at: datetime) -> None:
    (line,) = line_ids(world, actor, at)
    earn_points(consumption=[paid(line, "46", bill="B1"), paid(line, "30", bill="B2")], actor=actor, at=AT)
    undo = {"source": "bill", "reason": "退费"}
    assert reverse_points(**undo, source_id=grant_id("B2", line), actor=actor, at=AT) == PointsChange(1, 30)
    redeem(line, 1, actor)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        reverse_points(**undo, source_id=grant_id("B1", line), actor=actor, at=AT)
    assert codes(refused) == ["points.used"]
    assert snapshot() == before
    assert total(line, actor) == 45


def test_points_do_not_go_to_the_next_owner_of_a_number(world: World, actor: Actor, at: datetime) -> None:
    line, other = line_ids(world, actor, at, 2)
    earn_points(
        consumption=[paid(line, "46"), paid(line, "30", Month(2026, 9)), paid(other, "7")], actor=actor, at=AT
    )
    redeem(line, 10, actor, order="1")
    for change in (PointsChange(2, 66), PointsChange(0, 0)):
        done = forfeit_points(line_ids=[line], source="order", source_id="1", actor=actor, at=AT)
        assert done == change
    assert (total(line, actor), total(other, actor)) == (0, 7)


def test_a_branch_sees_and_expires_only_its_own_points(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    (line,) = line_ids(world, actor, at)
    earn_points(consumption=[paid(line, "2000")], actor=actor, at=AT)
    clerk = make_actor(role="clerk", branch="WH")
    with acting(clerk):
        assert queries.points_of_lines([line], TODAY) == {}
        assert queries.movements(line) == ()
    with acting(actor):
        before = snapshot()
    with pytest.raises(Refused) as refused:
        redeem(line, 1000, clerk)
    assert codes(refused) == ["points.insufficient"]
    with acting(actor):
        assert snapshot() == before
    unattended = replace(clerk, permissions=actor.permissions)
    assert expire_points(actor=unattended, at=LATE) == PointsChange(0, 0)
    assert expire_points(actor=actor, at=LATE) == PointsChange(1, 2000)


# PostgreSQL is the last guard: rows written past the operations.


@operation("points.earn")
def write(*, statements: list[str], actor: Actor, at: datetime) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    check_deferred()


def _lot(line: int, branch: int, lot: int = -1) -> str:
    return (
        "INSERT INTO ledger_pointslot (id, line_id, branch_id, earned_on, points, expires_on, source, source_id) "
        f"VALUES ({lot}, {line}, {branch}, '2026-10-01', 100, '2029-11-01', 'raw', '{lot}')"
    )


def _movement(
    branch: int,
    kind: str,
    points: int,
    day: str = "2026-11-15",
    operation: str = "current_setting('trunkline.operation')::uuid",
) -> str:
    return (
        "INSERT INTO ledger_pointsmovement (lot_id, branch_id, kind, points, source, source_id, at, operation_id) "
        f"VALUES (-1, {branch}, '{kind}', {points}, 'raw', '{kind}{points}', '{day}', {operation})"
    )


@pytest.mark.parametrize(
    "case",
    [
        "below zero", "over the lot", "earned in part", "earned twice", "redeemed upwards", "nothing", "unknown kind",
        "redeemed late", "given back late", "expired early", "other branch", "forged", "no lot", "lot of other branch",
        "same lot",
    ],
)  # fmt: skip
def test_the_database_refuses_what_is_no_sound_movement(
    world: World, actor: Actor, at: datetime, case: str
) -> None:
    (line,) = line_ids(world, actor, at)
    hf, wh = world.branches["HF"], world.branches["WH"]
    sound = [_lot(line, hf), _movement(hf, "earned", 100)]
    statements = {
        "below zero": [*sound, _movement(hf, "redeemed", -60), _movement(hf, "redeemed", -41)],
        "over the lot": [*sound, _movement(hf, "adjusted", 1)],
        "earned in part": [_lot(line, hf), _movement(hf, "earned", 99)],
        "earned twice": [*sound, _movement(hf, "redeemed", -100), _movement(hf, "earned", 100)],
        "redeemed upwards": [*sound, _movement(hf, "redeemed", -5), _movement(hf, "redeemed", 5)],
        "nothing": [*sound, _movement(hf, "adjusted", 0)],
        "unknown kind": [*sound, _movement(hf, "lost", -1)],
        "redeemed late": [*sound, _movement(hf, "redeemed", -1, "2029-11-01 00:00+08")],
        "given back late": [
            *sound, _movement(hf, "redeemed", -1), _movement(hf, "reversed", 1, "2029-11-01 00:00+08"),
        ],
        "expired early": [*sound, _movement(hf, "expired", -100, "2029-10-31 23:59+08")],
        "other branch": [*sound, _movement(wh, "redeemed", -1)],
        "forged": [*sound, _movement(hf, "redeemed", -1, operation="gen_random_uuid()")],
        "no lot": [_movement(hf, "earned", 100)],
        "lot of other branch": [_lot(line, wh), _movement(wh, "earned", 100)],
        "same lot": [*sound, _lot(line, hf, -2).replace("'-2'", "'-1'")],
    }[case]  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        write(statements=statements, actor=actor, at=at)
    late = "2029-11-01 00:00+08"
    write(
        statements=[*sound, _movement(hf, "redeemed", -60), _movement(hf, "expired", -40, late)],
        actor=actor,
        at=at,
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_pointslot SET points = points",
        "UPDATE ledger_pointsmovement SET points = points",
        "DELETE FROM ledger_pointsmovement",
    ],
)
def test_lots_and_movements_never_change(world: World, actor: Actor, at: datetime, statement: str) -> None:
    (line,) = line_ids(world, actor, at)
    earn_points(consumption=[paid(line, "46")], actor=actor, at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        write(statements=[statement], actor=actor, at=at)
    assert total(line, actor) == 46


def test_points_are_not_written_outside_an_operation(world: World, actor: Actor, at: datetime) -> None:
    (line,) = line_ids(world, actor, at)
    with pytest.raises(DatabaseError), acting(actor), connection.cursor() as cursor:
        cursor.execute(_lot(line, world.branches["HF"]))


def test_two_that_redeem_from_one_line_at_once_never_overdraw_it(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    (line,) = line_ids(committed_db, actor, at)
    earn_points(consumption=[paid(line, "50", Month(2026, 9)), paid(line, "50")], actor=actor, at=AT)
    results: list[str] = []
    gate = threading.Barrier(6)

    def take(index: int) -> None:
        gate.wait()
        try:
            redeem(line, 40, actor, order=str(index))
            results.append("redeemed")
        except Refused as refused:
            results.extend(refusal.code for refusal in refused.refusals)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["points.insufficient"] * 4 + ["redeemed"] * 2
    with acting(actor):
        assert queries.points_of_lines([line], TODAY)[line].total == 20
        assert broken() == []


@dataclass
class PlainLot:
    expires_on: date
    left: int


@dataclass
class Model:
    """The points of a line as a plain list of lots, the oldest first, and what became of all others."""

    lots: list[PlainLot] = field(default_factory=list)
    earned: int = 0
    redeemed: int = 0
    expired: int = 0

    def valid(self, on: date) -> list[PlainLot]:
        return [lot for lot in self.lots if lot.expires_on > on]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.integers(0, 300)),
        st.tuples(st.just("redeem"), st.integers(1, 400)),
        st.tuples(st.just("wait"), st.integers(1, 20)),
        st.tuples(st.just("expire"), st.just(0)),
    ),
    max_size=14,
)


def test_what_was_earned_and_neither_redeemed_nor_expired_is_the_balance(
    world: World, actor: Actor, at: datetime
) -> None:
    (line,) = line_ids(world, actor, at)

    @settings(max_examples=30, deadline=None)
    @given(STEPS)
    def holds(steps: list[tuple[str, int]]) -> None:
        with transaction.atomic():
            _play(line, steps, actor)
            transaction.set_rollback(True)

    holds()


def _play(line: int, steps: list[tuple[str, int]], actor: Actor) -> None:
    """Work on the line and on the model alike, and compare after each step."""
    model, month = Model(), OCTOBER
    for place, (what, number) in enumerate(steps):
        now = month.next().start + timedelta(hours=place)
        on = local_date(now)
        if what == "wait":
            month = month.next(number)
        elif what == "earn":
            earn_points(
                consumption=[paid(line, f"{number}.50", month, bill=f"B{place}")], actor=actor, at=now
            )
            model.earned += number
            model.lots.append(PlainLot(month.next(37).first_day, number))
        elif what == "expire":
            expire_points(actor=actor, at=now)
            for lot in model.lots:
                if lot.expires_on <= on:
                    model.expired += lot.left
                    lot.left = 0
        else:
            _redeem_both(model, line, number, place, actor, now)
        on = local_date(month.next().start)
        left = sum(lot.left for lot in model.lots)
        assert model.earned - model.redeemed - model.expired == left
        valid = [lot.left for lot in model.valid(on) if lot.left]
        with acting(actor):
            lots = queries.valid_lots([line], on).get(line, ())
            assert [lot.left for lot in lots] == valid
            moved = queries.movements(line, limit=1000)
        assert sum(m.points for m in moved) == left >= 0


def _redeem_both(model: Model, line: int, number: int, place: int, actor: Actor, now: datetime) -> None:
    lots = model.valid(local_date(now))
    if number > sum(lot.left for lot in lots):
        with pytest.raises(Refused) as refused:
            redeem(line, number, actor, order=str(place), at=now)
        assert codes(refused) == ["points.insufficient"]
        return
    redeem(line, number, actor, order=str(place), at=now)
    model.redeemed += number
    for lot in lots:
        share = min(lot.left, number)
        lot.left -= share
        number -= share
