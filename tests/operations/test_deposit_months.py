"""Deposits of premium numbers month by month: on the ledger, on the page, by command, and as the simulation has them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse

from tests.lines import Connected, connect
from tests.operations.test_billing import charge, draft
from tests.signing import member_rows, premium, signed_agreement
from tests.support import check_deferred
from tests.world import World, logins
from trunkline.agreements.operations import link_members
from trunkline.agreements.queries import connectable_members, holder_of
from trunkline.billing.checks import CHECKS
from trunkline.billing.deposit_months import DepositMonth
from trunkline.billing.operations import issue_bills, receive_premium_deposit
from trunkline.billing.queries.premiums import DepositStanding, deposit_of_agreement
from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.interfaces.web.billing.deposits import chart_of
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refused
from trunkline.numbering.operations import assign_numbers, stock_numbers
from trunkline.numbering.types import NumberKind
from trunkline.party.types import PaymentMethod
from trunkline.runs.work import due_releases
from trunkline.security.audit import acting
from trunkline.security.types import Actor

PREMIUM = "18655109999"
OCTOBER = Month(2026, 10)


@pytest.fixture
def premium_line(world: World, actor: Actor, at: datetime) -> tuple[int, Connected]:
    """An agreement in force with one premium number, connected, its deposit not yet received."""
    return made(world, actor, at)


def made(world: World, actor: Actor, at: datetime) -> tuple[int, Connected]:
    stock_numbers(
        numbers=[PREMIUM], kind=NumberKind.MOBILE, stock_id=world.branches["HF"], actor=actor, at=at
    )
    rows = member_rows(1)
    rows[0][2] = PREMIUM
    agreement = signed_agreement(
        world.organizations["HF"][0], rows, premiums=(premium(PREMIUM),), actor=actor, at=at
    )
    assign_numbers(numbers=[PREMIUM], holder=holder_of(agreement), actor=actor, at=at)
    (line,) = connect(world, actor, at, 1, plan="3G-66", numbers=[PREMIUM])
    with acting(actor):
        (member,) = connectable_members(agreement)
    link_members(pairs=[(member.id, line.line_id)], actor=actor, at=at)
    return agreement, line


def receive(line: Connected, actor: Actor, at: datetime) -> None:
    receive_premium_deposit(
        account_id=line.account_id,
        number=PREMIUM,
        amount=Decimal("12000.00"),
        method=PaymentMethod.TRANSFER,
        actor=actor,
        at=at,
    )


def bill(world: World, line: Connected, month: Month, amount: Decimal, actor: Actor) -> None:
    """Issue the month's bill of the number as a bill run does, releases included."""
    with acting(actor):
        releases = due_releases(month).get(line.account_id, [])
    made_of = draft(
        world, line.account_id, charge(str(amount), number=PREMIUM, line_id=line.line_id), releases=releases
    )
    issue_bills(month=month, drafts=[made_of], actor=actor, at=month.end)
    check_deferred()


def standing(world: World, agreement: int, actor: Actor) -> DepositStanding:
    with acting(actor):
        return deposit_of_agreement(agreement, world.organizations["HF"][0], PREMIUM)


def seen(month: DepositMonth) -> tuple[str, ...]:
    cells = (
        month.released,
        month.available,
        month.bill,
        month.used,
        month.cash_due,
        month.carried_over,
        month.unreleased,
    )
    return tuple("" if cell is None else str(int(cell)) for cell in cells)


def test_the_worked_example_stands_on_the_ledger_and_the_rest_is_planned(
    world: World, actor: Actor, at: datetime, premium_line: tuple[int, Connected]
) -> None:
    """12,000 over 12 months; bills of 1,250, 600 and 1,300 (domain 2.2)."""
    agreement, line = premium_line
    receive(line, actor, at)
    for step, amount in enumerate((1250, 600, 1300)):
        bill(world, line, OCTOBER.next(step), Decimal(amount), actor)
    found = standing(world, agreement, actor)
    past, planned = found.months[:3], found.months[3:]
    assert [seen(month) for month in past] == [
        ("1000", "1000", "1250", "1000", "250", "0", "11000"),
        ("1000", "1000", "600", "600", "0", "400", "10000"),
        ("1000", "1400", "1300", "1300", "0", "100", "9000"),
    ]
    assert not any(month.planned for month in past)
    assert [(str(m.month), m.released, m.unreleased, m.planned) for m in planned] == [
        (str(OCTOBER.next(n)), Decimal(1000), Decimal(1000) * (11 - n), True) for n in range(3, 12)
    ]
    assert (found.received, found.unreleased, found.carried_over, found.used, found.offset) == (
        Decimal(12000),
        Decimal(9000),
        Decimal(100),
        Decimal(2900),
        ZERO,
    )
    assert found.next_release is planned[0]
    with acting(actor):
        assert [check.code for check in CHECKS if check.find()] == []


