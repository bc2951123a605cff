"""Tables of orders."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from trunkline.kernel.fields import Reference
from trunkline.ordering.types import ItemAction, OrderState, PaperKind
from trunkline.security.types import Channel


class Order(models.Model):
    """订单 (SID ProductOrder): one service item for one organisation."""

    branch = Reference("security.Branch")
    number = models.CharField(max_length=32, unique=True)
    item_code = models.CharField(max_length=40)
    channel = models.CharField(max_length=20, choices=[(c, c) for c in Channel])
    organization = Reference("party.Organization")
    agreement = Reference("agreements.Agreement", null=True)
    handler = Reference("party.Handler")
    #: The handler's five fields and document as they stood at the counter (S01-R1).
    handler_details = models.JSONField()
    details = models.JSONField()
    state = models.CharField(max_length=14, choices=[(c, c) for c in OrderState])
    idempotency_key = models.CharField(max_length=80, null=True)
    placed_by = Reference("security.Staff")
    placed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    item_count = models.PositiveIntegerField()
    fee_total = models.DecimalField(max_digits=12, decimal_places=2)
    #: Refusals found when it was carried out.
    failure = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[*OrderState]), name="order_state"),
            models.CheckConstraint(
                condition=~Q(state="completed") | Q(completed_at__isnull=False), name="order_completed_at"
            ),
            models.UniqueConstraint(fields=["branch", "idempotency_key"], name="one_order_a_key"),
        ]
        indexes = [models.Index(fields=["organization", "-placed_at"], name="orders_of_organization")]


class OrderItem(models.Model):
    """订单项: one line of the order."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="items")
    branch = Reference("security.Branch")
    ordinal = models.PositiveIntegerField()
    #: The item's own id of what this line is about (a member, a line), so that it is judged again on the same choice.
    key = models.BigIntegerField()
    action = models.CharField(max_length=10, choices=[(c, c) for c in ItemAction])
    line = Reference("subscriptions.Line", null=True)
    number = models.CharField(max_length=20)
    user_name = models.CharField(max_length=40)
    plan_name = models.CharField(max_length=80)
    first_month_mode = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=14, choices=[(c, c) for c in OrderState])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "ordinal"], name="one_order_item_an_ordinal"),
            models.CheckConstraint(condition=Q(state__in=[*OrderState]), name="order_item_state"),
        ]


class OrderPaper(models.Model):
    """证件资料 filed with the order (X-R1)."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="papers")
    branch = Reference("security.Branch")
    kind = models.CharField(max_length=28, choices=[(c, c) for c in PaperKind])
    reference = models.CharField(max_length=60)
    original_seen = models.BooleanField()
    sealed = models.BooleanField()
    copy_kept = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "kind"], name="one_paper_a_kind")]


class OrderFee(models.Model):
    """费用: the price used is kept with the order."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="fees")
    branch = Reference("security.Branch")
    fee = Reference("catalog.Fee")
    title = models.CharField(max_length=80)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    reference = models.CharField(max_length=80)
