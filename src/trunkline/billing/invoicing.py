"""Reads of invoices: what one would say of a payment or a bill, and those that were issued."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Q, Sum

from trunkline.billing.models import Bill, BillLine, DepositDraw, Invoice, Payment, PaymentAllocation
from trunkline.billing.queries import UNKNOWN_BILL, UNKNOWN_PAYMENT
from trunkline.billing.rules import split_by_rate
from trunkline.billing.types import (
    BillState,
    InvoiceBasis,
    InvoiceKind,
    InvoiceState,
    InvoiceView,
    PaymentPurpose,
    TaxLine,
)
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.party.queries import find_organizations

UNKNOWN_INVOICE = Refusal(
    "invoice.unknown", "S15", Text("没有这张有效发票：{subject}", "No such invoice in force: {subject}")
)


def invoice_basis(
    *, payment_id: int | None = None, bill_id: int | None = None, locking: bool = False
) -> InvoiceBasis:
    """What an invoice for a payment, or else for a bill, would be of. `Refused` when there is none such."""
    if payment_id is not None:
        return _of_payment(payment_id, locking=locking)
    return _of_bill(bill_id or 0, locking=locking)


def _of_payment(payment_id: int, *, locking: bool) -> InvoiceBasis:
    rows = Payment.objects.select_for_update() if locking else Payment.objects
    row = rows.filter(pk=payment_id).first()
    if row is None:
        raise Refused(UNKNOWN_PAYMENT.about(str(payment_id)))
    given_back = DepositDraw.objects.filter(payment=row, refund__isnull=False).aggregate(s=Sum("amount"))["s"]
    met = dict(PaymentAllocation.objects.filter(payment=row).values_list("bill_id", "amount"))
    gross = _gross(met)
    amount = row.amount - (given_back or ZERO)
    held = amount - sum(met.values(), ZERO)
    if held > ZERO:
        gross.append((Decimal(0), held))
    live = Invoice.objects.filter(state=InvoiceState.ISSUED)
    return InvoiceBasis(
        branch_id=row.branch_id,
        organization_id=row.organization_id,
        document=row.receipt_number,
        amount=amount,
        gross=tuple(gross),
        payable=row.purpose == PaymentPurpose.BILLS,
        invoiced=live.filter(payment=row).exists(),
        partly_invoiced=live.filter(bill_id__in=met).exists(),
    )


def _of_bill(bill_id: int, *, locking: bool) -> InvoiceBasis:
    rows = Bill.objects.select_for_update() if locking else Bill.objects
    row = rows.filter(pk=bill_id).first()
    if row is None:
        raise Refused(UNKNOWN_BILL.about(str(bill_id)))
    met = PaymentAllocation.objects.filter(bill=row)
    credit = met.filter(payment__purpose=PaymentPurpose.POINTS_CREDIT).aggregate(s=Sum("amount"))["s"]
    amount = row.total - (credit or ZERO)
    live = Invoice.objects.filter(state=InvoiceState.ISSUED)
    return InvoiceBasis(
        branch_id=row.branch_id,
        organization_id=row.organization_id,
        document=row.number,
        amount=amount,
        gross=tuple(_gross({row.pk: amount})),
        payable=row.state == BillState.PAID,
        invoiced=live.filter(bill=row).exists(),
        partly_invoiced=live.filter(payment_id__in=met.values("payment_id")).exists(),
    )


def _gross(parts: dict[int, Decimal]) -> list[tuple[Decimal, Decimal]]:
    """(rate, gross) of parts of bills, each divided as its bill is."""
    billed: dict[int, dict[Decimal, Decimal]] = {}
    rows = BillLine.objects.filter(bill_id__in=parts).values_list("bill_id", "tax_rate")
    for bill, rate, gross in rows.annotate(gross=Sum("amount")).order_by():
        billed.setdefault(bill, {})[rate] = gross
    return [
        pair
        for bill, part in sorted(parts.items())
        for pair in split_by_rate(part, billed.get(bill, {})).items()
    ]


def _views(rows: Iterable[Invoice]) -> tuple[InvoiceView, ...]:
    return tuple(
        InvoiceView(
            id=row.pk,
            number=row.number,
            organization_id=row.organization_id,
            kind=InvoiceKind(row.kind),
            state=InvoiceState(row.state),
            title=row.title,
            tax_id=row.tax_id,
            amount=row.amount,
            tax=row.tax,
            taxes=tuple(
                TaxLine(*(Decimal(line[name]) for name in ("rate", "net", "tax", "gross")))
                for line in row.taxes
            ),
            payment_id=row.payment_id,
            bill_id=row.bill_id,
            red_of=row.red_of_id,
            reason=row.reason,
            issued_at=row.issued_at,
            issued_by_id=row.issued_by_id,
        )
        for row in rows
    )


def invoice(invoice_id: int) -> InvoiceView:
    """One invoice; `Refused` (``invoice.unknown``) when there is none in the actor's branches."""
    found = _views(Invoice.objects.filter(pk=invoice_id))
    if not found:
        raise Refused(UNKNOWN_INVOICE.about(str(invoice_id)))
    return found[0]


