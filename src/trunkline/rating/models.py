"""Which usage files count, and what a rating left unrated. A Parquet file not listed here does not exist."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from trunkline.kernel.fields import Reference
from trunkline.rating.types import DetailWay


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
                condition=Q(records=F("accepted") + F("duplicates") + F("rejected")),
                name="usage_counts_add_up",
            )
        ]


class UsageReject(models.Model):
    """A record that was not taken, duplicates included: its row, the reason, the column at fault."""

    file = models.ForeignKey(UsageFile, models.PROTECT, related_name="rejects")
    row_number = models.BigIntegerField()
    reason = models.CharField(max_length=32)
    field = models.CharField(max_length=40, blank=True)
    #: The row as it stood, cut at `operations.LONGEST_RECORD` characters.
    record = models.TextField()


class UsagePart(models.Model):
    """An accepted Parquet file of one month and bucket, relative to the store."""

    file = models.ForeignKey(UsageFile, models.PROTECT, related_name="parts")
    month = models.DateField(db_index=True)
    bucket = models.PositiveSmallIntegerField()
    path = models.CharField(max_length=200, unique=True)
    records = models.BigIntegerField()
    size = models.BigIntegerField()


class CountedFile(models.Model):
    """A usage file whose data stands in the counters of lines: each file is counted once (P2-14)."""

    file = models.OneToOneField(UsageFile, models.PROTECT, related_name="counted")
    at = models.DateTimeField()


class DataMonth(models.Model):
    """流量累计: the data a line has used in a calendar month, in bytes (P2-14). A machine's counter, not audited."""

    line = Reference("subscriptions.Line", db_index=False)
    branch = Reference("security.Branch", db_index=False)
    month = models.DateField()
    used = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "month"], name="one_data_month"),
            models.CheckConstraint(condition=Q(used__gte=0, month__day=1), name="data_month_sane"),
        ]


class MonthRating(models.Model):
    """批价: a month's usage was rated. The latest of a month says which of its records are unrated."""

    month = models.DateField(db_index=True)
    at = models.DateTimeField()
    #: The newest usage file that took part.
    usage_through = models.BigIntegerField()
    records = models.BigIntegerField()
    rated = models.BigIntegerField()
    unrated = models.BigIntegerField()
    #: Over the unrated records, so that a rating that found nothing new is not kept again.
    unrated_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(records=F("rated") + F("unrated")), name="rating_counts_add_up"
            )
        ]


class UnratedRecord(models.Model):
    """A record of a month that found no line or no price: the explained exceptions of a rating."""

    rating = models.ForeignKey(MonthRating, models.PROTECT, related_name="exceptions", db_index=False)
    source = models.CharField(max_length=40)
    record_id = models.CharField(max_length=80)
    line_number = models.CharField(max_length=20)
    kind = models.CharField(max_length=8)
    direction = models.CharField(max_length=2)
    started_at = models.DateTimeField()
    quantity = models.BigIntegerField()
    reason = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rating", "source", "record_id"], name="unrated_once")]


class DetailAccess(models.Model):
    """详单查询留痕: who was given which details, when, through which door, and how many records (电信条例 65).

    It is written by the verb that opens the details, so that nobody reads them without it. Orders stand on a floor
    above: `order_id` is the id of the one that is the ground.
    """

    branch = Reference("security.Branch", db_index=False)
    organization = Reference("party.Organization", db_index=False)
    order_id = models.BigIntegerField(db_index=True)
    staff = Reference("security.Staff", db_index=False)
    door = models.CharField(max_length=8)
    way = models.CharField(max_length=8, choices=[(c, c) for c in DetailWay])
    month = models.DateField()
    #: The number and the kind of usage chosen; empty for all that the order is for.
    number = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=8, blank=True)
    #: Records before the first one shown, and how many were shown.
    skipped = models.BigIntegerField()
    records = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(way__in=[*DetailWay]), name="detail_access_way"),
            models.CheckConstraint(condition=Q(records__gte=0, skipped__gte=0), name="detail_access_counts"),
        ]
