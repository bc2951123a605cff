"""Tables of bills and payments."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from trunkline.billing.types import BillState, ChargeKind
from trunkline.kernel.fields import Reference
from trunkline.party.types import PaymentMethod


class Bill(models.Model):
    """账单 (SID CustomerBill): one account, one month."""

    branch = Reference("security.Branch")
    organization = Reference("party.Organization")
    account = Reference("party.Account")
    number = models.CharField(max_length=32, unique=True)
    #: First day of the month.
    month = models.DateField()
    state = models.CharField(max_length=8, choices=[(c, c) for c in BillState])
    issued_at = models.DateTimeField()
    due_on = models.DateField()
    total = models.DecimalField(max_digits=14, decimal_places=2)
    tax_total = models.DecimalField(max_digits=14, decimal_places=2)
    from_deposit = models.DecimalField(max_digits=14, decimal_places=2)
    paid = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "month"], name="one_bill_a_month"),
            models.CheckConstraint(
                condition=Q(paid__gte=0, from_deposit__gte=0, paid__lte=F("total") - F("from_deposit")),
                name="bill_amounts",
            ),
            models.CheckConstraint(
                condition=Q(state="paid", paid=F("total") - F("from_deposit"))
                | Q(state="open", paid__lt=F("total") - F("from_deposit")),
                name="bill_state",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-month"], name="bills_of_organization")]


class BillLine(models.Model):
    """账单明细: written once."""

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines")
    branch = Reference("security.Branch")
    ordinal = models.PositiveIntegerField()
    line = Reference("subscriptions.Line", null=True)
    number = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=12, choices=[(c, c) for c in ChargeKind])
    code = models.CharField(max_length=60)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    price_version = Reference("catalog.PriceVersion", null=True)
    price_reference = models.CharField(max_length=80)
    quantity = models.BigIntegerField()
    unit = models.CharField(max_length=16)
    allowance_used = models.BigIntegerField()
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    tax_class = models.CharField(max_length=24)
    tax_rate = models.DecimalField(max_digits=5, decimal_places=4)
    explanation = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bill", "ordinal"], name="one_bill_line_an_ordinal")]


class Payment(models.Model):
    """收款: written once."""

    branch = Reference("security.Branch")
    organization = Reference("party.Organization")
    account = Reference("party.Account")
    receipt_number = models.CharField(max_length=32, unique=True)
    method = models.CharField(max_length=20, choices=[(c, c) for c in PaymentMethod])
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reference = models.CharField(max_length=60, blank=True)
    idempotency_key = models.CharField(max_length=80, null=True)
    taken_at = models.DateTimeField()
    taken_by = Reference("security.Staff")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive"),
            models.UniqueConstraint(fields=["branch", "idempotency_key"], name="one_payment_a_key"),
        ]


class PaymentAllocation(models.Model):
    """Which bill a payment met: written once."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="allocations")
    branch = Reference("security.Branch")
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_positive")]
