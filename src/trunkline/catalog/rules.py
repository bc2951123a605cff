"""Pure rules of prices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from trunkline.catalog.types import AllowanceDetails, UsagePriceDetails
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text

NO_REFERENCE = Refusal(
    "price.no_reference", "X-F2", Text("资费须有批准或备案文号", "A price needs the regulator's reference")
)
NEGATIVE = Refusal(
    "price.negative", "", Text("资费不能为负：{subject}", "A price cannot be negative: {subject}")
)
BAD_UNIT = Refusal(
    "price.bad_unit", "", Text("计费单位须为正整数：{subject}", "A unit must be positive: {subject}")
)
PRICED_TWICE = Refusal(
    "price.twice", "", Text("同一用量定了两次价：{subject}", "The same usage is priced twice: {subject}")
)
UNUSED_ALLOWANCE = Refusal(
    "price.unused_allowance",
    "",
    Text("套餐内所含内容没有可抵扣的用量：{subject}", "No usage may draw on this allowance: {subject}"),
)


def price_refusals(
    reference: str,
    monthly_fee: Decimal,
    allowances: Sequence[AllowanceDetails],
    usage_prices: Sequence[UsagePriceDetails],
) -> tuple[Refusal, ...]:
    """Why a version of prices may not be published."""
    found: list[Refusal] = []
    if not reference.strip():
        found.append(NO_REFERENCE)
    if monthly_fee < 0:
        found.append(NEGATIVE.about("monthly_fee"))
    keys = Counter((u.kind, u.direction, u.zone) for u in usage_prices)
    found += [PRICED_TWICE.about("/".join(key)) for key, times in keys.items() if times > 1]
    for u in usage_prices:
        subject = f"{u.kind}/{u.direction}/{u.zone}"
        if u.unit <= 0:
            found.append(BAD_UNIT.about(subject))
        if u.price < 0:
            found.append(NEGATIVE.about(subject))
    given = {a.kind for a in allowances}
    drawn = {u.allowance_kind for u in usage_prices if u.allowance_kind}
    found += [UNUSED_ALLOWANCE.about(kind) for kind in sorted(given - drawn)]
    return tuple(found)
