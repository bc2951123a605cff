"""Tables of framework agreements."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from trunkline.agreements.clauses.types import Heading, RenewalRule
from trunkline.agreements.types import (
    AgreementState,
    BusinessKind,
    ClawBack,
    ReviewDecision,
    ReviewSubject,
    Side,
    SignerRole,
)
from trunkline.catalog.types import FirstMonthMode
from trunkline.kernel.fields import Reference

_BEFORE_EFFECT = (
    AgreementState.DRAFT,
    AgreementState.REVIEW,
    AgreementState.PRINTED,
    AgreementState.SIGNED_BY_CUSTOMER,
    AgreementState.SIGNED_BY_OPERATOR,
)


class Clause(models.Model):
    """条款: a place in the library. What it says stands in its versions."""

    code = models.CharField(max_length=32, unique=True)
    heading = models.CharField(max_length=12, choices=[(c, c) for c in Heading])

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(heading__in=[*Heading]), name="clause_heading"),
        ]


class ClauseVersion(models.Model):
    """条款版本: written once. Its hash is over what it prints and what it asks for."""

    clause = models.ForeignKey(Clause, models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    title_zh = models.CharField(max_length=60)
    title_en = models.CharField(max_length=60)
    caption = models.CharField(max_length=60, blank=True)
    text = models.TextField()
    parameters = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = Reference("security.Staff")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clause", "version"], name="one_clause_version")]


class TemplateVersion(models.Model):
    """协议模板版本: written once; the agreements drafted by it keep it."""

    code = models.CharField(max_length=32)
    version = models.PositiveSmallIntegerField()
    title_zh = models.CharField(max_length=60)
    title_en = models.CharField(max_length=60)
    valid_from = models.DateField()
    renewal = models.CharField(max_length=16, choices=[(c, c) for c in RenewalRule])
    renewal_repeats = models.BooleanField()
    claw_back = models.CharField(max_length=8, choices=[(c, c) for c in ClawBack])
    #: Days before the end of the term at which a shortfall of members is told (P2-01).
    warning_days = models.PositiveSmallIntegerField()
    reference = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = Reference("security.Staff")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="one_template_version"),
            models.CheckConstraint(condition=Q(renewal__in=[*RenewalRule]), name="template_renewal"),
            models.CheckConstraint(condition=Q(claw_back__in=[*ClawBack]), name="template_claw_back"),
            models.CheckConstraint(
                condition=Q(warning_days__gte=1, warning_days__lte=365), name="template_warning_days"
            ),
        ]


class TemplateClause(models.Model):
    """Which clause version stands where in a template version: written once, with it."""

    template = models.ForeignKey(TemplateVersion, models.PROTECT, related_name="places")
    ordinal = models.PositiveSmallIntegerField()
    clause = models.ForeignKey(ClauseVersion, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "ordinal"], name="one_clause_a_place"),
            models.UniqueConstraint(fields=["template", "clause"], name="clause_once_a_template"),
        ]


class Agreement(models.Model):
    """集团客户入网协议 (SID Agreement)."""

    branch = Reference("security.Branch")
    organization = Reference("party.Organization")
    number = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=12, choices=[(c, c) for c in AgreementState])
    #: Rises with every revision of the terms; premium commitments of earlier revisions no longer count.
    revision = models.PositiveSmallIntegerField(default=1)
    business_kind = models.CharField(max_length=32, choices=[(c, c) for c in BusinessKind])
    business_terms = models.TextField(blank=True)
    #: The fields of the kind of business by name, each as text; what they may be the rules say (P2-03).
    business_values = models.JSONField(default=dict)
    #: Empty only on what was drafted before there were templates, until the standard one is installed.
    template = models.ForeignKey(TemplateVersion, models.PROTECT, null=True, related_name="+")
    #: What was filled into the template's clauses, as text by name (P2-08).
    clause_values = models.JSONField(default=dict)
    offering = Reference("catalog.Offering")
    first_month_mode = models.CharField(max_length=12, null=True, choices=[(c, c) for c in FirstMonthMode])
    term_years = models.PositiveSmallIntegerField()
    minimum_members = models.PositiveIntegerField()
    data_cap_gb = models.PositiveSmallIntegerField(null=True)
    terminal_model = models.CharField(max_length=32, blank=True)
    unsupported_features = ArrayField(models.CharField(max_length=24), default=list)
    restrictions = ArrayField(models.CharField(max_length=12), default=list)
    drafted_by = Reference("security.Staff")
    drafted_at = models.DateTimeField()
    #: Who wrote the present revision, where it is not the draft's own author.
    revised_by = Reference("security.Staff", null=True)
    printed_at = models.DateTimeField(null=True)
    effective_on = models.DateField(null=True)
    #: Last day of the term (P2-27).
    ends_on = models.DateField(null=True)
    renewals = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[*AgreementState]), name="agreement_state"),
            models.CheckConstraint(condition=Q(term_years__gte=1, term_years__lte=10), name="agreement_term"),
            models.CheckConstraint(
                condition=Q(effective_on__isnull=True, ends_on__isnull=True)
                | Q(effective_on__isnull=False, ends_on__gt=models.F("effective_on")),
                name="agreement_dates",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_BEFORE_EFFECT, effective_on__isnull=True)
                | ~Q(state__in=_BEFORE_EFFECT) & Q(effective_on__isnull=False),
                name="agreement_effective_on",
            ),
        ]


class PremiumCommitment(models.Model):
    """靓号预存: what one number's deposit is and how it is released."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="premiums")
    branch = Reference("security.Branch")
    #: The revision of the agreement's terms it belongs to.
    revision = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=20)
    grade = models.CharField(max_length=12)
    prepayment = models.DecimalField(max_digits=12, decimal_places=2)
    months = models.PositiveSmallIntegerField()
    minimum_monthly = models.DecimalField(max_digits=12, decimal_places=2)
    #: The approval of asking less than the number's grade does (REG-25).
    approval = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "revision", "number"], name="one_commitment_a_number"
            ),
            models.CheckConstraint(condition=Q(prepayment__gt=0, months__gt=0), name="commitment_sane"),
        ]


