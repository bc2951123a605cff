"""The chart of accounts and the shapes of entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from trunkline.kernel.text import Text


class GeneralAccount(StrEnum):
    """科目. A posting's amount is positive on the debit side, negative on the credit side."""

    CASH = "cash"
    RECEIVABLE = "receivable"
    #: Money of the customer not yet used: an overpayment or an advance (预存款).
    CUSTOMER_DEPOSIT = "customer_deposit"
    #: 靓号预存款, not yet released (未解冻).
    PREMIUM_UNRELEASED = "premium_unreleased"
    #: 靓号预存款, released and not yet used (已解冻, 结转).
    PREMIUM_RELEASED = "premium_released"
    #: 国际业务预付款 of a number that roams abroad (S08-F); it becomes a deposit when roaming is closed (S08-G2).
    INTERNATIONAL_PREPAYMENT = "international_prepayment"
    REVENUE_BASIC = "revenue_basic"
    REVENUE_VALUE_ADDED = "revenue_value_added"
    REVENUE_GOODS = "revenue_goods"
    TAX_PAYABLE = "tax_payable"
    #: 积分回馈: what credit for redeemed points costs (S19).
    POINTS_REWARD = "points_reward"
    #: 违约应收: what a customer owes after a breach, in one sum (P2-22); no bill stands behind it.
    BREACH_RECEIVABLE = "breach_receivable"
    #: 违约金收入: penalties, and benefits taken back (P2-20).
    BREACH_INCOME = "breach_income"


GENERAL_ACCOUNT_NAMES = {
    GeneralAccount.CASH: Text("库存现金与银行存款", "Cash and bank"),
    GeneralAccount.RECEIVABLE: Text("应收账款", "Receivable"),
    GeneralAccount.CUSTOMER_DEPOSIT: Text("客户预存款", "Customer deposit"),
    GeneralAccount.INTERNATIONAL_PREPAYMENT: Text("国际业务预付款", "International prepayment"),
    GeneralAccount.PREMIUM_UNRELEASED: Text("靓号预存款（未解冻）", "Premium prepayment, not released"),
    GeneralAccount.PREMIUM_RELEASED: Text("靓号预存款（已解冻）", "Premium prepayment, released"),
    GeneralAccount.REVENUE_BASIC: Text("基础电信业务收入", "Revenue, basic telecom"),
    GeneralAccount.REVENUE_VALUE_ADDED: Text("增值电信业务收入", "Revenue, value-added telecom"),
    GeneralAccount.REVENUE_GOODS: Text("商品销售收入", "Revenue, goods"),
    GeneralAccount.TAX_PAYABLE: Text("应交增值税", "VAT payable"),
    GeneralAccount.POINTS_REWARD: Text("积分回馈", "Points rewards"),
    GeneralAccount.BREACH_RECEIVABLE: Text("违约应收", "Breach receivable"),
    GeneralAccount.BREACH_INCOME: Text("违约金收入", "Breach income"),
}


@dataclass(frozen=True, slots=True)
class NewPosting:
    """One leg of an entry; `amount` in yuan, debit positive. `subject` is a number for premium deposits, and for
    the prepayment of international services and the deposit it has become (S08-G2).
    """

    general_account: GeneralAccount
    amount: Decimal
    account_id: int | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be posted: legs sum to zero. (source, source_id) is posted at most once."""

    source: str
    source_id: str
    branch_id: int
    at: datetime
    narration: str
    postings: tuple[NewPosting, ...]


@dataclass(frozen=True, slots=True)
class PostingView:
    """A posting with the words of its entry."""

    at: datetime
    source: str
    source_id: str
    narration: str
    general_account: GeneralAccount
    subject: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PremiumBalance:
    """One number's premium deposit, as positive yuan: what is not released, and what is released and unused."""

    unreleased: Decimal
    released: Decimal


@dataclass(frozen=True, slots=True)
class PremiumMonth:
    """靓号预存款 of one number around a bill: released and used with it, carried over and un-released after it."""

    number: str
    released: Decimal
    used: Decimal
    carried_over: Decimal
    unreleased: Decimal
