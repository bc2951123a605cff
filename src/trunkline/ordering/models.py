"""Tables of orders."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Func, Q

from trunkline.kernel.fields import Reference
from trunkline.ordering.types import (
    Completion,
    ItemAction,
    OrderState,
    PaperKind,
    SelectionSource,
    VerificationKind,
    Waits,
)
from trunkline.security.types import Channel


class Order(models.Model):
    """订单 (SID ProductOrder): one service item for one organisation."""

    branch = Reference("security.Branch")
    number = models.CharField(max_length=32, unique=True)
    item_code = models.CharField(max_length=40)
    channel = models.CharField(max_length=20, choices=[(c, c) for c in Channel])
    organization = Reference("party.Organization")
    agreement = Reference("agreements.Agreement", null=True)
    handler = Reference("party.Handler", null=True)
    #: The handler's five fields and document as they stood at the counter (S01-R1).
    handler_details = models.JSONField(null=True)
    details = models.JSONField()
    completion = models.CharField(
        max_length=16, choices=[(c, c) for c in Completion], default=Completion.ALL_OR_NOTHING
    )
    #: How the customer proved who he is where no papers were seen (X-R2).
    verification = models.ForeignKey("ordering.Verification", models.PROTECT, null=True)
    #: 一站式 (P4-40).
    visit = models.ForeignKey("ordering.Visit", models.PROTECT, null=True, related_name="orders")
    #: What a booked order waits for (S11-D): a kind of `Waits`, a day, and when it is given up.
    waits = models.CharField(max_length=16, null=True, choices=[(c, c) for c in Waits])
    waits_until = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    state = models.CharField(max_length=14, choices=[(c, c) for c in OrderState])
    idempotency_key = models.CharField(max_length=80, null=True)
    #: Of what was asked for, so that a key that comes again is known to mean the same; empty for orders of before.
    request_digest = models.CharField(max_length=64, default="")
    placed_by = Reference("security.Staff")
    placed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    item_count = models.PositiveIntegerField()
    fee_total = models.DecimalField(max_digits=12, decimal_places=2)
    #: Refusals found when it was carried out.
    failure = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[*OrderState]), name="order_state"),
            models.CheckConstraint(
                condition=~Q(state__in=["completed", "partial"]) | Q(completed_at__isnull=False),
                name="order_completed_at",
            ),
            models.CheckConstraint(condition=Q(completion__in=[*Completion]), name="order_completion"),
            models.CheckConstraint(
                condition=~Q(state="pending") | Q(waits__isnull=False, expires_on__isnull=False),
                name="order_pending_waits",
            ),
            models.UniqueConstraint(fields=["branch", "idempotency_key"], name="one_order_a_key"),
        ]
        indexes = [
            models.Index(fields=["organization", "-placed_at"], name="orders_of_organization"),
            models.Index(fields=["waits_until"], condition=Q(state="pending"), name="orders_waiting"),
        ]


class Visit(models.Model):
    """一站式受理 (P4-40): one visit, several orders, one signature sheet."""

    branch = Reference("security.Branch")
    number = models.CharField(max_length=32, unique=True)
    organization = Reference("party.Organization")
    handler = Reference("party.Handler", null=True)
    channel = models.CharField(max_length=20, choices=[(c, c) for c in Channel])
    opened_by = Reference("security.Staff")
    opened_at = models.DateTimeField()


class VisitDraft(models.Model):
    """一站式受理 while it is put together (P4-40): what one member of staff gathers for one organisation.

    `orders` are applications in their order (`visits.DraftOrder`), `papers` what was shown for all of them.
    """

    branch = Reference("security.Branch")
    staff = Reference("security.Staff")
    organization = Reference("party.Organization")
    handler = Reference("party.Handler", null=True)
    orders = models.JSONField(default=list)
    papers = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    #: What the draft became.
    visit = models.OneToOneField(Visit, models.PROTECT, null=True, related_name="draft")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "organization"], condition=Q(visit__isnull=True), name="one_open_visit_draft"
            )
        ]


class LineSelection(models.Model):
    """Lines chosen for an item, by filter or by sheet: kept here, so that a page only names the choice.

    `answers` holds what the item asks for each line, in the order of `line_ids`; it is empty where nothing is asked.
    """

    branch = Reference("security.Branch")
    staff = Reference("security.Staff")
    organization = Reference("party.Organization")
    item_code = models.CharField(max_length=40)
    source = models.CharField(max_length=8, choices=[(s, s) for s in SelectionSource])
    line_ids = ArrayField(models.BigIntegerField())
    answers = models.JSONField(default=list)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(source__in=[*SelectionSource]), name="line_selection_source"),
            models.CheckConstraint(condition=Q(line_ids__len__gt=0), name="line_selection_not_empty"),
        ]


class Verification(models.Model):
    """A customer's proof of who he is: what was checked, for which line, where, and whether it passed (X-R2)."""

    branch = Reference("security.Branch")
    organization = Reference("party.Organization")
    line = Reference("subscriptions.Line", null=True)
    kind = models.CharField(max_length=16, choices=[(c, c) for c in VerificationKind])
    channel = models.CharField(max_length=20, choices=[(c, c) for c in Channel])
    staff = Reference("security.Staff")
    passed = models.BooleanField()
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[*VerificationKind]), name="verification_kind")
        ]
        indexes = [models.Index(fields=["line", "-checked_at"], name="verifications_of_line")]


