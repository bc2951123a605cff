"""Verbs on offerings and prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Max, QuerySet

from trunkline.catalog.models import (
    Allowance,
    Fee,
    Offering,
    ParameterValue,
    PriceVersion,
    RoamingDestination,
    TaxRate,
    TerminalModel,
    UsagePrice,
)
from trunkline.catalog.parameters import Parameter, setting_refusals
from trunkline.catalog.rules import predecessor, price_refusals, roaming_refusals, validity_refusals, whole_of
from trunkline.catalog.types import (
    AllowanceDetails,
    OfferingKind,
    PaymentMode,
    ResumeMonthCharge,
    RoamingDetails,
    TaxClass,
    UsagePriceDetails,
    Validity,
)
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, raise_if_any
from trunkline.kernel.text import Text
from trunkline.party.operations import pinyin_key
from trunkline.security.audit import operation
from trunkline.security.types import Actor

_Dated = TypeVar("_Dated", PriceVersion, Fee, TaxRate, RoamingDestination, ParameterValue)


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
    """Publish a version of an offering's prices; returns its id. A published version never changes, this follows it.

    An open-ended version that began before ends where this begins. `Refused`: no reference, a unit or price that
    makes no sense, an allowance that no usage may draw on, the same usage priced twice, a day that has a version
    already, or a price in force that would be changed backwards (X-F2).
    """
    versions = _locked(PriceVersion).filter(offering_id=offering_id)
    refusals = price_refusals(reference, monthly_fee, allowances, usage_prices)
    _make_room(versions, valid_from, valid_to, at, refusals)
    last = versions.aggregate(last=Max("number"))["last"]
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
        Allowance(price_version=version, kind=a.kind, amount=a.amount, whole=whole_of(a, usage_prices))
        for a in allowances
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


@operation("catalog.publish_tax_rate")
def publish_tax_rate(
    *, tax_class: TaxClass, rate: Decimal, valid_from: date, reference: str, actor: Actor, at: datetime
) -> int:
    """Put a VAT rate into force from a day (domain 4.6), which ends the one before; returns its id.

    `Refused` for a day that has a later rate already, or a rate in force that would be changed backwards.
    """
    _make_room(_locked(TaxRate).filter(tax_class=tax_class), valid_from, None, at)
    return TaxRate.objects.create(
        tax_class=tax_class, rate=rate, valid_from=valid_from, reference=reference
    ).pk


@operation("catalog.publish_fee")
def publish_fee(
    *,
    item_code: str,
    title: Text,
    amount: Decimal,
    tax_class: TaxClass,
    valid_from: date,
    reference: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Put the fee of a service item into force from a day, which ends the one before; returns its id.

    Zero is a fee too (X-F1). `Refused`: no reference, a negative amount, a day that has a later fee already, or a
    fee in force that would be changed backwards (X-F2).
    """
    _make_room(
        _locked(Fee).filter(item_code=item_code),
        valid_from,
        None,
        at,
        price_refusals(reference, amount, (), ()),
    )
    row = Fee.objects.create(
        item_code=item_code,
        title=title.zh,
        title_en=title.en,
        amount=amount,
        tax_class=tax_class,
        valid_from=valid_from,
        reference=reference,
    )
    return row.pk


@operation("catalog.publish_roaming_destination")
def publish_roaming_destination(
    *, details: RoamingDetails, valid_from: date, actor: Actor, at: datetime
) -> int:
    """Put what is open at a roaming destination, and its prices, into force from a day (S08-G1, S08-G4).

    It ends what was published before; returns its id. `Refused`: no reference, a price where nothing is open or none
    where something is, no words on dialling, a day that has a later one, or one in force changed backwards (X-F2).
    """
    _make_room(
        _locked(RoamingDestination).filter(code=details.code),
        valid_from,
        None,
        at,
        roaming_refusals(details),
    )
    row = RoamingDestination.objects.create(
        **asdict(details), name_pinyin=pinyin_key(details.name), valid_from=valid_from
    )
    return row.pk


@operation("catalog.set_parameter", kept={"parameter": lambda parameter: parameter.code})
def set_parameter(
    *, parameter: Parameter[Any], value: str, valid_from: date, reference: str, actor: Actor, at: datetime
) -> int:
    """Set a parameter of a rule from a day on, as written, which ends what was set before; returns its id (ADR 10).

    `Refused`: a value that is none (``parameter.unreadable``), no reference, a day that is past or has a later
    setting already, or a setting in force that would be changed backwards.
    """
    _make_room(
        _locked(ParameterValue).filter(code=parameter.code),
        valid_from,
        None,
        at,
        setting_refusals(parameter, value, reference, valid_from, local_date(at)),
    )
    return ParameterValue.objects.create(
        code=parameter.code,
        value=parameter.written(parameter.read(value)),
        reference=reference.strip(),
        valid_from=valid_from,
    ).pk


@operation("catalog.define_terminal")
def define_terminal_model(
    *, code: str, name: str, features: Sequence[str], actor: Actor, at: datetime
) -> int:
    """Define a terminal model with the features it supports (P2-17); returns its id."""
    return TerminalModel.objects.create(code=code, name=name, features=list(features)).pk


def _locked(model: type[_Dated]) -> QuerySet[_Dated]:
    """The rows of a dated table, which nobody else writes to before this transaction ends; reading goes on."""
    with connection.cursor() as cursor:
        cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')
    return model._default_manager.all()


def _make_room(
    rows: QuerySet[_Dated], start: date, end: date | None, at: datetime, refusals: Sequence[Refusal] = ()
) -> None:
    """End the open-ended row of `rows` where a new one begins; `Refused` with `refusals` and its own reasons."""
    dates = rows.order_by("valid_from").values_list("pk", "valid_from", "valid_to")
    known: list[Validity] = [Validity(*each) for each in dates]
    raise_if_any((*refusals, *validity_refusals(known, start, end, local_date(at))))
    followed = predecessor(known, start)
    if followed is not None:
        rows.filter(pk=followed.id).update(valid_to=start)
