"""The verbs of bills and payments."""

from trunkline.billing.operations.deposits import receive_premium_deposit, receive_premium_deposits
from trunkline.billing.operations.issuing import issue_bills
from trunkline.billing.operations.payments import take_advance_payments, take_payment
from trunkline.billing.operations.refunds import refund_deposits

__all__ = [
    "issue_bills",
    "receive_premium_deposit",
    "receive_premium_deposits",
    "refund_deposits",
    "take_advance_payments",
    "take_payment",
]