def invoices_of_organization(organization_id: int, *, limit: int = 500) -> tuple[InvoiceView, ...]:
    """Invoices of an organisation, the newest first."""
    return _views(Invoice.objects.filter(organization_id=organization_id).order_by("-id")[:limit])


def find_invoices(
    month: Month | None = None,
    state: InvoiceState | None = None,
    text: str = "",
    limit: int = 100,
) -> tuple[InvoiceView, ...]:
    """Invoices by the month of issue, state, and part of their number, of their receipt's or bill's, or of what names
    their buyer; the newest first.
    """
    rows = Invoice.objects.all()
    if month is not None:
        rows = rows.filter(issued_at__gte=month.start, issued_at__lt=month.end)
    if state is not None:
        rows = rows.filter(state=state)
    text = text.strip()
    if text:
        customers = [found.id for found in find_organizations(text)]
        rows = rows.filter(
            Q(number__icontains=text)
            | Q(title__icontains=text)
            | Q(payment__receipt_number__icontains=text)
            | Q(bill__number__icontains=text)
            | Q(organization_id__in=customers)
        )
    return _views(rows.order_by("-id")[:limit])


def invoices_of_bills(bill_ids: Iterable[int]) -> tuple[InvoiceView, ...]:
    """Invoices of these bills, not of payments that met them, the newest first."""
    return _views(Invoice.objects.filter(bill_id__in=set(bill_ids)).order_by("-id"))


def invoices_of_numbers(numbers: Iterable[str]) -> tuple[InvoiceView, ...]:
    """The invoices that have these numbers, the oldest first; what is no number of one is passed over."""
    return _views(Invoice.objects.filter(number__in=set(numbers)).order_by("id"))


def invoice_in_force(*, payment_id: int | None, bill_id: int | None) -> InvoiceView:
    """The invoice in force of a payment or of a bill; `Refused` (``invoice.unknown``) where there is none."""
    of = Q(payment_id=payment_id) if payment_id is not None else Q(bill_id=bill_id)
    found = _views(Invoice.objects.filter(of, state=InvoiceState.ISSUED))
    if not found:
        raise Refused(UNKNOWN_INVOICE.about(str(payment_id or bill_id)))
    return found[0]


def red_letter_of(invoice_id: int) -> InvoiceView | None:
    """The red-letter invoice that took one back; None while it is in force."""
    found = _views(Invoice.objects.filter(red_of_id=invoice_id))
    return found[0] if found else None


def documents_of(views: Iterable[InvoiceView]) -> dict[int, str]:
    """The numbers of the receipts or bills that invoices are for, by invoice."""
    views = tuple(views)
    receipts = Payment.objects.filter(pk__in={view.payment_id for view in views if view.payment_id})
    billed = Bill.objects.filter(pk__in={view.bill_id for view in views if view.bill_id})
    payments = dict(receipts.values_list("id", "receipt_number"))
    bills = dict(billed.values_list("id", "number"))
    return {view.id: payments.get(view.payment_id or 0) or bills[view.bill_id or 0] for view in views}


def document_ids(number: str, organization_id: int) -> tuple[int | None, int | None]:
    """The payment with this receipt number, or else the bill with this number, of an organisation: (payment, bill)."""
    taken = Payment.objects.filter(receipt_number=number, organization_id=organization_id)
    payment = taken.values_list("id", flat=True).first()
    if payment is not None:
        return payment, None
    billed = Bill.objects.filter(number=number, organization_id=organization_id)
    return None, billed.values_list("id", flat=True).first()
