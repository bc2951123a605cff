"""Tables of bills and payments.

Thousands of bills a second are issued in a run: what a bill and its lines name is checked by the statement (see
the guards' migration) and not row by row, and there are only the indexes that something asks for.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from trunkline.billing.types import (
    HELD_PURPOSES,
    BillState,
    BreachState,
    ChargeKind,
    CopyDelivery,
    InvoiceKind,
    InvoiceState,
    PaymentPurpose,
    PrepaymentState,
)
from trunkline.kernel.fields import Reference
from trunkline.party.types import PaymentMethod


class Bill(models.Model):
    """账单 (SID CustomerBill): one account, one month. Only `state` and `paid` change once it is issued."""

    branch = Reference("security.Branch", db_index=False, db_constraint=False)
    organization = Reference("party.Organization", db_index=False, db_constraint=False)
    account = Reference("party.Account", db_index=False, db_constraint=False)
    number = models.CharField(max_length=32)
    #: First day of the month.
    month = models.DateField()
    state = models.CharField(max_length=8, choices=[(c, c) for c in BillState])
    issued_at = models.DateTimeField()
    due_on = models.DateField()
    total = models.DecimalField(max_digits=14, decimal_places=2)
    tax_total = models.DecimalField(max_digits=14, decimal_places=2)
    from_deposit = models.DecimalField(max_digits=14, decimal_places=2)
    paid = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    operation_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "month"], name="one_bill_a_month"),
            models.UniqueConstraint(fields=["number"], name="one_bill_a_number"),
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
        indexes = [
            models.Index(fields=["organization", "-month"], name="bills_of_organization"),
            models.Index(fields=["month", "state"], name="bills_of_month"),
        ]


class BillLine(models.Model):
    """账单明细: written once, with its bill."""

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines", db_index=False, db_constraint=False)
    branch = Reference("security.Branch", db_index=False, db_constraint=False)
    ordinal = models.PositiveIntegerField()
    line = Reference("subscriptions.Line", null=True, db_index=False, db_constraint=False)
    number = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=12, choices=[(c, c) for c in ChargeKind])
    code = models.CharField(max_length=60)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    price_version = Reference("catalog.PriceVersion", null=True, db_index=False, db_constraint=False)
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
        constraints = [
            models.UniqueConstraint(fields=["bill", "ordinal"], name="one_bill_line_an_ordinal"),
            models.UniqueConstraint(
                fields=["line", "code"], condition=Q(kind="credit"), name="each_credit_given_once"
            ),
            models.CheckConstraint(
                condition=~Q(kind="credit") | Q(amount__lt=0, line__isnull=False),
                name="credit_gives_back",
            ),
            models.CheckConstraint(
                condition=~Q(kind="compensation") | Q(amount__lt=0, line__isnull=True),
                name="compensation_gives_back",
            ),
            models.UniqueConstraint(
                fields=["number"], condition=Q(kind="compensation"), name="each_compensation_given_once"
            ),
        ]


class Payment(models.Model):
    """收款: written once. `account` is empty when it met bills of an organisation without naming one account."""

    branch = Reference("security.Branch", db_index=False)
    organization = Reference("party.Organization")
    account = Reference("party.Account", null=True)
    purpose = models.CharField(max_length=16, choices=[(c, c) for c in PaymentPurpose])
    #: The number of a premium deposit, of an international prepayment, or of a breach.
    subject = models.CharField(max_length=20, blank=True)
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
            models.UniqueConstraint(
                fields=["account", "subject"],
                condition=Q(purpose="premium_deposit"),
                name="one_deposit_a_number",
            ),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(purpose="breach"), name="one_payment_a_breach"
            ),
            models.CheckConstraint(
                condition=Q(purpose="bills", subject="")
                | Q(purpose__in=HELD_PURPOSES[1:], subject="", account__isnull=False)
                | (
                    Q(purpose__in=["premium_deposit", "international", "breach"], account__isnull=False)
                    & ~Q(subject="")
                ),
                name="payment_purpose",
            ),
        ]


class PaymentAllocation(models.Model):
    """Which bill a payment met: written once. What a payment's allocations leave is held for its account."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations", db_index=False)
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="allocations")
    branch = Reference("security.Branch", db_index=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_positive"),
            models.UniqueConstraint(fields=["payment", "bill"], name="one_allocation_a_bill"),
        ]


