"""Breach by a customer on the ledger: claimed, approved, offset from its own deposit, made good in one sum (P2-20)."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from click.testing import CliRunner
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from tests.lines import Connected
from tests.operations.test_deposit_months import OCTOBER, PREMIUM, bill, made, receive, standing
from tests.support import check_deferred, snapshot
from tests.world import World, logins
from trunkline.agreements.queries import agreement as agreement_of
from trunkline.agreements.types import AgreementState
from trunkline.billing.checks import CHECKS
from trunkline.billing.letters import breach_letter
from trunkline.billing.operations import (
    approve_breach,
    preview_breach,
    propose_breach,
    settle_breach,
    withdraw_breach,
)
from trunkline.billing.queries.breaches import breach, breaches_of_agreement, find_breaches
from trunkline.billing.types import BreachProposal, BreachState
from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.kernel import clock
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refused
from trunkline.ledger.queries import balances, trial_balance
from trunkline.ledger.types import GeneralAccount
from trunkline.party.types import PaymentMethod
from trunkline.runs.work import due_releases
from trunkline.security.audit import acting
from trunkline.security.types import Actor

#: A day of the fourth month, before its release.
BROKEN = OCTOBER.next(3).start + timedelta(days=9)

Under = tuple[int, Connected]


def pdf_text(content: bytes) -> str:
    """The words of a document, without the breaks that its lines make."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def enter(role: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.post(reverse("staff:login"), {"username": logins(role, "HF"), "password": DEMO_PASSWORD})
    return client


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in refused.value.refusals]


@pytest.fixture
def under(world: World, actor: Actor, at: datetime) -> Under:
    """A premium number with its deposit, three months billed: 9,000 un-released, 100 carried over (domain 2.2)."""
    agreement, line = made(world, actor, at)
    receive(line, actor, at)
    for step, amount in enumerate((1250, 600, 1300)):
        bill(world, line, OCTOBER.next(step), Decimal(amount), actor)
    return agreement, line


@pytest.fixture
def manager(make_actor: Callable[..., Actor]) -> Actor:
    """Whoever approves: another person than the proposer."""
    return make_actor(role="department_manager", branch="HF")


def proposal(agreement: int, **changes: object) -> BreachProposal:
    asked = BreachProposal(
        agreement_id=agreement,
        number=PREMIUM,
        broken_on=local_date(BROKEN),
        grounds="合约期内离网，终端补贴须退还",
        with_overdue=False,
        benefits=Decimal("9500.00"),
        losses=Decimal("50.00"),
    )
    return replace(asked, **changes)  # type: ignore[arg-type]


def propose(agreement: int, actor: Actor, **changes: object) -> int:
    return propose_breach(proposal=proposal(agreement, **changes), actor=actor, at=BROKEN)


def broken(actor: Actor) -> list[str]:
    check_deferred()
    with acting(actor):
        return [f"{check.code}: {place}" for check in CHECKS for place in check.find()]


def test_the_worked_example_is_offset_from_what_is_unreleased_and_the_rest_due_in_one_sum(
    world: World, actor: Actor, manager: Actor, under: Under
) -> None:
    """9,550 claimed: 9,000 un-released meets it, 550 is due; the 100 carried over is not touched (domain 2.2)."""
    agreement, line = under
    with acting(actor):
        told = preview_breach(proposal(agreement), BROKEN)
    assert (told.claim.total, told.unreleased, told.offset, told.top_up) == (
        Decimal(9550),
        Decimal(9000),
        Decimal(9000),
        Decimal(550),
    )
    case = propose(agreement, actor)
    approved = approve_breach(case_id=case, actor=manager, at=BROKEN)
    assert (approved.state, approved.offset, approved.top_up) == (
        BreachState.APPROVED,
        Decimal(9000),
        Decimal(550),
    )
    assert approved.due_on == local_date(BROKEN) + timedelta(days=15)
    found = standing(world, agreement, actor)
    assert (found.unreleased, found.carried_over, found.offset) == (ZERO, Decimal(100), Decimal(9000))
    with acting(actor):
        held = balances([line.account_id])[line.account_id]
        assert held[GeneralAccount.BREACH_RECEIVABLE] == Decimal(550)
        assert trial_balance()[GeneralAccount.BREACH_INCOME] == Decimal(-9550)
        assert agreement_of(agreement).state is AgreementState.EFFECTIVE
        assert due_releases(OCTOBER.next(3)) == {}
    settle_breach(
        case_id=case,
        amount=Decimal(550),
        method=PaymentMethod.TRANSFER,
        actor=actor,
        at=BROKEN + timedelta(days=1),
    )
    with acting(actor):
        assert breach(case).state is BreachState.SETTLED
        assert balances([line.account_id])[line.account_id][GeneralAccount.BREACH_RECEIVABLE] == ZERO
        assert [one.id for one in breaches_of_agreement(agreement)] == [case]
        assert find_breaches(BreachState.PROPOSED) == ()
    assert broken(actor) == []


