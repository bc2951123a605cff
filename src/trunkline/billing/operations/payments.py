"""Taking money: payments of bills, deposits of premium numbers, and money held for an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import F, Q, Sum, Value
from django.db.models.functions import Coalesce

from trunkline.agreements.queries import agreement, premium_schedule
from trunkline.billing.models import Bill, Payment
from trunkline.billing.queries import UNKNOWN_BILL
from trunkline.billing.queries import payment as payment_view
from trunkline.billing.rules import (
    BILL_OF_ANOTHER,
    BILL_PAID,
    DEPOSIT_DIFFERS,
    MORE_THAN_OWED,
    NOTHING_OWED,
    allocate,
    payment_refusals,
)
from trunkline.billing.types import BillState, PaymentPurpose, PaymentView
from trunkline.kernel.bulk import insert_rows, update_rows
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.ledger.operations import post_entries
from trunkline.ledger.queries import lock_deposits
from trunkline.ledger.types import GeneralAccount, NewEntry, NewPosting
from trunkline.party.queries import account, organization
from trunkline.party.types import AccountView, PaymentMethod
from trunkline.security.audit import operation
from trunkline.security.types import Actor

KEY_REUSED = Refusal(
    "payment.key_reused",
    "",
    Text("同一请求号已用于另一笔收款", "The idempotency key was used for another payment"),
)
ACCOUNT_OF_ANOTHER = Refusal(
    "payment.account_of_another",
    "P2-12",
    Text("账户{subject}不属于该客户", "Account {subject} is not this organisation's"),
)
NO_COMMITMENT = Refusal(
    "premium.no_commitment",
    "P2-02",
    Text(
        "该客户的协议中没有号码{subject}的预存约定",
        "No agreement of this organisation commits {subject} to a deposit",
    ),
)
DEPOSIT_TAKEN = Refusal(
    "premium.received_already",
    "P2-02",
    Text("号码{subject}的预存款已收", "The deposit for {subject} has been received already"),
)

#: First key of the advisory locks by idempotency key.
_KEY_LOCK = 42


@dataclass(frozen=True, slots=True)
class _Money:
    """Money handed over; `subject` is the number of a premium deposit."""

    branch_id: int
    organization_id: int
    account_id: int | None
    amount: Decimal
    method: PaymentMethod
    reference: str
    subject: str = ""
    key: str = ""


@operation("payment.take")
def take_payment(
    *,
    organization_id: int,
    account_id: int | None = None,
    bill_ids: Sequence[int] = (),
    amount: Decimal,
    method: PaymentMethod,
    reference: str = "",
    idempotency_key: str = "",
    actor: Actor,
    at: datetime,
) -> PaymentView:
    """Take money for an organisation's bills: the chosen ones, or all open ones, the oldest first.

    Without a named account the money must not exceed what is owed; with one, the rest meets the account's other
    open bills and is then held for it. The same `idempotency_key` gives the same payment again. `Refused`, and
    nothing is taken: amount not positive or finer than the fen, more than owed, nothing owed, a bill that is
    paid or another organisation's, a key used for something else.
    """
    customer = organization(organization_id)
    raise_if_any(payment_refusals(amount))
    if idempotency_key:
        earlier = _payment_of_key(customer.branch_id, idempotency_key)
        if earlier is not None:
            if (earlier.organization_id, earlier.account_id, earlier.amount) != (
                organization_id,
                account_id,
                amount,
            ):
                raise Refused(KEY_REUSED)
            return payment_view(earlier.pk)
    if account_id is not None:
        _account_of(organization_id, account_id)
    bills = _locked_bills(organization_id, account_id, bill_ids)
    met, left = allocate(amount, [(bill.pk, bill.total - bill.from_deposit - bill.paid) for bill in bills])
    if left and account_id is None:
        owed = amount - left
        raise Refused(MORE_THAN_OWED.filled(amount=amount, owed=owed) if owed else NOTHING_OWED)
    money = _Money(
        customer.branch_id, organization_id, account_id, amount, method, reference, key=idempotency_key
    )
    row = _record_payment(money, actor=actor, at=at)
    by_id = {bill.pk: bill for bill in bills}
    _meet(row.pk, [(by_id[key], part) for key, part in met])
    legs = [NewPosting(GeneralAccount.CASH, amount)]
    legs += [
        NewPosting(GeneralAccount.RECEIVABLE, -part, owner) for owner, part in _by_account(by_id, met).items()
    ]
    if left:
        legs.append(NewPosting(GeneralAccount.CUSTOMER_DEPOSIT, -left, account_id))
    entry = NewEntry(
        "payment", row.receipt_number, row.branch_id, at, f"收款 {row.receipt_number}", tuple(legs)
    )
    post_entries(entries=[entry], actor=actor, at=at)
    return payment_view(row.pk)


@operation("payment.premium")
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
    """Take the deposit of a premium number, whole and once, into un-released money of an account (P2-02, P2-09).

    `Refused`: no agreement of the account's organisation commits the number, another amount than agreed, or
    received already.
    """
    raise_if_any(payment_refusals(amount))
    holder = account(account_id)
    schedule = premium_schedule([number]).get(number)
    if schedule is None or agreement(schedule.agreement_id).organization_id != holder.organization_id:
        raise Refused(NO_COMMITMENT.about(number))
    agreed = sum(schedule.releases, ZERO)
    if amount != agreed:
        raise Refused(DEPOSIT_DIFFERS.about(number, agreed=agreed))
    lock_deposits([account_id])
    taken = Payment.objects.filter(
        purpose=PaymentPurpose.PREMIUM_DEPOSIT, account_id=account_id, subject=number
    )
    if taken.exists():
        raise Refused(DEPOSIT_TAKEN.about(number))
    money = _Money(
        holder.branch_id, holder.organization_id, account_id, amount, method, reference, subject=number
    )
    row = _record_payment(money, actor=actor, at=at)
    legs = (
        NewPosting(GeneralAccount.CASH, amount),
        NewPosting(GeneralAccount.PREMIUM_UNRELEASED, -amount, account_id, number),
    )
    narration = f"靓号预存款 {number} {row.receipt_number}"
    entry = NewEntry("premium_deposit", row.receipt_number, row.branch_id, at, narration, legs)
    post_entries(entries=[entry], actor=actor, at=at)
    return payment_view(row.pk)


def spend_deposits(holding: Mapping[int, Decimal], *, actor: Actor, at: datetime) -> None:
    """Let money held for accounts meet their open bills, the oldest first; part of issuing bills."""
    lock_deposits(holding)
    payments: dict[int, list[tuple[Payment, Decimal]]] = {}
    for row in _with_remainder(holding):
        payments.setdefault(row.account_id, []).append((row, row.remainder))  # type: ignore[arg-type, attr-defined]
    bills = (
        Bill.objects.select_for_update()
        .filter(account_id__in=set(holding), state=BillState.OPEN)
        .order_by("id")
    )
    open_bills: dict[int, list[Bill]] = {}
    for bill in bills:
        open_bills.setdefault(bill.account_id, []).append(bill)
    entries = []
    for owner, money in payments.items():
        waiting = sorted(open_bills.get(owner, []), key=lambda bill: (bill.month, bill.pk))
        for row, remainder in money:
            met, _ = allocate(remainder, [(b.pk, b.total - b.from_deposit - b.paid) for b in waiting])
            by_id = {bill.pk: bill for bill in waiting}
            _meet(row.pk, [(by_id[key], part) for key, part in met])
            for key, part in met:
                legs = (
                    NewPosting(GeneralAccount.CUSTOMER_DEPOSIT, part, owner),
                    NewPosting(GeneralAccount.RECEIVABLE, -part, owner),
                )
                source = f"{row.receipt_number}:{by_id[key].number}"
                entries.append(NewEntry("deposit_use", source, row.branch_id, at, "预存款抵扣账单", legs))
    post_entries(entries=entries, actor=actor, at=at)


def _with_remainder(account_ids: Mapping[int, Decimal]) -> Sequence[Payment]:
    return list(
        Payment.objects.filter(purpose=PaymentPurpose.BILLS, account_id__in=set(account_ids))
        .annotate(remainder=F("amount") - Coalesce(Sum("allocations__amount"), Value(ZERO)))
        .filter(remainder__gt=0)
        .order_by("id")
    )


def _payment_of_key(branch_id: int, key: str) -> Payment | None:
    """The payment that has an idempotency key; a second request with it waits here for the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_KEY_LOCK, f"{branch_id}:{key}"])
    return Payment.objects.filter(branch_id=branch_id, idempotency_key=key).first()


