"""The verbs of bills, payments and invoices."""

from trunkline.billing.operations.breaches import (
    approve_breach,
    preview_breach,
    propose_breach,
    settle_breach,
    withdraw_breach,
)
from trunkline.billing.operations.copies import copy_bills
from trunkline.billing.operations.deposits import receive_premium_deposit, receive_premium_deposits
from trunkline.billing.operations.holding import credit_points, lapse_deposits, move_deposits
from trunkline.billing.operations.international import (
    convert_prepayments,
    mark_prepayments_due,
    refund_prepayments,
    take_international_prepayments,
)
from trunkline.billing.operations.invoices import issue_invoice, take_back_invoices
from trunkline.billing.operations.issuing import issue_bills
from trunkline.billing.operations.payments import take_advance_payments, take_payment
from trunkline.billing.operations.refunds import refund_deposits

__all__ = [
    "approve_breach",
    "convert_prepayments",
    "copy_bills",
    "credit_points",
    "issue_bills",
    "issue_invoice",
    "lapse_deposits",
    "mark_prepayments_due",
    "move_deposits",
    "preview_breach",
    "propose_breach",
    "receive_premium_deposit",
    "receive_premium_deposits",
    "refund_deposits",
    "refund_prepayments",
    "settle_breach",
    "take_advance_payments",
    "take_back_invoices",
    "take_international_prepayments",
    "take_payment",
    "withdraw_breach",
]