def test_the_penalty_of_overdue_bills_is_three_thousandths_a_day_and_each_bill_is_named(
    actor: Actor, under: Under
) -> None:
    """250 of October's bill is owed; it fell due 20 days after 1 November (REG-01)."""
    agreement, _ = under
    with acting(actor):
        told = preview_breach(proposal(agreement, with_overdue=True), BROKEN)
    (overdue,) = told.overdue
    days = (local_date(BROKEN) - local_date(OCTOBER.end)).days - 20
    assert (overdue.owed, overdue.days) == (Decimal(250), days)
    assert overdue.penalty == told.claim.overdue_penalty == Decimal("0.75") * days


def test_a_breach_that_the_deposit_meets_whole_is_settled_at_once_and_the_rest_is_released_on(
    actor: Actor, manager: Actor, under: Under
) -> None:
    agreement, line = under
    case = propose(agreement, actor, whole_agreement=True, benefits=Decimal(100), losses=ZERO)
    approve_breach(case_id=case, actor=manager, at=BROKEN)
    with acting(actor):
        assert breach(case).state is BreachState.SETTLED
        assert agreement_of(agreement).state is AgreementState.SETTLED
        assert list(due_releases(OCTOBER.next(3))) == [line.account_id]
    assert broken(actor) == []


def test_what_the_deposit_does_not_meet_keeps_a_broken_agreement_open(
    actor: Actor, manager: Actor, under: Under
) -> None:
    agreement, _ = under
    case = propose(agreement, actor, whole_agreement=True)
    approve_breach(case_id=case, actor=manager, at=BROKEN)
    with acting(actor):
        assert agreement_of(agreement).state is AgreementState.BREACHED
        assert due_releases(OCTOBER.next(3)) == {}
    settle_breach(case_id=case, amount=Decimal(550), method=PaymentMethod.CASH, actor=actor, at=BROKEN)
    with acting(actor):
        assert agreement_of(agreement).state is AgreementState.SETTLED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "18655100001"}, "breach.not_of_agreement"),
        ({"grounds": "  "}, "breach.grounds_missing"),
        ({"benefits": ZERO, "losses": ZERO}, "breach.nothing_claimed"),
        ({"benefits": Decimal("-1")}, "breach.amount_wrong"),
        ({"losses": Decimal("0.001")}, "breach.amount_wrong"),
        ({"losses": Decimal("NaN")}, "breach.amount_wrong"),
        ({"broken_on": local_date(BROKEN) + timedelta(days=1)}, "breach.in_future"),
        ({"broken_on": local_date(OCTOBER.start)}, "breach.not_in_force"),
    ],
)
def test_what_cannot_be_claimed_is_refused_and_nothing_changes(
    actor: Actor, under: Under, changes: dict[str, object], code: str
) -> None:
    agreement, _ = under
    with acting(actor):
        before = snapshot()
    with pytest.raises(Refused) as refused:
        propose(agreement, actor, **changes)
    assert codes(refused) == [code]
    with acting(actor):
        assert snapshot() == before


def refused_without_a_trace(actor: Actor, code: str, act: Callable[[], object]) -> None:
    with acting(actor):
        before = snapshot()
    with pytest.raises(Refused) as refused:
        act()
    assert codes(refused) == [code]
    with acting(actor):
        assert snapshot() == before


def test_out_of_turn_nothing_happens(actor: Actor, manager: Actor, under: Under) -> None:
    agreement, _ = under
    case = propose(agreement, actor)
    refused_without_a_trace(actor, "breach.open_already", lambda: propose(agreement, actor))
    refused_without_a_trace(
        actor, "breach.four_eyes", lambda: approve_breach(case_id=case, actor=actor, at=BROKEN)
    )
    refused_without_a_trace(actor, "breach.wrong_state", lambda: pay(case, Decimal(550), actor))
    refused_without_a_trace(
        actor,
        "breach.reason_missing",
        lambda: withdraw_breach(case_id=case, reason=" ", actor=actor, at=BROKEN),
    )
    approve_breach(case_id=case, actor=manager, at=BROKEN)
    refused_without_a_trace(
        actor, "breach.wrong_state", lambda: approve_breach(case_id=case, actor=manager, at=BROKEN)
    )
    refused_without_a_trace(
        actor,
        "breach.wrong_state",
        lambda: withdraw_breach(case_id=case, reason="误报", actor=actor, at=BROKEN),
    )
    for part in (Decimal(549), Decimal(551), Decimal("549.99")):
        refused_without_a_trace(actor, "breach.in_one_sum", lambda part=part: pay(case, part, actor))
    refused_without_a_trace(actor, "breach.unknown", lambda: pay(999, Decimal(1), actor))


