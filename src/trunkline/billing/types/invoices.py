"""Words of copies of bills and of invoices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from trunkline.billing.types.bills import TaxLine
from trunkline.kernel.text import Text


class CopyDelivery(StrEnum):
    """How a copy of a bill reaches the customer (S21)."""

    PRINT = "print"
    MAIL = "mail"


COPY_DELIVERY_NAMES = {
    CopyDelivery.PRINT: Text("打印", "Printed"),
    CopyDelivery.MAIL: Text("邮寄", "Mailed"),
}


class InvoiceKind(StrEnum):
    """发票种类."""

    ORDINARY = "ordinary"
    SPECIAL = "special"


INVOICE_KIND_NAMES = {
    InvoiceKind.ORDINARY: Text("增值税普通发票", "Ordinary VAT invoice"),
    InvoiceKind.SPECIAL: Text("增值税专用发票", "Special VAT invoice"),
}


class InvoiceState(StrEnum):
    """发票状态: an invoice is never voided, a red-letter invoice takes it back (domain 4.6)."""

    ISSUED = "issued"
    #: Taken back by a red-letter invoice.
    RED = "red"
    #: The red-letter invoice itself.
    RED_LETTER = "red_letter"


INVOICE_STATE_NAMES = {
    InvoiceState.ISSUED: Text("有效", "In force"),
    InvoiceState.RED: Text("已冲红", "Taken back"),
    InvoiceState.RED_LETTER: Text("红字发票", "Red-letter"),
}


@dataclass(frozen=True, slots=True)
class InvoiceRequest:
    """An invoice to be issued: for a payment, or else for a bill."""

    kind: InvoiceKind
    title: str
    tax_id: str
    payment_id: int | None = None
    bill_id: int | None = None


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """An invoice; amounts include tax, those of a red-letter invoice are negative. `red_of` is what it takes back."""

    id: int
    number: str
    organization_id: int
    kind: InvoiceKind
    state: InvoiceState
    title: str
    tax_id: str
    amount: Decimal
    tax: Decimal
    taxes: tuple[TaxLine, ...]
    payment_id: int | None
    bill_id: int | None
    red_of: int | None
    reason: str
    issued_at: datetime
    issued_by_id: int


@dataclass(frozen=True, slots=True)
class InvoiceBasis:
    """What an invoice would be of: a receipt or a bill (`document`), its yuan, and (rate, gross) of them.

    `payable` is False for a bill that is not paid, or money that is not paid in; `partly_invoiced` where an invoice
    in force says part of it already, from the other side.
    """

    branch_id: int
    organization_id: int
    document: str
    amount: Decimal
    gross: tuple[tuple[Decimal, Decimal], ...]
    payable: bool
    invoiced: bool
    partly_invoiced: bool
