"""Deposits of premium numbers as they come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from trunkline.agreements.queries import agreement, premium_schedule
from trunkline.billing.models import Payment
from trunkline.billing.operations.settling import (
    Money,
    record_payments,
    sums,
)
from trunkline.billing.rules import DEPOSIT_TAKEN, premium_refusals
from trunkline.billing.types import PaymentPurpose, PaymentView, PremiumDeposit
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refusal, raise_if_any
from trunkline.ledger.operations import post_entries
from trunkline.ledger.types import GeneralAccount, NewEntry, NewPosting
from trunkline.party.queries import UNKNOWN_ACCOUNT, accounts_by_id
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import operation
from trunkline.security.types import Actor


@operation("payment.premium", kept={"deposits": sums})
def receive_premium_deposits(
    *,
    deposits: Sequence[PremiumDeposit],
    method: PaymentMethod,
    reference: str = "",
    actor: Actor,
    at: datetime,
) -> tuple[PaymentView, ...]:
    """Take deposits of premium numbers, each whole and once, into un-released money of accounts (P2-02, P2-09).

    A handful of statements whatever their number; the payments come in the order of the deposits. `Refused` with
    every reason, and none is taken: no agreement of the account's organisation commits the number, another amount
    than agreed, or received already.
    """
    holders = accounts_by_id(deposit.account_id for deposit in deposits)
    unknown = {deposit.account_id for deposit in deposits} - holders.keys()
    raise_if_any(UNKNOWN_ACCOUNT.about(str(key)) for key in sorted(unknown))
    agreed = _agreed(deposit.number for deposit in deposits)
    raise_if_any(
        refusal
        for each in deposits
        for refusal in premium_refusals(
            each, agreed.get((holders[each.account_id].organization_id, each.number))
        )
    )
    raise_if_any(_received_already(deposits))
    moneys = [
        Money(
            branch_id=holder.branch_id,
            organization_id=holder.organization_id,
            account_id=holder.id,
            amount=each.amount,
            method=method,
            reference=reference,
            subject=each.number,
            purpose=PaymentPurpose.PREMIUM_DEPOSIT,
        )
        for each in deposits
        for holder in (holders[each.account_id],)
    ]
    try:
        with transaction.atomic():
            taken = record_payments(moneys, actor=actor, at=at)
    except IntegrityError:
        # Somebody else took one of them in the meantime: the database lets only one through.
        raise_if_any(_received_already(deposits))
        raise
    entries = [
        _premium_entry(payment, money.branch_id, at) for payment, money in zip(taken, moneys, strict=True)
    ]
    post_entries(entries=entries, actor=actor, at=at)
    return tuple(taken)


def receive_premium_deposit(
    *,
    account_id: int,
    number: str,
    amount: Decimal,
    method: PaymentMethod,
    reference: str = "",
    actor: Actor,
    at: datetime,
) -> PaymentView:
    """Take the deposit of one premium number: `receive_premium_deposits` with one."""
    deposit = PremiumDeposit(account_id, number, amount)
    (taken,) = receive_premium_deposits(
        deposits=[deposit], method=method, reference=reference, actor=actor, at=at
    )
    return taken


def _agreed(numbers: Iterable[str]) -> dict[tuple[int, str], Decimal]:
    """By organisation and number, the deposit that an agreement in force commits the number to, in yuan."""
    schedules = premium_schedule(numbers).values()
    customers = {key: agreement(key).organization_id for key in {each.agreement_id for each in schedules}}
    return {(customers[each.agreement_id], each.number): sum(each.releases, ZERO) for each in schedules}


def _received_already(deposits: Sequence[PremiumDeposit]) -> list[Refusal]:
    wanted = Counter((each.account_id, each.number) for each in deposits)
    rows = Payment.objects.filter(
        purpose=PaymentPurpose.PREMIUM_DEPOSIT,
        account_id__in={account for account, _ in wanted},
        subject__in={number for _, number in wanted},
    )
    received = set(rows.values_list("account_id", "subject"))
    return [DEPOSIT_TAKEN.about(key[1]) for key, count in wanted.items() if count > 1 or key in received]


def _premium_entry(payment: PaymentView, branch_id: int, at: datetime) -> NewEntry:
    legs = (
        NewPosting(GeneralAccount.CASH, payment.amount),
        NewPosting(GeneralAccount.PREMIUM_UNRELEASED, -payment.amount, payment.account_id, payment.subject),
    )
    narration = f"靓号预存款 {payment.subject} {payment.receipt_number}"
    return NewEntry("premium_deposit", payment.receipt_number, branch_id, at, narration, legs)
