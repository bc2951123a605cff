"""Lines on a real database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.codes import iccid, imei, imsi, resident_id
from tests.support import snapshot
from tests.world import STOCK, World, number_of
from trunkline.catalog import queries as catalog
from trunkline.kernel.clock import at_time
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refused
from trunkline.numbering import operations as numbering
from trunkline.numbering.queries import numbers
from trunkline.numbering.types import NumberKind, NumberState
from trunkline.party.operations import open_accounts
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import acting, operation
from trunkline.security.models import AuditChange
from trunkline.security.types import Actor
from trunkline.subscriptions import operations as subscriptions
from trunkline.subscriptions import queries
from trunkline.subscriptions.checks import CHECKS
from trunkline.subscriptions.rules import person_limit_refusals
from trunkline.subscriptions.types import (
    LINE_LIFE,
    LineEvent,
    LineState,
    LineView,
    NameType,
    NewLine,
    ServiceCode,
    StopCause,
)

HOLDER = "agreement:1"


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    return [(refusal.code, refusal.subject) for refusal in refused.value.refusals]


def broken() -> list[str]:
    return [f"{check.code}: {place}" for check in CHECKS for place in check.find()]


def person(index: int) -> str:
    return resident_id("340102", "19900101", index)


def prepared(
    world: World, actor: Actor, at: datetime, count: int, *, branch: str = "HF", same_person: bool = False
) -> list[NewLine]:
    """New lines of a branch's first organisation whose numbers have been taken into use."""
    taken = numbering.reserve_idle(
        count=count,
        stock_id=world.branches[branch],
        purpose="agreement",
        holder=HOLDER,
        expires_at=at + timedelta(days=1),
        actor=actor,
        at=at,
    )
    numbering.assign_numbers(numbers=taken, holder=HOLDER, actor=actor, at=at)
    accounts = open_accounts(
        organization_id=world.organizations[branch][0],
        titles=taken,
        payment_method=PaymentMethod.CASH,
        isolated=True,
        actor=actor,
        at=at,
    )
    plan = catalog.offering_by_code("3G-66")
    assert plan is not None
    terminal = catalog.terminal_models()["WP-S7"]
    return [
        NewLine(
            number=number,
            account_id=account,
            user_name="刘思源",
            user_id_number=person(1 if same_person else index),
            offering_id=plan.id,
            first_month_mode="half",
            terminal_model_id=terminal.id if index % 2 == 0 else None,
            imei=imei(index) if index % 2 == 0 else "",
        )
        for index, (number, account) in enumerate(zip(taken, accounts, strict=True))
    ]


def connect(
    world: World, lines: Sequence[NewLine], actor: Actor, at: datetime, *, branch: str = "HF"
) -> tuple[int, ...]:
    return subscriptions.connect_lines(
        lines=lines,
        organization_id=world.organizations[branch][0],
        branch_id=world.branches[branch],
        name_type=NameType.ORGANIZATION,
        actor=actor,
        at=at,
    )


def line(line_id: int) -> LineView:
    return queries.lines([line_id])[line_id]


@given(
    st.lists(st.sampled_from("ABC"), max_size=12),
    st.dictionaries(st.sampled_from("ABC"), st.integers(0, 7), max_size=3),
)
def test_exactly_those_who_would_pass_five_lines_are_refused(wanted: list[str], held: dict[str, int]) -> None:
    refused = {refusal.subject for refusal in person_limit_refusals(wanted, held)}
    assert refused == {p for p in set(wanted) if wanted.count(p) + held.get(p, 0) > 5}


@given(st.lists(st.sampled_from(list(LineEvent)), max_size=10))
def test_a_terminated_line_never_comes_back(events: list[LineEvent]) -> None:
    state, ended = LineState.PRE_ACTIVE, False
    for event in events:
        state = LINE_LIFE.after(state, event) or state
        ended = ended or state is LineState.TERMINATED
        assert (state is LineState.TERMINATED) == ended


