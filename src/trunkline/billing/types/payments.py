"""Words of payments and of money that is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text
from trunkline.kernel.transitions import Transitions
from trunkline.party.types import PaymentMethod


class PaymentPurpose(StrEnum):
    """What money was taken for."""

    BILLS = "bills"
    PREMIUM_DEPOSIT = "premium_deposit"
    INTERNATIONAL = "international"
    #: 余额转移 (S30-E2): money that another account held before.
    BALANCE_TRANSFER = "balance_transfer"
    #: 积分兑换话费 (S19): credit that is spent on bills and never paid out.
    POINTS_CREDIT = "points_credit"
    #: 违约补足 (P2-22): what a breach came to beyond the deposit, in one sum.
    BREACH = "breach"


#: What of its payments an account holds until bills use it, and what of that may go out of it again.
HELD_PURPOSES = (PaymentPurpose.BILLS, PaymentPurpose.BALANCE_TRANSFER, PaymentPurpose.POINTS_CREDIT)
FREE_PURPOSES = (PaymentPurpose.BILLS, PaymentPurpose.BALANCE_TRANSFER)


PAYMENT_PURPOSE_NAMES = {
    PaymentPurpose.BILLS: Text("缴纳话费", "Payment of bills"),
    PaymentPurpose.PREMIUM_DEPOSIT: Text("靓号预存款", "Premium number deposit"),
    PaymentPurpose.INTERNATIONAL: Text("国际业务预付款", "International prepayment"),
    PaymentPurpose.BALANCE_TRANSFER: Text("余额转入", "Balance of another account"),
    PaymentPurpose.POINTS_CREDIT: Text("积分兑换话费", "Points redeemed"),
    PaymentPurpose.BREACH: Text("违约款项", "Breach"),
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
class DepositMove:
    """余额转移 (S30-E2): yuan that one account holds and another is to hold."""

    account_id: int
    to_account_id: int
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