class PortalSession(models.Model):
    """网上营业厅登录: who is logged in at the portal, known by which proof (X-R2). Of its secret only the digest is kept.

    With a `handler` he acts for his organisation, and `organization_proof` is the same proof taken for all of it;
    without one it is the user of the line.
    """

    branch = Reference("security.Branch")
    digest = models.CharField(max_length=64, unique=True)
    line = Reference("subscriptions.Line")
    organization = Reference("party.Organization")
    handler = Reference("party.Handler", null=True)
    proof = models.ForeignKey(Verification, models.PROTECT, related_name="+")
    organization_proof = models.ForeignKey(Verification, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="portal_session_digest_is_sha256"
            ),
            models.CheckConstraint(
                condition=Q(handler__isnull=True, organization_proof__isnull=True)
                | Q(handler__isnull=False, organization_proof__isnull=False),
                name="portal_session_of_line_or_handler",
            ),
            models.CheckConstraint(
                condition=Q(last_seen_at__gte=models.F("opened_at")), name="portal_session_seen_after_opening"
            ),
        ]
        indexes = [
            models.Index(fields=["line"], condition=Q(ended_at__isnull=True), name="open_portal_sessions")
        ]


class RuleSetting(models.Model):
    """What business people tune, dated: whether an inferred item or guard is on, and limits of an item.

    `guard` is empty for the item itself; `name` is ``enabled`` or the name of a parameter.
    """

    item_code = models.CharField(max_length=40)
    guard = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=40)
    value = models.JSONField()
    reference = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="rule_settings_do_not_overlap",
                expressions=[
                    ("item_code", RangeOperators.EQUAL),
                    ("guard", RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    (
                        Func("valid_from", "valid_to", function="DATERANGE", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            )
        ]


class OrderItem(models.Model):
    """订单项: one line of the order."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="items")
    branch = Reference("security.Branch")
    ordinal = models.PositiveIntegerField()
    #: The item's own id of what this line is about (a member, a line), so that it is judged again on the same choice.
    key = models.BigIntegerField()
    action = models.CharField(max_length=10, choices=[(c, c) for c in ItemAction])
    line = Reference("subscriptions.Line", null=True)
    number = models.CharField(max_length=20)
    user_name = models.CharField(max_length=40)
    plan_name = models.CharField(max_length=80)
    first_month_mode = models.CharField(max_length=12, blank=True)
    #: What the item asked for this line.
    values = models.JSONField(default=dict)
    #: Values before and after: name in both languages, before, after.
    changes = models.JSONField(default=list)
    #: Why the line was handed back.
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=14, choices=[(c, c) for c in OrderState])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "ordinal"], name="one_order_item_an_ordinal"),
            models.CheckConstraint(condition=Q(state__in=[*OrderState]), name="order_item_state"),
        ]


class OrderPaper(models.Model):
    """证件资料 filed with the order (X-R1)."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="papers")
    branch = Reference("security.Branch")
    kind = models.CharField(max_length=28, choices=[(c, c) for c in PaperKind])
    reference = models.CharField(max_length=60)
    original_seen = models.BooleanField()
    sealed = models.BooleanField()
    copy_kept = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "kind"], name="one_paper_a_kind")]


class OrderFee(models.Model):
    """费用: the price used is kept with the order."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="fees")
    branch = Reference("security.Branch")
    fee = Reference("catalog.Fee")
    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=80, blank=True, default="", db_default="")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    reference = models.CharField(max_length=80)


class PaperScan(models.Model):
    """复印留存: the scan of a paper, as it came, with its digest."""

    paper = models.ForeignKey(OrderPaper, models.PROTECT, related_name="scans")
    branch = Reference("security.Branch")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    filed_at = models.DateTimeField()


class ScanContent(models.Model):
    """The bytes of a scan, apart from its row so that the audit does not hold them twice; the digest ties both."""

    scan = models.OneToOneField(PaperScan, models.PROTECT, related_name="content")
    branch = Reference("security.Branch")
    content = models.BinaryField()