def _account_of(organization_id: int, account_id: int) -> AccountView:
    found = account(account_id)
    if found.organization_id != organization_id:
        raise Refused(ACCOUNT_OF_ANOTHER.about(found.code))
    return found


def _locked_bills(organization_id: int, account_id: int | None, bill_ids: Sequence[int]) -> list[Bill]:
    """The bills that money may meet, in the order in which it does, locked in the order of ids.

    The chosen bills come first, then (with a named account) that account's other open ones.
    """
    chosen = set(bill_ids)
    scope = Q(organization_id=organization_id, state=BillState.OPEN)
    if account_id is not None:
        scope &= Q(account_id=account_id)
    if chosen and account_id is None:
        scope = Q(pk__in=[])
    rows = list(Bill.objects.select_for_update().filter(scope | Q(pk__in=chosen)).order_by("id"))
    found = {bill.pk: bill for bill in rows}
    refusals = [UNKNOWN_BILL.about(str(key)) for key in sorted(chosen - set(found))]
    for key in sorted(chosen & set(found)):
        bill = found[key]
        of_another = bill.organization_id != organization_id or account_id not in (None, bill.account_id)
        if of_another:
            refusals.append(BILL_OF_ANOTHER.about(bill.number))
        elif bill.state == BillState.PAID:
            refusals.append(BILL_PAID.about(bill.number))
    raise_if_any(refusals)
    return sorted(rows, key=lambda bill: (bill.pk not in chosen, bill.month, bill.pk))


