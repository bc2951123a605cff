"""Words of bills and payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from trunkline.catalog.types import FirstMonthMode, PriceVersionView
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text
from trunkline.party.types import PaymentMethod


class BillState(StrEnum):
    """账单状态."""

    OPEN = "open"
    PAID = "paid"


BILL_STATE_NAMES = {BillState.OPEN: Text("未缴清", "Open"), BillState.PAID: Text("已缴清", "Paid")}


class ChargeKind(StrEnum):
    """What a bill line is for."""

    RECURRING = "recurring"
    USAGE = "usage"
    ONE_OFF = "one_off"


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One charge before it is billed: a pure value made from recurring prices, rated usage or a fee.

    `quantity` and `allowance_used` count `unit`s; `unit_price` is yuan; `amount` is yuan, tax included, rounded
    where `explanation["rounding"]` says. `explanation` holds what the bill page shows for "why this amount".
    """

    line_id: int | None
    number: str
    kind: ChargeKind
    code: str
    title: Text
    price_version_id: int | None
    price_reference: str
    quantity: int
    unit: str
    allowance_used: int
    unit_price: Decimal
    amount: Decimal
    tax_class: str
    tax_rate: Decimal
    explanation: dict[str, Any]


class Rounding(StrEnum):
    """How an amount came to whole fen: the value of ``explanation["rounding"]``."""

    EXACT = "exact"
    #: Once, on the sum of the line's usage.
    HALF_UP = "half_up"
    #: In favour of the user (P2-07).
    DOWN = "down"


ROUNDING_NAMES = {
    Rounding.EXACT: Text("不需取整", "Exact"),
    Rounding.HALF_UP: Text("合计后一次四舍五入到分", "The sum rounded half up to the fen, once"),
    Rounding.DOWN: Text("惠及用户，舍去分以下", "In the user's favour: what is below the fen is dropped"),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the month in which a line had one number, one account and one price version.

    `price` is None where the offering had no price in force; `first_month_mode` is None outside the month of
    entry. Half-open, in UTC; `active_to` is None while it lasts.
    """

    number: str
    account_id: int
    offering: Text
    price: PriceVersionView | None
    first_month_mode: FirstMonthMode | None
    active_from: datetime
    active_to: datetime | None


@dataclass(frozen=True, slots=True)
class LineMonth:
    """What one line was on in a month: at least one stretch, in order of time.

    `resumed_on` is the day the line came back from 停机保号 in this month (S06-E2).
    """

    line_id: int
    stretches: tuple[Stretch, ...]
    resumed_on: date | None = None


@dataclass(frozen=True, slots=True)
class UsageTotal:
    """A line's usage under one price row, summed; `charge` in ten-thousandths of a yuan, exact.

    units = allowance_units + charged_units, counted as the price row counts.
    """

    price_row_id: int
    records: int
    quantity: int
    units: int
    allowance_units: int
    charged_units: int
    charge: int


@dataclass(frozen=True, slots=True)
class DueRelease:
    """靓号预存款 of one number: what the plan leaves un-released after this month's release (P2-09)."""

    number: str
    left_afterwards: Decimal


@dataclass(frozen=True, slots=True)
class BillDraft:
    """What one account is to be billed for a month. With `billed` False only its deposits are released."""

    account_id: int
    organization_id: int
    branch_id: int
    payment_days: int
    charges: tuple[ChargeLine, ...]
    releases: tuple[DueRelease, ...] = ()
    billed: bool = True


@dataclass(frozen=True, slots=True)
class BillsIssued:
    """What `issue_bills` did: how many bills, and their sum in yuan with tax."""

    bills: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BillView:
    """A bill. `total` includes tax; `from_deposit` was met by released premium deposits; `cash_due` is the rest."""

    id: int
    number: str
    account_id: int
    organization_id: int
    branch_id: int
    month: Month
    state: BillState
    issued_at: datetime
    due_on: date
    total: Decimal
    tax_total: Decimal
    from_deposit: Decimal
    cash_due: Decimal
    paid: Decimal


@dataclass(frozen=True, slots=True)
class BillLineView:
    """A line of a bill with its explanation."""

    id: int
    ordinal: int
    line_id: int | None
    number: str
    kind: ChargeKind
    code: str
    title: Text
    price_version_id: int | None
    price_reference: str
    quantity: int
    unit: str
    allowance_used: int
    unit_price: Decimal
    amount: Decimal
    tax_rate: Decimal
    explanation: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TaxLine:
    """Net, tax and gross at one rate."""

    rate: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal


class PaymentPurpose(StrEnum):
    """What money was taken for."""

    BILLS = "bills"
    PREMIUM_DEPOSIT = "premium_deposit"
    #: 余额转移 (S30-E2): money that another account held before.
    BALANCE_TRANSFER = "balance_transfer"
    #: 积分兑换话费 (S19): credit that is spent on bills and never paid out.
    POINTS_CREDIT = "points_credit"


#: What of its payments an account holds until bills use it, and what of that may go out of it again.
HELD_PURPOSES = (PaymentPurpose.BILLS, PaymentPurpose.BALANCE_TRANSFER, PaymentPurpose.POINTS_CREDIT)
FREE_PURPOSES = (PaymentPurpose.BILLS, PaymentPurpose.BALANCE_TRANSFER)


PAYMENT_PURPOSE_NAMES = {
    PaymentPurpose.BILLS: Text("缴纳话费", "Payment of bills"),
    PaymentPurpose.PREMIUM_DEPOSIT: Text("靓号预存款", "Premium number deposit"),
    PaymentPurpose.BALANCE_TRANSFER: Text("余额转入", "Balance of another account"),
    PaymentPurpose.POINTS_CREDIT: Text("积分兑换话费", "Points redeemed"),
}


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment taken.

    `account_id` is None when it met bills of an organisation without naming one account; `subject` is the number
    of a premium deposit. `allocations` are (bill id, yuan); what they leave is held for the account.
    """

    id: int
    receipt_number: str
    account_id: int | None
    organization_id: int
    purpose: PaymentPurpose
    subject: str
    method: PaymentMethod
    amount: Decimal
    reference: str
    taken_at: datetime
    taken_by_id: int
    allocations: tuple[tuple[int, Decimal], ...]


@dataclass(frozen=True, slots=True)
class PremiumDeposit:
    """靓号预存款 to be taken: the whole sum agreed for a number, in yuan, and the account that is to hold it."""

    account_id: int
    number: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class AdvancePayment:
    """Yuan to be taken in advance for an account."""

    account_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """What an account owes and what is held for it, all as positive yuan."""

    receivable: Decimal
    customer_deposit: Decimal
    premium_unreleased: Decimal
    premium_released: Decimal


@dataclass(frozen=True, slots=True)
class MonthTotals:
    """A billed month: the number of bills, their sum with tax, and what of it was paid or met by deposits, in yuan."""

    month: Month
    bills: int
    billed: Decimal
    settled: Decimal


@dataclass(frozen=True, slots=True)
class DepositMove:
    """余额转移 (S30-E2): yuan that one account holds and another is to hold."""

    account_id: int
    to_account_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Remainder:
    """What is left of a payment that its account holds, in yuan."""

    payment_id: int
    account_id: int
    branch_id: int
    purpose: PaymentPurpose
    method: PaymentMethod
    receipt_number: str
    left: Decimal


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
