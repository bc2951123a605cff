"""Tables of organisations, handlers, contacts and billing accounts."""

from __future__ import annotations

from django.db import models

from trunkline.kernel.fields import Reference
from trunkline.party.types import (
    ContactRole,
    CustomerClass,
    IdentityStatus,
    Industry,
    NeedLevel,
    PaymentMethod,
    Segment,
    ServiceGrade,
)


class Organization(models.Model):
    """集团客户 (SID Organization in the role of Customer)."""

    branch = Reference("security.Branch")
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    #: Lower-case pinyin of the name: sorting and search by initials, since the server has no Chinese collation.
    name_pinyin = models.CharField(max_length=400)
    #: 统一社会信用代码, check digit verified; empty while only a pre-approval notice exists (S01-G1).
    uscc = models.CharField(max_length=18, null=True, unique=True)
    #: 《企业名称预先核准通知书》 number of a provisional customer (S01-G1, Q-21).
    pre_approval_notice = models.CharField(max_length=40, blank=True)
    customer_class = models.CharField(max_length=12, choices=[(c, c) for c in CustomerClass])
    segment = models.CharField(max_length=12, choices=[(c, c) for c in Segment])
    industry = models.CharField(max_length=24, choices=[(c, c) for c in Industry])
    need_level = models.CharField(max_length=16, choices=[(c, c) for c in NeedLevel])
    identity_status = models.CharField(max_length=12, choices=[(c, c) for c in IdentityStatus])
    #: By when a provisional customer must complete its identity (S01-E1).
    identity_due_on = models.DateField(null=True)
    address = models.CharField(max_length=200)
    legal_representative = models.CharField(max_length=40)
    account_manager = Reference("security.Staff", null=True)
    grade = models.CharField(
        max_length=12, choices=[(c, c) for c in ServiceGrade], default=ServiceGrade.STANDARD
    )
    #: 黑名单 (S24-G1): since when and why; empty when it is not on the list.
    blacklisted_at = models.DateTimeField(null=True)
    blacklist_reason = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(grade__in=[*ServiceGrade]), name="organization_grade"),
            models.CheckConstraint(
                condition=models.Q(blacklisted_at__isnull=True) | ~models.Q(blacklist_reason=""),
                name="organization_blacklist_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(identity_status="complete", uscc__isnull=False)
                | models.Q(identity_status="provisional", identity_due_on__isnull=False),
                name="organization_identity",
            ),
            models.CheckConstraint(
                condition=models.Q(uscc__isnull=True) | models.Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="organization_uscc",
            ),
        ]


class Handler(models.Model):
    """经办人: who applies for the organisation; all five contact fields are mandatory (S01-R1)."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="handlers")
    branch = Reference("security.Branch")
    name = models.CharField(max_length=40)
    phone = models.CharField(max_length=20)
    email = models.EmailField()
    postal_address = models.CharField(max_length=200)
    postcode = models.CharField(max_length=6)
    id_number = models.CharField(max_length=18)
    registered_at = models.DateTimeField()


class Contact(models.Model):
    """联系人: decision maker, contact or key person (P4-04)."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="contacts")
    branch = Reference("security.Branch")
    name = models.CharField(max_length=40)
    role = models.CharField(max_length=16, choices=[(c, c) for c in ContactRole])
    title = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=20)
    email = models.EmailField(blank=True)


class Account(models.Model):
    """付费账户 (SID BillingAccount)."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="accounts")
    branch = Reference("security.Branch")
    code = models.CharField(max_length=24, unique=True)
    title = models.CharField(max_length=120)
    payment_method = models.CharField(max_length=20, choices=[(c, c) for c in PaymentMethod])
    #: Bank, branch code, account name and number, authorisation number of 单位账号银行托收 (S01-G3).
    bank_collection = models.JSONField(null=True)
    #: 单独核算: shares no balance and takes no other payer (P2-12).
    isolated = models.BooleanField(default=False)
    billing_address = models.CharField(max_length=200)
    #: Days after the bill's issue by which it is due.
    payment_days = models.PositiveSmallIntegerField(default=20)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(payment_method="bank_collection")
                | models.Q(bank_collection__isnull=False),
                name="account_bank_collection",
            )
        ]
