"""Deposits of premium numbers month by month: the ledger agrees with the simulation, and no fen strays (domain 2.2)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lines import accounts
from tests.operations.test_billing import NUMBER, OCTOBER, broken, charge, codes, deposit, draft
from tests.support import check_deferred, snapshot
from tests.world import World, number_of
from trunkline.agreements.rules.terms import release_schedule
from trunkline.billing.operations import issue_bills, refund_deposits
from trunkline.billing.queries import bills_of_account, free_deposits
from trunkline.billing.rules import due_release
from trunkline.billing.simulation import NumberMonth, Scenario, ScenarioNumber, simulate
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refused
from trunkline.ledger.queries import premium_balances, premium_month
from trunkline.ledger.types import PremiumBalance
from trunkline.party.types import PaymentMethod
from trunkline.security.types import Actor

OTHER = "18655106666"
PREMIUM = number_of("HF", 0)
EFFECTIVE = date(2026, 10, 5)
BILLS = st.lists(st.integers(0, 2_000_00).map(lambda fen: Decimal(fen).scaleb(-2)), min_size=1, max_size=5)
DEPOSITS = st.tuples(
    st.integers(100, 5_000_00).map(lambda fen: Decimal(fen).scaleb(-2)), st.integers(1, 4)
).map(lambda made: release_schedule(*made))


def yuan(*amounts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(amount) for amount in amounts)


def billed(
    world: World,
    actor: Actor,
    account: int,
    number: str,
    releases: tuple[Decimal, ...],
    amounts: list[Decimal],
) -> list[tuple[Decimal, ...]]:
    """Each month's yuan as the ledger and the bill tell them, in the order of `told`."""
    found = []
    for turn, amount in enumerate(amounts):
        month = OCTOBER.next(turn)
        due = due_release(number, releases, OCTOBER, month)
        assert due is not None
        made_out = draft(world, account, charge(str(amount), number=number), releases=[due])
        issue_bills(month=month, drafts=[made_out], actor=actor, at=month.end)
        (bill,) = (bill for bill in bills_of_account(account) if bill.month == month)
        (held,) = premium_month(account, bill=bill.number, month=month, until=month.end)
        available = held.used + held.carried_over
        cash_due = bill.total - bill.from_deposit
        assert bill.from_deposit == held.used
        found.append(
            (held.released, available, bill.total, held.used, cash_due, held.carried_over, held.unreleased)
        )
    return found


def told(month: NumberMonth) -> tuple[Decimal, ...]:
    return (
        month.released,
        month.available,
        month.bill,
        month.from_deposit,
        month.cash_due,
        month.carry_over,
        month.unreleased,
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans=st.tuples(DEPOSITS, DEPOSITS), bills=st.tuples(BILLS, BILLS))
def test_any_months_bills_come_to_the_same_in_the_ledger_and_in_the_simulation(
    world: World,
    actor: Actor,
    at: datetime,
    plans: tuple[tuple[Decimal, ...], ...],
    bills: tuple[list[Decimal], ...],
) -> None:
    with transaction.atomic():
        owners = accounts(world, actor, at, 2)
        for place, (account, number) in enumerate(zip(owners, (NUMBER, OTHER), strict=True)):
            total = sum(plans[place], ZERO)
            deposit(world, account, str(total), actor, number=number, source_id=number)
            found = billed(world, actor, account, number, plans[place], bills[place])
            months = tuple(OCTOBER.next(turn) for turn in range(len(found)))
            run = simulate(
                Scenario(
                    effective_on=EFFECTIVE,
                    term_years=1,
                    numbers=(ScenarioNumber(number, OCTOBER, plans[place]),),
                    months=months,
                    bills={(number, month): bills[place][n] for n, month in enumerate(months)},
                )
            )
            assert found == [told(one) for month in run for one in month.numbers]
            released, used = (sum((row[column] for row in found), ZERO) for column in (0, 3))
            assert premium_balances([account])[account, number] == PremiumBalance(
                total - released, released - used
            )
        check_deferred()
        assert broken() == []
        transaction.set_rollback(True)


def test_what_is_left_after_the_term_meets_late_bills_of_its_number_and_is_never_paid_out(
    world: World, actor: Actor, at: datetime
) -> None:
    (account,) = accounts(world, actor, at, 1)
    deposit(world, account, "500.00", actor)
    due = due_release(NUMBER, (Decimal("500.00"),), OCTOBER, OCTOBER)
    assert due is not None
    early = draft(world, account, releases=[due])
    issue_bills(month=OCTOBER, drafts=[early], actor=actor, at=OCTOBER.end)
    assert free_deposits([account]) == {}
    before = snapshot()
    with pytest.raises(Refused) as refused:
        refund_deposits(
            organization_id=world.organizations["HF"][0],
            amounts={account: Decimal("0.01")},
            method=PaymentMethod.CASH,
            reason="S13-G2",
            reference="",
            actor=actor,
            at=OCTOBER.end,
        )
    assert codes(refused) == ["refund.more_than_held"]
    assert snapshot() == before
    late = OCTOBER.next(30)
    issue_bills(month=late, drafts=[draft(world, account, charge("80.00"))], actor=actor, at=late.end)
    (bill,) = (bill for bill in bills_of_account(account) if bill.month == late)
    assert (bill.from_deposit, bill.cash_due) == (Decimal("80.00"), ZERO)
    assert premium_balances([account])[account, NUMBER] == PremiumBalance(ZERO, Decimal("420.00"))
    assert broken() == []


def test_a_deposit_meets_nothing_of_another_number_even_on_the_same_bill(
    world: World, actor: Actor, at: datetime
) -> None:
    (account,) = accounts(world, actor, at, 1)
    deposit(world, account, "300.00", actor)
    due = due_release(NUMBER, (Decimal("300.00"),), OCTOBER, OCTOBER)
    assert due is not None
    charges = (charge("20.00"), charge("100.00", number=OTHER))
    issue_bills(
        month=OCTOBER,
        drafts=[draft(world, account, *charges, releases=[due])],
        actor=actor,
        at=OCTOBER.end,
    )
    (bill,) = bills_of_account(account)
    assert (bill.from_deposit, bill.cash_due) == (Decimal("20.00"), Decimal("100.00"))
    assert premium_balances([account])[account, NUMBER] == PremiumBalance(ZERO, Decimal("280.00"))
    assert broken() == []
