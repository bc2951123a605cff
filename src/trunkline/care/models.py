"""Tables of tickets."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from trunkline.care.types import (
    FINISHED,
    AppealOutcome,
    Area,
    Desk,
    Limit,
    Matter,
    Product,
    SupportGrade,
    TicketEvent,
    TicketKind,
    TicketState,
)
from trunkline.kernel.fields import Reference
from trunkline.security.types import Channel

_UNANSWERED = (
    TicketState.ACKNOWLEDGED,
    TicketState.IN_PROGRESS,
    TicketState.PENDING,
    TicketState.CANCELLED,
)


class Ticket(models.Model):
    """工单 (SID TroubleTicket, TMF621): a fault, complaint or enquiry. How it was opened never changes (a trigger)."""

    branch = Reference("security.Branch")
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=[(c, c) for c in TicketKind])
    state = models.CharField(max_length=14, choices=[(c, c) for c in TicketState])
    organization = Reference("party.Organization")
    #: The order it was taken down by.
    order = Reference("ordering.Order", null=True)
    line = Reference("subscriptions.Line", null=True)
    #: Empty where it is about no network service.
    product = models.CharField(max_length=8, blank=True, choices=[(c, c) for c in Product])
    #: Circuit code, or the name of the product.
    circuit = models.CharField(max_length=80, blank=True)
    channel = models.CharField(max_length=20, choices=[(c, c) for c in Channel])
    reporter_name = models.CharField(max_length=40)
    reporter_phone = models.CharField(max_length=20)
    area = models.CharField(max_length=8, choices=[(c, c) for c in Area])
    grade = models.CharField(max_length=8, choices=[(c, c) for c in SupportGrade])
    subject = models.CharField(max_length=80)
    description = models.TextField()
    about_fee = models.BooleanField(default=False)
    #: When the cause of a complaint arose (REG-09).
    arose_on = models.DateField(null=True)
    #: When the customer noticed the fault.
    began_at = models.DateTimeField(null=True)
    matter = models.CharField(max_length=8, blank=True, default="", choices=[(c, c) for c in Matter])
    #: The bill's number, or the SP's name.
    matter_reference = models.CharField(max_length=80, blank=True, default="")
    wanted = models.TextField(blank=True, default="")
    #: 首问负责 (S25-1).
    first_contact_owner = Reference("security.Staff")
    owner = Reference("security.Staff")
    #: Where it waits to be taken.
    desk = models.CharField(max_length=8, blank=True, default="", choices=[(c, c) for c in Desk])
    opened_at = models.DateTimeField()
    first_response_due_at = models.DateTimeField()
    first_responded_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    #: When service was restored, by repair or otherwise (S25-2), or the answer given.
    resolved_at = models.DateTimeField(null=True)
    resolution = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    restored_by_workaround = models.BooleanField(default=False)
    caused_by_terminal = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    #: Where the record is kept (S25-1).
    archive_reference = models.TextField(blank=True)
    appealed_at = models.DateTimeField(null=True)
    appeal_reason = models.TextField(blank=True)
    #: The appeal centre's own number.
    appeal_reference = models.TextField(blank=True)
    appeal_accepted_at = models.DateTimeField(null=True)
    appeal_decided_at = models.DateTimeField(null=True)
    appeal_outcome = models.CharField(max_length=12, blank=True, choices=[(c, c) for c in AppealOutcome])

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[*TicketState]), name="ticket_state"),
            models.CheckConstraint(condition=Q(kind__in=[*TicketKind]), name="ticket_kind"),
            models.CheckConstraint(condition=Q(product__in=["", *Product]), name="ticket_product"),
            models.CheckConstraint(condition=Q(area__in=[*Area]), name="ticket_area"),
            models.CheckConstraint(condition=Q(grade__in=[*SupportGrade]), name="ticket_grade"),
            models.CheckConstraint(condition=Q(channel__in=[*Channel]), name="ticket_channel"),
            models.CheckConstraint(condition=Q(desk__in=["", *Desk]), name="ticket_desk"),
            models.CheckConstraint(
                condition=Q(matter="", matter_reference="", wanted="")
                | Q(kind="complaint", matter__in=[*Matter]),
                name="ticket_matter",
            ),
            models.CheckConstraint(
                condition=Q(began_at__isnull=True) | Q(kind="fault", began_at__lte=F("opened_at")),
                name="ticket_began",
            ),
            models.CheckConstraint(
                condition=~Q(reporter_name="") & ~Q(reporter_phone="") & ~Q(subject="") & ~Q(description=""),
                name="ticket_words",
            ),
            models.CheckConstraint(
                condition=~Q(kind="fault") | ~Q(product="") & (Q(line__isnull=False) | ~Q(circuit="")),
                name="ticket_fault_of_what",
            ),
            models.CheckConstraint(
                condition=Q(kind="fault") | Q(restored_by_workaround=False, caused_by_terminal=False),
                name="ticket_fault_only",
            ),
            models.CheckConstraint(
                condition=Q(kind="complaint", arose_on__isnull=False)
                | ~Q(kind="complaint") & Q(arose_on__isnull=True, about_fee=False, appealed_at__isnull=True),
                name="ticket_complaint_only",
            ),
            models.CheckConstraint(
                condition=Q(first_response_due_at__gt=F("opened_at"), due_at__gt=F("opened_at")),
                name="ticket_limits",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_UNANSWERED, resolved_at__isnull=True, resolution="")
                | Q(
                    state__in=["resolved", "closed"],
                    resolved_at__isnull=False,
                    resolved_at__gte=F("opened_at"),
                )
                & ~Q(resolution="")
                | Q(state="appealed"),
                name="ticket_resolution",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False, closed_at__gte=F("resolved_at"))
                & ~Q(archive_reference="")
                | ~Q(state="closed") & Q(closed_at__isnull=True),
                name="ticket_closing",
            ),
            models.CheckConstraint(
                condition=Q(appealed_at__isnull=True, appeal_accepted_at__isnull=True, appeal_outcome="")
                & Q(appeal_decided_at__isnull=True, appeal_reason="")
                & ~Q(state="appealed")
                | Q(appealed_at__isnull=False)
                & ~Q(appeal_reason="")
                & (
                    Q(state="appealed", appeal_decided_at__isnull=True, appeal_outcome="")
                    | ~Q(state="appealed")
                    & Q(appeal_decided_at__isnull=False, appeal_outcome__in=[*AppealOutcome])
                ),
                name="ticket_appeal",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_at"],
                condition=~Q(state__in=[*FINISHED]),
                name="tickets_on_a_desk",
            ),
            models.Index(
                fields=["resolved_at"],
                condition=Q(kind="fault", resolved_at__isnull=False, caused_by_terminal=False),
                name="tickets_of_restored_faults",
            ),
        ]


class TicketEntry(models.Model):
    """时间线 (完整记录, S25-1): one happening. Written once."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="entries")
    branch = Reference("security.Branch")
    at = models.DateTimeField()
    staff = Reference("security.Staff")
    what = models.CharField(max_length=16, choices=[(c, c) for c in TicketEvent])
    text = models.TextField(blank=True)
    #: The ticket's state after it.
    state = models.CharField(max_length=14, choices=[(c, c) for c in TicketState])
    #: What it was urged for.
    late_with = models.CharField(max_length=16, blank=True, default="", choices=[(c, c) for c in Limit])

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(what__in=[*TicketEvent]), name="ticket_entry_what"),
            models.CheckConstraint(condition=Q(state__in=[*TicketState]), name="ticket_entry_state"),
            models.CheckConstraint(
                condition=Q(what="urge", late_with__in=[*Limit]) | ~Q(what="urge") & Q(late_with=""),
                name="ticket_entry_late_with",
            ),
            models.UniqueConstraint(
                fields=["ticket", "late_with"], condition=Q(what="urge"), name="urged_once_a_limit"
            ),
        ]


class RepairLimit(models.Model):
    """修复时限 (S25-2) of a product, area and grade for some days; without one the published limit holds."""

    product = models.CharField(max_length=8, choices=[(c, c) for c in Product])
    area = models.CharField(max_length=8, choices=[(c, c) for c in Area])
    grade = models.CharField(max_length=8, choices=[(c, c) for c in SupportGrade])
    hours = models.PositiveSmallIntegerField()
    reference = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(product__in=[*Product], area__in=[*Area], grade__in=[*SupportGrade])
                & ~Q(reference=""),
                name="repair_limit_of",
            ),
            models.CheckConstraint(
                condition=Q(hours__gte=1) & (Q(area="urban", hours__lte=48) | Q(area="rural", hours__lte=72)),
                name="repair_limit_within_law",
            ),
            ExclusionConstraint(
                name="repair_limits_do_not_overlap",
                expressions=[
                    ("product", RangeOperators.EQUAL),
                    ("area", RangeOperators.EQUAL),
                    ("grade", RangeOperators.EQUAL),
                    (
                        Func("valid_from", "valid_to", function="DATERANGE", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
