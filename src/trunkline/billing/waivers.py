"""Rent given back for faults that were repaired too late, as lines of a bill (REG-04): pure, like all charges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.billing.rules import MonthlyFee, waived_rent
from trunkline.billing.types import ChargeKind, ChargeLine, RentWaiver, WaivedDays
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text

#: What the code of every such line begins with; the month of the rent and the ordinal of the credit follow.
CODE = "waived_rent"
REFERENCE = "电信条例 第三十二条"


def waiver_code(month: Month, times: int) -> str:
    """``waived_rent.2026-10.1``: the first credit of a line's rent of October 2026."""
    return f"{CODE}.{month}.{times + 1}"


def waiver_charges(charges: Sequence[ChargeLine], waivers: Iterable[RentWaiver]) -> list[ChargeLine]:
    """The credit lines of a bill that has `charges`.

    A line is given back no more than the bill charges it at the rate of its rent; what is left over is given back
    by its next bills, for whoever makes those finds it not given yet.
    """
    rents = {c.line_id: c for c in charges if c.kind is ChargeKind.RECURRING}
    left: dict[tuple[int | None, Decimal], Decimal] = {}
    for charge in charges:
        key = (charge.line_id, charge.tax_rate)
        left[key] = left.get(key, ZERO) + charge.amount
    found = []
    for waiver in waivers:
        basis = rents.get(waiver.line_id)
        if basis is None:
            continue
        rent = basis.amount if waiver.rent is None else waiver.rent
        due = waived_rent(rent, waiver.days, waiver.month.last_day.day)
        key = (waiver.line_id, basis.tax_rate)
        amount = min(due.amount - waiver.given, left[key])
        if amount > 0:
            left[key] -= amount
            found.append(_line(waiver, basis, rent, due, amount))
    return found


def _line(
    waiver: RentWaiver, basis: ChargeLine, rent: Decimal, due: MonthlyFee, amount: Decimal
) -> ChargeLine:
    days, whole = waiver.days, waiver.month.last_day.day
    zh = f"{rent}元 × {days}天 ÷ {whole}天 = {due.amount}元"
    en = f"{rent} yuan × {days} days / {whole} days = {due.amount} yuan"
    if waiver.given:
        zh, en = f"{zh}，此前已减免{waiver.given}元", f"{en}, {waiver.given} yuan of it given back before"
    if amount < due.amount - waiver.given:
        zh = f"{zh}，本账单减免{amount}元，其余在以后的账单减免"
        en = f"{en}, {amount} yuan of it on this bill, the rest on later ones"
    return ChargeLine(
        line_id=waiver.line_id,
        number=basis.number,
        kind=ChargeKind.CREDIT,
        code=waiver_code(waiver.month, waiver.times),
        title=Text(
            f"{waiver.month} 障碍减免月租费（{days}天）",
            f"{waiver.month} rent waived for a fault ({days} days)",
        ),
        price_version_id=basis.price_version_id,
        price_reference=REFERENCE,
        quantity=days,
        unit="day",
        allowance_used=0,
        unit_price=(-rent / whole).quantize(Decimal("0.0001")),
        amount=-amount,
        tax_class=basis.tax_class,
        tax_rate=basis.tax_rate,
        explanation={
            "price_version": basis.explanation["price_version"],
            "valid_from": basis.explanation["valid_from"],
            "formula_zh": zh,
            "formula_en": en,
            "rounding": due.rounding.value,
            "rule": due.rule,
            "rent_month": str(waiver.month),
            "tickets": [span.ticket for span in waiver.spans],
            "note_zh": "障碍修复超过法定时限，免收障碍期间的月租费："
            + "；".join(map(_span_zh, waiver.spans)),
            "note_en": "Repaired later than the law allows, the rent of these days is waived: "
            + "; ".join(map(_span_en, waiver.spans)),
        },
    )


def _span_zh(span: WaivedDays) -> str:
    return f"工单{span.ticket}（{span.first_day}起{(span.end_day - span.first_day).days}天）"


def _span_en(span: WaivedDays) -> str:
    return f"ticket {span.ticket} ({(span.end_day - span.first_day).days} days from {span.first_day})"