class Refund(models.Model):
    """退款: money given back that was held for an account and had met no bill; written once."""

    branch = Reference("security.Branch", db_index=False)
    organization = Reference("party.Organization")
    account = Reference("party.Account")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    method = models.CharField(max_length=20, choices=[(c, c) for c in PaymentMethod])
    #: The clause it rests on (S05-G5, S13-G2).
    reason = models.CharField(max_length=12)
    reference = models.CharField(max_length=60, blank=True)
    refunded_at = models.DateTimeField()
    refunded_by = Reference("security.Staff")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
            models.CheckConstraint(condition=Q(method__in=[*PaymentMethod]), name="refund_method"),
        ]


class InternationalPrepayment(models.Model):
    """国际业务预付款 (S08-F): held while a service is open, then a deposit that is refunded within two months (S08-G2)."""

    branch = Reference("security.Branch", db_index=False)
    organization = Reference("party.Organization", db_index=False)
    account = Reference("party.Account")
    line = Reference("subscriptions.Line", db_index=False)
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    service = models.CharField(max_length=24)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    state = models.CharField(max_length=16, choices=[(c, c) for c in PrepaymentState])
    closed_on = models.DateField(null=True)
    #: When settlement with operators abroad is through.
    refundable_on = models.DateField(null=True)
    #: The last day of the two months.
    due_on = models.DateField(null=True)
    refunded_at = models.DateTimeField(null=True)
    refunded_by = Reference("security.Staff", null=True, db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="prepayment_positive"),
            models.CheckConstraint(condition=Q(state__in=[*PrepaymentState]), name="prepayment_state"),
            models.CheckConstraint(
                condition=Q(
                    state="held", closed_on__isnull=True, refundable_on__isnull=True, due_on__isnull=True
                )
                | (
                    ~Q(state="held")
                    & Q(
                        refundable_on__gte=F("closed_on"),
                        due_on__gte=F("refundable_on"),
                        due_on__isnull=False,
                    )
                ),
                name="prepayment_days",
            ),
            models.CheckConstraint(
                condition=Q(state="refunded", refunded_at__isnull=False)
                | (~Q(state="refunded") & Q(refunded_at__isnull=True)),
                name="prepayment_refunded",
            ),
            models.UniqueConstraint(
                fields=["line", "service"], condition=Q(state="held"), name="one_held_prepayment"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                condition=Q(state__in=["converted", "refund_due"]),
                name="prepayments_to_refund",
            ),
            models.Index(fields=["organization", "number"], name="prepayments_of_number"),
        ]


class DepositDraw(models.Model):
    """What of a payment met no bill: written once.

    It was given back, or moved to another account; with neither it lapsed with a reclaimed line (domain 4.4).
    """

    branch = Reference("security.Branch", db_index=False)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="draws")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="draws")
    moved_to = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="draw_positive"),
            models.CheckConstraint(
                condition=Q(refund__isnull=True) | Q(moved_to__isnull=True),
                name="draw_goes_one_way",
            ),
        ]


class BillCopy(models.Model):
    """账单打印、邮寄 (S21): a copy of a bill that was handed out; written once."""

    branch = Reference("security.Branch", db_index=False)
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="copies")
    delivery = models.CharField(max_length=8, choices=[(c, c) for c in CopyDelivery])
    made_at = models.DateTimeField()
    made_by = Reference("security.Staff")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(delivery__in=[*CopyDelivery]), name="bill_copy_delivery")
        ]


