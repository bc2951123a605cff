"""Charges made from plan stretches, prices and rated totals: pure, so that a bill can be made again to the fen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from trunkline.billing.rules import (
    PRICE_MISSING,
    TAX_RATE_MISSING,
    MonthlyFee,
    fee_by_days,
    monthly_fee,
    usage_amount,
)
from trunkline.billing.types import ChargeKind, ChargeLine, LineMonth, Rounding, Stretch, UsageTotal
from trunkline.catalog.rules import whole_of
from trunkline.catalog.types import (
    FirstMonthMode,
    PriceVersionView,
    ResumeMonthCharge,
    TaxClass,
    UsagePriceDetails,
)
from trunkline.kernel.money import yuan_from_ten_thousandths
from trunkline.kernel.periods import Month, local_date
from trunkline.kernel.refusals import Refused
from trunkline.kernel.text import Text
from trunkline.rating.rules import first_month_allowance
from trunkline.rating.types import ZONE_NAMES

UNIT_NAMES = {
    "month": Text("月", "month"),
    "day": Text("天", "days"),
    "item": Text("项", "item"),
    "minute": Text("分钟", "minutes"),
    "message": Text("条", "messages"),
    "KB": Text("KB", "KB"),
    "MB": Text("MB", "MB"),
}
_UNITS = {
    ("voice", 60): "minute",
    ("sms", 1): "message",
    ("mms", 1): "message",
    ("data", 1024): "KB",
    ("data", 1024 * 1024): "MB",
}
_BASE_UNITS = {"voice": ("{}s", Text("{}秒", "{} s")), "data": ("{}B", Text("{}字节", "{} bytes"))}
_USES = {
    ("voice", "mo"): Text("{zone}主叫通话费", "{zone} calls made"),
    ("voice", "mt"): Text("{zone}被叫通话费", "{zone} calls received"),
    ("sms", "mo"): Text("{zone}短信费", "{zone} short messages"),
    ("mms", "mo"): Text("{zone}彩信费", "{zone} multimedia messages"),
    ("data", "mo"): Text("{zone}上网流量费", "{zone} data"),
}

OUT_OF_PLAN_NOTE = Text(
    "入网当月免收月租费，用量按套餐外资费计费",
    "No rent in the month of entry; usage at the prices outside the plan",
)
HALF_NOTE = Text("入网当月套餐减半", "Half of the plan in the month of entry")
FULL_NOTE = Text("入网当月按全月套餐收取", "The whole plan in the month of entry")
ENDED_NOTE = Text("当月离网，月租费按整月收取", "The line ended in this month, which is charged whole")
CHANGED_NOTE = Text(
    "当月有多段套餐，按最后一段收取一次月租费",
    "Several plans in this month: one fee is charged, that of the last",
)
_MODE_NOTES = {
    FirstMonthMode.OUT_OF_PLAN: OUT_OF_PLAN_NOTE,
    FirstMonthMode.HALF: HALF_NOTE,
    FirstMonthMode.FULL_MONTH: FULL_NOTE,
}


@dataclass(frozen=True, slots=True)
class PricedUse:
    """A usage price with all that its bill lines share, made ready once for many lines."""

    version: PriceVersionView
    row: UsagePriceDetails
    code: str
    title: Text
    unit: str
    unit_name: Text
    unit_price: Decimal
    price_words: str
    tax_class: str
    #: What the plan includes, by first-month mode (None: another month), in units of the row.
    granted: Mapping[FirstMonthMode | None, int]
    #: What every explanation begins with.
    explained: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlanFee:
    """A plan's fee with its words: the same for all lines in the same case."""

    amount: Decimal
    title: Text
    explanation: dict[str, Any]


#: Price version, first-month mode, whether the plan changed and whether the line ended in the month.
FeeCase = tuple[int, FirstMonthMode | None, bool, bool]


@dataclass(frozen=True, slots=True)
class Tariff:
    """The prices and tax rates of a month, made ready for many lines. `fees` remembers what was worked out."""

    uses: Mapping[int, PricedUse]
    rates: Mapping[TaxClass, Decimal]
    month_end: datetime
    fees: dict[FeeCase, PlanFee] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(
        cls, versions: Iterable[PriceVersionView], rates: Mapping[TaxClass, Decimal], month: Month
    ) -> Tariff:
        uses = {row.id: _priced_use(version, row) for version in versions for row in version.usage_prices}
        return cls(uses, dict(rates), month.end)

    def rate(self, tax_class: TaxClass) -> Decimal:
        """The tax rate of a class; `Refused` (``billing.tax_rate_missing``) without one."""
        rate = self.rates.get(tax_class)
        if rate is None:
            raise Refused(TAX_RATE_MISSING.about(tax_class.value))
        return rate


