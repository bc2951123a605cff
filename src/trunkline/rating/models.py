"""Which usage files count. A Parquet file that is not listed here does not exist."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class UsageFile(models.Model):
    """话单文件: one file taken in, with its control totals."""

    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField()
    records = models.BigIntegerField()
    accepted = models.BigIntegerField()
    duplicates = models.BigIntegerField()
    rejected = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(records=F("accepted") + F("duplicates") + F("rejected")), name="usage_counts_add_up"
            )
        ]


class UsageReject(models.Model):
    """A record that was not taken, with its reason."""

    file = models.ForeignKey(UsageFile, models.PROTECT, related_name="rejects")
    row_number = models.BigIntegerField()
    reason = models.CharField(max_length=32)
    record = models.TextField()


class UsagePart(models.Model):
    """An accepted Parquet file of one month and bucket, relative to the store."""

    file = models.ForeignKey(UsageFile, models.PROTECT, related_name="parts")
    month = models.DateField(db_index=True)
    bucket = models.PositiveSmallIntegerField()
    path = models.CharField(max_length=200, unique=True)
    records = models.BigIntegerField()


class UnratedRecord(models.Model):
    """A record of a month that found no line or no price: the explained exceptions of a run."""

    month = models.DateField(db_index=True)
    record_id = models.CharField(max_length=80)
    source = models.CharField(max_length=40)
    line_number = models.CharField(max_length=20)
    kind = models.CharField(max_length=8)
    reason = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "source", "record_id"], name="unrated_once")]
