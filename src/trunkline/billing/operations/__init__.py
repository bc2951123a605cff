"""The verbs of bills and payments."""

from trunkline.billing.operations.issuing import issue_bills
from trunkline.billing.operations.payments import receive_premium_deposit, take_payment
from trunkline.billing.operations.refunds import refund_deposits

__all__ = ["issue_bills", "receive_premium_deposit", "refund_deposits", "take_payment"]