def test_a_deposit_that_has_not_come_has_no_months_and_another_number_is_refused(
    world: World, actor: Actor, premium_line: tuple[int, Connected]
) -> None:
    agreement, _ = premium_line
    found = standing(world, agreement, actor)
    assert (found.account_id, found.months, found.received) == (None, (), ZERO)
    with acting(actor), pytest.raises(Refused) as refused:
        deposit_of_agreement(agreement, world.organizations["HF"][0], "18655100001")
    assert [r.code for r in refused.value.refusals] == ["premium.not_of_agreement"]


def test_a_deposit_that_came_late_catches_up_with_its_plan(
    world: World, actor: Actor, at: datetime, premium_line: tuple[int, Connected]
) -> None:
    agreement, line = premium_line
    bill(world, line, OCTOBER, Decimal(500), actor)
    receive(line, actor, OCTOBER.next(1).start)
    bill(world, line, OCTOBER.next(1), Decimal(500), actor)
    october, november = standing(world, agreement, actor).months[:2]
    assert seen(october) == ("0", "0", "500", "0", "500", "0", "0")
    assert seen(november) == ("2000", "2000", "500", "500", "0", "1500", "10000")


def test_carried_over_money_is_used_after_the_last_release(
    world: World, actor: Actor, at: datetime, premium_line: tuple[int, Connected]
) -> None:
    """延期消费 (P2-10): what is left after the plan's last month still meets bills."""
    agreement, line = premium_line
    receive(line, actor, at)
    for step in range(12):
        bill(world, line, OCTOBER.next(step), Decimal(900), actor)
    for step in (12, 13):
        bill(world, line, OCTOBER.next(step), Decimal(900), actor)
    found = standing(world, agreement, actor)
    assert not any(month.planned for month in found.months)
    assert seen(found.months[12]) == ("0", "1200", "900", "900", "0", "300", "0")
    assert seen(found.months[13]) == ("0", "300", "900", "300", "600", "0", "0")
    assert (found.used, found.unreleased, found.carried_over) == (Decimal(12000), ZERO, ZERO)


def test_the_picture_shows_the_whole_deposit_in_every_month(
    world: World, actor: Actor, at: datetime, premium_line: tuple[int, Connected]
) -> None:
    agreement, line = premium_line
    receive(line, actor, at)
    bill(world, line, OCTOBER, Decimal(600), actor)
    chart = chart_of(standing(world, agreement, actor))
    assert len(chart.bars) == 12
    assert [(part.kind, part.height) for part in chart.bars[0].parts] == [
        ("used", Decimal("5.00")),
        ("carried", Decimal("3.33")),
        ("unreleased", Decimal("91.67")),
    ]
    assert [part.kind for part in chart.bars[-1].parts] == ["used", "planned"]
    assert all(abs(sum(part.height for part in bar.parts) - 100) < 1 for bar in chart.bars)


def test_pages_and_command_tell_it(committed_db: World, actor: Actor, at: datetime) -> None:
    agreement, line = made(committed_db, actor, at)
    receive(line, actor, at)
    bill(committed_db, line, OCTOBER, Decimal(600), actor)
    client = Client(SERVER_NAME="localhost")
    client.post(
        reverse("staff:login"), {"username": logins("account_manager", "HF"), "password": DEMO_PASSWORD}
    )
    listed = client.get(reverse("billing:deposits", args=[agreement])).content.decode()
    assert "¥11,000.00" in listed
    page = client.get(reverse("billing:deposit", args=[agreement, PREMIUM])).content.decode()
    assert page.count("<rect") == 3 + 11 * 3 - 1
    assert "计划" in page
    assert client.get(reverse("billing:deposit", args=[agreement, "18600000000"])).status_code == 409
    run = CliRunner()
    told = run.invoke(cli, ["agreement", "deposits", str(agreement), PREMIUM, "--json"])
    assert told.exit_code == 0, told.output
    assert '"carried_over": "400.00"' in told.stdout
    assert PREMIUM in run.invoke(cli, ["agreement", "deposits", str(agreement)]).stdout
