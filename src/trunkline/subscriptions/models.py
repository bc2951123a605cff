"""Tables of lines and what belongs to them.

Columns of few values (branch, plan, model) carry no index: it would be written for every line and chosen wrongly.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from trunkline.catalog.types import FirstMonthMode
from trunkline.kernel.fields import Reference
from trunkline.subscriptions.types import (
    DetailType,
    LifePhase,
    LineState,
    NameType,
    ServiceCode,
    StopCause,
)


class TimeRange(Func):
    """tstzrange(valid_from, valid_to, '[)')."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


def _period(name: str, since: str = "valid_from", until: str = "valid_to") -> models.CheckConstraint:
    """A period that is closed ends after it begins."""
    return models.CheckConstraint(
        condition=Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gt": F(since)}), name=name
    )


class Line(models.Model):
    """用户 (SID Product in the inventory): one number a person of the organisation uses."""

    branch = Reference("security.Branch", db_index=False)
    organization = Reference("party.Organization", db_index=False)
    account = Reference("party.Account", db_index=False)
    #: The number held now, or held last; `LineNumber` has the history.
    number = models.CharField(max_length=20)
    state = models.CharField(max_length=16, choices=[(c, c) for c in LineState])
    name_type = models.CharField(max_length=12, choices=[(c, c) for c in NameType])
    #: 实际使用人 (REG-13).
    user_name = models.CharField(max_length=40)
    user_id_number = models.CharField(max_length=18)
    activated_at = models.DateTimeField(null=True)
    terminated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[*LineState]), name="line_state"),
            models.CheckConstraint(condition=Q(name_type__in=[*NameType]), name="line_name_type"),
            #: Real name of the actual user (REG-13, invariant 1 of domain 8.5).
            models.CheckConstraint(condition=~Q(user_name="") & ~Q(user_id_number=""), name="line_real_name"),
            models.CheckConstraint(
                condition=Q(state="pre_active") | Q(activated_at__isnull=False), name="line_activated_at"
            ),
            models.CheckConstraint(
                condition=Q(state="terminated", terminated_at__isnull=False)
                | (~Q(state="terminated") & Q(terminated_at__isnull=True)),
                name="line_terminated_at",
            ),
        ]
        indexes = [
            #: Five lines a person over the whole operator (REG-14).
            models.Index(
                fields=["user_id_number"], condition=~Q(state="terminated"), name="live_lines_of_person"
            ),
            models.Index(fields=["organization", "state"], name="lines_of_organization"),
            models.Index(fields=["account"], name="lines_of_account"),
            models.Index(fields=["number"], name="lines_by_number"),
        ]


