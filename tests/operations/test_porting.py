"""携号转网 on a real database: numbers that leave with a code, come back, come in, and go home (REG-17)."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.db import connections

from tests.items import application
from tests.lines import Connected, connect
from tests.support import check_deferred, snapshot
from tests.world import World, number_of
from trunkline.counter import desk, identity
from trunkline.kernel.refusals import Refused
from trunkline.messaging.operations import hand_over
from trunkline.messaging.types import MessageKind
from trunkline.numbering import operations as numbering
from trunkline.numbering import porting, queries
from trunkline.numbering.checks import CHECKS as NUMBER_CHECKS
from trunkline.numbering.models import PortOverride
from trunkline.numbering.types import Arrangement, NumberKind, NumberState, TelecomOperator
from trunkline.party.operations import open_accounts
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import acting
from trunkline.security.models import AuditChange
from trunkline.security.queries import system_actor
from trunkline.security.types import Actor, Door
from trunkline.subscriptions.checks import CHECKS as LINE_CHECKS
from trunkline.subscriptions.models import PortCode
from trunkline.subscriptions.operations import send_port_codes, terminate_lines, transfer_lines
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import LineState

FOREIGN = "13805519876"
AWAY = timedelta(days=130)


def broken() -> list[str]:
    checks = (*NUMBER_CHECKS, *LINE_CHECKS)
    return [f"{check.code}: {place}" for check in checks for place in check.find()]


def refused_codes(call: Callable[[], object]) -> list[str]:
    """The refusals of a call that must change nothing."""
    before = snapshot()
    with pytest.raises(Refused) as refused:
        call()
    assert snapshot() == before
    return [refusal.code for refusal in refused.value.refusals]


@pytest.fixture
def system() -> Actor:
    return system_actor(Door.CLI)


@pytest.fixture
def clerk(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="clerk", branch="HF")


@pytest.fixture
def line(world: World, actor: Actor, at: datetime) -> Connected:
    (made,) = connect(world, actor, at, 1)
    return made


def code_sent(system: Actor, at: datetime) -> str:
    """What the line itself reads."""
    taken = hand_over(kind=MessageKind.SMS, done=None, actor=system, at=at)
    assert taken is not None
    found = re.search(r"授权码是(\d{6})", taken.body)
    assert found is not None
    return found[1]


def goes(world: World, line: Connected, proof: int | None, actor: Actor, at: datetime) -> None:
    request = application(
        world, "port_out", [line], details={"recipient": "china_telecom"}, verification=proof
    )
    desk.place(request=request, actor=actor, at=at)
    check_deferred()


def test_a_line_leaves_with_the_code_it_was_sent_and_its_number_comes_back_frozen(
    world: World, line: Connected, clerk: Actor, system: Actor, at: datetime
) -> None:
    at += AWAY
    desk.place(request=application(world, "port_out_code", [line]), actor=clerk, at=at)
    code = code_sent(system, at)
    with acting(system):
        assert not AuditChange.objects.filter(after__icontains=f"是{code}").exists()
    wrong = identity.verify_by_port_code(number=line.number, code="000000", actor=clerk, at=at)
    assert (wrong.verification_id, wrong.refusal) == (None, identity.NOT_PROVED["port_code"])
    assert refused_codes(lambda: goes(world, line, None, clerk, at)) == ["order.not_verified"]
    proof = identity.verify_by_port_code(number=line.number, code=code, actor=clerk, at=at)
    goes(world, line, proof.verification_id, clerk, at)
    with acting(system):
        assert lines([line.line_id])[line.line_id].state is LineState.TERMINATED
        assert queries.numbers([line.number])[line.number].state is NumberState.PORTED_OUT
        assert broken() == []
    assert refused_codes(
        lambda: numbering.reserve_number(
            number=line.number, purpose="x", holder="x:1", expires_at=at + AWAY, actor=system, at=at
        )
    ) == ["number.taken"]
    again = identity.verify_by_port_code(number=line.number, code=code, actor=clerk, at=at)
    assert again.verification_id is None
    until = porting.take_back_number(number=line.number, actor=system, at=at + AWAY)
    assert until == at + AWAY + timedelta(days=90)
    with acting(system):
        back = queries.numbers([line.number])[line.number]
        assert (back.state, back.frozen_until) == (NumberState.FROZEN, until)
        assert broken() == []


def test_a_code_that_ran_out_or_was_replaced_opens_nothing(
    line: Connected, clerk: Actor, system: Actor, at: datetime
) -> None:
    send_port_codes(line_ids=[line.line_id], actor=system, at=at)
    first = code_sent(system, at)
    send_port_codes(line_ids=[line.line_id], actor=system, at=at)
    second = code_sent(system, at)

    def opens(code: str, at: datetime) -> bool:
        proof = identity.verify_by_port_code(number=line.number, code=code, actor=clerk, at=at)
        return proof.verification_id is not None

    assert opens(second, at + timedelta(minutes=59))
    assert not opens(second, at + timedelta(minutes=60))
    assert first == second or not opens(first, at)


def test_a_line_that_ends_or_is_handed_on_takes_its_code_with_it(
    world: World, actor: Actor, clerk: Actor, system: Actor, at: datetime
) -> None:
    ends, goes_on = connect(world, actor, at, 2)
    at += AWAY
    send_port_codes(line_ids=[ends.line_id, goes_on.line_id], actor=system, at=at)
    terminate_lines(line_ids=[ends.line_id], actor=system, at=at)
    other = world.organizations["HF"][1]
    (account,) = open_accounts(
        organization_id=other,
        titles=["新户"],
        payment_method=PaymentMethod.TRANSFER,
        isolated=True,
        actor=system,
        at=at,
    )
    transfer_lines(accounts={goes_on.line_id: account}, organization_id=other, users={}, actor=system, at=at)
    with acting(system):
        assert not PortCode.objects.filter(ended_at__isnull=True).exists()


def test_five_wrong_codes_within_an_hour_and_nothing_is_compared_any_more(
    line: Connected, clerk: Actor, system: Actor, at: datetime
) -> None:
    send_port_codes(line_ids=[line.line_id], actor=system, at=at)
    code = code_sent(system, at)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        identity.verify_by_port_code(number=line.number, code=wrong, actor=clerk, at=at)
    tried = identity.verify_by_port_code(number=line.number, code=code, actor=clerk, at=at)
    assert tried.refusal == identity.TOO_MANY_FAILURES


def test_a_number_of_another_operator_comes_in_is_used_and_goes_back_when_its_line_ends(
    world: World, clerk: Actor, system: Actor, at: datetime
) -> None:
    bank = world.organizations["HF"][0]
    made = porting.port_in_number(
        number=FOREIGN,
        donor=TelecomOperator.MOBILE,
        code="123456",
        organization_id=bank,
        actor=clerk,
        at=at,
    )
    assert made.holder == f"organization:{bank}"
    numbering.assign_numbers(numbers=[FOREIGN], holder=made.holder, actor=system, at=at)
    (line,) = connect(world, system, at, 1, numbers=[FOREIGN])
    with acting(system):
        view = queries.numbers([FOREIGN])[FOREIGN]
        assert (view.state, view.arrangement) == (NumberState.IN_USE, Arrangement.PORTED_IN)
        assert broken() == []
    details = {"reason": "price", "offer": "无", "retention": "failed"}
    request = application(world, "termination", [line], details=details)
    desk.place(request=request, actor=clerk, at=at + AWAY)
    check_deferred()
    with acting(system):
        view = queries.numbers([FOREIGN])[FOREIGN]
        assert (view.state, view.arrangement, view.frozen_until) == (
            NumberState.PORTED_OUT,
            Arrangement.NONE,
            None,
        )
        assert PortOverride.objects.get(number=FOREIGN).ended_at == at + AWAY
        assert broken() == []


def test_a_number_that_came_in_and_was_never_used_goes_back_and_joins_no_stock(
    world: World, clerk: Actor, system: Actor, at: datetime
) -> None:
    mine, other = world.organizations["HF"]
    options = {"actor": clerk, "at": at}
    porting.port_in_number(
        number=FOREIGN, donor=TelecomOperator.BROADNET, code="123456", organization_id=mine, **options
    )
    assert numbering.expire_reservations(actor=system, at=at + timedelta(hours=24)) == 1
    with acting(system):
        assert queries.numbers([FOREIGN])[FOREIGN].state is NumberState.PORTED_OUT
        assert broken() == []
    later = at + timedelta(days=2)
    porting.port_in_number(
        number=FOREIGN,
        donor=TelecomOperator.BROADNET,
        code="123456",
        organization_id=other,
        actor=clerk,
        at=later,
    )
    with acting(system):
        assert PortOverride.objects.filter(number=FOREIGN).count() == 2
        assert broken() == []


def test_a_number_of_ours_comes_home_and_is_frozen_like_any_other_when_its_line_ends(
    world: World, line: Connected, clerk: Actor, system: Actor, at: datetime
) -> None:
    bank = world.organizations["HF"][0]
    porting.port_out_numbers(numbers=[line.number], actor=system, at=at)
    made = porting.port_in_number(
        number=line.number,
        donor=TelecomOperator.TELECOM,
        code="123456",
        organization_id=bank,
        actor=clerk,
        at=at + AWAY,
    )
    numbering.assign_numbers(numbers=[line.number], holder=made.holder, actor=system, at=at + AWAY)
    with acting(system):
        assert queries.numbers([line.number])[line.number].arrangement is Arrangement.PORTED_IN
    until = at + 4 * AWAY
    numbering.freeze_numbers(numbers=[line.number], until=until, actor=system, at=at + 2 * AWAY)
    with acting(system):
        view = queries.numbers([line.number])[line.number]
        assert (view.state, view.arrangement, view.frozen_until) == (
            NumberState.FROZEN,
            Arrangement.NONE,
            until,
        )
        assert not PortOverride.objects.filter(number=line.number, ended_at__isnull=True).exists()


def test_of_two_who_bring_in_one_number_the_second_is_told_that_it_is_here(
    committed_db: World, system: Actor, at: datetime
) -> None:
    bank = committed_db.organizations["HF"][0]

    def bring(_: int) -> str:
        try:
            porting.port_in_number(
                number=FOREIGN,
                donor=TelecomOperator.MOBILE,
                code="123456",
                organization_id=bank,
                actor=system,
                at=at,
            )
        except Refused as refused:
            return refused.refusals[0].code
        finally:
            connections["default"].close()
        return "in"

    with ThreadPoolExecutor(8) as clerks:
        told = sorted(clerks.map(bring, range(8)))
    assert told == ["in", *["number.with_us"] * 7]
    with acting(system):
        assert broken() == []


@pytest.mark.parametrize(
    ("number", "code", "codes"),
    [
        ("1380551987", "123456", ["number.malformed"]),
        (FOREIGN, "12", ["number.port_code_malformed"]),
        (number_of("HF", 7), "123456", ["number.with_us"]),
        ("18699999999", "123456", ["number.with_us"]),
        ("abc", "x", ["number.malformed", "number.port_code_malformed"]),
    ],
)
def test_what_cannot_come_in_is_refused_with_every_reason(
    world: World, clerk: Actor, at: datetime, number: str, code: str, codes: list[str]
) -> None:
    bank = world.organizations["HF"][0]
    assert (
        refused_codes(
            lambda: porting.port_in_number(
                number=number,
                donor=TelecomOperator.MOBILE,
                code=code,
                organization_id=bank,
                actor=clerk,
                at=at,
            )
        )
        == codes
    )


def test_only_what_has_left_us_is_taken_back(world: World, system: Actor, at: datetime) -> None:
    assert refused_codes(
        lambda: porting.take_back_number(number=number_of("HF", 7), actor=system, at=at)
    ) == ["number.not_away"]
    numbering.define_range(
        prefix="138",
        kind=NumberKind.MOBILE,
        use="mobile",
        valid_from=date(2020, 1, 1),
        valid_to=date(2021, 1, 1),
        actor=system,
        at=at,
    )
    assert refused_codes(lambda: porting.take_back_number(number=FOREIGN, actor=system, at=at)) == [
        "number.unknown"
    ]
