"""A second rater: slow, plain, exact. It shares nothing with the engine but the words of the input.

It walks through the records one by one in the order of events, and looks everything up by going through all of it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]


@dataclass
class Rated:
    """What the oracle made of a month, in plain rows."""

    records: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    totals: dict[tuple[int, int], dict[str, int]] = field(default_factory=dict)
    unrated: dict[tuple[str, str], str] = field(default_factory=dict)


def _local_month(at: datetime) -> tuple[int, int]:
    local = at.astimezone(ZoneInfo("Asia/Shanghai"))
    return local.year, local.month


def _line_at(lines: Iterable[Row], number: str, at: datetime) -> Row | None:
    for line in lines:
        if line["line_number"] != number or at < line["active_from"]:
            continue
        if line["active_to"] is None or at < line["active_to"]:
            return line
    return None


def _price_of(prices: Iterable[Row], version: int, record: Row) -> Row | None:
    for price in prices:
        if price["price_version_id"] == version and all(
            price[name] == record[name] for name in ("kind", "direction", "zone")
        ):
            return price
    return None


def _units(quantity: int, unit: int, rounding: str) -> int:
    exact = Fraction(quantity, unit)
    if rounding == "up":
        return math.ceil(exact)
    if rounding == "down":
        return math.floor(exact)
    assert rounding == "nearest"
    return math.floor(exact + Fraction(1, 2))


def _granted(allowances: Iterable[Row], version: int, kind: str | None, mode: str | None) -> int:
    for allowance in allowances:
        if kind is not None and (allowance["price_version_id"], allowance["allowance_kind"]) == (
            version,
            kind,
        ):
            amount: int = allowance["amount"]
            if mode == "out_of_plan":
                return 0
            if mode == "half":
                whole = allowance["whole"] or 1
                return math.ceil(Fraction(amount, 2) / whole) * whole
            return amount
    return 0


def rate_slowly(
    usage: Sequence[Row],
    lines: Sequence[Row],
    prices: Sequence[Row],
    allowances: Sequence[Row],
    month: tuple[int, int],
) -> Rated:
    """Rates the records of `month` (year, number) in the order of events."""
    result = Rated()
    used: dict[tuple[int, str], int] = defaultdict(int)
    for record in sorted(usage, key=lambda r: (r["started_at"], r["record_id"], r["source"])):
        key = (record["source"], record["record_id"])
        if _local_month(record["started_at"]) != month:
            result.unrated[key] = "other_month"
            continue
        line = _line_at(lines, record["line_number"], record["started_at"])
        if line is None:
            result.unrated[key] = "no_line"
            continue
        price = _price_of(prices, line["price_version_id"], record)
        if price is None:
            result.unrated[key] = "no_price"
            continue
        units = _units(record["quantity"], price["unit"], price["rounding"])
        kind = price["allowance_kind"]
        granted = _granted(allowances, line["price_version_id"], kind, line["first_month_mode"])
        free = 0
        if granted:
            counter = (line["line_id"], kind)
            for _ in range(units):
                if used[counter] < granted:
                    free += 1
                used[counter] += 1
        made = {
            "quantity": record["quantity"],
            "units": units,
            "allowance_units": free,
            "charged_units": units - free,
            "charge": (units - free) * price["price"],
        }
        result.records[key] = {"line_id": line["line_id"], "price_row_id": price["price_row_id"], **made}
        total = result.totals.setdefault((line["line_id"], price["price_row_id"]), defaultdict(int))
        for name, value in {"records": 1, **made}.items():
            total[name] += value
    return result
