"""Tables of installed products, the work on them, and the working calendar."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from trunkline.installations.types import (
    BillingRule,
    Happening,
    InstallationState,
    PlaceKind,
    SlaGrade,
    TaskKind,
    TaskState,
)
from trunkline.kernel.fields import Reference


class Installation(models.Model):
    """产品实例 (SID Product): what an organisation holds besides lines, from its order to its removal."""

    branch = Reference("security.Branch")
    #: 电路编号, given when it is ordered.
    number = models.CharField(max_length=20, unique=True)
    organization = Reference("party.Organization")
    account = Reference("party.Account")
    agreement = Reference("agreements.Agreement", null=True)
    order = Reference("ordering.Order")
    specification = models.CharField(max_length=40)
    characteristics = models.JSONField()
    contract = models.CharField(max_length=60)
    requested_on = models.DateField()
    due_on = models.DateField()
    billing_rule = models.CharField(max_length=12, choices=[(c, c) for c in BillingRule])
    notice_days = models.PositiveSmallIntegerField(null=True)
    term_months = models.PositiveSmallIntegerField()
    one_time_fee = models.DecimalField(max_digits=14, decimal_places=2)
    #: The part of the one-time fee that is for goods, taxed apart.
    goods_part = models.DecimalField(max_digits=14, decimal_places=2)
    #: Days of a late opening that are not the operator's fault (REG-03).
    excused_days = models.PositiveSmallIntegerField(default=0, db_default=0)
    #: The fee agreed; `Rate` says from when which fee is charged.
    monthly_fee = models.DecimalField(max_digits=14, decimal_places=2)
    discount = models.PositiveSmallIntegerField(null=True)
    discount_approval = models.CharField(max_length=60, blank=True)
    sla = models.CharField(max_length=8, choices=[(c, c) for c in SlaGrade])
    tax_class = models.CharField(max_length=24)
    state = models.CharField(max_length=12, choices=[(c, c) for c in InstallationState])
    ordered_at = models.DateTimeField()
    #: The joint test succeeded and the notice of opening was given.
    opened_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)
    #: 起租日, and when it was confirmed: what lies before the month of confirmation is billed in that month.
    billed_from = models.DateField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    removed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[*InstallationState]), name="installation_state"),
            models.CheckConstraint(
                condition=Q(one_time_fee__gte=0, monthly_fee__gte=0, goods_part__gte=0)
                & Q(goods_part__lte=F("one_time_fee")),
                name="installation_fees",
            ),
            models.CheckConstraint(
                condition=Q(billing_rule="acceptance") | Q(billing_rule="notice", notice_days__isnull=False),
                name="installation_notice_days",
            ),
            models.CheckConstraint(
                condition=Q(discount__isnull=True) | ~Q(discount_approval=""), name="installation_approved"
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=["in_service", "removed"])
                    & Q(billed_from__isnull=False, confirmed_at__isnull=False, accepted_on__isnull=False)
                )
                | (
                    ~Q(state__in=["in_service", "removed"])
                    & Q(billed_from__isnull=True, confirmed_at__isnull=True)
                ),
                name="installation_billed_from",
            ),
            models.CheckConstraint(
                condition=Q(state="removed", removed_on__isnull=False)
                | (~Q(state="removed") & Q(removed_on__isnull=True)),
                name="installation_removed_on",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-ordered_at"], name="installations_of_organization"),
            models.Index(fields=["state"], name="installations_by_state"),
        ]


class Place(models.Model):
    """An end, a site, a point, a member: one record of what is asked for more than once."""

    installation = models.ForeignKey(Installation, models.PROTECT, related_name="places")
    branch = Reference("security.Branch", db_index=False)
    kind = models.CharField(max_length=8, choices=[(c, c) for c in PlaceKind])
    ordinal = models.PositiveIntegerField()
    values = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["installation", "kind", "ordinal"], name="one_place_an_ordinal"),
            models.CheckConstraint(condition=Q(kind__in=[*PlaceKind]), name="place_kind"),
        ]


class Task(models.Model):
    """A step of the work, with who answers for it and its last day in time."""

    installation = models.ForeignKey(Installation, models.PROTECT, related_name="tasks")
    branch = Reference("security.Branch", db_index=False)
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=24, choices=[(c, c) for c in TaskKind])
    role = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=[(c, c) for c in TaskState])
    due_on = models.DateField()
    finished_at = models.DateTimeField(null=True)
    #: What came of it, or why it failed.
    words = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["installation", "kind"], name="one_task_a_kind"),
            models.UniqueConstraint(
                fields=["installation"],
                condition=Q(state__in=["open", "failed"]),
                name="one_task_at_a_time",
            ),
            models.CheckConstraint(condition=Q(state__in=[*TaskState]), name="task_state"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(finished_at__isnull=False), name="task_finished_at"
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(words=""), name="task_failed_why"),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state__in=["open", "failed"]), name="tasks_to_do")
        ]


class Event(models.Model):
    """The timeline: written once."""

    installation = models.ForeignKey(Installation, models.PROTECT, related_name="events")
    branch = Reference("security.Branch", db_index=False)
    happening = models.CharField(max_length=12, choices=[(c, c) for c in Happening])
    kind = models.CharField(max_length=24, blank=True)
    words = models.CharField(max_length=400, blank=True)
    staff = Reference("security.Staff", db_index=False)
    at = models.DateTimeField()


class Rate(models.Model):
    """The monthly fee in force from a day (起租、升降速): charged by days."""

    installation = models.ForeignKey(Installation, models.PROTECT, related_name="rates")
    branch = Reference("security.Branch", db_index=False)
    monthly_fee = models.DecimalField(max_digits=14, decimal_places=2)
    #: The contract or the approval it rests on.
    reference = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(monthly_fee__gte=0), name="rate_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="rate_days"
            ),
            ExclusionConstraint(
                name="rates_do_not_overlap",
                expressions=[
                    ("installation", RangeOperators.EQUAL),
                    (
                        Func("valid_from", "valid_to", function="DATERANGE", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]


class CalendarDay(models.Model):
    """A day that the state has moved: a holiday, or a weekend that is worked on (国务院办公厅节假日安排)."""

    day = models.DateField(unique=True)
    working = models.BooleanField()
    name = models.CharField(max_length=40)
    reference = models.CharField(max_length=80)