class PremiumRelease(models.Model):
    """解冻计划: one month's release. A deferred trigger holds that releases sum to the prepayment."""

    commitment = models.ForeignKey(PremiumCommitment, models.PROTECT, related_name="releases")
    branch = Reference("security.Branch")
    ordinal = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["commitment", "ordinal"], name="one_release_an_ordinal"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="release_not_negative"),
        ]


class MemberSheet(models.Model):
    """子用户号码表, one accepted upload. A later one supersedes it while nobody has signed its attachment."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="sheets")
    branch = Reference("security.Branch")
    version = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = Reference("security.Staff")
    uploaded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "version"], name="one_sheet_version")]


class Member(models.Model):
    """子用户: a row of an accepted sheet, with the number reserved for it."""

    sheet = models.ForeignKey(MemberSheet, models.PROTECT, related_name="members")
    branch = Reference("security.Branch")
    row = models.PositiveIntegerField()
    name = models.CharField(max_length=40)
    id_number = models.CharField(max_length=18)
    number = models.CharField(max_length=20)
    plan_code = models.CharField(max_length=32)
    #: Empty only on a 2G plan (P2-04).
    first_month_mode = models.CharField(max_length=12, null=True, choices=[(c, c) for c in FirstMonthMode])
    terminal_model = models.CharField(max_length=32, blank=True)
    imei = models.CharField(max_length=15, blank=True)
    line = Reference("subscriptions.Line", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "row"], name="one_member_a_row"),
            models.UniqueConstraint(fields=["line"], name="one_member_a_line"),
        ]


class Attachment(models.Model):
    """附件: numbers and terminals, tied to the agreement by hash, signed by both handlers (P2-30, P2-31)."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="attachments")
    branch = Reference("security.Branch")
    ordinal = models.PositiveSmallIntegerField()
    sheet = models.OneToOneField(MemberSheet, models.PROTECT, related_name="attachment")
    #: SHA-256 over the agreement number and the canonical text of the members.
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "ordinal"], name="one_attachment_an_ordinal")
        ]


class Signature(models.Model):
    """签署: signature and seal of one side, on the agreement or on an attachment (P2-29, P2-31)."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="signatures")
    branch = Reference("security.Branch")
    attachment = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="signatures")
    side = models.CharField(max_length=1, choices=[(c, c) for c in Side])
    signer_name = models.CharField(max_length=40)
    signer_role = models.CharField(max_length=28, choices=[(c, c) for c in SignerRole])
    #: Reference of the power of attorney on file, for an authorised representative.
    power_of_attorney = models.CharField(max_length=60, blank=True)
    signed_on = models.DateField()
    sealed_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "attachment", "side"], nulls_distinct=False, name="one_signature_a_side"
            ),
            models.CheckConstraint(
                condition=~Q(signer_role="authorised_representative") | ~Q(power_of_attorney=""),
                name="power_of_attorney_on_file",
            ),
        ]


class Original(models.Model):
    """原件: one of six, three a side, with holder and place (P2-28)."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="originals")
    branch = Reference("security.Branch")
    ordinal = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=1, choices=[(c, c) for c in Side])
    holder = models.CharField(max_length=60)
    place = models.CharField(max_length=120)
    registered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "ordinal"], name="one_original_an_ordinal"),
            models.CheckConstraint(condition=Q(ordinal__gte=1, ordinal__lte=6), name="six_originals"),
        ]


class Review(models.Model):
    """审核: of the terms before they are printed, or of the renewal before the term ends; written once (P2-27)."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="reviews")
    branch = Reference("security.Branch")
    subject = models.CharField(max_length=8, choices=[(c, c) for c in ReviewSubject])
    #: The revision that was read, or, of a renewal, the number of the renewal to come.
    revision = models.PositiveSmallIntegerField()
    decision = models.CharField(max_length=12, choices=[(c, c) for c in ReviewDecision])
    note = models.CharField(max_length=400, blank=True)
    #: SHA-256 of the terms that were read.
    sha256 = models.CharField(max_length=64)
    reviewed_by = Reference("security.Staff")
    reviewed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(subject="terms", decision__in=["approve", "return"])
                | Q(subject="renewal", decision__in=["recommend", "object", "approve", "return"]),
                name="review_decision",
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=["return", "object"]) | ~Q(note=""), name="review_reason"
            ),
        ]
