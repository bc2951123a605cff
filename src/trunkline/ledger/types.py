"""The chart of accounts and the shapes of entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


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
