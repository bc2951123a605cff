"""The number inventory on a real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection

from tests.support import snapshot
from tests.world import STOCK, World, number_of
from trunkline.kernel.refusals import Refused
from trunkline.numbering import operations as numbering
from trunkline.numbering import queries
from trunkline.numbering.checks import CHECKS
from trunkline.numbering.searching import NumberSearch
from trunkline.numbering.types import NumberKind, NumberState, NumberUse
from trunkline.security.audit import acting, operation
from trunkline.security.models import AuditChange
from trunkline.security.types import Actor

HOLDER = "agreement:1"
#: Of the grade AAA.
PREMIUM = number_of("HF", 111)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    return [(refusal.code, refusal.subject) for refusal in refused.value.refusals]


def broken() -> list[str]:
    return [f"{check.code}: {place}" for check in CHECKS for place in check.find()]


def reserve(
    numbers: list[str], actor: Actor, at: datetime, *, holder: str = HOLDER, days: int = 7
) -> tuple[str, ...]:
    return numbering.reserve_numbers(
        numbers=numbers,
        purpose="agreement",
        holder=holder,
        expires_at=at + timedelta(days=days),
        actor=actor,
        at=at,
    )


def state_of(number: str) -> NumberState:
    return queries.numbers([number])[number].state


def test_stocked_numbers_are_idle_and_graded_by_pattern(world: World) -> None:
    found = queries.numbers([number_of("HF", i) for i in (0, 34, 111, 123, 232)])
    assert {digits[-4:]: view.grade for digits, view in found.items()} == {
        "0000": "AAAA",
        "0034": "",
        "0111": "AAA",
        "0123": "ABCD",
        "0232": "",
    }
    assert {view.state for view in found.values()} == {NumberState.IDLE}
    assert broken() == []


def test_numbers_outside_our_ranges_or_stocked_already_are_refused_and_nothing_changes(
    world: World, actor: Actor, at: datetime
) -> None:
    before = snapshot()
    for numbers, expected in (
        (["13900000001", "18655209001"], [("number.not_ours", "13900000001")]),
        ([number_of("HF", 3), "18655209001"], [("number.stocked_already", number_of("HF", 3))]),
        (["18655209001", "18655209001"], [("number.repeated", "18655209001")]),
    ):
        with pytest.raises(Refused) as refused:
            numbering.stock_numbers(
                numbers=numbers,
                kind=NumberKind.MOBILE,
                stock_id=world.branches["HF"],
                actor=actor,
                at=at,
            )
        assert codes(refused) == expected
        assert snapshot() == before


def test_a_number_is_reserved_then_taken_into_use_by_its_holder(
    world: World, actor: Actor, at: datetime
) -> None:
    number = number_of("HF", 10)
    view = numbering.reserve_number(
        number=number,
        purpose="agreement",
        holder=HOLDER,
        expires_at=at + timedelta(days=7),
        actor=actor,
        at=at,
    )
    assert (view.number, view.holder, view.reserved_by_id) == (number, HOLDER, actor.staff_id)
    assert queries.reservation_of(number) == view
    assert queries.open_reservations(HOLDER) == (view,)
    assert state_of(number) is NumberState.RESERVED
    assert broken() == []
    numbering.assign_numbers(numbers=[number], holder=HOLDER, actor=actor, at=at)
    assert state_of(number) is NumberState.IN_USE
    assert queries.reservation_of(number) is None
    assert broken() == []
    changes = AuditChange.objects.filter(table_name="numbering_number", operation__staff_id=actor.staff_id)
    assert [change.after["state"] for change in changes.order_by("-id")[:2]] == ["in_use", "reserved"]


def test_a_taken_number_is_refused_and_nothing_changes(world: World, actor: Actor, at: datetime) -> None:
    taken, free = number_of("HF", 11), number_of("HF", 12)
    reserve([taken], actor, at, holder="agreement:2")
    before = snapshot()
    with pytest.raises(Refused) as refused:
        reserve([free, taken, "18600000000"], actor, at)
    assert codes(refused) == [("number.taken", taken), ("number.unknown", "18600000000")]
    assert "预占" in refused.value.refusals[0].text.zh
    assert snapshot() == before


def test_another_branchs_number_is_refused_and_nothing_changes(
    world: World, make_actor: Callable[..., Actor], at: datetime
) -> None:
    clerk = make_actor(role="clerk", branch="HF")
    before = snapshot()
    with pytest.raises(Refused) as refused:
        reserve([number_of("WH", 1)], clerk, at)
    assert codes(refused) == [("number.other_stock", number_of("WH", 1))]
    with pytest.raises(Refused) as refused:
        numbering.reserve_idle(
            count=1,
            stock_id=world.branches["WH"],
            purpose="agreement",
            holder=HOLDER,
            expires_at=at + timedelta(days=1),
            actor=clerk,
            at=at,
        )
    assert codes(refused) == [("number.other_stock", str(world.branches["WH"]))]
    assert snapshot() == before


def test_idle_numbers_are_ordinary_ones_in_order(world: World, actor: Actor, at: datetime) -> None:
    reserve([number_of("HF", 2)], actor, at, holder="agreement:2")
    found = numbering.reserve_idle(
        count=150,
        stock_id=world.branches["HF"],
        purpose="agreement",
        holder=HOLDER,
        expires_at=at + timedelta(days=7),
        actor=actor,
        at=at,
    )
    assert len(set(found)) == 150
    assert list(found) == sorted(found)
    assert number_of("HF", 2) not in found
    assert {view.grade for view in queries.numbers(found).values()} == {""}
    assert {r.number for r in queries.open_reservations(HOLDER)} == set(found)
    assert broken() == []


def stock(numbers: list[str], world: World, actor: Actor, at: datetime) -> None:
    numbering.stock_numbers(
        numbers=numbers, kind=NumberKind.MOBILE, stock_id=world.branches["HF"], actor=actor, at=at
    )


def given(use: str, count: int, world: World, actor: Actor, at: datetime) -> tuple[str, ...]:
    return numbering.reserve_idle(
        count=count,
        stock_id=world.branches["HF"],
        purpose="agreement",
        holder=HOLDER,
        expires_at=at + timedelta(days=7),
        use=use,
        actor=actor,
        at=at,
    )


def test_a_data_cards_number_is_given_only_when_asked_for(world: World, actor: Actor, at: datetime) -> None:
    cards = ["14555201003", "14555201007"]
    stock(cards, world, actor, at)
    assert min(cards) < number_of("HF", 0), "they would come first"
    voice = given(NumberUse.MOBILE, 5, world, actor, at)
    assert not set(voice) & set(cards)
    assert voice[0].startswith("186")
    assert given(NumberUse.DATA_CARD, 2, world, actor, at) == tuple(cards)
    assert broken() == []


def test_numbers_of_another_use_do_not_fill_up_and_nothing_changes(
    world: World, actor: Actor, at: datetime
) -> None:
    stock(["14555201003"], world, actor, at)
    before = snapshot()
    for use in (NumberUse.DATA_CARD, "mvno"):
        with pytest.raises(Refused) as refused:
            given(use, 2, world, actor, at)
        assert codes(refused) == [("number.stock_exhausted", "")]
    assert snapshot() == before


def test_the_use_of_a_number_is_that_of_its_longest_range_begun_last(
    world: World, actor: Actor, at: datetime
) -> None:
    def define(prefix: str, use: str, begins: date, ends: date | None = None) -> None:
        numbering.define_range(
            prefix=prefix,
            kind=NumberKind.MOBILE,
            use=use,
            valid_from=begins,
            valid_to=ends,
            actor=actor,
            at=at,
        )

    define("14559", "mvno", date(2026, 1, 1))
    define("14558", NumberUse.MOBILE, date(2026, 1, 1), date(2026, 6, 1))
    define("14558", NumberUse.DATA_CARD, date(2026, 6, 1), date(2026, 10, 1))
    define("14558", NumberUse.MOBILE, date(2027, 1, 1))
    resold, changed, plain = "14559201003", "14558201003", "14557201003"
    stock([resold, changed, plain], world, actor, at)
    assert given("mvno", 1, world, actor, at) == (resold,)
    assert given(NumberUse.DATA_CARD, 2, world, actor, at) == (plain, changed)


def test_too_few_idle_numbers_are_refused_and_nothing_changes(
    world: World, actor: Actor, at: datetime
) -> None:
    before = snapshot()
    with pytest.raises(Refused) as refused:
        numbering.reserve_idle(
            count=STOCK + 1,
            stock_id=world.branches["HF"],
            purpose="agreement",
            holder=HOLDER,
            expires_at=at + timedelta(days=7),
            actor=actor,
            at=at,
        )
    assert codes(refused) == [("number.stock_exhausted", "")]
    assert snapshot() == before


def test_a_holder_gives_back_some_or_all(world: World, actor: Actor, at: datetime) -> None:
    numbers = [number_of("HF", i) for i in (20, 21, 22)]
    reserve(numbers, actor, at)
    reserve([number_of("HF", 23)], actor, at, holder="agreement:2")
    assert numbering.release_numbers(holder=HOLDER, numbers=numbers[:1], actor=actor, at=at) == 1
    assert numbering.release_numbers(holder=HOLDER, actor=actor, at=at) == 2
    assert numbering.release_numbers(holder=HOLDER, actor=actor, at=at) == 0
    assert [state_of(n) for n in numbers] == [NumberState.IDLE] * 3
    assert state_of(number_of("HF", 23)) is NumberState.RESERVED
    assert broken() == []


def test_nobody_gives_back_or_takes_what_another_holds(world: World, actor: Actor, at: datetime) -> None:
    number = number_of("HF", 24)
    reserve([number], actor, at, holder="agreement:2")
    before = snapshot()
    with pytest.raises(Refused) as refused:
        numbering.release_numbers(holder=HOLDER, numbers=[number], actor=actor, at=at)
    assert codes(refused) == [("number.not_held", number)]
    with pytest.raises(Refused) as refused:
        numbering.assign_numbers(numbers=[number, number_of("HF", 25)], holder=HOLDER, actor=actor, at=at)
    assert codes(refused) == [("number.not_held", number), ("number.not_held", number_of("HF", 25))]
    assert snapshot() == before


def test_a_reservation_that_ran_out_cannot_be_used_and_is_ended_by_the_sweep(
    world: World, actor: Actor, at: datetime
) -> None:
    short, long = number_of("HF", 30), number_of("HF", 31)
    reserve([short], actor, at, days=1)
    reserve([long], actor, at, days=9)
    later = at + timedelta(days=1)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        numbering.assign_numbers(numbers=[short, long], holder=HOLDER, actor=actor, at=later)
    assert codes(refused) == [("number.lease_over", short)]
    assert snapshot() == before
    assert numbering.expire_reservations(actor=actor, at=later) == 1
    assert numbering.expire_reservations(actor=actor, at=later) == 0
    assert (state_of(short), state_of(long)) == (NumberState.IDLE, NumberState.RESERVED)
    assert broken() == []
    reserve([short], actor, later, holder="agreement:2")


def test_a_number_given_up_rests_ninety_days(world: World, actor: Actor, at: datetime) -> None:
    number = number_of("HF", 40)
    reserve([number], actor, at)
    numbering.assign_numbers(numbers=[number], holder=HOLDER, actor=actor, at=at)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        numbering.freeze_numbers(numbers=[number], until=at + timedelta(days=89), actor=actor, at=at)
    assert [(r.code, r.clause) for r in refused.value.refusals] == [("number.freeze_too_short", "REG-11")]
    assert snapshot() == before
    until = at + timedelta(days=90)
    numbering.freeze_numbers(numbers=[number], until=until, actor=actor, at=at)
    assert queries.numbers([number])[number].frozen_until == until
    with pytest.raises(Refused) as refused:
        reserve([number], actor, at)
    assert [(r.code, r.clause) for r in refused.value.refusals] == [("number.taken", "REG-11")]
    assert numbering.thaw_numbers(actor=actor, at=until - timedelta(seconds=1)) == 0
    assert numbering.thaw_numbers(actor=actor, at=until) == 1
    assert (state_of(number), queries.numbers([number])[number].frozen_until) == (NumberState.IDLE, None)
    assert broken() == []


def test_numbers_are_found_by_pattern_grade_stock_and_state(world: World, actor: Actor, at: datetime) -> None:
    hf = world.branches["HF"]
    found = queries.search_numbers(NumberSearch(stock_id=hf, pattern="*0?23"))
    assert [view.number for view in found] == [number_of("HF", i) for i in (23, 123, 223, 323)]
    assert [v.number for v in queries.search_numbers(NumberSearch(pattern="55300123"))] == [
        number_of("WH", 123)
    ]
    assert [v.number for v in queries.search_numbers(NumberSearch(stock_id=hf, grade="AAA"))] == [
        number_of("HF", i) for i in (111, 222, 333)
    ]
    reserve([PREMIUM], actor, at)
    assert [v.number for v in queries.search_numbers(NumberSearch(stock_id=hf, grade="AAA"))] == [
        number_of("HF", i) for i in (222, 333)
    ]
    reserved = queries.search_numbers(NumberSearch(state=NumberState.RESERVED))
    assert [view.number for view in reserved] == [PREMIUM]
    assert len(queries.search_numbers(NumberSearch(), limit=7)) == 7
    with pytest.raises(Refused) as refused:
        queries.search_numbers(NumberSearch(pattern="186%"))
    assert codes(refused) == [("number.pattern_wrong", "186%")]


def test_a_new_grade_is_data_and_idle_numbers_can_be_graded_again(
    world: World, actor: Actor, at: datetime
) -> None:
    commitment = {"prepayment": Decimal("600.00"), "months": 12, "minimum_monthly": Decimal("46.00")}
    numbering.define_grade(
        code="AABB", name="双对号", pattern=r"(\d)\1(\d)\2$", rank=9, actor=actor, at=at, **commitment
    )
    assert queries.search_numbers(NumberSearch(grade="AABB")) == ()
    assert numbering.regrade_numbers(stock_id=world.branches["HF"], actor=actor, at=at) > 0
    assert number_of("HF", 22) in [v.number for v in queries.search_numbers(NumberSearch(grade="AABB"))]
    assert numbering.regrade_numbers(stock_id=world.branches["HF"], actor=actor, at=at) == 0
    before = snapshot()
    with pytest.raises(Refused) as refused:
        numbering.define_grade(
            code="AABB", name="双对号", pattern="(", rank=10, actor=actor, at=at, **commitment
        )
    assert codes(refused) == [("grade.pattern_wrong", "("), ("grade.defined_already", "AABB")]
    assert snapshot() == before


def test_a_range_may_end_and_a_wrong_one_is_refused(world: World, actor: Actor, at: datetime) -> None:
    numbering.define_range(
        prefix="1709",
        kind=NumberKind.MOBILE,
        use="mvno",
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 10, 1),
        actor=actor,
        at=at,
    )
    with pytest.raises(Refused) as refused:
        numbering.stock_numbers(
            numbers=["17090000001"],
            kind=NumberKind.MOBILE,
            stock_id=world.branches["HF"],
            actor=actor,
            at=at,
        )
    assert codes(refused) == [("number.not_ours", "17090000001")]
    before = snapshot()
    with pytest.raises(Refused) as refused:
        numbering.define_range(
            prefix="17x",
            kind=NumberKind.MOBILE,
            use="",
            valid_from=date(2026, 1, 1),
            valid_to=date(2026, 1, 1),
            actor=actor,
            at=at,
        )
    assert [code for code, _ in codes(refused)] == ["number.range_malformed", "number.range_period_empty"]
    assert snapshot() == before


def test_reservations_of_another_branch_stay_out_of_sight(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    reserve([number_of("WH", 50), number_of("HF", 50)], actor, at)
    with acting(make_actor(role="clerk", branch="HF")):
        assert [r.number for r in queries.open_reservations(HOLDER)] == [number_of("HF", 50)]
    with acting(actor):
        assert len(queries.open_reservations(HOLDER)) == 2


@operation("number.tamper")
def tamper(*, change: str, number: str, actor: Actor, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE numbering_number SET {change} WHERE number = %s", [number])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("state = 'reserved'", "number.reserved_has_lease"),
        ("grade = 'ZZZ'", "number.grade_defined"),
        ("number = '1' || number", "number.in_range"),
    ],
)
def test_a_check_finds_what_was_broken_behind_the_operations(
    world: World, actor: Actor, at: datetime, change: str, code: str
) -> None:
    tamper(change=change, number=number_of("HF", 60), actor=actor, at=at)
    assert [found.split(":")[0] for found in broken()] == [code]


def test_a_check_finds_a_lease_on_a_number_that_is_not_reserved(
    world: World, actor: Actor, at: datetime
) -> None:
    reserve([number_of("HF", 61)], actor, at)
    tamper(change="state = 'idle'", number=number_of("HF", 61), actor=actor, at=at)
    assert [found.split(":")[0] for found in broken()] == ["number.lease_is_reserved"]


def test_a_frozen_number_without_an_end_is_refused_by_the_database(
    world: World, actor: Actor, at: datetime
) -> None:
    with pytest.raises(IntegrityError, match="number_frozen_until"):
        tamper(change="state = 'frozen'", number=number_of("HF", 60), actor=actor, at=at)
