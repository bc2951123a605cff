"""Charges for installed products: the one-time fee with the billing start, the monthly fee by days. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from trunkline.billing.compensation import LATE_A_DAY, late_installation_compensation
from trunkline.billing.rules import fee_by_days
from trunkline.billing.types import ChargeKind, ChargeLine, Rounding
from trunkline.catalog.types import TaxClass
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text

CLAUSE = "S99-F"
LATE_REFERENCE = "电信条例 第三十一条"
#: The tax rate of a class.
RateOf = Callable[[TaxClass], Decimal]
_START = Text("起租日{day}", "Billed from {day}")
_CAUGHT_UP = Text("{month}起租，本月补计", "Billing began in {month}; charged now")


@dataclass(frozen=True, slots=True)
class Rate:
    """A monthly fee in yuan, from a day until a day that is not in it (None: lasting)."""

    monthly_fee: Decimal
    reference: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class InstalledMonth:
    """What is known of one product for a month's bill.

    `rates` share `code`, `title` and `tax_class`. `confirmed` is the month in which the billing start was
    confirmed: it bears the one-time fee, of which `goods_part` is for goods, the days of months before it, and what
    is given back of the fee for `late_days` (REG-03).
    """

    number: str
    code: str
    title: Text
    tax_class: TaxClass
    contract: str
    one_time_fee: Decimal
    goods_part: Decimal
    billed_from: date
    confirmed: Month
    rates: tuple[Rate, ...]
    late_days: int = 0

    def one_time_month(self) -> Month:
        """The month that bears the one-time fee: of the billing start, or of its confirmation when that is later."""
        return max(self.confirmed, Month.of(self.billed_from))


def installed_charges(product: InstalledMonth, month: Month, rate_of: RateOf) -> list[ChargeLine]:
    """Everything one product is charged for a month: first the one-time fee, then each rate by its days."""
    found: list[ChargeLine] = []
    if month == product.one_time_month():
        found += _one_time(product, rate_of)
        found += _compensation(product, rate_of)
    for covered in _months(product, month):
        found += _monthly(product, covered, month, rate_of(product.tax_class))
    return found


def _months(product: InstalledMonth, month: Month) -> Sequence[Month]:
    """The months that this month's bill charges: those not billed before the billing start was known, and itself."""
    first = Month.of(product.billed_from)
    if month != product.confirmed or month <= first:
        return (month,)
    return tuple(
        first.next(n) for n in range((month.year - first.year) * 12 + month.number - first.number + 1)
    )


def _one_time(product: InstalledMonth, rate_of: RateOf) -> list[ChargeLine]:
    parts = (
        (product.tax_class, product.one_time_fee - product.goods_part, Text("一次性费用", "one-time fee")),
        (TaxClass.GOODS, product.goods_part, Text("硬件价款", "hardware")),
    )
    return [
        _line(
            product,
            kind=ChargeKind.ONE_OFF,
            what=what,
            fee=amount,
            amount=amount,
            reference=product.contract,
            tax=(tax_class, rate_of(tax_class)),
            unit="item",
            formula=Text(f"{amount}元 × 1项 = {amount}元", f"{amount} yuan × 1 = {amount} yuan"),
            rounding=Rounding.EXACT,
            note=_START.format(day=product.billed_from),
        )
        for tax_class, amount, what in parts
        if amount
    ]


def _compensation(product: InstalledMonth, rate_of: RateOf) -> list[ChargeLine]:
    """What is owed for opening late, out of the fee that is for no goods (REG-03)."""
    fee, days = product.one_time_fee - product.goods_part, product.late_days
    owed = late_installation_compensation(fee, days)
    if not owed:
        return []
    line = _line(
        product,
        kind=ChargeKind.COMPENSATION,
        what=Text(f"逾期开通违约金（{days}天）", f"compensation for opening {days} days late"),
        fee=-(fee * LATE_A_DAY).quantize(Decimal("0.0001")),
        amount=-owed,
        reference=LATE_REFERENCE,
        tax=(product.tax_class, rate_of(product.tax_class)),
        unit="day",
        formula=Text(f"{fee}元 × 1% × {days}天 = {owed}元", f"{fee} yuan × 1% × {days} days = {owed} yuan"),
        rounding=Rounding.HALF_UP,
        note=Text("", ""),
    )
    return [replace(line, quantity=days, explanation={**line.explanation, "rule": "REG-03"})]


def _monthly(
    product: InstalledMonth, covered: Month, month: Month, tax_rate: Decimal
) -> Iterable[ChargeLine]:
    days_in_month = covered.last_day.day
    after = covered.last_day + timedelta(days=1)
    for rate in product.rates:
        since, until = max(rate.since, covered.first_day), min(rate.until or after, after)
        days = (until - since).days
        if days <= 0:
            continue
        fee = fee_by_days(rate.monthly_fee, days, days_in_month)
        whole = days == days_in_month
        formula = (
            Text(
                f"{rate.monthly_fee}元 × 1月 = {fee.amount}元",
                f"{rate.monthly_fee} yuan × 1 month = {fee.amount} yuan",
            )
            if whole
            else Text(
                f"{rate.monthly_fee}元 × {days}天 ÷ {days_in_month}天 = {fee.amount}元",
                f"{rate.monthly_fee} yuan × {days} days / {days_in_month} days = {fee.amount} yuan",
            )
        )
        note = Text("", "")
        if covered != month:
            note = _CAUGHT_UP.format(month=covered)
        elif since == product.billed_from:
            note = _START.format(day=since)
        late = Text(f"（{covered}补计）", f" (late, {covered})") if covered != month else Text("", "")
        what = Text(f"月租费{late.zh}", f"monthly fee{late.en}")
        yield _line(
            product,
            kind=ChargeKind.RECURRING,
            what=what,
            fee=rate.monthly_fee,
            amount=fee.amount,
            reference=rate.reference,
            tax=(product.tax_class, tax_rate),
            unit="month",
            formula=formula,
            rounding=fee.rounding,
            note=note,
        )


def _line(
    product: InstalledMonth,
    *,
    kind: ChargeKind,
    what: Text,
    fee: Decimal,
    amount: Decimal,
    reference: str,
    tax: tuple[TaxClass, Decimal],
    unit: str,
    formula: Text,
    rounding: Rounding,
    note: Text,
) -> ChargeLine:
    return ChargeLine(
        line_id=None,
        number=product.number,
        kind=kind,
        code=product.code,
        title=Text(f"{product.title.zh} {what.zh}", f"{product.title.en} {what.en}"),
        price_version_id=None,
        price_reference=reference,
        quantity=1,
        unit=unit,
        allowance_used=0,
        unit_price=fee,
        amount=amount,
        tax_class=tax[0].value,
        tax_rate=tax[1],
        explanation={
            "formula_zh": formula.zh,
            "formula_en": formula.en,
            "rounding": rounding.value,
            "rule": CLAUSE,
            "note_zh": note.zh,
            "note_en": note.en,
        },
    )
