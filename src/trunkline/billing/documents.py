"""账单, 收据 and 发票 as PDF: the data gathered for `printing`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import groupby

from trunkline.billing import invoicing, queries
from trunkline.billing.charges import UNIT_NAMES
from trunkline.billing.printing import (
    AllocationPrint,
    BillLinePrint,
    BillPrint,
    DepositPrint,
    InvoicePrint,
    NumberPrint,
    ReceiptPrint,
    TaxPrint,
    bill_pdf,
    invoice_pdf,
    receipt_pdf,
)
from trunkline.billing.types import (
    HELD_PURPOSES,
    INVOICE_KIND_NAMES,
    PAYMENT_PURPOSE_NAMES,
    BillLineView,
    BillView,
    PaymentView,
)
from trunkline.kernel.money import ZERO
from trunkline.kernel.text import Text
from trunkline.ledger.queries import premium_month
from trunkline.party import queries as party
from trunkline.party.types import PAYMENT_METHOD_NAMES
from trunkline.security.queries import company_name, staff_names


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
            operator_name=company_name(bill.branch_id),
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
    """The receipt of a payment as PDF, saying at any time what it said when the money was taken.

    What the payment left and later bills took from it was then its surplus.
    """
    payment = queries.payment(payment_id)
    customer = party.organization(payment.organization_id)
    met = queries.met_at_once(payment)
    return receipt_pdf(
        ReceiptPrint(
            receipt_number=payment.receipt_number,
            operator_name=company_name(customer.branch_id),
            organization_name=customer.name,
            account_code=party.account(payment.account_id).code if payment.account_id else "",
            amount=payment.amount,
            method=_how(payment).zh,
            reference=payment.reference,
            taken_at=payment.taken_at,
            cashier=staff_names({payment.taken_by_id}).get(payment.taken_by_id, ""),
            allocations=tuple(AllocationPrint(bill.number, bill.month, amount) for bill, amount in met),
            surplus=payment.amount - sum((amount for _, amount in met), ZERO),
            owed_after=queries.owed_after(payment),
        ),
        at=at,
    )


def invoice_document(invoice_id: int, at: datetime) -> bytes:
    """An invoice as PDF, in force or taken back, or the red-letter invoice that takes one back."""
    found = invoicing.invoice(invoice_id)
    return invoice_pdf(
        InvoicePrint(
            invoice_number=found.number,
            kind=INVOICE_KIND_NAMES[found.kind].zh,
            seller_name=company_name(party.organization(found.organization_id).branch_id),
            buyer_name=found.title,
            buyer_tax_id=found.tax_id,
            document=invoicing.documents_of([found])[found.id],
            issued_at=found.issued_at,
            issued_by=staff_names({found.issued_by_id}).get(found.issued_by_id, ""),
            amount=found.amount,
            taxes=tuple(TaxPrint(t.rate, t.net, t.tax, t.gross) for t in found.taxes),
            red_of=invoicing.invoice(found.red_of).number if found.red_of else "",
            reason=found.reason,
        ),
        at=at,
    )


def _how(payment: PaymentView) -> Text:
    """How money came in, or where credit came from that nobody paid in."""
    if payment.purpose in HELD_PURPOSES[1:]:
        return PAYMENT_PURPOSE_NAMES[payment.purpose]
    return PAYMENT_METHOD_NAMES[payment.method]


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
    """What the bill released and used of each deposit, and what it left then (P2-09, P2-10); not used-up ones."""
    return tuple(
        DepositPrint(m.number, m.released, m.used, m.carried_over, m.unreleased)
        for m in premium_month(bill.account_id, bill=bill.number, month=bill.month, until=bill.issued_at)
        if m.released or m.used or m.carried_over or m.unreleased
    )