def unit_code(kind: str, unit: int) -> str:
    """The unit of a usage price on the bill: ``minute``, ``KB``, ``6s``."""
    known = _UNITS.get((kind, unit))
    return known or _BASE_UNITS.get(kind, ("{}", None))[0].format(unit)


def unit_name(kind: str, unit: int) -> Text:
    """The same in words."""
    known = _UNITS.get((kind, unit))
    if known:
        return UNIT_NAMES[known]
    words = _BASE_UNITS.get(kind, ("", Text("{}", "{}")))[1]
    return Text(words.zh.format(unit), words.en.format(unit))


def line_charges(line: LineMonth, usage: Sequence[UsageTotal], tariff: Tariff) -> list[ChargeLine]:
    """Everything one line is charged for a month: its plan, then its usage by price row.

    `Refused` where the month has no price or no tax rate for it.
    """
    missing = [s for s in line.stretches if s.price is None]
    if missing:
        raise Refused([PRICE_MISSING.about(s.number, offering=s.offering.zh) for s in missing])
    return [recurring_charge(line, tariff), *usage_charges(line, usage, tariff)]


def recurring_charge(line: LineMonth, tariff: Tariff) -> ChargeLine:
    """The plan's fee: one a line and month, that of the last stretch, by the first-month mode in the month of entry.

    A line that ended pays the whole month; by days only in the month of a resumption, where the price says so
    (S06-E2). Of a fee that is zero by P2-05 there is a charge of 0.00 that says why.
    """
    last = line.stretches[-1]
    price = last.price
    if price is None:
        raise Refused(PRICE_MISSING.about(last.number, offering=last.offering.zh))
    changed = len(line.stretches) > 1 and len({s.price.id for s in line.stretches if s.price}) > 1
    ended = last.active_to is not None and last.active_to < tariff.month_end
    if line.resumed_on is not None and price.resume_month_charge is ResumeMonthCharge.DAILY:
        fee = _plan_fee(
            last, price, _by_days(price.monthly_fee, line.resumed_on, last, tariff), changed, ended
        )
    else:
        case = (price.id, last.first_month_mode, changed, ended)
        known = tariff.fees.get(case)
        fee = known or _plan_fee(
            last, price, _by_mode(price.monthly_fee, last.first_month_mode), changed, ended
        )
        tariff.fees[case] = fee
    return ChargeLine(
        line_id=line.line_id,
        number=last.number,
        kind=ChargeKind.RECURRING,
        code=f"plan.{price.offering_code}",
        title=fee.title,
        price_version_id=price.id,
        price_reference=price.reference,
        quantity=1,
        unit="month",
        allowance_used=0,
        unit_price=price.monthly_fee,
        amount=fee.amount,
        tax_class=price.tax_class.value,
        tax_rate=tariff.rate(price.tax_class),
        explanation=fee.explanation,
    )


def usage_charges(
    line: LineMonth, usage: Sequence[UsageTotal], tariff: Tariff, *, late_for: Month | None = None
) -> list[ChargeLine]:
    """One charge for each price row the line used, free ones too, in the order of its plans; rounded half up once.

    With `late_for` the totals are what came too late for that month's bill.
    """
    uses = tariff.uses
    stretches = {s.price.id: s for s in line.stretches if s.price}
    if len(stretches) > 1:
        places = {version: place for place, version in enumerate(stretches)}
        usage = sorted(usage, key=lambda total: places[uses[total.price_row_id].version.id])
    used: dict[str | None, int] = {}
    for total in usage:
        kind = uses[total.price_row_id].row.allowance_kind
        used[kind] = used.get(kind, 0) + total.allowance_units
    charges = []
    for total in usage:
        use = uses[total.price_row_id]
        stretch = stretches.get(use.version.id, line.stretches[-1])
        amount = usage_amount(total.charge)
        explanation = _usage_explanation(use, total, amount)
        kind = use.row.allowance_kind
        if kind:
            mode = stretch.first_month_mode
            given = use.granted[mode]
            left = max(0, given - used[kind])
            explanation["rule"] = _ALLOWANCE_RULES[mode]
            explanation["allowance"] = {
                "kind": kind,
                "given": given,
                "used": total.allowance_units,
                "left": left,
            }
        title = use.title
        if late_for is not None:
            explanation["late_for"] = str(late_for)
            title = Text(f"{title.zh}（{late_for}补计）", f"{title.en} (late, {late_for})")
        charges.append(
            ChargeLine(
                line_id=line.line_id,
                number=stretch.number,
                kind=ChargeKind.USAGE,
                code=use.code,
                title=title,
                price_version_id=use.version.id,
                price_reference=use.version.reference,
                quantity=total.units,
                unit=use.unit,
                allowance_used=total.allowance_units,
                unit_price=use.unit_price,
                amount=amount,
                tax_class=use.tax_class,
                tax_rate=tariff.rate(use.row.tax_class),
                explanation=explanation,
            )
        )
    return charges


