"""The bill run as parts, so that it can be stopped and taken up again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from trunkline.kernel.fields import Reference
from trunkline.runs.types import PartKind, PartState, RunState


class BillRun(models.Model):
    """出账: one month for the whole operator."""

    month = models.DateField(unique=True)
    state = models.CharField(max_length=10, choices=[(c, c) for c in RunState])
    started_by = Reference("security.Staff")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    #: Accounts that must be billed or explained: with a line in the month, or with usage that came late.
    expected = models.PositiveIntegerField(default=0)
    #: Accounts go to the part of their id modulo this.
    buckets = models.PositiveSmallIntegerField()
    #: The newest usage file that takes part; what comes later is billed with a later month.
    usage_through = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", finished_at__isnull=True)
                | Q(state="closed", finished_at__isnull=False),
                name="run_finished_at",
            ),
            models.CheckConstraint(condition=Q(buckets__gt=0), name="run_has_buckets"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="open"), name="one_open_run"),
        ]


class BillRunPart(models.Model):
    """Accounts billed in one transaction: a bucket, or what was left over or parked before."""

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="parts")
    bucket = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=[(c, c) for c in PartKind])
    state = models.CharField(max_length=10, choices=[(c, c) for c in PartState])
    accounts = models.PositiveIntegerField(default=0)
    bills = models.PositiveIntegerField(default=0)
    amount = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "bucket"], name="one_part_a_bucket"),
            models.CheckConstraint(
                condition=Q(state="waiting", finished_at__isnull=True)
                | Q(state="done", finished_at__isnull=False),
                name="part_finished_at",
            ),
        ]


class ParkedAccount(models.Model):
    """An account that could not be billed in a run, with the reason; the run goes on without it."""

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="parked")
    branch = Reference("security.Branch")
    account = Reference("party.Account")
    reason_code = models.CharField(max_length=60)
    reason = models.TextField()
    reason_en = models.TextField()
    parked_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "account"], condition=Q(resolved_at__isnull=True), name="parked_once"
            )
        ]
