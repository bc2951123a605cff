"""Tables of the ledger. Their rows are written once and never changed; a mistake is reversed.

Thousands of entries a second are posted while bills are issued, so the tables carry only the indexes that something
asks for, and what a row names is checked by the statement (see the guards' migrations) and not row by row.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from trunkline.kernel.fields import Reference
from trunkline.ledger.points.types import MovementKind
from trunkline.ledger.types import GeneralAccount


class Entry(models.Model):
    """分录. Its postings follow in one statement, are at least two and sum to zero; none come later."""

    branch = Reference("security.Branch", db_index=False, db_constraint=False)
    source = models.CharField(max_length=40)
    source_id = models.CharField(max_length=60)
    at = models.DateTimeField()
    narration = models.CharField(max_length=200)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    operation_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="posted_once"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="reversed_once"
            ),
        ]


class Posting(models.Model):
    """One leg of an entry: debit positive, credit negative, never zero."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings", db_constraint=False)
    branch = Reference("security.Branch", db_index=False, db_constraint=False)
    general_account = models.CharField(max_length=24, choices=[(c, c) for c in GeneralAccount])
    account = Reference("party.Account", null=True, db_index=False, db_constraint=False)
    subject = models.CharField(max_length=20, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="posting_not_zero"),
            models.CheckConstraint(
                condition=Q(general_account__in=[*GeneralAccount]), name="posting_account"
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=False)
                | ~Q(
                    general_account__in=[
                        GeneralAccount.RECEIVABLE,
                        GeneralAccount.CUSTOMER_DEPOSIT,
                        GeneralAccount.PREMIUM_UNRELEASED,
                        GeneralAccount.PREMIUM_RELEASED,
                        GeneralAccount.INTERNATIONAL_PREPAYMENT,
                        GeneralAccount.BREACH_RECEIVABLE,
                    ]
                ),
                name="posting_of_a_customer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "general_account", "subject"],
                condition=Q(account__isnull=False),
                name="postings_of_account",
            )
        ]


class PointsLot(models.Model):
    """积分: the points a line earned at once (S18, REG-31). What is left of them is the sum of its movements."""

    line = Reference("subscriptions.Line", db_index=False, db_constraint=False)
    branch = Reference("security.Branch", db_index=False, db_constraint=False)
    #: First day of the month they are earned for.
    earned_on = models.DateField()
    points = models.PositiveIntegerField()
    #: The first day on which they are no longer valid.
    expires_on = models.DateField()
    source = models.CharField(max_length=40)
    source_id = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="points_granted_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="points_lot_not_empty"),
            models.CheckConstraint(
                condition=Q(earned_on__day=1, expires_on__gt=models.F("earned_on")), name="points_lot_days"
            ),
        ]
        indexes = [
            models.Index(fields=["line", "expires_on"], name="points_lots_of_line"),
            models.Index(fields=["expires_on"], name="points_lots_by_day"),
        ]


class PointsMovement(models.Model):
    """积分变动: points into a lot (positive) or out of it."""

    lot = models.ForeignKey(
        PointsLot, models.PROTECT, related_name="movements", db_index=False, db_constraint=False
    )
    branch = Reference("security.Branch", db_index=False, db_constraint=False)
    kind = models.CharField(max_length=8, choices=[(c, c) for c in MovementKind])
    points = models.IntegerField()
    source = models.CharField(max_length=40)
    source_id = models.CharField(max_length=101)
    at = models.DateTimeField()
    operation_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "kind", "source", "source_id"], name="points_moved_once"),
            models.CheckConstraint(condition=Q(kind__in=[*MovementKind]), name="points_movement_kind"),
            models.CheckConstraint(
                condition=Q(kind=MovementKind.EARNED, points__gt=0)
                | Q(kind__in=[MovementKind.REDEEMED, MovementKind.EXPIRED], points__lt=0)
                | (Q(kind__in=[MovementKind.ADJUSTED, MovementKind.REVERSED]) & ~Q(points=0)),
                name="points_movement_sign",
            ),
        ]
        indexes = [models.Index(fields=["source", "source_id"], name="points_movements_of_source")]