class Invoice(models.Model):
    """发票 (S15): for a payment or for a bill. Only `state` changes: a red-letter invoice takes one back, once."""

    branch = Reference("security.Branch", db_index=False)
    organization = Reference("party.Organization")
    kind = models.CharField(max_length=8, choices=[(c, c) for c in InvoiceKind])
    state = models.CharField(max_length=10, choices=[(c, c) for c in InvoiceState])
    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    tax_id = models.CharField(max_length=20, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    tax = models.DecimalField(max_digits=14, decimal_places=2)
    #: By rate: rate, net, tax, gross, each a decimal in writing.
    taxes = models.JSONField()
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="invoices")
    bill = models.ForeignKey(Bill, models.PROTECT, null=True, related_name="invoices")
    red_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=60, blank=True)
    issued_at = models.DateTimeField()
    issued_by = Reference("security.Staff")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[*InvoiceKind]), name="invoice_kind"),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{20}$"), name="invoice_number"),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, bill__isnull=True)
                | Q(payment__isnull=True, bill__isnull=False),
                name="invoice_for_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["issued", "red"], amount__gt=0, tax__gte=0, red_of__isnull=True)
                | Q(state="red_letter", amount__lt=0, tax__lte=0, red_of__isnull=False),
                name="invoice_state",
            ),
            models.CheckConstraint(
                condition=Q(kind="ordinary") | ~Q(tax_id=""), name="special_invoice_has_tax_id"
            ),
            models.UniqueConstraint(
                fields=["red_of"], condition=Q(red_of__isnull=False), name="taken_back_once"
            ),
            models.UniqueConstraint(
                fields=["payment"], condition=Q(state="issued"), name="one_live_invoice_a_payment"
            ),
            models.UniqueConstraint(
                fields=["bill"], condition=Q(state="issued"), name="one_live_invoice_a_bill"
            ),
        ]


class BreachCase(models.Model):
    """违约处理 of one number under an agreement: what is claimed, what its deposit met, what is due in one sum (P2-20).

    The claim stands as it was proposed; how it was met is filled in when it is approved (P2-21, P2-22).
    """

    branch = Reference("security.Branch")
    organization = Reference("party.Organization")
    agreement = Reference("agreements.Agreement")
    account = Reference("party.Account")
    case_number = models.CharField(max_length=20, unique=True)
    number = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=[(c, c) for c in BreachState])
    broken_on = models.DateField()
    grounds = models.TextField()
    #: Whether the agreement as a whole is broken, and not only what it says of this number.
    whole_agreement = models.BooleanField()
    overdue_penalty = models.DecimalField(max_digits=12, decimal_places=2)
    benefits = models.DecimalField(max_digits=12, decimal_places=2)
    handset_penalty = models.DecimalField(max_digits=12, decimal_places=2)
    losses = models.DecimalField(max_digits=12, decimal_places=2)
    #: The bills behind the overdue penalty: number, yuan owed, days late, rate, penalty.
    overdue = models.JSONField()
    offset = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    top_up = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    due_on = models.DateField(null=True)
    proposed_by = Reference("security.Staff")
    proposed_at = models.DateTimeField()
    decided_by = Reference("security.Staff", null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "number"],
                condition=Q(state__in=["proposed", "approved"]),
                name="one_open_breach_a_number",
            ),
            models.CheckConstraint(condition=Q(state__in=[*BreachState]), name="breach_state"),
            models.CheckConstraint(
                condition=Q(overdue_penalty__gte=0, benefits__gte=0, handset_penalty__gte=0, losses__gte=0)
                & ~Q(overdue_penalty=0, benefits=0, handset_penalty=0, losses=0),
                name="breach_claims_something",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "withdrawn"], offset__isnull=True, top_up__isnull=True)
                | Q(
                    state__in=["approved", "settled"],
                    offset__gte=0,
                    top_up__gte=0,
                    top_up=F("overdue_penalty")
                    + F("benefits")
                    + F("handset_penalty")
                    + F("losses")
                    - F("offset"),
                    due_on__isnull=False,
                ),
                name="breach_is_met",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True)
                | (~Q(state="proposed") & Q(decided_at__isnull=False)),
                name="breach_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "settled"]) | ~Q(decided_by=F("proposed_by")),
                name="breach_four_eyes",
            ),
        ]
