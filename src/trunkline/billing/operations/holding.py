"""Money held for accounts: it meets their bills, moves to other accounts, and grows by redeemed points."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from trunkline.billing.models import DepositDraw
from trunkline.billing.operations.settling import Money, meet_bills, meeting_open_bills, record_payments, sums
from trunkline.billing.queries import free_deposits, remainders
from trunkline.billing.rules import drawn_oldest_first, payment_refusals
from trunkline.billing.types import (
    FREE_PURPOSES,
    AdvancePayment,
    DepositMove,
    PaymentPurpose,
    PaymentView,
    Remainder,
)
from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refusal, raise_if_any
from trunkline.kernel.text import Text
from trunkline.ledger.operations import post_entries
from trunkline.ledger.queries import lock_deposits
from trunkline.ledger.types import GeneralAccount, NewEntry, NewPosting
from trunkline.party.queries import UNKNOWN_ACCOUNT, accounts_by_id
from trunkline.party.types import AccountView, PaymentMethod
from trunkline.security.audit import operation
from trunkline.security.types import Actor

MORE_THAN_HELD = Refusal(
    "refund.more_than_held",
    "S13-G2",
    Text(
        "账户{subject}只有{held}元可退，不能退{amount}元",
        "Account {subject} holds {held} yuan, so that {amount} cannot be refunded",
    ),
)
TO_ITSELF = Refusal(
    "balance.to_itself", "S30-E2", Text("余额不能转给原账户", "A balance is not moved to its own account")
)
OTHER_CUSTOMER = Refusal(
    "balance.other_customer",
    "S30-E2",
    Text("余额只能转到同一集团客户的账户", "A balance is moved only within one organisation"),
)


def draw_free(amounts: Mapping[int, Decimal]) -> tuple[tuple[Remainder, Decimal], ...]:
    """Which payments give what is drawn from accounts, in yuan, under the accounts' locks.

    Credit for points stays where it is. `Refused` for each account that holds less (``refund.more_than_held``).
    """
    lock_deposits(amounts)
    held = free_deposits(amounts)
    raise_if_any(
        MORE_THAN_HELD.about(str(account), held=held.get(account, ZERO), amount=amount)
        for account, amount in amounts.items()
        if amount > held.get(account, ZERO)
    )
    return drawn_oldest_first(amounts, remainders(amounts, FREE_PURPOSES))


def record_draws(drawn: Sequence[tuple[Remainder, Decimal, int | None, int | None]]) -> None:
    """Write what payments gave: (payment, yuan, refund id, id of the payment it moved to)."""
    insert_rows(
        DepositDraw._meta.db_table,
        ("branch_id", "payment_id", "amount", "refund_id", "moved_to_id"),
        ((source.branch_id, source.payment_id, part, refund, moved) for source, part, refund, moved in drawn),
    )


def _told(moves: Sequence[DepositMove]) -> dict[str, object]:
    """What the audit row keeps of moves: each has its payment and entry under the same operation."""
    return {"count": len(moves), "total": sum([move.amount for move in moves], ZERO)}


@operation("payment.move", kept={"moves": _told})
def move_deposits(*, moves: Sequence[DepositMove], actor: Actor, at: datetime) -> tuple[PaymentView, ...]:
    """余额转移 (S30-E2): what accounts hold and is free goes to other accounts of the same organisation.

    It meets the open bills of the account it comes to, and the rest is held there. An account gives once in a call.
    `Refused` with every reason: an account unknown, its own, or another organisation's; an amount that is none, or
    more than is held and free.
    """
    accounts = accounts_by_id({key for move in moves for key in (move.account_id, move.to_account_id)})
    raise_if_any(_against(moves, accounts))
    gives = {move.account_id: move.to_account_id for move in moves}
    drawn = draw_free({move.account_id: move.amount for move in moves})
    methods = {source.account_id: source.method for source, _ in reversed(drawn)}
    moneys = [
        Money(
            accounts[move.to_account_id].branch_id,
            accounts[move.to_account_id].organization_id,
            move.to_account_id,
            move.amount,
            methods[move.account_id],
            accounts[move.account_id].code,
            purpose=PaymentPurpose.BALANCE_TRANSFER,
        )
        for move in moves
    ]
    taken = record_payments(moneys, actor=actor, at=at)
    into = {move.account_id: payment.id for move, payment in zip(moves, taken, strict=True)}
    record_draws([(source, part, None, into[source.account_id]) for source, part in drawn])
    entries = [
        _held_entry(
            payment,
            accounts[move.to_account_id].branch_id,
            NewPosting(GeneralAccount.CUSTOMER_DEPOSIT, payment.amount, move.account_id),
            at,
        )
        for move, payment in zip(moves, taken, strict=True)
    ]
    post_entries(entries=entries, actor=actor, at=at)
    spend_deposits(dict.fromkeys(gives.values(), ZERO), actor=actor, at=at)
    return tuple(taken)


def _against(moves: Sequence[DepositMove], accounts: Mapping[int, AccountView]) -> list[Refusal]:
    found = []
    for move in moves:
        missing = {move.account_id, move.to_account_id} - accounts.keys()
        found += [UNKNOWN_ACCOUNT.about(str(key)) for key in sorted(missing)]
        if missing:
            continue
        giver, taker = accounts[move.account_id], accounts[move.to_account_id]
        found += [refusal.about(giver.code) for refusal in payment_refusals(move.amount)]
        if giver.id == taker.id:
            found.append(TO_ITSELF.about(giver.code))
        elif (giver.organization_id, giver.branch_id) != (taker.organization_id, taker.branch_id):
            found.append(OTHER_CUSTOMER.about(taker.code))
    return found


@operation("payment.credit_points", kept={"credit": sums})
def credit_points(*, credit: Sequence[AdvancePayment], actor: Actor, at: datetime) -> tuple[PaymentView, ...]:
    """积分兑换话费 (S19): credit for accounts, in yuan. It is spent on bills and never paid out.

    It meets the open bills of its account at once. `Refused`: an account unknown, or an amount that is none.
    """
    accounts = accounts_by_id({each.account_id for each in credit})
    raise_if_any(
        UNKNOWN_ACCOUNT.about(str(each.account_id)) for each in credit if each.account_id not in accounts
    )
    raise_if_any(
        refusal.about(accounts[each.account_id].code)
        for each in credit
        for refusal in payment_refusals(each.amount)
    )
    moneys = [
        Money(
            accounts[each.account_id].branch_id,
            accounts[each.account_id].organization_id,
            each.account_id,
            each.amount,
            PaymentMethod.CASH,
            "",
            purpose=PaymentPurpose.POINTS_CREDIT,
        )
        for each in credit
    ]
    taken = record_payments(moneys, actor=actor, at=at)
    entries = [
        _held_entry(payment, money.branch_id, NewPosting(GeneralAccount.POINTS_REWARD, payment.amount), at)
        for payment, money in zip(taken, moneys, strict=True)
    ]
    post_entries(entries=entries, actor=actor, at=at)
    spend_deposits({each.account_id: each.amount for each in credit}, actor=actor, at=at)
    return tuple(taken)


@operation("payment.lapse")
def lapse_deposits(*, account_ids: Collection[int], actor: Actor, at: datetime) -> Decimal:
    """What is held for accounts of reclaimed lines becomes revenue (domain 4.4); returns the yuan. Safe to repeat."""
    lock_deposits(account_ids)
    left = remainders(account_ids)
    record_draws([(source, source.left, None, None) for source in left])
    entries = [
        NewEntry(
            "deposit_lapse",
            source.receipt_number,
            source.branch_id,
            at,
            "号码回收，余额作废",
            (
                NewPosting(GeneralAccount.CUSTOMER_DEPOSIT, source.left, source.account_id),
                NewPosting(GeneralAccount.REVENUE_BASIC, -source.left),
            ),
        )
        for source in left
    ]
    post_entries(entries=entries, actor=actor, at=at)
    return sum([source.left for source in left], ZERO)


def _held_entry(payment: PaymentView, branch_id: int, debit: NewPosting, at: datetime) -> NewEntry:
    """The entry of what an account holds from now on, of which no cash came in."""
    legs = (debit, NewPosting(GeneralAccount.CUSTOMER_DEPOSIT, -payment.amount, payment.account_id))
    narration = {
        PaymentPurpose.BALANCE_TRANSFER: "余额转入",
        PaymentPurpose.POINTS_CREDIT: "积分兑换话费",
    }[payment.purpose]
    return NewEntry(payment.purpose, payment.receipt_number, branch_id, at, narration, legs)


def spend_deposits(holding: Mapping[int, Decimal], *, actor: Actor, at: datetime) -> None:
    """Let money held for accounts meet their open bills, the oldest first; part of issuing bills."""
    lock_deposits(holding)
    held = remainders(holding)
    spent = meeting_open_bills([(each.account_id, each.left) for each in held])
    parts = [(source, bill, part) for source, (met, _) in zip(held, spent, strict=True) for bill, part in met]
    meet_bills([(source.payment_id, bill, part) for source, bill, part in parts], actor=actor, at=at)
    entries = [
        NewEntry(
            "deposit_use",
            f"{source.receipt_number}:{bill.number}",
            source.branch_id,
            at,
            "预存款抵扣账单",
            (
                NewPosting(GeneralAccount.CUSTOMER_DEPOSIT, part, bill.account_id),
                NewPosting(GeneralAccount.RECEIVABLE, -part, bill.account_id),
            ),
        )
        for source, bill, part in parts
    ]
    post_entries(entries=entries, actor=actor, at=at)
