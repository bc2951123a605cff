"""Verbs on offerings and prices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max

from trunkline.catalog.models import (
    Allowance,
    Fee,
    Offering,
    PriceVersion,
    TaxRate,
    TerminalModel,
    UsagePrice,
)
from trunkline.catalog.rules import price_refusals
from trunkline.catalog.types import (
    AllowanceDetails,
    OfferingKind,
    PaymentMode,
    ResumeMonthCharge,
    TaxClass,
    UsagePriceDetails,
)
from trunkline.kernel.refusals import raise_if_any
from trunkline.security.audit import operation
from trunkline.security.types import Actor


@operation("catalog.define_offering")
def define_offering(
    *,
    code: str,
    name: str,
    name_en: str,
    kind: OfferingKind,
    payment_mode: PaymentMode,
    technology: str,
    features: Sequence[str] = (),
    actor: Actor,
    at: datetime,
) -> int:
    """Define an offering; returns its id."""
    row = Offering.objects.create(
        code=code,
        name=name,
        name_en=name_en,
        kind=kind,
        payment_mode=payment_mode,
        technology=technology,
        features=list(features),
    )
    return row.pk


@operation("catalog.publish_price")
def publish_price_version(
    *,
    offering_id: int,
    valid_from: date,
    reference: str,
    monthly_fee: Decimal,
    tax_class: TaxClass,
    allowances: Sequence[AllowanceDetails],
    usage_prices: Sequence[UsagePriceDetails],
    valid_to: date | None = None,
    resume_month_charge: ResumeMonthCharge = ResumeMonthCharge.FULL_MONTH,
    data_cap_gb: int | None = None,
    actor: Actor,
    at: datetime,
) -> int:
    """Publish a version of an offering's prices; returns its id. A published version never changes.

    `Refused`: no reference, a unit or price that makes no sense, an allowance that no usage may draw on, or the
    same usage priced twice.
    """
    raise_if_any(price_refusals(reference, monthly_fee, allowances, usage_prices))
    last = PriceVersion.objects.filter(offering_id=offering_id).aggregate(last=Max("number"))["last"]
    version = PriceVersion.objects.create(
        offering_id=offering_id,
        number=(last or 0) + 1,
        valid_from=valid_from,
        valid_to=valid_to,
        reference=reference,
        monthly_fee=monthly_fee,
        tax_class=tax_class,
        resume_month_charge=resume_month_charge,
        data_cap_gb=data_cap_gb,
        published_at=at,
    )
    Allowance.objects.bulk_create(
        Allowance(price_version=version, kind=a.kind, amount=a.amount) for a in allowances
    )
    UsagePrice.objects.bulk_create(
        UsagePrice(
            price_version=version,
            kind=u.kind,
            direction=u.direction,
            zone=u.zone,
            unit=u.unit,
            rounding=u.rounding,
            price=u.price,
            allowance_kind=u.allowance_kind,
            tax_class=u.tax_class,
        )
        for u in usage_prices
    )
    return version.pk


@operation("catalog.define_tax_rate")
def define_tax_rate(
    *, tax_class: TaxClass, rate: Decimal, valid_from: date, reference: str, actor: Actor, at: datetime
) -> int:
    """Put a VAT rate into force from a day (domain 4.6); returns its id."""
    return TaxRate.objects.create(
        tax_class=tax_class, rate=rate, valid_from=valid_from, reference=reference
    ).pk


@operation("catalog.define_fee")
def define_fee(
    *,
    item_code: str,
    title: str,
    amount: Decimal,
    tax_class: TaxClass,
    valid_from: date,
    reference: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Put the fee of a service item into force from a day; zero is a fee too (X-F1). Returns its id."""
    row = Fee.objects.create(
        item_code=item_code,
        title=title,
        amount=amount,
        tax_class=tax_class,
        valid_from=valid_from,
        reference=reference,
    )
    return row.pk


@operation("catalog.define_terminal")
def define_terminal_model(
    *, code: str, name: str, features: Sequence[str], actor: Actor, at: datetime
) -> int:
    """Define a terminal model with the features it supports (P2-17); returns its id."""
    return TerminalModel.objects.create(code=code, name=name, features=list(features)).pk