def _record_payment(money: _Money, *, actor: Actor, at: datetime) -> Payment:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('billing_payment', 'id'))")
        identity = int(cursor.fetchone()[0])
    return Payment.objects.create(
        pk=identity,
        branch_id=money.branch_id,
        organization_id=money.organization_id,
        account_id=money.account_id,
        purpose=PaymentPurpose.PREMIUM_DEPOSIT if money.subject else PaymentPurpose.BILLS,
        subject=money.subject,
        receipt_number=f"R{local_date(at):%Y%m%d}-{identity:08d}",
        method=money.method,
        amount=money.amount,
        reference=money.reference,
        idempotency_key=money.key or None,
        taken_at=at,
        taken_by_id=actor.staff_id,
    )


def _meet(payment_id: int, parts: Sequence[tuple[Bill, Decimal]]) -> None:
    """Allocate a payment to locked bills: two statements, however many bills an organisation pays at once."""
    if not parts:
        return
    changed = []
    for bill, part in parts:
        bill.paid += part
        owed = bill.total - bill.from_deposit - bill.paid
        bill.state = BillState.OPEN if owed else BillState.PAID
        changed.append((bill.pk, bill.paid, bill.state.value))
    insert_rows(
        "billing_paymentallocation",
        ("payment_id", "bill_id", "branch_id", "amount"),
        ((payment_id, bill.pk, bill.branch_id, part) for bill, part in parts),
    )
    update_rows("billing_bill", "id", ("paid", "state"), changed)


def _by_account(bills: Mapping[int, Bill], met: Sequence[tuple[int, Decimal]]) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for key, part in met:
        owner = bills[key].account_id
        sums[owner] = sums.get(owner, ZERO) + part
    return sums
