"""How values are written on the screen. Pure: no request, no database."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from trunkline.kernel import masking
from trunkline.kernel.periods import SHANGHAI

NOTHING = "—"

#: One mask on screen and on paper.
masked_id = masking.masked_id
without_ids = masking.without_ids
masked_phone = masking.masked_phone

_MOBILE = re.compile(r"1\d{10}")


def money(amount: Decimal | int | None) -> str:
    """Yuan to the fen: ¥1,234.56, −¥5.00; a dash for nothing."""
    if amount is None:
        return NOTHING
    sign = "−" if amount < 0 else ""
    return f"{sign}¥{abs(amount):,.2f}"


def unit_price(amount: Decimal | None) -> str:
    """Yuan with as many decimals as it has, at least two, at most six: ¥0.15, ¥0.0003."""
    if amount is None:
        return NOTHING
    sign = "−" if amount < 0 else ""
    whole, _, decimals = f"{abs(amount):,.6f}".partition(".")
    return f"{sign}¥{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def count(number: int | None) -> str:
    """A count with thousands separators."""
    return NOTHING if number is None else f"{number:,}"


def gigabytes(volume: int | None) -> str:
    """Bytes as GB of 1024 MB, two decimals, rounded down: 5.99 GB is not 6 (P2-14)."""
    if volume is None:
        return NOTHING
    hundredths = volume * 100 // 1024**3
    return f"{hundredths // 100:,}.{hundredths % 100:02d} GB"


def percent(rate: Decimal | None) -> str:
    """0.09 → 9%."""
    return NOTHING if rate is None else f"{(rate * 100).normalize():f}%"


def day(value: date | datetime | None) -> str:
    """The calendar day in Asia/Shanghai: 2026-10-01."""
    if value is None:
        return NOTHING
    return (value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value).isoformat()


def moment(value: datetime | None) -> str:
    """Day and minute in Asia/Shanghai: 2026-10-01 09:30."""
    return NOTHING if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def spaced_number(number: str) -> str:
    """A mobile number in groups, as people read it: 186 5510 0001."""
    return f"{number[:3]} {number[3:7]} {number[7:]}" if _MOBILE.fullmatch(number) else number


def share(part: Decimal | int, whole: Decimal | int) -> int:
    """`part` of `whole` in whole percent, between 0 and 100; 0 of nothing."""
    return max(0, min(100, int(part * 100 / whole))) if whole else 0