def test_a_connected_line_is_active_at_once_with_all_that_belongs_to_it(
    world: World, actor: Actor, at: datetime
) -> None:
    new = prepared(world, actor, at, 3)
    cards = queries.sims_in_stock(world.branches["HF"])
    ids = connect(world, new, actor, at)
    assert [line(i).number for i in ids] == [n.number for n in new]
    view = line(ids[0])
    assert view == LineView(
        id=ids[0],
        branch_id=world.branches["HF"],
        organization_id=world.organizations["HF"][0],
        account_id=new[0].account_id,
        number=new[0].number,
        state=LineState.ACTIVE,
        name_type=NameType.ORGANIZATION,
        user_name="刘思源",
        user_id_number=person(0),
        offering_id=new[0].offering_id,
        first_month_mode="half",
        iccid=iccid(0),
        activated_at=at,
        terminated_at=None,
        stop_causes=(),
        services=(),
        phase=None,
        masks=(),
    )
    assert [line(i).iccid for i in ids] == [iccid(0), iccid(1), iccid(2)]
    assert queries.sims_in_stock(world.branches["HF"]) == cards - 3
    assert queries.line_by_number(new[1].number) == line(ids[1])
    assert queries.line_by_number(number_of("HF", 399)) is None
    assert queries.count_lines(world.organizations["HF"][0])[LineState.ACTIVE] == 3
    assert queries.count_lines(world.organizations["HF"][1]) == dict.fromkeys(LineState, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line_id, model_id IS NOT NULL, imei FROM subscriptions_terminal ORDER BY line_id"
        )
        assert cursor.fetchall() == [(ids[0], True, imei(0)), (ids[2], True, imei(2))]
    assert broken() == []


def test_every_row_of_a_connected_line_has_its_audit_row(world: World, actor: Actor, at: datetime) -> None:
    new = prepared(world, actor, at, 2)
    before = AuditChange.objects.count()
    with acting(actor):
        connect(world, new, actor, at)
        changes = AuditChange.objects.filter(operation__verb="line.connect")
        tables = sorted(changes.values_list("table_name", flat=True))
    assert tables == sorted(
        [f"subscriptions_{t}" for t in ("line", "linenumber", "lineoffering", "lineowner", "sim")] * 2
        + ["subscriptions_terminal"]
    )
    assert AuditChange.objects.count() == before + len(tables)


def test_the_number_of_statements_does_not_depend_on_the_number_of_lines(
    world: World, actor: Actor, at: datetime
) -> None:
    counts = []
    for size in (1, 60, 200):
        new = prepared(world, actor, at, size)
        new = [replace(n, user_id_number=person(size + i)) for i, n in enumerate(new)]
        with CaptureQueriesContext(connection) as captured:
            connect(world, new, actor, at)
        counts.append(len(captured))
    assert len(set(counts)) == 1, counts
    assert counts[0] < 25
    assert broken() == []


def test_every_reason_against_a_line_is_given_and_nothing_changes(
    world: World, actor: Actor, at: datetime
) -> None:
    new = prepared(world, actor, at, 4)
    foreign = open_accounts(
        organization_id=world.organizations["HF"][1],
        titles=["x"],
        payment_method=PaymentMethod.CASH,
        isolated=True,
        actor=actor,
        at=at,
    )[0]
    bad = [
        replace(new[0], number=number_of("HF", 390)),
        replace(new[1], user_name=" "),
        replace(new[2], account_id=foreign, first_month_mode="quarter"),
        replace(new[3], offering_id=0, imei="12"),
        new[3],
    ]
    before = snapshot()
    with pytest.raises(Refused) as refused:
        connect(world, bad, actor, at)
    assert codes(refused) == [
        ("line.number_repeated", new[3].number),
        ("line.number_not_assigned", number_of("HF", 390)),
        ("line.real_name_missing", new[1].number),
        ("line.account_foreign", new[2].number),
        ("line.first_month_unknown", new[2].number),
        ("line.not_a_plan", new[3].number),
        ("line.imei_malformed", new[3].number),
    ]
    assert snapshot() == before


def test_a_number_with_a_line_is_refused_and_nothing_changes(
    world: World, actor: Actor, at: datetime
) -> None:
    new = prepared(world, actor, at, 2)
    connect(world, new, actor, at)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        connect(world, new[:1], actor, at)
    assert codes(refused) == [("line.number_has_line", new[0].number)]
    assert snapshot() == before


def test_too_few_cards_are_refused_and_nothing_changes(world: World, actor: Actor, at: datetime) -> None:
    connect(world, prepared(world, actor, at, 300), actor, at)
    numbering.stock_numbers(
        numbers=[f"1865511{i:04d}" for i in range(2000, 2200)],
        kind=NumberKind.MOBILE,
        stock_id=world.branches["HF"],
        actor=actor,
        at=at,
    )
    new = prepared(world, actor, at, STOCK - 300 + 1)
    new = [replace(n, user_id_number=person(500 + i)) for i, n in enumerate(new)]
    before = snapshot()
    with pytest.raises(Refused) as refused:
        connect(world, new, actor, at)
    assert codes(refused) == [("sim.stock_exhausted", "")]
    assert snapshot() == before


