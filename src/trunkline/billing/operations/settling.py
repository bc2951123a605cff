"""What all payments share: how they are recorded, meet bills and reach the ledger, any number in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import connection

from trunkline.billing.models import Bill
from trunkline.billing.operations.loyalty import earn_points_of_bills
from trunkline.billing.rules import allocate_each
from trunkline.billing.types import (
    AdvancePayment,
    BillState,
    NewPrepayment,
    PaymentPurpose,
    PaymentView,
    PremiumDeposit,
)
from trunkline.kernel.bulk import insert_rows, update_rows
from trunkline.kernel.money import FEN, ZERO
from trunkline.kernel.periods import local_date
from trunkline.ledger.operations import post_entries
from trunkline.ledger.types import GeneralAccount, NewEntry, NewPosting
from trunkline.party.types import PaymentMethod
from trunkline.security.types import Actor

_PAYMENT_COLUMNS = (
    "id",
    "branch_id",
    "organization_id",
    "account_id",
    "purpose",
    "subject",
    "receipt_number",
    "method",
    "amount",
    "reference",
    "idempotency_key",
    "taken_at",
    "taken_by_id",
)


@dataclass(frozen=True, slots=True)
class Money:
    """Money handed over; `subject` is the number of a premium deposit or an international prepayment."""

    branch_id: int
    organization_id: int
    account_id: int | None
    amount: Decimal
    method: PaymentMethod
    reference: str
    subject: str = ""
    key: str = ""
    purpose: PaymentPurpose = PaymentPurpose.BILLS


@dataclass(frozen=True, slots=True)
class Settlement:
    """Money with the locked bills it meets, (bill, yuan); what it leaves is held for its account."""

    money: Money
    met: Sequence[tuple[Bill, Decimal]]
    left: Decimal


def sums(
    taken: Sequence[PremiumDeposit] | Sequence[AdvancePayment] | Sequence[NewPrepayment],
) -> dict[str, object]:
    """What the audit row of taking money keeps: each payment has its own row under the same operation."""
    return {"count": len(taken), "total": sum([each.amount for each in taken], ZERO)}


def still_owed(bill: Bill) -> Decimal:
    """What is still to be paid of a bill, in yuan."""
    return bill.total - bill.from_deposit - bill.paid


def meeting_open_bills(
    amounts: Sequence[tuple[int, Decimal]],
) -> list[tuple[list[tuple[Bill, Decimal]], Decimal]]:
    """How sums (account id, yuan), one after the other, meet the open bills of their accounts, the oldest first.

    For each sum the parts (bill, yuan), and what is left of it. The bills are locked.
    """
    waiting = _open_bills(account for account, _ in amounts)
    bills = {bill.pk: bill for found in waiting.values() for bill in found}
    owed = {account: [(b.pk, still_owed(b)) for b in found] for account, found in waiting.items()}
    return [([(bills[key], part) for key, part in met], left) for met, left in allocate_each(amounts, owed)]


def _open_bills(account_ids: Iterable[int]) -> dict[int, list[Bill]]:
    """The open bills of accounts, the oldest first; locked in the order of ids."""
    rows = (
        Bill.objects.select_for_update()
        .filter(account_id__in=set(account_ids), state=BillState.OPEN)
        .order_by("id")
    )
    found: dict[int, list[Bill]] = {}
    for bill in sorted(rows, key=lambda bill: (bill.month, bill.pk)):
        found.setdefault(bill.account_id, []).append(bill)
    return found


def settle(settlements: Sequence[Settlement], *, actor: Actor, at: datetime) -> tuple[PaymentView, ...]:
    """Record money taken, let it meet its bills and post it; the payments in the order given."""
    taken = tuple(
        replace(payment, allocations=tuple((bill.pk, part) for bill, part in settled.met))
        for payment, settled in zip(
            record_payments([each.money for each in settlements], actor=actor, at=at),
            settlements,
            strict=True,
        )
    )
    pairs = list(zip(taken, settlements, strict=True))
    met = [(payment.id, bill, part) for payment, settled in pairs for bill, part in settled.met]
    meet_bills(met, actor=actor, at=at)
    post_entries(entries=[_entry(*pair, at) for pair in pairs], actor=actor, at=at)
    return taken


def _entry(payment: PaymentView, settled: Settlement, at: datetime) -> NewEntry:
    owners: dict[int, Decimal] = {}
    for bill, part in settled.met:
        owners[bill.account_id] = owners.get(bill.account_id, ZERO) + part
    legs = [NewPosting(GeneralAccount.CASH, payment.amount)]
    legs += [NewPosting(GeneralAccount.RECEIVABLE, -part, owner) for owner, part in owners.items()]
    if settled.left:
        legs.append(NewPosting(GeneralAccount.CUSTOMER_DEPOSIT, -settled.left, payment.account_id))
    receipt = payment.receipt_number
    return NewEntry("payment", receipt, settled.money.branch_id, at, f"收款 {receipt}", tuple(legs))


def record_payments(moneys: Sequence[Money], *, actor: Actor, at: datetime) -> list[PaymentView]:
    """Write payments with receipt numbers of their own; amounts have been found exact to the fen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('billing_payment', 'id')) FROM generate_series(1, %s)",
            [len(moneys)],
        )
        ids = [int(key) for (key,) in cursor.fetchall()]
    day = f"{local_date(at):%Y%m%d}"
    taken = [
        PaymentView(
            id=key,
            receipt_number=f"R{day}-{key:08d}",
            account_id=money.account_id,
            organization_id=money.organization_id,
            purpose=money.purpose,
            subject=money.subject,
            method=money.method,
            amount=money.amount.quantize(FEN),
            reference=money.reference,
            taken_at=at,
            taken_by_id=actor.staff_id,
            allocations=(),
        )
        for key, money in zip(ids, moneys, strict=True)
    ]
    rows = (
        (
            view.id,
            money.branch_id,
            view.organization_id,
            view.account_id,
            view.purpose.value,
            view.subject,
            view.receipt_number,
            view.method.value,
            view.amount,
            view.reference,
            money.key or None,
            at,
            view.taken_by_id,
        )
        for view, money in zip(taken, moneys, strict=True)
    )
    insert_rows("billing_payment", _PAYMENT_COLUMNS, rows)
    return taken


def meet_bills(parts: Sequence[tuple[int, Bill, Decimal]], *, actor: Actor, at: datetime) -> None:
    """Allocate payments to locked bills, (payment id, bill, yuan); one bill may be met by several.

    Lines earn the points of bills that are paid with it (REG-31).
    """
    if not parts:
        return
    changed: dict[int, Bill] = {}
    for _, bill, part in parts:
        bill.paid += part
        bill.state = BillState.OPEN if still_owed(bill) else BillState.PAID
        changed[bill.pk] = bill
    insert_rows(
        "billing_paymentallocation",
        ("payment_id", "bill_id", "branch_id", "amount"),
        ((payment_id, bill.pk, bill.branch_id, part) for payment_id, bill, part in parts),
    )
    update_rows(
        "billing_bill",
        "id",
        ("paid", "state"),
        [(bill.pk, bill.paid, BillState(bill.state).value) for bill in changed.values()],
    )
    earn_points_of_bills(
        [bill.pk for bill in changed.values() if bill.state == BillState.PAID], actor=actor, at=at
    )
