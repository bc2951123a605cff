"""Papers printed again say what they said: receipts as the money was taken, deposits as the bill was issued."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader

from tests.lines import accounts
from tests.operations.test_billing import NUMBER, OCTOBER, charge, deposit, draft
from tests.world import World
from trunkline.billing import queries
from trunkline.billing.documents import bill_document, receipt_document
from trunkline.billing.operations import issue_bills, take_advance_payments, take_payment
from trunkline.billing.types import AdvancePayment, BillView, DueRelease, PaymentView
from trunkline.kernel.money import ZERO
from trunkline.ledger.queries import balances
from trunkline.ledger.types import GeneralAccount
from trunkline.party.types import PaymentMethod
from trunkline.security.types import Actor

PAID = OCTOBER.end + timedelta(days=5)


@pytest.fixture
def bank(world: World) -> int:
    return world.organizations["HF"][0]


def issue(
    world: World, actor: Actor, account: int, month: int, amount: str, releases: Sequence[DueRelease] = ()
) -> BillView:
    """The bill of the month so many after October, issued as it ends."""
    of = OCTOBER.next(month)
    made = draft(world, account, charge(amount), releases=releases)
    issue_bills(month=of, drafts=[made], actor=actor, at=of.end)
    return queries.bills_of_account(account)[0]


def pay(bank: int, amount: str, actor: Actor, at: datetime, account: int | None = None) -> PaymentView:
    return take_payment(
        organization_id=bank,
        account_id=account,
        amount=Decimal(amount),
        method=PaymentMethod.CASH,
        actor=actor,
        at=at,
    )


def said(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def receivable(accounts: Sequence[int]) -> Decimal:
    held = balances(accounts).values()
    return sum((own.get(GeneralAccount.RECEIVABLE, ZERO) for own in held), ZERO)


def test_a_receipt_printed_again_shows_the_debt_of_its_moment(
    world: World, bank: int, actor: Actor, at: datetime
) -> None:
    first, second = accounts(world, actor, at, 2)
    issue(world, actor, first, 0, "100.00")
    issue(world, actor, second, 0, "50.00")
    payment = pay(bank, "120.00", actor, PAID)
    owed = receivable([first, second])
    receipt = said(receipt_document(payment.id, PAID))
    assert owed == Decimal("30.00")
    assert f"收款后尚欠¥{owed}" in receipt
    issue(world, actor, first, 1, "70.00")
    pay(bank, "90.00", actor, OCTOBER.next(1).end + timedelta(days=5))
    assert receivable([first, second]) == Decimal("10.00")
    assert said(receipt_document(payment.id, PAID + timedelta(days=90))) == receipt


def test_a_receipt_printed_again_shows_as_surplus_what_later_bills_took(
    world: World, bank: int, actor: Actor, at: datetime
) -> None:
    (account,) = accounts(world, actor, at, 1)
    issue(world, actor, account, 0, "100.00")
    payment = pay(bank, "130.00", actor, PAID, account)
    receipt = said(receipt_document(payment.id, PAID))
    assert "转入预存款¥30.00收款后尚欠¥0.00" in receipt
    november = issue(world, actor, account, 1, "70.00")
    assert november.paid == Decimal("30.00")
    assert len(queries.payment(payment.id).allocations) == 2
    assert said(receipt_document(payment.id, PAID + timedelta(days=90))) == receipt
    paid = pay(bank, "40.00", actor, november.issued_at + timedelta(days=5))
    assert f"收款后尚欠¥{receivable([account])}" in said(receipt_document(paid.id, PAID))


def test_receipts_of_one_moment_show_the_debt_falling_from_one_to_the_next(
    world: World, bank: int, actor: Actor, at: datetime
) -> None:
    owing = accounts(world, actor, at, 2)
    for account in owing:
        issue(world, actor, account, 0, "100.00")
    taken = take_advance_payments(
        organization_id=bank,
        advances=[AdvancePayment(account, Decimal("60.00")) for account in owing],
        method=PaymentMethod.CASH,
        actor=actor,
        at=PAID,
    )
    assert [queries.owed_after(each) for each in taken] == [Decimal("140.00"), Decimal("80.00")]
    assert receivable(owing) == Decimal("80.00")


def test_a_debt_entered_while_an_older_run_goes_on_is_not_that_of_an_earlier_receipt(
    world: World, bank: int, actor: Actor, at: datetime
) -> None:
    first, second = accounts(world, actor, at, 2)
    issue(world, actor, first, 0, "100.00")
    payment = pay(bank, "130.00", actor, PAID, first)
    receipt = said(receipt_document(payment.id, PAID))
    assert "转入预存款¥30.00收款后尚欠¥0.00" in receipt
    late = [draft(world, account, charge("20.00")) for account in (first, second)]
    issue_bills(month=OCTOBER.next(), drafts=late, actor=actor, at=PAID - timedelta(hours=1))
    assert receivable([first, second]) == Decimal("20.00")
    assert said(receipt_document(payment.id, PAID)) == receipt


def due(remaining: str) -> list[DueRelease]:
    return [DueRelease(NUMBER, Decimal(remaining))]


def test_a_bill_printed_again_shows_the_deposit_of_its_own_month(
    world: World, actor: Actor, at: datetime
) -> None:
    (account,) = accounts(world, actor, at, 1)
    deposit(world, account, "600.00", actor)
    months = (
        ("50.00", "400.00", "200.0050.00150.00400.00"),
        ("300.00", "200.00", "200.00300.0050.00200.00"),
        ("300.00", "0.00", "200.00250.000.000.00"),
    )
    bills = [
        issue(world, actor, account, month, amount, due(remaining))
        for month, (amount, remaining, _) in enumerate(months)
    ]
    used_up = issue(world, actor, account, 3, "10.00")
    for bill, (_, _, row) in zip(bills, months, strict=True):
        assert f"{NUMBER}{row}" in said(bill_document(bill.id, used_up.issued_at))
    assert bills[2].cash_due == Decimal("50.00")
    assert "本月解冻" not in said(bill_document(used_up.id, used_up.issued_at))


def test_two_months_billed_at_one_moment_show_each_its_own_release_and_use(
    world: World, actor: Actor, at: datetime
) -> None:
    (account,) = accounts(world, actor, at, 1)
    deposit(world, account, "600.00", actor)
    for month, remaining in ((OCTOBER, "400.00"), (OCTOBER.next(), "200.00")):
        made = draft(world, account, charge("50.00"), releases=due(remaining))
        issue_bills(month=month, drafts=[made], actor=actor, at=PAID)
    november, october = queries.bills_of_account(account)
    assert f"{NUMBER}200.0050.00150.00400.00" in said(bill_document(october.id, PAID))
    assert f"{NUMBER}200.0050.00300.00200.00" in said(bill_document(november.id, PAID))


def test_a_deposit_taken_while_an_older_run_goes_on_is_not_printed_below_zero(
    world: World, actor: Actor, at: datetime
) -> None:
    (account,) = accounts(world, actor, at, 1)
    deposit(world, account, "600.00", actor)
    made = draft(world, account, charge("50.00"), releases=due("400.00"))
    issue_bills(month=OCTOBER, drafts=[made], actor=actor, at=OCTOBER.end)
    (bill,) = queries.bills_of_account(account)
    assert f"{NUMBER}200.0050.00150.00400.00" in said(bill_document(bill.id, PAID))