def pay(case: int, amount: Decimal, actor: Actor) -> object:
    return settle_breach(case_id=case, amount=amount, method=PaymentMethod.CASH, actor=actor, at=BROKEN)


def test_a_withdrawn_claim_takes_nothing_and_another_may_follow(actor: Actor, under: Under) -> None:
    agreement, line = under
    case = propose(agreement, actor)
    withdraw_breach(case_id=case, reason="核实后不构成违约", actor=actor, at=BROKEN)
    with acting(actor):
        assert (breach(case).state, breach(case).reason) == (BreachState.WITHDRAWN, "核实后不构成违约")
        assert GeneralAccount.BREACH_RECEIVABLE not in balances([line.account_id])[line.account_id]
    assert propose(agreement, actor) != case
    assert broken(actor) == []


def test_a_claim_stands_as_it_was_proposed(actor: Actor, under: Under) -> None:
    case = propose(under[0], actor)
    with (
        pytest.raises(DatabaseError, match="stands as it was claimed"),
        transaction.atomic(),
        acting(actor),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE billing_breachcase SET losses = losses + 1 WHERE id = %s", [case])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    claims=st.lists(st.integers(1, 700_000).map(lambda fen: Decimal(fen).scaleb(-2)), min_size=1, max_size=3),
    bills=st.lists(st.integers(0, 200_000).map(lambda fen: Decimal(fen).scaleb(-2)), max_size=3),
)
def test_whatever_is_claimed_the_deposit_adds_up_and_no_more_is_offset_than_is_unreleased(
    world: World,
    actor: Actor,
    manager: Actor,
    at: datetime,
    claims: list[Decimal],
    bills: list[Decimal],
) -> None:
    with transaction.atomic():
        agreement, line = made(world, actor, at)
        receive(line, actor, at)
        for step, amount in enumerate(bills):
            bill(world, line, OCTOBER.next(step), amount, actor)
        for claim in claims:
            before = standing(world, agreement, actor)
            case = propose(agreement, actor, benefits=claim, losses=ZERO)
            met = approve_breach(case_id=case, actor=manager, at=BROKEN)
            assert met.offset == min(claim, before.unreleased)
            assert met.top_up == claim - (met.offset or ZERO)
            if met.top_up:
                pay(case, met.top_up, actor)
            after = standing(world, agreement, actor)
            assert after.carried_over == before.carried_over
            assert after.unreleased + after.carried_over + after.used + after.offset == after.received
        assert broken(actor) == []
        transaction.set_rollback(True)


def test_the_letter_says_what_is_claimed_offset_and_due(actor: Actor, manager: Actor, under: Under) -> None:
    case = propose(under[0], actor, with_overdue=True)
    with acting(actor), pytest.raises(Refused) as refused:
        breach_letter(case, BROKEN)
    assert codes(refused) == ["breach.not_approved"]
    approve_breach(case_id=case, actor=manager, at=BROKEN)
    with acting(actor):
        text = pdf_text(breach_letter(case, BROKEN))
    for words in ("违约处理通知书", PREMIUM, "9,500.00", "9,000.00", "一次性补足", "3‰", "终端补贴款"):
        assert words in text, words


def test_pages_and_commands_take_a_breach_from_claim_to_settlement(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    agreement, line = made(committed_db, actor, at)
    receive(line, actor, at)
    with clock.at_time(BROKEN):
        clerk, manager, cashier = (enter(role) for role in ("account_manager", "department_manager", "clerk"))
        asked = {
            "number": PREMIUM,
            "broken_on": str(local_date(BROKEN)),
            "benefits": "12500",
            "grounds": "合约期内离网",
        }
        new = reverse("billing:breach_new", args=[agreement])
        told = clerk.post(new, asked | {"dry_run": "1"}).content.decode()
        assert "¥12,000.00" in told
        assert "¥500.00" in told
        assert clerk.post(new, asked).status_code == 302
        with acting(actor):
            (case,) = find_breaches()
        page = reverse("billing:breach", args=[case.id])
        assert clerk.post(reverse("billing:breach_approve", args=[case.id])).status_code == 403
        assert manager.post(reverse("billing:breach_approve", args=[case.id])).status_code == 302
        settle = reverse("billing:breach_settle", args=[case.id])
        partly = cashier.post(settle, {"amount": "499", "method": "cash"})
        assert (partly.status_code, "须一次性补足" in partly.content.decode()) == (409, True)
        assert cashier.post(settle, {"amount": "500", "method": "cash"}).status_code == 302
        assert "已结清" in clerk.get(page).content.decode()
        assert case.case_number in clerk.get(reverse("billing:breaches")).content.decode()
        letter = clerk.get(reverse("billing:breach_letter", args=[case.id]))
        assert letter["Content-Type"] == "application/pdf"
    listed = CliRunner().invoke(cli, ["breach", "list", "--state", "settled", "--json"])
    assert case.case_number in listed.stdout
