"""Pure rules of prices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from trunkline.catalog.types import AllowanceDetails, RoamingDetails, UsagePriceDetails, Validity
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
BAD_WHOLE = Refusal(
    "price.bad_whole",
    "P2-07",
    Text("减半取整的单位须为正整数：{subject}", "What a half is rounded to must be positive: {subject}"),
)
NO_WHOLE = Refusal(
    "price.no_whole",
    "P2-07",
    Text("须指明减半取整的单位：{subject}", "It must be said what a half is rounded to: {subject}"),
)
NO_DAYS = Refusal(
    "validity.no_days",
    "X-F2",
    Text("终止日须晚于开始日：{subject}", "The end must lie after the beginning: {subject}"),
)
OVERLAPS = Refusal(
    "validity.overlaps",
    "X-F2",
    Text(
        "与{subject}起的标准重叠，已公布的标准不得更改",
        "It overlaps what was published from {subject}, and what is published never changes",
    ),
)
BACKWARDS = Refusal(
    "validity.backwards",
    "X-F2",
    Text(
        "{subject}已有生效的标准，不得追溯更改，新标准最早自{earliest}起",
        "On {subject} another is in force, which is never changed backwards: {earliest} is the earliest day",
    ),
)

#: The whole unit of each kind of usage in its base unit: the minute, the message, the MB (P2-07).
_WHOLES = {"voice": 60, "sms": 1, "mms": 1, "data": 1024 * 1024}


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
    found += [BAD_WHOLE.about(a.kind) for a in allowances if a.whole is not None and a.whole <= 0]
    found += [
        NO_WHOLE.about(a.kind)
        for a in allowances
        if a.whole is None and a.kind in drawn and usual_whole(a.kind, usage_prices) is None
    ]
    return tuple(found)


def usual_whole(allowance_kind: str, usage_prices: Sequence[UsagePriceDetails]) -> int | None:
    """How many units of an allowance make a minute, a message or an MB: what its half is rounded up to (P2-07).

    1 where the unit is not smaller than that, or of a kind of usage with no such whole. None where the usage that
    draws on the allowance gives no single answer, such as units of 10 KB.
    """
    wholes: set[int | None] = set()
    for row in usage_prices:
        if row.allowance_kind == allowance_kind and row.unit > 0:
            base = _WHOLES.get(row.kind, row.unit)
            if base % row.unit == 0:
                wholes.add(base // row.unit)
            else:
                wholes.add(1 if row.unit % base == 0 else None)
    return wholes.pop() if len(wholes) == 1 else None


def whole_of(allowance: AllowanceDetails, usage_prices: Sequence[UsagePriceDetails]) -> int:
    """What half of an allowance is rounded up to, in its own units (P2-07): as published, or what is usual."""
    return allowance.whole or usual_whole(allowance.kind, usage_prices) or 1


def predecessor(known: Sequence[Validity], start: date) -> Validity | None:
    """What a row that begins on `start` follows: the open-ended one that began before, or None."""
    return next((v for v in known if v.valid_to is None and v.valid_from < start), None)


def validity_refusals(
    known: Sequence[Validity], start: date, end: date | None, today: date
) -> tuple[Refusal, ...]:
    """Why a row may not be in force from `start` until `end` beside what is published (X-F2).

    It may stand where nothing is in force, the past included: nothing could be charged there before. Or it follows
    an open-ended one, from tomorrow at the earliest, since what is in force is never changed backwards.
    """
    if end is not None and end <= start:
        return (NO_DAYS.about(end.isoformat()),)
    followed = predecessor(known, start)
    found = [
        OVERLAPS.about(v.valid_from.isoformat())
        for v in known
        if v != followed
        and (end is None or v.valid_from < end)
        and (v.valid_to is None or start < v.valid_to)
    ]
    if followed is not None and start <= today:
        tomorrow = today + timedelta(days=1)
        found.append(BACKWARDS.about(start.isoformat(), earliest=tomorrow.isoformat()))
    return tuple(found)


BAD_CODE = Refusal(
    "roaming.bad_code",
    "S08-G1",
    Text("国家或地区代码须为大写字母：{subject}", "A country or region has a code of capitals: {subject}"),
)
UNPRICED_DESTINATION = Refusal(
    "roaming.unpriced",
    "S08-G4",
    Text(
        "已开通的业务须有收费标准，未开通的不得有：{subject}",
        "What is open has its price, and only what is open: {subject}",
    ),
)
NO_DIALLING = Refusal(
    "roaming.no_dialling",
    "S08-G4",
    Text("须说明电话拨打办法：{subject}", "It must be said how to dial: {subject}"),
)


def roaming_refusals(details: RoamingDetails) -> tuple[Refusal, ...]:
    """Why a roaming destination cannot be published (S08-G1, S08-G4, X-F2)."""
    priced = (
        (details.voice, (details.home_price, details.received_price)),
        (details.sms, (details.message_price,)),
        (details.data, (details.data_price,)),
    )
    prices = [price for _, each in priced for price in each if price is not None]
    found = [] if details.reference.strip() else [NO_REFERENCE]
    if not (details.code.isascii() and details.code.isalpha() and details.code.isupper() and details.name):
        found.append(BAD_CODE.about(details.code))
    if any(price < 0 for price in prices):
        found.append(NEGATIVE.about(details.code))
    if any((price is not None) is not is_open for is_open, each in priced for price in each):
        found.append(UNPRICED_DESTINATION.about(details.code))
    if details.voice and not details.dialling.strip():
        found.append(NO_DIALLING.about(details.code))
    return tuple(found)
