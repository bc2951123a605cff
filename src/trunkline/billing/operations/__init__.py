"""The verbs of bills and payments."""

from trunkline.billing.operations.deposits import receive_premium_deposit, receive_premium_deposits
from trunkline.billing.operations.international import (
    convert_prepayments,
    mark_prepayments_due,
    refund_prepayments,
    take_international_prepayments,
)
from trunkline.billing.operations.issuing import issue_bills
from trunkline.billing.operations.payments import take_advance_payments, take_payment
from trunkline.billing.operations.refunds import refund_deposits

__all__ = [
    "convert_prepayments",
    "issue_bills",
    "mark_prepayments_due",
    "receive_premium_deposit",
    "receive_premium_deposits",
    "refund_deposits",
    "refund_prepayments",
    "take_advance_payments",
    "take_international_prepayments",
    "take_payment",
]
