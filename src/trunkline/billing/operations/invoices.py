"""发票: issued once for a payment or a bill, taken back by a red-letter invoice and never voided (S15, domain 4.6)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Q

from trunkline.billing.invoicing import UNKNOWN_INVOICE, invoice, invoice_basis
from trunkline.billing.models import Invoice
from trunkline.billing.rules import invoice_number, invoice_refusals, tax_lines
from trunkline.billing.types import InvoiceRequest, InvoiceState, InvoiceView, TaxLine
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refused, raise_if_any
from trunkline.security.audit import operation
from trunkline.security.types import Actor


@operation("invoice.issue")
def issue_invoice(*, request: InvoiceRequest, actor: Actor, at: datetime) -> InvoiceView:
    """Issue the invoice of a payment or of a bill, its tax by the rates of what was billed (S15, 发票管理办法).

    `Refused` with every reason of `rules.invoice_refusals`: one is in force already, the bill is not paid, what the
    payment met has been invoiced, a special invoice without tax id, nothing to invoice.
    """
    basis = invoice_basis(payment_id=request.payment_id, bill_id=request.bill_id, locking=True)
    raise_if_any(invoice_refusals(basis, request))
    taxes = tax_lines(basis.gross)
    (serial,) = _serials(1)
    row = Invoice.objects.create(
        id=serial,
        branch_id=basis.branch_id,
        organization_id=basis.organization_id,
        kind=request.kind,
        state=InvoiceState.ISSUED,
        number=invoice_number(serial, local_date(at)),
        title=request.title,
        tax_id=request.tax_id,
        amount=basis.amount,
        tax=sum((line.tax for line in taxes), ZERO),
        taxes=[_written(line, 1) for line in taxes],
        payment_id=request.payment_id,
        bill_id=request.bill_id,
        issued_at=at,
        issued_by_id=actor.staff_id,
    )
    return invoice(row.pk)


@operation("invoice.take_back")
def take_back_invoices(
    *,
    invoice_ids: Collection[int] = (),
    payment_ids: Collection[int] = (),
    reason: str,
    actor: Actor,
    at: datetime,
) -> tuple[int, ...]:
    """冲红: a red-letter invoice for each of these, and for the live ones of these payments; returns their ids (S13-G1).

    `Refused`: an invoice named that is unknown, or not in force any more.
    """
    rows = list(
        Invoice.objects.select_for_update()
        .filter(Q(pk__in=invoice_ids) | Q(payment_id__in=payment_ids), state=InvoiceState.ISSUED)
        .order_by("id")
    )
    gone = sorted(set(invoice_ids) - {row.pk for row in rows})
    if gone:
        raise Refused([UNKNOWN_INVOICE.about(str(key)) for key in gone])
    if not rows:
        return ()
    serials = _serials(len(rows))
    Invoice.objects.filter(pk__in=[row.pk for row in rows]).update(state=InvoiceState.RED)
    Invoice.objects.bulk_create(
        Invoice(
            id=serial,
            branch_id=row.branch_id,
            organization_id=row.organization_id,
            kind=row.kind,
            state=InvoiceState.RED_LETTER,
            number=invoice_number(serial, local_date(at)),
            title=row.title,
            tax_id=row.tax_id,
            amount=-row.amount,
            tax=-row.tax,
            taxes=[_written(line, -1) for line in invoice(row.pk).taxes],
            payment_id=row.payment_id,
            bill_id=row.bill_id,
            red_of=row,
            reason=reason[:60],
            issued_at=at,
            issued_by_id=actor.staff_id,
        )
        for serial, row in zip(serials, rows, strict=True)
    )
    return tuple(serials)


def _serials(count: int) -> Sequence[int]:
    """The next ids, which are the serials of invoices' numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('billing_invoice', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [int(key) for (key,) in cursor.fetchall()]


def _written(line: TaxLine, sign: int) -> dict[str, str]:
    amounts: dict[str, Decimal] = {"net": line.net, "tax": line.tax, "gross": line.gross}
    return {"rate": str(line.rate), **{name: str(sign * amount) for name, amount in amounts.items()}}
