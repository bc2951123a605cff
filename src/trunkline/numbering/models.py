"""Tables of the number inventory."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from trunkline.kernel.fields import Reference
from trunkline.numbering.requests.types import RequestEvent, RequestState, Speaker
from trunkline.numbering.types import (
    Arrangement,
    NumberKind,
    NumberState,
    ReservationEnd,
    TelecomOperator,
    WaitingEnd,
)


class NumberRange(models.Model):
    """号段: which prefixes are ours, dated (REG-21)."""

    prefix = models.CharField(max_length=8)
    kind = models.CharField(max_length=12, choices=[(c, c) for c in NumberKind])
    use = models.CharField(max_length=24)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[*NumberKind]), name="range_kind"),
            models.CheckConstraint(condition=Q(prefix__regex=r"^[0-9]{1,8}$"), name="range_prefix"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="range_period"
            ),
        ]


class NumberGrade(models.Model):
    """靓号等级 (REG-25)."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=40)
    #: A Python regular expression searched in the number; the first grade by `rank` that matches wins.
    pattern = models.CharField(max_length=120)
    rank = models.PositiveSmallIntegerField(unique=True)
    prepayment = models.DecimalField(max_digits=12, decimal_places=2)
    months = models.PositiveSmallIntegerField()
    minimum_monthly = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(code="") & ~Q(pattern=""), name="grade_code_and_pattern"),
            models.CheckConstraint(
                condition=Q(prepayment__gte=0, minimum_monthly__gte=0, months__gt=0), name="grade_commitment"
            ),
        ]


class Number(models.Model):
    """号码资源 (SID Resource). Belongs to a branch's stock; carries nothing about its user."""

    number = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, choices=[(c, c) for c in NumberKind])
    grade = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=12, choices=[(c, c) for c in NumberState])
    stock = Reference("security.Branch", db_index=False)
    frozen_until = models.DateTimeField(null=True)
    #: 移机不改号, 携入 (S03-G2).
    arrangement = models.CharField(
        max_length=12, blank=True, db_default="", choices=[(c, c) for c in Arrangement]
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(arrangement__in=[*Arrangement]), name="number_arrangement"),
            models.UniqueConstraint(fields=["number"], name="one_number"),
            models.CheckConstraint(condition=Q(state__in=[*NumberState]), name="number_state"),
            models.CheckConstraint(condition=Q(kind__in=[*NumberKind]), name="number_kind"),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{3,20}$"), name="number_digits"),
            models.CheckConstraint(
                condition=Q(state="frozen", frozen_until__isnull=False)
                | (~Q(state="frozen") & Q(frozen_until__isnull=True)),
                name="number_frozen_until",
            ),
        ]
        indexes = [
            GinIndex(name="number_trigrams", fields=["number"], opclasses=["gin_trgm_ops"]),
            models.Index(fields=["state", "number"], name="number_state_walk"),
            models.Index(fields=["stock", "state", "number"], name="number_stock_walk"),
            models.Index(
                fields=["grade", "state", "number"], condition=~Q(grade=""), name="number_grade_walk"
            ),
            models.Index(fields=["frozen_until"], condition=Q(state="frozen"), name="frozen_numbers"),
        ]


class Reservation(models.Model):
    """预占: a lease that ends by release, expiry or use."""

    number = models.ForeignKey(Number, models.PROTECT, related_name="reservations")
    branch = Reference("security.Branch", db_index=False)
    purpose = models.CharField(max_length=24)
    #: What it is held for, e.g. ``agreement:12``.
    holder = models.CharField(max_length=60)
    reserved_by = Reference("security.Staff", db_index=False)
    reserved_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    #: A lease is extended once.
    extended_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=8, blank=True, choices=[(c, c) for c in ReservationEnd])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=Q(ended_at__isnull=True), name="one_holder"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_how="")
                | Q(ended_at__isnull=False, ended_how__in=[*ReservationEnd]),
                name="reservation_end",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("reserved_at")), name="reservation_lease"),
            models.CheckConstraint(
                condition=Q(extended_at__isnull=True) | Q(extended_at__gte=F("reserved_at")),
                name="reservation_extended",
            ),
        ]
        indexes = [
            models.Index(fields=["holder"], condition=Q(ended_at__isnull=True), name="open_reservation"),
            models.Index(
                fields=["expires_at"], condition=Q(ended_at__isnull=True), name="reservations_to_expire"
            ),
            models.Index(
                fields=["reserved_by", "expires_at"],
                condition=Q(ended_at__isnull=True),
                name="open_reservation_of_staff",
            ),
        ]


