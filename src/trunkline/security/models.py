"""Tables of staff, branches, roles and the audit trail."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from trunkline.security.types import Channel, Door


class Branch(models.Model):
    """分公司/营业单位: the unit whose rows are kept apart from other units'."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    #: First four digits of the resident-ID region code of the branch's city; decides who is local (S01-G2).
    city_code = models.CharField(max_length=4)


class Role(models.Model):
    """岗位: kept equal to the declarations in `roles.py`."""

    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=80)
    channel = models.CharField(max_length=20, choices=[(c, c) for c in Channel])
    permissions = ArrayField(models.CharField(max_length=80), default=list)


class StaffManager(BaseUserManager["Staff"]):
    """Looks staff up by login."""


class Staff(AbstractBaseUser):
    """员工: a person who logs in."""

    login = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = StaffManager()


class Appointment(models.Model):
    """任职: a staff member holds a role in a branch, or in every branch when `branch` is empty."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="appointments")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "role", "branch"],
                nulls_distinct=False,
                condition=models.Q(ended_at__isnull=True),
                name="one_live_appointment",
            )
        ]


class ApiToken(models.Model):
    """令牌: another system's way in. It is bound to a channel, a branch and a role; of its secret only the digest is kept.

    `staff` is the system's own entry among the staff: what it does stands in the audit trail under its name.
    """

    name = models.CharField(max_length=36, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    staff = models.OneToOneField(Staff, models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20, choices=[(c, c) for c in Channel])
    issued_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(digest__regex=r"^[0-9a-f]{64}$"), name="token_digest_is_sha256"
            ),
            models.CheckConstraint(condition=models.Q(channel__in=[*Channel]), name="token_channel"),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("issued_at")), name="token_expires_after_issue"
            ),
        ]


class DoorTry(models.Model):
    """A try at a door that customers reach without a login, right or wrong. Written once.

    Of what was tried (a number, an order, an address) only a keyed digest is kept, and no branch: whether it exists
    is not known then.
    """

    door = models.CharField(max_length=16)
    subject = models.CharField(max_length=64)
    passed = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(subject__regex=r"^[0-9a-f]{64}$"), name="door_try_subject_is_a_digest"
            )
        ]
        indexes = [models.Index(fields=["door", "subject", "-at"], name="tries_at_a_door")]


class AuditOperation(models.Model):
    """One carried-out verb: who, when, through which door. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    parent_id = models.UUIDField(null=True)
    verb = models.CharField(max_length=80)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+")
    door = models.CharField(max_length=8, choices=[(d, d) for d in Door])
    channel = models.CharField(max_length=20)
    #: The business time the operation was given.
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    arguments = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["-recorded_at"]), models.Index(fields=["verb", "-recorded_at"])]


class AuditChange(models.Model):
    """One row changed by an operation, before and after. Written by a trigger, append-only."""

    operation = models.ForeignKey(AuditOperation, models.PROTECT, related_name="changes")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+")
    table_name = models.CharField(max_length=63)
    row_id = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["table_name", "row_id"])]