_ALLOWANCE_RULES = {
    None: "",
    FirstMonthMode.OUT_OF_PLAN: "P2-05",
    FirstMonthMode.FULL_MONTH: "P2-06",
    FirstMonthMode.HALF: "P2-07",
}


def _plan_fee(
    last: Stretch, price: PriceVersionView, worked_out: tuple[MonthlyFee, Text], changed: bool, ended: bool
) -> PlanFee:
    fee, formula = worked_out
    mode = last.first_month_mode
    notes = [_MODE_NOTES[mode]] if mode else []
    notes += [CHANGED_NOTE] if changed else []
    notes += [ENDED_NOTE] if ended else []
    explanation = {
        **_explained(price),
        "formula_zh": formula.zh,
        "formula_en": formula.en,
        "rounding": fee.rounding.value,
        "rule": fee.rule,
        "first_month": mode.value if mode else "",
        "note_zh": ";".join(note.zh for note in notes),
        "note_en": "; ".join(note.en for note in notes),
    }
    title = Text(f"{last.offering.zh} 月租费", f"{last.offering.en} monthly fee")
    return PlanFee(fee.amount, title, explanation)


def _by_mode(full: Decimal, mode: FirstMonthMode | None) -> tuple[MonthlyFee, Text]:
    fee = monthly_fee(full, mode)
    match mode:
        case FirstMonthMode.HALF:
            return fee, Text(f"{full}元 ÷ 2 = {fee.amount}元", f"{full} yuan / 2 = {fee.amount} yuan")
        case FirstMonthMode.OUT_OF_PLAN:
            return fee, Text(f"{full}元，免收 = 0.00元", f"{full} yuan, waived = 0.00 yuan")
        case _:
            return fee, Text(f"{full}元 × 1月 = {fee.amount}元", f"{full} yuan × 1 month = {fee.amount} yuan")


def _by_days(full: Decimal, since: date, last: Stretch, tariff: Tariff) -> tuple[MonthlyFee, Text]:
    after = local_date(tariff.month_end)
    days_in_month = (after - timedelta(days=1)).day
    until = local_date(last.active_to) if last.active_to and last.active_to < tariff.month_end else after
    days = (until - since).days
    fee = fee_by_days(full, days, days_in_month)
    return fee, Text(
        f"{full}元 × {days}天 ÷ {days_in_month}天 = {fee.amount}元",
        f"{full} yuan × {days} days / {days_in_month} days = {fee.amount} yuan",
    )


def _explained(price: PriceVersionView) -> dict[str, Any]:
    return {"price_version": price.number, "valid_from": price.valid_from.isoformat()}


def _usage_explanation(use: PricedUse, total: UsageTotal, amount: Decimal) -> dict[str, Any]:
    zh = f"{total.charged_units}{use.unit_name.zh} × {use.price_words}元 = {amount}元"
    en = f"{total.charged_units} {use.unit_name.en} × {use.price_words} yuan = {amount} yuan"
    if total.allowance_units:
        zh = f"共{total.units}{use.unit_name.zh}，套餐内{total.allowance_units}；计费{zh}"
        en = f"{total.units} {use.unit_name.en}, {total.allowance_units} in the plan; charged {en}"
    return {
        **use.explained,
        "formula_zh": zh,
        "formula_en": en,
        "rounding": _HALF_UP if total.charge % 100 else _EXACT,
        "records": total.records,
        "measured": total.quantity,
        "charge_ten_thousandths": total.charge,
    }


_EXACT, _HALF_UP = Rounding.EXACT.value, Rounding.HALF_UP.value


def _priced_use(version: PriceVersionView, row: UsagePriceDetails) -> PricedUse:
    allowance = next((a for a in version.allowances if a.kind == row.allowance_kind), None)
    amount = allowance.amount if allowance else 0
    whole = whole_of(allowance, version.usage_prices) if allowance else 1
    zone = ZONE_NAMES.get(row.zone, Text(row.zone, row.zone))
    title = _USES.get((row.kind, row.direction), Text(f"{{zone}}{row.kind}", f"{{zone}} {row.kind}"))
    modes: tuple[FirstMonthMode | None, ...] = (None, *FirstMonthMode)
    unit_price = yuan_from_ten_thousandths(row.price)
    return PricedUse(
        version=version,
        row=row,
        code=f"{row.kind}.{row.direction}.{row.zone}",
        title=Text(title.zh.format(zone=zone.zh), title.en.format(zone=zone.en)),
        unit=unit_code(row.kind, row.unit),
        unit_name=unit_name(row.kind, row.unit),
        unit_price=unit_price,
        price_words=f"{unit_price:f}".rstrip("0").rstrip("."),
        tax_class=row.tax_class.value,
        explained=_explained(version),
        granted={mode: first_month_allowance(amount, mode, whole=whole) for mode in modes},
    )