class Waiting(models.Model):
    """候补: an organisation waits for a number that is reserved or frozen. Places go by id, in order of joining."""

    number = models.ForeignKey(Number, models.PROTECT, related_name="waiting", db_index=False)
    branch = Reference("security.Branch", db_index=False)
    organization = Reference("party.Organization")
    joined_by = Reference("security.Staff", db_index=False)
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=8, blank=True, choices=[(c, c) for c in WaitingEnd])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number", "organization"],
                condition=Q(ended_at__isnull=True),
                name="one_place_in_the_queue",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_how="")
                | Q(ended_at__isnull=False, ended_how__in=[*WaitingEnd]),
                name="waiting_end",
            ),
        ]
        indexes = [
            models.Index(fields=["number", "id"], condition=Q(ended_at__isnull=True), name="queue_of_number"),
            models.Index(
                fields=["joined_by", "id"], condition=Q(ended_at__isnull=True), name="waiting_of_staff"
            ),
        ]


class PortOverride(models.Model):
    """携入号码: a number that is with us though its range is another operator's, until it goes back (REG-17, REG-21)."""

    number = models.CharField(max_length=20)
    branch = Reference("security.Branch", db_index=False)
    donor = models.CharField(max_length=16, choices=[(c, c) for c in TelecomOperator])
    ported_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(donor__in=[*TelecomOperator]), name="override_donor"),
            models.UniqueConstraint(
                fields=["number"], condition=Q(ended_at__isnull=True), name="one_override_a_number"
            ),
        ]


class NumberRequest(models.Model):
    """4006号码上报: a business unit's wish for a 400 number, and how the desk answers it (P1-07)."""

    branch = Reference("security.Branch", db_index=False)
    organization = Reference("party.Organization")
    wanted = models.CharField(max_length=20)
    #: 使用用途 (REG-16).
    purpose = models.TextField()
    contact_name = models.CharField(max_length=40)
    contact_phone = models.CharField(max_length=20)
    state = models.CharField(max_length=8, choices=[(c, c) for c in RequestState])
    number = models.CharField(max_length=10, blank=True, default="")
    order_number = models.CharField(max_length=40, blank=True, default="")
    reported_by = Reference("security.Staff", db_index=False)
    reported_at = models.DateTimeField()
    #: Who spoke last; the other side answers.
    last_side = models.CharField(max_length=4, blank=True, choices=[(c, c) for c in Speaker])

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[*RequestState]), name="request_state"),
            models.CheckConstraint(condition=Q(last_side__in=[*Speaker]), name="request_last_side"),
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(contact_name="") & ~Q(contact_phone=""), name="request_words"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["reserved", "ordered", "in_use", "expired"]) | ~Q(number=""),
                name="request_number",
            ),
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(state__in=["issue", "reserved", "ordered", "in_use"]) & ~Q(number=""),
                name="one_living_request_a_number",
            ),
        ]
        indexes = [models.Index(fields=["state", "reported_at", "id"], name="requests_by_age")]


class RequestRemark(models.Model):
    """An entry of a request's thread. Written once."""

    request = models.ForeignKey(NumberRequest, models.PROTECT, related_name="remarks")
    branch = Reference("security.Branch", db_index=False)
    event = models.CharField(max_length=8, choices=[(c, c) for c in RequestEvent])
    side = models.CharField(max_length=4, blank=True, choices=[(c, c) for c in Speaker])
    words = models.TextField(blank=True)
    staff = Reference("security.Staff", null=True, db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(event__in=[*RequestEvent]), name="remark_event"),
            models.CheckConstraint(
                condition=Q(side="", staff__isnull=True) | ~Q(side="") & Q(staff__isnull=False),
                name="remark_side",
            ),
        ]
