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
from trunkline.kernel.transitions import Transitions
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
    #: What is given back (REG-04): its amount is negative.
    CREDIT = "credit"


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
    #: In favour of the user, of what is given back (REG-04).
    UP = "up"


ROUNDING_NAMES = {
    Rounding.EXACT: Text("不需取整", "Exact"),
    Rounding.HALF_UP: Text("合计后一次四舍五入到分", "The sum rounded half up to the fen, once"),
    Rounding.DOWN: Text("惠及用户，舍去分以下", "In the user's favour: what is below the fen is dropped"),
    Rounding.UP: Text(
        "惠及用户，不足一分的进为一分", "In the user's favour: what is below the fen becomes one"
    ),
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
class WaivedDays:
    """障碍减免 (REG-04): the days of a ticket's fault within one month, half-open."""

    ticket: str
    first_day: date
    end_day: date


@dataclass(frozen=True, slots=True)
class RentWaiver:
    """What is waived of a line's rent of one month, as it stands now.

    `days` counts each day once, however many faults touched it. `rent` is what an earlier bill charged for the
    month, None where the bill being made does; `given` was credited before, on `times` bills.
    """

    line_id: int
    month: Month
    days: int
    spans: tuple[WaivedDays, ...]
    rent: Decimal | None
    given: Decimal
    times: int


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
    INTERNATIONAL = "international"


PAYMENT_PURPOSE_NAMES = {
    PaymentPurpose.BILLS: Text("缴纳话费", "Payment of bills"),
    PaymentPurpose.PREMIUM_DEPOSIT: Text("靓号预存款", "Premium number deposit"),
    PaymentPurpose.INTERNATIONAL: Text("国际业务预付款", "International prepayment"),
}


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment taken.

    `account_id` is None when it met bills of an organisation without naming one account; `subject` is the number
    of a premium deposit or an international prepayment. `allocations` are (bill id, yuan); what they leave is held
    for the account.
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


class PrepaymentState(StrEnum):
    """国际业务预付款状态 (S08-G2, domain 8.4)."""

    HELD = "held"
    CANCEL_REQUESTED = "cancel_requested"
    CONVERTED = "converted"
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"


class PrepaymentEvent(StrEnum):
    """What can happen to a prepayment of an international service."""

    CANCEL = "cancel"
    CONVERT = "convert"
    FALL_DUE = "fall_due"
    REFUND = "refund"


PREPAYMENT_STATE_NAMES = {
    PrepaymentState.HELD: Text("在押", "Held"),
    PrepaymentState.CANCEL_REQUESTED: Text("业务已注销", "Service closed"),
    PrepaymentState.CONVERTED: Text("已转预存款，境外结算中", "A deposit, settling abroad"),
    PrepaymentState.REFUND_DUE: Text("可退还", "To be refunded"),
    PrepaymentState.REFUNDED: Text("已退还", "Refunded"),
}

PREPAYMENT_LIFE: Transitions[PrepaymentState, PrepaymentEvent] = Transitions(
    (
        (PrepaymentState.HELD, PrepaymentEvent.CANCEL, PrepaymentState.CANCEL_REQUESTED),
        (PrepaymentState.CANCEL_REQUESTED, PrepaymentEvent.CONVERT, PrepaymentState.CONVERTED),
        (PrepaymentState.CONVERTED, PrepaymentEvent.FALL_DUE, PrepaymentState.REFUND_DUE),
        (PrepaymentState.REFUND_DUE, PrepaymentEvent.REFUND, PrepaymentState.REFUNDED),
    )
)


@dataclass(frozen=True, slots=True)
class NewPrepayment:
    """国际业务预付款 to be taken for one service of a line (S08-F), in yuan."""

    line_id: int
    account_id: int
    number: str
    service: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PrepaymentView:
    """A prepayment of an international service.

    `account_id` paid it and gets it back, whoever has the line since. `refundable_on` is when settlement with
    operators abroad is through, `due_on` the last day of the two months (S08-G2); None while it is held.
    """

    id: int
    organization_id: int
    account_id: int
    line_id: int
    number: str
    service: str
    amount: Decimal
    method: PaymentMethod
    receipt_number: str
    state: PrepaymentState
    closed_on: date | None
    refundable_on: date | None
    due_on: date | None
    refunded_at: datetime | None
