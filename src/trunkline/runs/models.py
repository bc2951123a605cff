"""The bill run as parts, so that it can be stopped and taken up again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from trunkline.kernel.fields import Reference
from trunkline.runs.types import PartState, RunState


class BillRun(models.Model):
    """出账: one month for the whole operator."""

    month = models.DateField(unique=True)
    state = models.CharField(max_length=10, choices=[(c, c) for c in RunState])
    started_by = Reference("security.Staff")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    #: Accounts with something to bill when the run began.
    expected = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(finished_at__isnull=False), name="run_finished_at"
            )
        ]


class BillRunPart(models.Model):
    """A bucket of accounts, billed in one transaction."""

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="parts")
    bucket = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=[(c, c) for c in PartState])
    accounts = models.PositiveIntegerField(default=0)
    bills = models.PositiveIntegerField(default=0)
    amount = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "bucket"], name="one_part_a_bucket")]


class ParkedAccount(models.Model):
    """An account that could not be billed in a run, with the reason; the run goes on without it."""

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="parked")
    branch = Reference("security.Branch")
    account = Reference("party.Account")
    reason = models.TextField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "account"], condition=Q(resolved_at__isnull=True), name="parked_once"
            )
        ]
