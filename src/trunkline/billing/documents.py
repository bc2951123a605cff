"""账单 and 收据 as PDF: the data gathered for `printing`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import groupby

from trunkline.billing import queries
from trunkline.billing.charges import UNIT_NAMES
from trunkline.billing.printing import (
    AllocationPrint,
    BillLinePrint,
    BillPrint,
    DepositPrint,
    NumberPrint,
    ReceiptPrint,
    TaxPrint,
    bill_pdf,
    receipt_pdf,
)
from trunkline.billing.types import BillLineView, BillView
from trunkline.kernel.money import ZERO
from trunkline.ledger.queries import premium_month
from trunkline.party import queries as party
from trunkline.party.types import PAYMENT_METHOD_NAMES
from trunkline.security.queries import branches, staff_names

OPERATOR = "中国联合网络通信有限公司"


def bill_document(bill_id: int, at: datetime) -> bytes:
    """A bill as PDF: charges by number, taxes by rate, premium deposits of the month."""
    bill = queries.bill(bill_id)
    account = party.account(bill.account_id)
    customer = party.organization(bill.organization_id)
    lines = queries.bill_lines(bill_id)
    return bill_pdf(
        BillPrint(
            bill_number=bill.number,
            month=bill.month,
            operator_name=_operator(bill.branch_id),
            organization_name=customer.name,
            organization_code=customer.uscc,
            account_code=account.code,
            account_title=account.title,
            billing_address=account.billing_address,
            issued_at=bill.issued_at,
            due_on=bill.due_on,
            owed_before=_owed_before(bill),
            total=bill.total,
            from_deposit=bill.from_deposit,
            paid=bill.paid,
            numbers=_by_number(lines),
            taxes=tuple(TaxPrint(t.rate, t.net, t.tax, t.gross) for t in queries.tax_lines(bill_id)),
            deposits=_deposits(bill),
        ),
        at=at,
    )


def receipt_document(payment_id: int, at: datetime) -> bytes:
    """The receipt of a payment as PDF."""
    payment = queries.payment(payment_id)
    customer = party.organization(payment.organization_id)
    bills = queries.bills_by_id([bill_id for bill_id, _ in payment.allocations])
    allocated = sum((amount for _, amount in payment.allocations), ZERO)
    owed = queries.owed_by_organization(payment.organization_id)
    return receipt_pdf(
        ReceiptPrint(
            receipt_number=payment.receipt_number,
            operator_name=_operator(customer.branch_id),
            organization_name=customer.name,
            account_code=party.account(payment.account_id).code if payment.account_id else "",
            amount=payment.amount,
            method=PAYMENT_METHOD_NAMES[payment.method].zh,
            reference=payment.reference,
            taken_at=payment.taken_at,
            cashier=staff_names({payment.taken_by_id}).get(payment.taken_by_id, ""),
            allocations=tuple(
                AllocationPrint(bills[bill_id].number, bills[bill_id].month, amount)
                for bill_id, amount in payment.allocations
            ),
            surplus=payment.amount - allocated,
            owed_after=owed,
        ),
        at=at,
    )


def _operator(branch_id: int) -> str:
    return OPERATOR + next(branch.name for branch in branches() if branch.id == branch_id)


def _owed_before(bill: BillView) -> Decimal:
    older = (b for b in queries.bills_of_account(bill.account_id) if b.month < bill.month)
    return sum((b.cash_due - b.paid for b in older), ZERO)


def _by_number(lines: tuple[BillLineView, ...]) -> tuple[NumberPrint, ...]:
    ordered = sorted(lines, key=lambda line: line.number)
    found = []
    for number, group in groupby(ordered, key=lambda line: line.number):
        own = tuple(sorted(group, key=lambda line: line.ordinal))
        prints = tuple(
            BillLinePrint(
                title=line.title.zh,
                quantity=line.quantity,
                unit=UNIT_NAMES[line.unit].zh if line.unit in UNIT_NAMES else line.unit,
                allowance_used=line.allowance_used,
                unit_price=line.unit_price,
                amount=line.amount,
                tax_rate=line.tax_rate,
                note=line.explanation.get("note_zh", ""),
            )
            for line in own
        )
        found.append(NumberPrint(number, prints, sum((line.amount for line in own), ZERO)))
    return tuple(found)


def _deposits(bill: BillView) -> tuple[DepositPrint, ...]:
    return tuple(
        DepositPrint(m.number, m.released, m.used, m.carried_over, m.unreleased)
        for m in premium_month(bill.account_id, bill.issued_at)
    )