def test_a_persons_sixth_line_is_refused_and_nothing_changes(
    world: World, actor: Actor, at: datetime
) -> None:
    new = prepared(world, actor, at, 6, same_person=True)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        connect(world, new, actor, at)
    assert [(r.code, r.clause) for r in refused.value.refusals] == [("person.too_many_lines", "REG-14")]
    assert person(1) not in refused.value.refusals[0].text.zh
    assert snapshot() == before
    connect(world, new[:5], actor, at)
    with pytest.raises(Refused):
        connect(world, new[5:], actor, at)


def test_a_persons_lines_are_counted_over_all_branches_and_only_counted(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    ids = connect(world, prepared(world, actor, at, 5, branch="WH", same_person=True), actor, at, branch="WH")
    with acting(make_actor(role="clerk", branch="HF")):
        assert queries.live_lines_of_persons([person(1), person(2)]) == {person(1): 5, person(2): 0}
        assert queries.lines(ids) == {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM trunkline_live_lines(%s)", [[person(1), person(2)]])
            assert [column.name for column in cursor.description] == ["id_number", "lines"]
            assert cursor.fetchall() == [(person(1), 5)]
    one = prepared(world, actor, at, 1)
    with pytest.raises(Refused) as refused:
        connect(world, [replace(one[0], user_id_number=person(1))], actor, at)
    assert codes(refused) == [("person.too_many_lines", person(1))]


def test_the_check_letter_of_an_identity_number_counts_in_either_case(
    world: World, actor: Actor, at: datetime
) -> None:
    with_x = next(person(i) for i in range(1000) if person(i).endswith("X"))
    new = prepared(world, actor, at, 2)
    connect(world, [replace(new[0], user_id_number=with_x.lower())], actor, at)
    connect(world, [replace(new[1], user_id_number=with_x)], actor, at)
    assert queries.live_lines_of_persons([with_x.lower(), with_x]) == {with_x.lower(): 2, with_x: 2}


def test_the_counting_function_has_a_pinned_search_path_and_is_not_for_everyone(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosecdef, proconfig, pg_get_userbyid(proowner) <> current_user, "
            "coalesce(array_to_string(proacl, ' '), '=X') ~ '(^| )=X' "
            "FROM pg_proc WHERE proname = 'trunkline_live_lines'"
        )
        assert cursor.fetchone() == (True, ["search_path=public, pg_temp"], True, False)


def test_lines_of_another_branch_can_neither_be_connected_nor_seen(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    ids = connect(world, prepared(world, actor, at, 1, branch="WH"), actor, at, branch="WH")
    more = prepared(world, actor, at, 1, branch="WH")
    clerk = replace(make_actor(role="clerk", branch="HF"), permissions=frozenset({"*"}))
    before = snapshot()
    with pytest.raises(Refused) as refused:
        connect(world, more, clerk, at, branch="WH")
    assert codes(refused) == [("line.branch_out_of_reach", "")]
    with pytest.raises(Refused) as refused:
        subscriptions.stock_sims(
            iccids_imsis=[(iccid(9000), imsi(9000))], stock_id=world.branches["WH"], actor=clerk, at=at
        )
    assert codes(refused) == [("sim.other_stock", "")]
    assert snapshot() == before
    with acting(clerk):
        assert queries.lines(ids) == {}
        assert queries.line_by_number(more[0].number) is None
        assert queries.lines_of_organization(world.organizations["WH"][0]) == ()
        assert queries.plan_periods(Month.of(at)) == ()


def test_cards_are_stocked_once_and_must_look_like_cards(world: World, actor: Actor, at: datetime) -> None:
    before = snapshot()
    for pairs, expected in (
        ([(iccid(1), imsi(9001))], [("sim.stocked_already", iccid(1))]),
        ([(iccid(9001), imsi(9001)), (iccid(9002), imsi(9001))], [("sim.stocked_already", iccid(9002))]),
        ([("8986", "123")], [("sim.malformed", "8986"), ("sim.imsi_malformed", "123")]),
    ):
        with pytest.raises(Refused) as refused:
            subscriptions.stock_sims(iccids_imsis=pairs, stock_id=world.branches["HF"], actor=actor, at=at)
        assert codes(refused) == expected
        assert snapshot() == before


def test_lines_of_an_organisation_are_found_by_number_and_name_in_pages(
    world: World, actor: Actor, at: datetime
) -> None:
    new = [replace(n, user_name=f"用户{i:02d}%") for i, n in enumerate(prepared(world, actor, at, 12))]
    ids = connect(world, new, actor, at)
    owner = world.organizations["HF"][0]
    assert [v.id for v in queries.lines_of_organization(owner, limit=5, offset=10)] == list(ids[10:])
    assert [v.id for v in queries.lines_of_organization(owner, text="用户07")] == [ids[7]]
    assert [v.id for v in queries.lines_of_organization(owner, text=new[3].number[-6:])] == [ids[3]]
    assert len(queries.lines_of_organization(owner, text="%")) == 12
    assert queries.lines_of_organization(owner, text="_x") == ()


@operation("line.tamper")
def tamper(*, statement: str, values: list[object], actor: Actor, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_plan_periods_cover_the_month_in_whole_stretches(world: World, actor: Actor, at: datetime) -> None:
    new = prepared(world, actor, at, 2)
    first, second = connect(world, new, actor, at)
    changed = at + timedelta(days=5)
    tamper(
        statement="UPDATE subscriptions_lineoffering SET valid_to = %s WHERE line_id = %s",
        values=[changed, first],
        actor=actor,
        at=at,
    )
    other = catalog.offering_by_code("3G-96")
    assert other is not None
    tamper(
        statement="INSERT INTO subscriptions_lineoffering (line_id, branch_id, offering_id, is_plan, valid_from) "
        "VALUES (%s, %s, %s, true, %s)",
        values=[first, world.branches["HF"], other.id, changed],
        actor=actor,
        at=at,
    )
    month = Month.of(at)
    stretches = [
        (p.line_id, p.offering_id, p.first_month_mode, p.active_from, p.active_to)
        for p in queries.plan_periods(month)
    ]
    plan = new[0].offering_id
    assert stretches == [
        (first, plan, "half", at, changed),
        (first, other.id, None, changed, None),
        (second, plan, "half", at, None),
    ]
    assert queries.plan_periods(month.next(-1)) == ()
    assert [(p.line_id, p.offering_id) for p in queries.plan_periods(month.next())] == [
        (first, other.id),
        (second, plan),
    ]
    assert {p.entered_at for p in queries.plan_periods(month.next())} == {at}
    assert line(first).offering_id == other.id
    assert {p.account_id for p in queries.plan_periods(month)} == {n.account_id for n in new}


def test_a_number_change_splits_a_stretch_at_the_instant_of_the_change(
    world: World, actor: Actor, at: datetime
) -> None:
    (only,) = connect(world, prepared(world, actor, at, 1), actor, at)
    end = Month.of(at).end
    old = line(only).number
    tamper(
        statement="UPDATE subscriptions_linenumber SET valid_to = %s WHERE line_id = %s",
        values=[end, only],
        actor=actor,
        at=at,
    )
    tamper(
        statement="INSERT INTO subscriptions_linenumber (line_id, branch_id, number, valid_from) "
        "VALUES (%s, %s, '18655199999', %s)",
        values=[only, world.branches["HF"], end],
        actor=actor,
        at=at,
    )
    assert [p.number for p in queries.plan_periods(Month.of(at))] == [old]
    assert [p.number for p in queries.plan_periods(Month.of(at).next())] == ["18655199999"]


def test_two_lines_cannot_hold_a_number_at_once_whoever_writes(
    world: World, actor: Actor, at: datetime
) -> None:
    first, second = connect(world, prepared(world, actor, at, 2), actor, at)
    with pytest.raises(IntegrityError, match="a_number_has_one_holder"):
        tamper(
            statement="INSERT INTO subscriptions_linenumber (line_id, branch_id, number, valid_from) "
            "VALUES (%s, %s, %s, %s)",
            values=[second, world.branches["HF"], line(first).number, at],
            actor=actor,
            at=at,
        )


def test_a_number_taken_into_use_without_a_line_is_found(world: World, actor: Actor, at: datetime) -> None:
    (new,) = prepared(world, actor, at, 1)
    assert broken() == [f"line.number_in_use_has_line: {new.number}"]
    connect(world, [new], actor, at)
    assert broken() == []
    assert numbers([new.number])[new.number].state is NumberState.IN_USE


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE subscriptions_linenumber SET valid_to = %(later)s", ["line.number_in_use_has_line", "line.complete"]),
        ("UPDATE subscriptions_lineoffering SET valid_to = %(later)s", ["line.complete"]),
        ("UPDATE subscriptions_sim SET retired_at = %(later)s WHERE line_id IS NOT NULL", ["line.complete"]),
        ("UPDATE numbering_number SET state = 'blocked' WHERE state = 'in_use'", ["line.number_is_in_use"]),
        (
            "UPDATE subscriptions_line SET state = 'terminated', terminated_at = %(later)s",
            ["line.ended_holds_nothing"],
        ),
        ("UPDATE subscriptions_line SET organization_id = %(other)s", ["line.account_own"]),
        ("UPDATE subscriptions_lineoffering SET branch_id = %(branch)s", ["line.same_branch"]),
        (
            "INSERT INTO subscriptions_linestop (line_id, branch_id, cause, since) "
            "SELECT id, branch_id, 'loss', %(earlier)s FROM subscriptions_line",
            ["line.not_stopped_before_active"],
        ),
        (
            "INSERT INTO subscriptions_linestop (line_id, branch_id, cause, since) "
            "SELECT id, branch_id, 'data_cap', %(later)s FROM subscriptions_line",
            ["line.data_bar_lifted"],
        ),
    ],
)  # fmt: skip
def test_a_check_finds_what_was_broken_behind_the_operations(
    world: World, actor: Actor, at: datetime, statement: str, expected: list[str]
) -> None:
    connect(world, prepared(world, actor, at, 1), actor, at)
    values = {
        "later": at + timedelta(days=1),
        "earlier": at - timedelta(days=1),
        "other": world.organizations["HF"][1],
        "branch": world.branches["WH"],
    }
    tamper(statement=statement, values=values, actor=actor, at=at)  # type: ignore[arg-type]
    with at_time(Month.of(at).end):
        assert [found.split(":")[0] for found in broken()] == expected


def test_a_persons_sixth_line_written_behind_the_operations_is_found(
    world: World, actor: Actor, at: datetime
) -> None:
    connect(world, prepared(world, actor, at, 6), actor, at)
    tamper(
        statement="UPDATE subscriptions_line SET user_id_number = %s",
        values=[person(1)],
        actor=actor,
        at=at,
    )
    assert [found.split(":")[0] for found in broken()] == ["person.line_limit"]
    assert person(1) not in broken()[0]


def test_a_stopped_line_shows_every_cause(world: World, actor: Actor, at: datetime) -> None:
    (only,) = connect(world, prepared(world, actor, at, 1), actor, at)
    for cause in (StopCause.LOSS, StopCause.CREDIT_TWOWAY):
        tamper(
            statement="INSERT INTO subscriptions_linestop (line_id, branch_id, cause, since) VALUES (%s, %s, %s, %s)",
            values=[only, world.branches["HF"], cause, at],
            actor=actor,
            at=at,
        )
    assert line(only).stop_causes == (StopCause.CREDIT_TWOWAY, StopCause.LOSS)
    assert broken() == []


def test_a_lifted_stop_gives_back_exactly_the_services_there_were(
    world: World, actor: Actor, at: datetime
) -> None:
    first, second = connect(world, prepared(world, actor, at, 2), actor, at)
    for service in (ServiceCode.INTERNATIONAL_CALLS, ServiceCode.INTERNATIONAL_ROAMING):
        subscriptions.open_services(line_ids=[first], service=service, actor=actor, at=at)
    before = {one: line(one).services for one in (first, second)}
    stop = {"line_ids": [first, second], "cause": StopCause.VOLUNTARY, "actor": actor}
    subscriptions.stop_lines(**stop, at=at + timedelta(hours=1))
    subscriptions.close_services(
        line_ids=[first], service=ServiceCode.INTERNATIONAL_ROAMING, actor=actor, at=at + timedelta(hours=2)
    )
    assert ServiceCode.INTERNATIONAL_ROAMING not in line(first).services
    subscriptions.lift_stops(**stop, at=at + timedelta(hours=3))
    assert {one: line(one).services for one in (first, second)} == before
    assert broken() == []
