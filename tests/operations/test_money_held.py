"""Money held for accounts over any sequence of payments, credit, refunds and moves; prepaid lines that are reclaimed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lines import accounts, connect
from tests.operations.test_billing import OCTOBER, broken, charge, draft
from tests.prepaid import LOCKED_AFTER, prepaid_lines
from tests.support import check_deferred
from tests.world import World
from trunkline.billing.operations import (
    credit_points,
    issue_bills,
    move_deposits,
    refund_deposits,
    take_advance_payments,
    take_payment,
)
from trunkline.billing.queries import bills_of_account, free_deposits
from trunkline.billing.types import AdvancePayment, BillState, DepositMove
from trunkline.counter.prepaid import advance_due_lines
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refused
from trunkline.ledger.points.queries import points_of_lines
from trunkline.ledger.queries import customer_deposits, trial_balance
from trunkline.numbering.queries import numbers
from trunkline.numbering.types import NumberState
from trunkline.party.types import PaymentMethod
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import LineState

DAY = timedelta(days=1)
STEPS = st.tuples(
    st.sampled_from(["pay", "advance", "refund", "credit", "move", "bill"]),
    st.integers(0, 2),
    st.integers(1, 9000).map(lambda fen: Decimal(fen).scaleb(-2)),
)


def step(
    world: World,
    actor: Actor,
    at: datetime,
    owners: tuple[int, ...],
    made: tuple[str, int, Decimal],
    turn: int,
) -> None:
    kind, place, amount = made
    bank, account, other = world.organizations["HF"][0], owners[place], owners[(place + 1) % 3]
    if kind == "pay":
        take_payment(
            organization_id=bank,
            account_id=account,
            amount=amount,
            method=PaymentMethod.CASH,
            actor=actor,
            at=at,
        )
    elif kind == "advance":
        take_advance_payments(
            organization_id=bank,
            advances=[AdvancePayment(account, amount), AdvancePayment(other, amount)],
            method=PaymentMethod.POS,
            actor=actor,
            at=at,
        )
    elif kind == "refund":
        refund_deposits(
            organization_id=bank,
            amounts={account: amount},
            method=PaymentMethod.CASH,
            reason="S13-G2",
            reference="",
            actor=actor,
            at=at,
        )
    elif kind == "credit":
        credit_points(credit=[AdvancePayment(account, amount)], actor=actor, at=at)
    elif kind == "move":
        move_deposits(moves=[DepositMove(account, other, amount)], actor=actor, at=at)
    else:
        made_out = draft(world, account, charge(str(amount)))
        issue_bills(month=OCTOBER.next(turn), drafts=[made_out], actor=actor, at=at)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=10))
def test_whatever_is_done_the_ledger_sums_to_zero_and_no_deposit_is_below_it(
    world: World, actor: Actor, at: datetime, steps: list[tuple[str, int, Decimal]]
) -> None:
    with transaction.atomic():
        owners = accounts(world, actor, at, 3)
        for turn, made in enumerate(steps):
            try:
                step(world, actor, OCTOBER.end, owners, made, turn)
            except Refused as refused:
                assert {reason.code for reason in refused.refusals} == {"refund.more_than_held"}
        check_deferred()
        assert sum(trial_balance().values()) == ZERO
        held = customer_deposits(owners)
        assert all(amount > ZERO for amount in held.values())
        assert all(amount <= held[account] for account, amount in free_deposits(owners).items())
        assert broken() == []
        transaction.set_rollback(True)


def test_what_was_refunded_pays_no_later_bill(world: World, actor: Actor, at: datetime) -> None:
    owners = accounts(world, actor, at, 3)
    for made in (("pay", 0, Decimal("20.00")), ("refund", 0, Decimal("15.00"))):
        step(world, actor, at, owners, made, 0)
    step(world, actor, OCTOBER.end, owners, ("bill", 0, Decimal("30.00")), 0)
    (bill,) = bills_of_account(owners[0])
    assert (bill.paid, bill.state) == (Decimal("5.00"), BillState.OPEN)
    assert broken() == []


def test_a_bill_paid_on_time_earns_points_once_and_a_late_one_none(
    world: World, actor: Actor, at: datetime
) -> None:
    prompt, late = connect(world, actor, at, 2)
    for line in (prompt, late):
        made = draft(world, line.account_id, charge("46.90", line_id=line.line_id, number=line.number))
        issue_bills(month=OCTOBER, drafts=[made], actor=actor, at=OCTOBER.end)
    for line, days in ((prompt, 10), (late, 40)):
        take_payment(
            organization_id=world.organizations["HF"][0],
            account_id=line.account_id,
            amount=Decimal("46.90"),
            method=PaymentMethod.CASH,
            actor=actor,
            at=OCTOBER.end + days * DAY,
        )
    found = points_of_lines([prompt.line_id, late.line_id], local_date(OCTOBER.end))
    assert (found[prompt.line_id].total, found[late.line_id].total) == (46, 0)


def test_a_line_past_its_lock_ends_once_its_balance_has_paid_the_rent(
    world: World, actor: Actor, at: datetime, make_actor: Callable[..., Actor]
) -> None:
    bare, held = prepaid_lines(world, actor, at, 2)
    take_advance_payments(
        organization_id=world.organizations["HF"][0],
        advances=[AdvancePayment(held.account_id, Decimal("1.50"))],
        method=PaymentMethod.CASH,
        actor=actor,
        at=at,
    )
    end = at + LOCKED_AFTER + 30 * DAY + timedelta(minutes=1)
    assert advance_due_lines(actor=actor, at=end) == 2
    states = {line.id: line.state for line in lines([bare.line_id, held.line_id]).values()}
    assert states == {bare.line_id: LineState.TERMINATED, held.line_id: LineState.ACTIVE}
    frozen = numbers([bare.number])[bare.number]
    assert (frozen.state, frozen.frozen_until) == (NumberState.FROZEN, end + 90 * DAY)
    assert advance_due_lines(actor=actor, at=end + 10 * DAY) == 1
    check_deferred()
    assert lines([held.line_id])[held.line_id].state is LineState.TERMINATED
    assert customer_deposits([held.account_id]) == {}
    assert broken() == []
    assert advance_due_lines(actor=actor, at=end + 11 * DAY) == 0
