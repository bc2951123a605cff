"""Tables of offerings, prices, fees, tax rates and terminal models."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Func

from trunkline.catalog.types import OfferingKind, PaymentMode, ResumeMonthCharge, RoamingArea, TaxClass


class DateRange(Func):
    """daterange(valid_from, valid_to, '[)')."""

    function = "DATERANGE"
    output_field = DateRangeField()


def _no_overlap(name: str, *same: str) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((field, RangeOperators.EQUAL) for field in same),
            (DateRange("valid_from", "valid_to", RangeBoundary()), RangeOperators.OVERLAPS),
        ],
    )


def _has_days(name: str) -> models.CheckConstraint:
    """In force for a day at least."""
    return models.CheckConstraint(
        condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")), name=name
    )


class Offering(models.Model):
    """套餐/产品 (SID ProductOffering)."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=[(c, c) for c in OfferingKind])
    payment_mode = models.CharField(max_length=10, choices=[(c, c) for c in PaymentMode])
    technology = models.CharField(max_length=8)
    #: Features a terminal must support for this offering to be used in full (P2-17).
    features = ArrayField(models.CharField(max_length=24), default=list)


class PriceVersion(models.Model):
    """A dated version of an offering's prices; a published one gets its end when a new one follows, and never changes else."""

    offering = models.ForeignKey(Offering, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    #: 资费批准/备案 reference.
    reference = models.CharField(max_length=80)
    #: Yuan a month, tax included.
    monthly_fee = models.DecimalField(max_digits=12, decimal_places=2)
    tax_class = models.CharField(max_length=24, choices=[(c, c) for c in TaxClass])
    resume_month_charge = models.CharField(max_length=12, choices=[(c, c) for c in ResumeMonthCharge])
    #: 流量封顶 in GB of 1024 MB; empty without a cap (P2-14).
    data_cap_gb = models.PositiveSmallIntegerField(null=True)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offering", "number"], name="one_price_version_number"),
            models.CheckConstraint(condition=models.Q(monthly_fee__gte=0), name="monthly_fee_not_negative"),
            _no_overlap("price_versions_do_not_overlap", "offering"),
            _has_days("price_version_has_days"),
        ]


class Allowance(models.Model):
    """套餐内所含内容."""

    price_version = models.ForeignKey(PriceVersion, models.PROTECT, related_name="allowances")
    kind = models.CharField(max_length=24)
    amount = models.BigIntegerField()
    #: Units that make a whole one, to which a half is rounded up (P2-07).
    whole = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["price_version", "kind"], name="one_allowance_a_kind"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="allowance_not_negative"),
            models.CheckConstraint(condition=models.Q(whole__gt=0), name="allowance_whole_positive"),
        ]


class UsagePrice(models.Model):
    """套餐外资费: 1/10000 yuan per unit, tax included."""

    price_version = models.ForeignKey(PriceVersion, models.PROTECT, related_name="usage_prices")
    kind = models.CharField(max_length=8)
    direction = models.CharField(max_length=2)
    zone = models.CharField(max_length=16)
    unit = models.BigIntegerField()
    rounding = models.CharField(max_length=8)
    price = models.BigIntegerField()
    allowance_kind = models.CharField(max_length=24, null=True)
    tax_class = models.CharField(max_length=24, choices=[(c, c) for c in TaxClass])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["price_version", "kind", "direction", "zone"], name="one_usage_price"
            ),
            models.CheckConstraint(condition=models.Q(unit__gt=0, price__gte=0), name="usage_price_sane"),
        ]


class TaxRate(models.Model):
    """增值税税率 by class, dated."""

    tax_class = models.CharField(max_length=24, choices=[(c, c) for c in TaxClass])
    rate = models.DecimalField(max_digits=5, decimal_places=4)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    reference = models.CharField(max_length=80)

    class Meta:
        constraints = [
            _no_overlap("tax_rates_do_not_overlap", "tax_class"),
            _has_days("tax_rate_has_days"),
        ]


class Fee(models.Model):
    """服务项目收费, dated; zero at present is still a price (X-F1)."""

    item_code = models.CharField(max_length=40)
    title = models.CharField(max_length=80)
    #: Empty in rows of the time before titles had English words.
    title_en = models.CharField(max_length=80, blank=True, default="", db_default="")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    tax_class = models.CharField(max_length=24, choices=[(c, c) for c in TaxClass])
    reference = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            _no_overlap("fees_do_not_overlap", "item_code"),
            _has_days("fee_has_days"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="fee_not_negative"),
        ]


class ParameterValue(models.Model):
    """规则参数, dated: what a declared parameter is set to, as written, and on whose word (ADR 10)."""

    code = models.CharField(max_length=60)
    value = models.CharField(max_length=200)
    reference = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            _no_overlap("parameter_values_do_not_overlap", "code"),
            _has_days("parameter_value_has_days"),
            models.CheckConstraint(
                condition=~models.Q(value="") & ~models.Q(reference=""), name="parameter_value_said"
            ),
        ]


class TerminalModel(models.Model):
    """终端型号 × 功能 (P2-17)."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    features = ArrayField(models.CharField(max_length=24), default=list)


def _priced(service: str, *prices: str) -> models.CheckConstraint:
    """What is open has its prices, what is not has none."""
    there = {f"{price}__gte": 0 for price in prices}
    none = {f"{price}__isnull": True for price in prices}
    return models.CheckConstraint(
        condition=models.Q(**{service: True}, **there) | models.Q(**{service: False}, **none),
        name=f"roaming_{service}_priced",
    )


class RoamingDestination(models.Model):
    """漫游目的地, dated: what is open there, how to dial and what it costs (S08-G1, S08-G4)."""

    code = models.CharField(max_length=8)
    area = models.CharField(max_length=16, choices=[(c, c) for c in RoamingArea])
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    name_pinyin = models.CharField(max_length=200)
    voice = models.BooleanField()
    sms = models.BooleanField()
    data = models.BooleanField()
    dialling = models.CharField(max_length=400, blank=True)
    charging = models.CharField(max_length=400, blank=True)
    #: Yuan, tax included: a minute to the mainland, a minute received, a message, a MB.
    home_price = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    received_price = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    message_price = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    data_price = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    reference = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            _no_overlap("roaming_destinations_do_not_overlap", "code"),
            _has_days("roaming_destination_has_days"),
            _priced("voice", "home_price", "received_price"),
            _priced("sms", "message_price"),
            _priced("data", "data_price"),
            models.CheckConstraint(
                condition=models.Q(area__in=[*RoamingArea], code__regex=r"^[A-Z]{2,8}$"),
                name="roaming_destination_code",
            ),
        ]
