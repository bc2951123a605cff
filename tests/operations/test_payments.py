"""Taking money on a real database."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from tests.lines import accounts
from tests.operations.test_billing import OCTOBER, broken, charge, codes, draft
from tests.signing import member_rows, premium, signed_agreement
from tests.support import check_deferred, snapshot
from tests.world import World, number_of
from trunkline.billing import queries
from trunkline.billing.documents import bill_document, receipt_document
from trunkline.billing.operations import (
    issue_bills,
    receive_premium_deposit,
    receive_premium_deposits,
    take_advance_payments,
    take_payment,
)
from trunkline.billing.types import (
    AdvancePayment,
    BillState,
    BillView,
    PaymentPurpose,
    PaymentView,
    PremiumDeposit,
)
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refused
from trunkline.ledger import queries as ledger
from trunkline.ledger.types import GeneralAccount, PremiumBalance
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import acting
from trunkline.security.models import AuditOperation
from trunkline.security.types import Actor

ISSUED = datetime(2026, 11, 1, 1, tzinfo=UTC)


@pytest.fixture
def bank(world: World) -> int:
    return world.organizations["HF"][0]


def billed(world: World, actor: Actor, account: int, *amounts: str, branch: str = "HF") -> list[BillView]:
    """One bill a month of an account, October first."""
    for n, amount in enumerate(amounts):
        made = draft(world, account, charge(amount), branch=branch)
        issue_bills(month=OCTOBER.next(n), drafts=[made], actor=actor, at=OCTOBER.next(n).end)
    return list(reversed(queries.bills_of_account(account)))


def pay(
    organization: int,
    amount: str,
    actor: Actor,
    *,
    account: int | None = None,
    bills: Sequence[int] = (),
    key: str = "",
) -> PaymentView:
    return take_payment(
        organization_id=organization,
        account_id=account,
        bill_ids=bills,
        amount=Decimal(amount),
        method=PaymentMethod.TRANSFER,
        reference="回单1",
        idempotency_key=key,
        actor=actor,
        at=ISSUED,
    )


def states(account: int) -> list[tuple[BillState, Decimal]]:
    return [(bill.state, bill.paid) for bill in reversed(queries.bills_of_account(account))]


def test_the_oldest_bill_is_met_first(world: World, bank: int, actor: Actor, at: datetime) -> None:
    (account,) = accounts(world, actor, at, 1)
    october, november = billed(world, actor, account, "100.00", "50.00")
    payment = pay(bank, "120.00", actor)
    check_deferred()
    assert payment.allocations == ((october.id, Decimal("100.00")), (november.id, Decimal("20.00")))
    assert states(account) == [(BillState.PAID, Decimal("100.00")), (BillState.OPEN, Decimal("20.00"))]
    assert (payment.purpose, payment.account_id, payment.reference) == (PaymentPurpose.BILLS, None, "回单1")
    assert payment.receipt_number.startswith("R20261101-")
    assert queries.account_balance(account).receivable == Decimal("30.00")
    assert queries.payments_of_organization(bank) == (payment,)
    assert ledger.trial_balance()[GeneralAccount.CASH] == Decimal("120.00")
    pay(bank, "30.00", actor)
    assert states(account)[1] == (BillState.PAID, Decimal("50.00"))
    assert broken() == []


def test_chosen_bills_are_met_and_no_others(world: World, bank: int, actor: Actor, at: datetime) -> None:
    (account,) = accounts(world, actor, at, 1)
    october, november = billed(world, actor, account, "100.00", "50.00")
    pay(bank, "50.00", actor, bills=[november.id])
    assert states(account) == [(BillState.OPEN, ZERO), (BillState.PAID, Decimal("50.00"))]
    before = snapshot()
    with pytest.raises(Refused) as refused:
        pay(bank, "100.01", actor, bills=[october.id])
    assert codes(refused) == ["payment.more_than_owed"]
    assert snapshot() == before


def test_one_payment_meets_bills_of_many_accounts(
    world: World, bank: int, actor: Actor, at: datetime
) -> None:
    owners = accounts(world, actor, at, 3)
    for owner in owners:
        billed(world, actor, owner, "10.00")
    pay(bank, "25.00", actor)
    check_deferred()
    assert [states(owner)[0] for owner in owners] == [
        (BillState.PAID, Decimal("10.00")),
        (BillState.PAID, Decimal("10.00")),
        (BillState.OPEN, Decimal("5.00")),
    ]
    assert broken() == []


def test_a_surplus_is_held_for_the_account_that_is_named(
    world: World, bank: int, actor: Actor, at: datetime
) -> None:
    (account,) = accounts(world, actor, at, 1)
    october, november = billed(world, actor, account, "100.00", "50.00")
    payment = pay(bank, "180.00", actor, account=account, bills=[november.id])
    assert payment.allocations == ((november.id, Decimal("50.00")), (october.id, Decimal("100.00")))
    assert queries.account_balance(account).customer_deposit == Decimal("30.00")
    assert broken() == []


def test_money_in_advance_is_held_for_its_account(
    world: World, bank: int, actor: Actor, at: datetime
) -> None:
    (account,) = accounts(world, actor, at, 1)
    assert pay(bank, "200.00", actor, account=account).allocations == ()
    assert queries.account_balance(account).customer_deposit == Decimal("200.00")


@pytest.mark.parametrize(
    ("amount", "code"),
    [("0", "payment.not_positive"), ("-1", "payment.not_positive"), ("1.005", "payment.parts_of_a_fen"),
     ("NaN", "payment.not_positive"), ("100.01", "payment.more_than_owed")],
)  # fmt: skip
def test_a_wrong_amount_is_refused_and_nothing_changes(
    world: World, bank: int, actor: Actor, at: datetime, amount: str, code: str
) -> None:
    (account,) = accounts(world, actor, at, 1)
    billed(world, actor, account, "100.00")
    before = snapshot()
    with pytest.raises(Refused) as refused:
        pay(bank, amount, actor)
    assert codes(refused) == [code]
    assert snapshot() == before


def test_bills_and_accounts_of_others_and_paid_bills_are_refused_with_all_reasons(
    world: World, bank: int, actor: Actor, at: datetime
) -> None:
    (own,), (other,) = accounts(world, actor, at, 1), accounts(world, actor, at, 1, branch="WH")
    (first,), (second,) = (
        billed(world, actor, own, "10.00"),
        billed(world, actor, other, "10.00", branch="WH"),
    )
    pay(bank, "10.00", actor, bills=[first.id])
    before = snapshot()
    with pytest.raises(Refused) as refused:
        pay(bank, "5.00", actor, bills=[first.id, second.id, 10**9])
    assert codes(refused) == ["bill.unknown", "bill.paid", "bill.of_another"]
    with pytest.raises(Refused) as refused:
        pay(bank, "5.00", actor, account=other)
    assert codes(refused) == ["payment.account_of_another"]
    with pytest.raises(Refused) as refused:
        pay(bank, "5.00", actor)
    assert codes(refused) == ["payment.nothing_owed"]
    assert snapshot() == before


def test_the_same_key_takes_the_money_once(world: World, bank: int, actor: Actor, at: datetime) -> None:
    (account,) = accounts(world, actor, at, 1)
    billed(world, actor, account, "100.00")
    first = pay(bank, "40.00", actor, key="desk-1")
    assert pay(bank, "40.00", actor, key="desk-1") == first
    assert queries.account_balance(account).receivable == Decimal("60.00")
    with pytest.raises(Refused) as refused:
        pay(bank, "41.00", actor, key="desk-1")
    assert codes(refused) == ["payment.key_reused"]


def test_a_clerk_takes_money_only_for_the_own_branch(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    (account,) = accounts(world, actor, at, 1)
    billed(world, actor, account, "10.00")
    clerk = make_actor(role="clerk", branch="HF")
    assert pay(world.organizations["HF"][0], "4.00", clerk).taken_by_id == clerk.staff_id
    with acting(actor):
        before = snapshot()
    with pytest.raises(Refused) as refused:
        pay(world.organizations["HF"][0], "4.00", make_actor(role="clerk", branch="WH"))
    assert codes(refused) == ["organization.unknown"]
    with pytest.raises(Refused) as refused:
        pay(world.organizations["HF"][0], "4.00", make_actor(role="account_manager", branch="HF"))
    assert codes(refused) == ["permission.missing"]
    with acting(actor):
        assert snapshot() == before


def test_two_cashiers_at_once_never_overpay_a_bill(committed_db: World, actor: Actor, at: datetime) -> None:
    bank = committed_db.organizations["HF"][0]
    (account,) = accounts(committed_db, actor, at, 1)
    issue_bills(
        month=OCTOBER, drafts=[draft(committed_db, account, charge("100.00"))], actor=actor, at=ISSUED
    )
    results = at_once(8, lambda n: pay(bank, "30.00", actor).receipt_number)
    with acting(actor):
        assert [r for r in results if r.startswith("R")] and len(
            {r for r in results if r.startswith("R")}
        ) == 3
        assert sorted(r for r in results if not r.startswith("R")) == ["payment.more_than_owed"] * 5
        assert queries.account_balance(account).receivable == Decimal("10.00")
        assert broken() == []


def test_a_key_sent_twice_at_once_takes_the_money_once(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    bank = committed_db.organizations["HF"][0]
    (account,) = accounts(committed_db, actor, at, 1)
    issue_bills(
        month=OCTOBER, drafts=[draft(committed_db, account, charge("100.00"))], actor=actor, at=ISSUED
    )
    results = at_once(6, lambda n: pay(bank, "30.00", actor, key="same").receipt_number)
    assert len(set(results)) == 1
    with acting(actor):
        assert queries.account_balance(account).receivable == Decimal("70.00")


def at_once(count: int, action: Callable[[int], str]) -> list[str]:
    """What `count` threads got that did the same at the same time: an answer, or the codes of a refusal."""
    results: list[str] = []
    gate = threading.Barrier(count)

    def run(n: int) -> None:
        gate.wait()
        try:
            results.append(action(n))
        except Refused as refused:
            results.extend(refusal.code for refusal in refused.refusals)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


# Deposits of premium numbers


PREMIUM = number_of("HF", 0)
AGREED = Decimal("12000.00")


@pytest.fixture
def committed(world: World, bank: int, actor: Actor, at: datetime) -> int:
    """An account of an organisation whose agreement in force commits a number to a deposit."""
    signed_agreement(bank, member_rows(2), premiums=(premium(PREMIUM),), actor=actor, at=at)
    return accounts(world, actor, at, 1)[0]


def deposit(account: int, actor: Actor, *, number: str = PREMIUM, amount: Decimal = AGREED) -> PaymentView:
    return receive_premium_deposit(
        account_id=account,
        number=number,
        amount=amount,
        method=PaymentMethod.TRANSFER,
        actor=actor,
        at=ISSUED,
    )


def test_a_premium_deposit_is_held_unreleased_for_its_number(committed: int, actor: Actor) -> None:
    taken = deposit(committed, actor)
    check_deferred()
    assert (taken.purpose, taken.subject, taken.amount) == (PaymentPurpose.PREMIUM_DEPOSIT, PREMIUM, AGREED)
    assert ledger.premium_balances([committed]) == {(committed, PREMIUM): PremiumBalance(AGREED, ZERO)}
    assert queries.account_balance(committed).customer_deposit == ZERO
    assert "壹万贰仟元整" in text_of(receipt_document(taken.id, ISSUED))
    assert broken() == []


def test_a_premium_deposit_is_the_agreed_sum_of_a_committed_number_and_comes_once(
    world: World, committed: int, actor: Actor, at: datetime
) -> None:
    (stranger,) = accounts(world, actor, at, 1, organization=world.organizations["HF"][1])
    before = snapshot()
    for account, number, amount, code in (
        (committed, PREMIUM, Decimal("11999.99"), "premium.amount_differs"),
        (committed, number_of("HF", 7), AGREED, "premium.no_commitment"),
        (stranger, PREMIUM, AGREED, "premium.no_commitment"),
        (committed, PREMIUM, ZERO, "payment.not_positive"),
    ):
        with pytest.raises(Refused) as refused:
            deposit(account, actor, number=number, amount=amount)
        assert codes(refused) == [code]
    assert snapshot() == before
    deposit(committed, actor)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        deposit(committed, actor)
    assert codes(refused) == ["premium.received_already"]
    assert snapshot() == before


def test_a_premium_deposit_sent_twice_at_once_is_received_once(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    bank = committed_db.organizations["HF"][0]
    signed_agreement(bank, member_rows(2), premiums=(premium(PREMIUM),), actor=actor, at=at)
    (account,) = accounts(committed_db, actor, at, 1)
    results = at_once(6, lambda n: deposit(account, actor).receipt_number)
    assert sorted(r for r in results if not r.startswith("R")) == ["premium.received_already"] * 5
    with acting(actor):
        assert queries.account_balance(account).premium_unreleased == AGREED
        assert len(queries.payments_of_organization(bank)) == 1
        assert broken() == []


def test_many_premium_deposits_are_taken_as_one_by_one(
    world: World, bank: int, actor: Actor, at: datetime
) -> None:
    sums = {
        PREMIUM: AGREED,
        number_of("HF", 111): Decimal("3600.00"),
        number_of("HF", 222): Decimal("600.00"),
    }
    commitments = [
        replace(premium(n), grade="AAA", prepayment=amount, approval="皖通集〔2026〕8号")
        for n, amount in sums.items()
    ]
    commitments[0] = premium(PREMIUM)
    signed_agreement(bank, member_rows(2), premiums=tuple(commitments), actor=actor, at=at)
    owners = accounts(world, actor, at, 3)
    deposits = [(owner, *each) for owner, each in zip(owners, sums.items(), strict=True)]
    taken = receive(actor, *deposits)
    check_deferred()
    assert [(p.account_id, p.subject, p.amount) for p in taken] == deposits
    assert tuple(reversed(taken)) == queries.payments_of_organization(bank)
    assert len({payment.receipt_number for payment in taken}) == 3
    assert ledger.premium_balances(owners) == {
        (owner, number): PremiumBalance(amount, ZERO) for owner, number, amount in deposits
    }
    assert [posted(owner) for owner in owners] == [
        [("premium_deposit", GeneralAccount.PREMIUM_UNRELEASED, number, -amount)]
        for _, number, amount in deposits
    ]
    assert ledger.trial_balance()[GeneralAccount.CASH] == Decimal("16200.00")
    assert arguments_of("payment.premium")["deposits"] == {"count": 3, "total": "16200.00"}
    assert broken() == []


def test_many_premium_deposits_are_refused_with_all_reasons_and_none_is_taken(
    world: World, committed: int, actor: Actor, at: datetime
) -> None:
    stranger = number_of("HF", 7)
    before = snapshot()
    for pairs, reasons in (
        (
            [(committed, PREMIUM, ZERO), (committed, stranger, AGREED), (committed, PREMIUM, AGREED / 2)],
            ["payment.not_positive", "premium.no_commitment", "premium.amount_differs"],
        ),
        ([(committed, PREMIUM, AGREED), (committed, PREMIUM, AGREED)], ["premium.received_already"]),
        ([(committed, PREMIUM, AGREED), (10**8, PREMIUM, AGREED)], ["account.unknown"]),
    ):
        with pytest.raises(Refused) as refused:
            receive(actor, *pairs)
        assert codes(refused) == reasons
    assert snapshot() == before


def receive(actor: Actor, *deposits: tuple[int, str, Decimal]) -> tuple[PaymentView, ...]:
    return receive_premium_deposits(
        deposits=[PremiumDeposit(*each) for each in deposits],
        method=PaymentMethod.BANK_COLLECTION,
        reference="agreement:1",
        actor=actor,
        at=ISSUED,
    )


def arguments_of(verb: str) -> dict[str, Any]:
    """What the audit row of the only operation of a verb says."""
    return dict(AuditOperation.objects.get(verb=verb).arguments)


# Money in advance for many accounts


def advance(
    organization: int, actor: Actor, *sums: tuple[int, str], method: PaymentMethod = PaymentMethod.TRANSFER
) -> tuple[PaymentView, ...]:
    return take_advance_payments(
        organization_id=organization,
        advances=[AdvancePayment(account, Decimal(amount)) for account, amount in sums],
        method=method,
        reference="回单1",
        actor=actor,
        at=ISSUED,
    )


def told(payment: PaymentView) -> tuple[object, ...]:
    """What a payment says, without its id, receipt, account and the ids of bills."""
    return (
        payment.organization_id,
        payment.purpose,
        payment.subject,
        payment.method,
        payment.amount,
        payment.reference,
        payment.taken_at,
        payment.taken_by_id,
        [part for _, part in payment.allocations],
    )


def posted(account: int) -> list[tuple[object, ...]]:
    """What stands in the ledger for an account, in the order of time."""
    rows = reversed(ledger.postings(account))
    return [(row.source, row.general_account, row.subject, row.amount) for row in rows]


def test_money_in_advance_for_many_accounts_is_taken_as_one_by_one(
    world: World, bank: int, actor: Actor, at: datetime
) -> None:
    amounts = ["200.00", "120.00", "40.00", "100.00"]
    owners = accounts(world, actor, at, 8)
    one_by_one, together = owners[:4], owners[4:]
    for owner in owners:
        if owner not in (owners[0], owners[4]):
            billed(world, actor, owner, "100.00", "10.00")
    singly = [
        pay(bank, amount, actor, account=owner) for owner, amount in zip(one_by_one, amounts, strict=True)
    ]
    taken = advance(bank, actor, *zip(together, amounts, strict=True))
    check_deferred()
    assert [told(payment) for payment in taken] == [told(payment) for payment in singly]
    assert [payment.account_id for payment in taken] == list(together)
    assert tuple(reversed(taken)) == queries.payments_of_organization(bank)[:4]
    assert len({payment.receipt_number for payment in (*singly, *taken)}) == 8
    assert [posted(owner) for owner in together] == [posted(owner) for owner in one_by_one]
    assert [states(owner) for owner in together] == [states(owner) for owner in one_by_one]
    assert [queries.account_balance(owner) for owner in together] == [
        queries.account_balance(owner) for owner in one_by_one
    ]
    assert arguments_of("payment.advance")["advances"] == {"count": 4, "total": "460.00"}
    assert broken() == []


def test_sums_for_one_account_meet_its_bills_one_after_the_other(
    world: World, bank: int, actor: Actor, at: datetime
) -> None:
    (account,) = accounts(world, actor, at, 1)
    october, november = billed(world, actor, account, "100.00", "50.00")
    taken = advance(bank, actor, (account, "60.00"), (account, "60.00"), (account, "60.00"))
    check_deferred()
    assert [payment.allocations for payment in taken] == [
        ((october.id, Decimal("60.00")),),
        ((october.id, Decimal("40.00")), (november.id, Decimal("20.00"))),
        ((november.id, Decimal("30.00")),),
    ]
    assert queries.account_balance(account).customer_deposit == Decimal("30.00")
    assert broken() == []


def test_money_in_advance_is_refused_with_all_reasons_and_none_is_taken(
    world: World, bank: int, actor: Actor, at: datetime
) -> None:
    first, second = accounts(world, actor, at, 2)
    (other,) = accounts(world, actor, at, 1, organization=world.organizations["HF"][1])
    before = snapshot()
    for sums, reasons in (
        (
            [(first, "5.00"), (second, "0"), (first, "1.005")],
            ["payment.not_positive", "payment.parts_of_a_fen"],
        ),
        ([(first, "5.00"), (other, "5.00")], ["payment.account_of_another"]),
        ([(first, "5.00"), (10**8, "5.00")], ["account.unknown"]),
    ):
        with pytest.raises(Refused) as refused:
            advance(bank, actor, *sums)
        assert codes(refused) == reasons
    assert snapshot() == before


def test_money_in_advance_for_hundreds_takes_as_many_statements_as_for_one(
    all_staged: None, world: World, bank: int, actor: Actor, at: datetime
) -> None:
    def statements(owners: Sequence[int]) -> int:
        issue_bills(
            month=OCTOBER,
            drafts=[draft(world, owner, charge("100.00")) for owner in owners],
            actor=actor,
            at=OCTOBER.end,
        )
        with CaptureQueriesContext(connection) as captured:
            advance(bank, actor, *((owner, "120.00") for owner in owners))
        return len(captured)

    assert statements(accounts(world, actor, at, 1)) == statements(accounts(world, actor, at, 300))
    check_deferred()
    assert broken() == []


# Paper


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_bill_and_its_receipt_are_printed(world: World, bank: int, actor: Actor, at: datetime) -> None:
    (account,) = accounts(world, actor, at, 1)
    (bill,) = billed(world, actor, account, "100.00")
    payment = pay(bank, "100.00", actor, bills=[bill.id])
    printed, receipt = text_of(bill_document(bill.id, ISSUED)), text_of(receipt_document(payment.id, ISSUED))
    assert bill.number in printed
    assert payment.receipt_number in receipt
    assert "壹佰元整" in receipt
    assert bill_document(bill.id, ISSUED) == bill_document(bill.id, ISSUED)
