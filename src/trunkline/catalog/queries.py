"""Reads of offerings and prices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db.models import Q, QuerySet

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
from trunkline.catalog.parameters import Parameter, ParameterSetting
from trunkline.catalog.types import (
    AllowanceDetails,
    FeeView,
    OfferingKind,
    OfferingView,
    PaymentMode,
    PriceVersionView,
    ResumeMonthCharge,
    RoamingArea,
    RoamingDestinationView,
    RoamingDetails,
    TaxClass,
    TerminalModelView,
    UsagePriceDetails,
)
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text

T = TypeVar("T")

UNKNOWN_OFFERING = Refusal(
    "offering.unknown", "", Text("没有这个产品：{subject}", "No such offering: {subject}")
)
NO_PRICE = Refusal(
    "offering.no_price",
    "X-F2",
    Text("产品{subject}在该日没有生效的资费", "Offering {subject} has no price in force on that day"),
)
NO_FEE = Refusal(
    "fee.none", "X-F1", Text("该日没有生效的收费标准：{subject}", "No fee is in force on that day: {subject}")
)


def _offering(row: Offering) -> OfferingView:
    return OfferingView(
        id=row.pk,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        kind=OfferingKind(row.kind),
        payment_mode=PaymentMode(row.payment_mode),
        technology=row.technology,
        features=tuple(row.features),
    )


def offerings(kind: OfferingKind | None = None) -> tuple[OfferingView, ...]:
    """All offerings, or those of one kind, by code."""
    rows = Offering.objects.order_by("code")
    return tuple(_offering(row) for row in (rows.filter(kind=kind) if kind else rows))


def offering(offering_id: int) -> OfferingView:
    """One offering; `Refused` (``offering.unknown``) when there is none."""
    row = Offering.objects.filter(pk=offering_id).first()
    if row is None:
        raise Refused(UNKNOWN_OFFERING.about(str(offering_id)))
    return _offering(row)


def offering_by_code(code: str) -> OfferingView | None:
    """The offering with a code, or None."""
    row = Offering.objects.filter(code=code).first()
    return _offering(row) if row else None


def _versions(rows: QuerySet[PriceVersion]) -> dict[int, PriceVersionView]:
    versions = list(rows.select_related("offering"))
    ids = [version.pk for version in versions]
    allowances: dict[int, list[AllowanceDetails]] = {}
    for a in Allowance.objects.filter(price_version_id__in=ids).order_by("id"):
        allowances.setdefault(a.price_version_id, []).append(AllowanceDetails(a.kind, a.amount, a.whole))
    usage: dict[int, list[UsagePriceDetails]] = {}
    for u in UsagePrice.objects.filter(price_version_id__in=ids).order_by("id"):
        usage.setdefault(u.price_version_id, []).append(
            UsagePriceDetails(
                u.kind,
                u.direction,
                u.zone,
                u.unit,
                u.rounding,
                u.price,
                u.allowance_kind,
                TaxClass(u.tax_class),
                u.pk,
            )
        )
    return {
        v.pk: PriceVersionView(
            id=v.pk,
            offering_id=v.offering_id,
            offering_code=v.offering.code,
            offering_name=v.offering.name,
            number=v.number,
            valid_from=v.valid_from,
            valid_to=v.valid_to,
            reference=v.reference,
            monthly_fee=v.monthly_fee,
            tax_class=TaxClass(v.tax_class),
            resume_month_charge=ResumeMonthCharge(v.resume_month_charge),
            data_cap_gb=v.data_cap_gb,
            allowances=tuple(allowances.get(v.pk, ())),
            usage_prices=tuple(usage.get(v.pk, ())),
        )
        for v in versions
    }


def price_versions(offering_ids: Iterable[int], on: date) -> dict[int, PriceVersionView]:
    """The version in force on a day, by offering id; offerings without one are left out."""
    rows = PriceVersion.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), offering_id__in=set(offering_ids), valid_from__lte=on
    )
    return {version.offering_id: version for version in _versions(rows).values()}


def price_versions_by_id(ids: Iterable[int]) -> dict[int, PriceVersionView]:
    """Versions by their own id."""
    return _versions(PriceVersion.objects.filter(pk__in=set(ids)))


def price_versions_between(
    offering_ids: Iterable[int], first: date, last: date
) -> tuple[PriceVersionView, ...]:
    """Every version in force on a day from `first` to `last`, by offering and day."""
    rows = PriceVersion.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=first),
        offering_id__in=set(offering_ids),
        valid_from__lte=last,
    ).order_by("offering_id", "valid_from")
    return tuple(_versions(rows).values())


def price_version(offering_id: int, on: date) -> PriceVersionView:
    """The version of an offering in force on a day; `Refused` (``offering.no_price``) when there is none."""
    found = price_versions([offering_id], on).get(offering_id)
    if found is None:
        raise Refused(NO_PRICE.about(offering(offering_id).code))
    return found


def tax_rates(on: date) -> dict[TaxClass, Decimal]:
    """Rates in force on a day (0.0900 = 9 %), by class."""
    rows = TaxRate.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)
    return {TaxClass(row.tax_class): row.rate for row in rows}


def fees_in_force(codes: Iterable[str], on: date) -> dict[str, FeeView]:
    """The prices of several codes on a day; those that have none are left out."""
    rows = Fee.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), item_code__in=list(codes), valid_from__lte=on
    )
    return {row.item_code: _fee_view(row) for row in rows}


def fees_on(codes: Iterable[str], on: date) -> dict[str, FeeView]:
    """The prices of several codes on a day; `Refused` (``fee.none``) names each that has none."""
    wanted = list(codes)
    found = fees_in_force(wanted, on)
    raise_if_any(NO_FEE.about(code) for code in wanted if code not in found)
    return {code: found[code] for code in wanted}


def parameter_on(parameter: Parameter[T], on: date) -> T:
    """The value of a parameter on a day: what is set, else its default (ADR 10)."""
    written = (
        ParameterValue.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)
        .filter(code=parameter.code)
        .values_list("value", flat=True)
        .first()
    )
    return parameter.default if written is None else parameter.read(written)


def parameter_settings() -> dict[str, tuple[ParameterSetting, ...]]:
    """Everything that parameters were set to, by code, the newest first."""
    found: dict[str, list[ParameterSetting]] = {}
    for row in ParameterValue.objects.order_by("code", "-valid_from"):
        setting = ParameterSetting(row.code, row.value, row.reference, row.valid_from, row.valid_to)
        found.setdefault(row.code, []).append(setting)
    return {code: tuple(settings) for code, settings in found.items()}


def fee_history() -> dict[str, tuple[FeeView, ...]]:
    """Every price of every code, the newest first."""
    found: dict[str, list[FeeView]] = {}
    for row in Fee.objects.order_by("item_code", "-valid_from"):
        found.setdefault(row.item_code, []).append(_fee_view(row))
    return {code: tuple(prices) for code, prices in found.items()}


def _fee_view(row: Fee) -> FeeView:
    return FeeView(
        row.pk,
        row.item_code,
        Text(row.title, row.title_en or row.title),
        row.amount,
        TaxClass(row.tax_class),
        row.reference,
        row.valid_from,
        row.valid_to,
    )


def fee_codes() -> frozenset[str]:
    """Every code that has, had or will have a price."""
    return frozenset(Fee.objects.values_list("item_code", flat=True))


def fee(item_code: str, on: date) -> FeeView:
    """The fee of a service item on a day; `Refused` (``fee.none``) when there is none."""
    return fees_on([item_code], on)[item_code]


def terminal_models() -> dict[str, TerminalModelView]:
    """Terminal models by code (P2-17)."""
    return {
        row.code: TerminalModelView(row.pk, row.code, row.name, tuple(row.features))
        for row in TerminalModel.objects.order_by("code")
    }


def roaming_destinations(on: date, *, text: str = "") -> tuple[RoamingDestinationView, ...]:
    """The destinations in force on a day, by pinyin; `text` is in the name, its pinyin or initials, or the code (S08-G1)."""
    rows = RoamingDestination.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on
    ).order_by("area", "name_pinyin", "id")
    wanted = text.strip()
    if wanted:
        rows = rows.filter(
            Q(name__icontains=wanted)
            | Q(name_en__icontains=wanted)
            | Q(name_pinyin__icontains=wanted.lower())
            | Q(code__iexact=wanted)
        )
    return tuple(
        RoamingDestinationView(
            row.pk,
            RoamingDetails(
                code=row.code,
                area=RoamingArea(row.area),
                name=row.name,
                name_en=row.name_en,
                voice=row.voice,
                sms=row.sms,
                data=row.data,
                dialling=row.dialling,
                charging=row.charging,
                home_price=row.home_price,
                received_price=row.received_price,
                message_price=row.message_price,
                data_price=row.data_price,
                reference=row.reference,
            ),
            row.valid_from,
            row.valid_to,
        )
        for row in rows
    )