class LineNumber(models.Model):
    """Which line held a number when: one holder at a time."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="numbers")
    branch = Reference("security.Branch", db_index=False)
    number = models.CharField(max_length=20)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="a_number_has_one_holder",
                expressions=[
                    ("number", RangeOperators.EQUAL),
                    (TimeRange("valid_from", "valid_to", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            _period("line_number_period"),
        ]


class LineOwner(models.Model):
    """Whose line it was when, and which account paid: a transfer (过户) closes one and opens the next."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="owners")
    branch = Reference("security.Branch", db_index=False)
    organization = Reference("party.Organization", db_index=False)
    account = Reference("party.Account", db_index=False)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="a_line_has_one_owner",
                expressions=[
                    ("line", RangeOperators.EQUAL),
                    (TimeRange("valid_from", "valid_to", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            _period("line_owner_period"),
        ]


class LineService(models.Model):
    """功能: a service that is open on a line, from and to; the same one is not open twice."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="services")
    branch = Reference("security.Branch", db_index=False)
    service = models.CharField(max_length=24, choices=[(c, c) for c in ServiceCode])
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="a_service_is_open_once",
                expressions=[
                    ("line", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                    (TimeRange("valid_from", "valid_to", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(service__in=[*ServiceCode]), name="line_service_code"),
            _period("line_service_period"),
        ]


class LineAddress(models.Model):
    """装机地址 of a fixed line, from and to; one at a time (S04)."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="addresses")
    branch = Reference("security.Branch", db_index=False)
    province = models.CharField(max_length=40)
    city = models.CharField(max_length=40)
    district = models.CharField(max_length=40)
    #: 标准地址, from the road to the room.
    street = models.CharField(max_length=200)
    rural = models.BooleanField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="a_line_has_one_address",
                expressions=[
                    ("line", RangeOperators.EQUAL),
                    (TimeRange("valid_from", "valid_to", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            _period("line_address_period"),
            models.CheckConstraint(
                condition=~Q(province="") & ~Q(city="") & ~Q(district="") & ~Q(street=""),
                name="line_address_whole",
            ),
        ]


class LineMask(models.Model):
    """详单屏蔽 (S31-E1): a type of usage that queries of a line's details do not show, from and to."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="masks")
    branch = Reference("security.Branch", db_index=False)
    detail_type = models.CharField(max_length=16, choices=[(c, c) for c in DetailType])
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "detail_type"], condition=Q(until__isnull=True), name="one_open_mask"
            ),
            models.CheckConstraint(condition=Q(detail_type__in=[*DetailType]), name="line_mask_type"),
            _period("line_mask_period", "since", "until"),
        ]


class LinePhase(models.Model):
    """预付费生命周期 (S32-1): the phase a prepaid line is in, from and to; one at a time."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="phases")
    branch = Reference("security.Branch", db_index=False)
    phase = models.CharField(max_length=12, choices=[(c, c) for c in LifePhase])
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    #: When the phase ends by itself (domain 4.4); empty where it has no end of its own.
    ends_at = models.DateTimeField(null=True)
    #: Until when a locked line may recharge, once it was unlocked (S30).
    unlocked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(until__isnull=True), name="one_open_phase"),
            models.CheckConstraint(condition=Q(phase__in=[*LifePhase]), name="line_phase_code"),
            _period("line_phase_period", "since", "until"),
            models.CheckConstraint(
                condition=Q(unlocked_until__isnull=True) | Q(phase="locked"), name="only_locks_are_unlocked"
            ),
        ]
        indexes = [
            models.Index(
                fields=["ends_at"],
                condition=Q(until__isnull=True, ends_at__isnull=False),
                name="phases_that_end",
            )
        ]


class LineOffering(models.Model):
    """订购: which plan a line is on when; plans of one line do not overlap."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="offerings")
    branch = Reference("security.Branch", db_index=False)
    offering = Reference("catalog.Offering", db_index=False)
    is_plan = models.BooleanField(default=True)
    first_month_mode = models.CharField(max_length=12, null=True, choices=[(c, c) for c in FirstMonthMode])
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="a_line_has_one_plan",
                expressions=[
                    ("line", RangeOperators.EQUAL),
                    (TimeRange("valid_from", "valid_to", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_plan=True),
            ),
            _period("line_offering_period"),
            models.CheckConstraint(
                condition=Q(first_month_mode__isnull=True) | Q(first_month_mode__in=[*FirstMonthMode]),
                name="line_first_month_mode",
            ),
        ]


class LineStop(models.Model):
    """停机: a cause that keeps a line stopped, from and to."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="stops")
    branch = Reference("security.Branch", db_index=False)
    cause = models.CharField(max_length=16, choices=[(c, c) for c in StopCause])
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    #: Services that were open when the line was stopped: exactly these come back (S06-E3).
    services = ArrayField(models.CharField(max_length=24), default=list, db_default=[])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "cause"], condition=Q(until__isnull=True), name="one_open_stop"
            ),
            models.CheckConstraint(condition=Q(cause__in=[*StopCause]), name="line_stop_cause"),
            _period("line_stop_period", "since", "until"),
        ]


class Sim(models.Model):
    """SIM/USIM card: from a branch's stock to a line."""

    iccid = models.CharField(max_length=20)
    imsi = models.CharField(max_length=15)
    stock = Reference("security.Branch", db_index=False)
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="sims")
    issued_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(line__isnull=False, retired_at__isnull=True),
                name="one_live_sim_a_line",
            ),
            models.UniqueConstraint(fields=["iccid"], name="one_iccid"),
            models.UniqueConstraint(fields=["imsi"], name="one_imsi"),
            models.CheckConstraint(
                condition=Q(line__isnull=True) | Q(issued_at__isnull=False), name="sim_issued"
            ),
            models.CheckConstraint(
                condition=Q(iccid__regex=r"^[0-9]{19,20}$", imsi__regex=r"^[0-9]{15}$"), name="sim_digits"
            ),
        ]
        indexes = [models.Index(fields=["stock", "id"], condition=Q(line__isnull=True), name="sims_in_stock")]


class Terminal(models.Model):
    """终端 used with a line."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="terminals")
    branch = Reference("security.Branch", db_index=False)
    model = Reference("catalog.TerminalModel", null=True, db_index=False)
    imei = models.CharField(max_length=15, blank=True)
    since = models.DateTimeField()


class LinePasswordHash(models.Model):
    """A service password as it is kept: its hash, written once, in a table the audit trail does not copy (S24-4)."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="+")
    branch = Reference("security.Branch", db_index=False)
    hash = models.CharField(max_length=128)
    made_at = models.DateTimeField()


class PortCode(models.Model):
    """携号转网授权码: which hash is the code that a line was sent, until when it is good, and when it ended (REG-17)."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="+", db_index=False)
    branch = Reference("security.Branch", db_index=False)
    kept = models.ForeignKey(LinePasswordHash, models.PROTECT, related_name="+", db_index=False)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(ended_at__isnull=True), name="one_port_code_a_line"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="port_code_expires"),
        ]


class LinePassword(models.Model):
    """服务密码: which hash is in force on a line, and how it was tried (X-R2). No hash is in force after a transfer."""

    line = models.OneToOneField(Line, models.PROTECT, related_name="+")
    branch = Reference("security.Branch", db_index=False)
    current = models.ForeignKey(LinePasswordHash, models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    locked_until = models.DateTimeField(null=True)
