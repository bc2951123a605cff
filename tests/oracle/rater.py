"""A second rater: slow, plain, exact. It shares nothing with the engine but the words of the input.

It walks through the records one by one in the order of events, and looks everything up by going through all of it. A
record that may cross the edge of a time band is taken apart unit by unit.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
Tariff = Mapping[str, Sequence[Row]]
_CRITERIA = ("kind", "direction", "zone", "service", "network", "destination", "day_kind", "band")
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_MINUTE = timedelta(minutes=1)


@dataclass
class Rated:
    """What the oracle made of a month, in plain rows; records by price row, since one may be charged by several."""

    records: dict[tuple[str, str, int], dict[str, int]] = field(default_factory=dict)
    totals: dict[tuple[int, int], dict[str, int]] = field(default_factory=dict)
    unrated: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass
class _Part:
    """A record or the part of it in one stretch of time."""

    record: Row
    line: Row
    price: Row
    started_at: datetime
    number: int
    units: int
    quantity: int


def _local(at: datetime) -> datetime:
    return at.astimezone(_SHANGHAI)


def _line_at(lines: Iterable[Row], number: str | None, at: datetime) -> Row | None:
    for line in lines:
        if line["line_number"] != number or at < line["active_from"]:
            continue
        if line["active_to"] is None or at < line["active_to"]:
            return line
    return None


def _day_kind(tariff: Tariff, at: datetime) -> str:
    day = _local(at).date()
    for row in tariff["days"]:
        if row["day"] == day:
            return str(row["day_kind"])
    return "weekend" if day.weekday() >= 5 else "workday"


def _bands(tariff: Tariff, at: datetime) -> set[str]:
    local = _local(at)
    second = local.hour * 3600 + local.minute * 60 + local.second
    return {row["band"] for row in tariff["bands"] if row["starts"] <= second < row["ends"]}


def _networks(record: Row, line: Row, lines: Iterable[Row], tariff: Tariff) -> set[str]:
    """All that may be said of where the other party is."""
    party, group = record["other_party"], line.get("group_id")
    other = _line_at(lines, party, record["started_at"])
    short = any(row["group_id"] == group and row["short_number"] == party for row in tariff["short_numbers"])
    if group is not None and (short or (other is not None and other.get("group_id") == group)):
        return {"group", "on_net"}
    prefix = _prefix(party, tariff)
    return {"on_net"} if other is not None or (prefix is not None and prefix["on_net"]) else {"off_net"}


def _prefix(party: str | None, tariff: Tariff) -> Row | None:
    found = [row for row in tariff["destinations"] if party is not None and party.startswith(row["prefix"])]
    return max(found, key=lambda row: len(row["prefix"]), default=None)


def _said(record: Row, line: Row, at: datetime, lines: Iterable[Row], tariff: Tariff) -> dict[str, set[Any]]:
    """Everything that criteria may name, at a moment of a record."""
    prefix = _prefix(record["other_party"], tariff)
    return {
        "kind": {record["kind"]},
        "direction": {record["direction"]},
        "zone": {record["zone"]},
        "service": {record.get("service")},
        "network": _networks(record, line, lines, tariff),
        "destination": {prefix["destination"]} if prefix else set(),
        "day_kind": {_day_kind(tariff, at)},
        "band": _bands(tariff, at),
    }


def _price_of(tariff: Tariff, version: int, said: Mapping[str, set[Any]]) -> Row | None:
    """The row that fits with the most criteria: in the tariffs of the tests they lie within one another."""
    fitting = [
        row
        for row in tariff["prices"]
        if row["price_version_id"] == version
        and all(row.get(name) is None or row[name] in said[name] for name in _CRITERIA)
    ]
    by_detail = sorted(fitting, key=_detail, reverse=True)
    assert len(by_detail) < 2 or _detail(by_detail[0]) > _detail(by_detail[1])
    return by_detail[0] if by_detail else None


def _detail(row: Row) -> Fraction:
    named = sum(row.get(name) is not None for name in _CRITERIA)
    return named + (Fraction(1, 2) if row.get("network") == "group" else Fraction(0))


def _units(quantity: int, price: Row) -> int:
    exact = Fraction(quantity, price["unit"])
    if price["rounding"] == "up":
        units = math.ceil(exact)
    elif price["rounding"] == "down":
        units = math.floor(exact)
    else:
        assert price["rounding"] == "nearest"
        units = math.floor(exact + Fraction(1, 2))
    return max(units, price.get("minimum") or 0) if quantity else units


def _goes_by_time(tariff: Tariff, record: Row) -> bool:
    return any(
        (row["kind"], row["direction"]) == (record["kind"], record["direction"])
        and (row.get("day_kind") is not None or row.get("band") is not None)
        for row in tariff["prices"]
    )


def _edges(tariff: Tariff, start: datetime, end: datetime) -> Iterator[datetime]:
    """The instants between, at which any price could tell before from after."""
    by_day = any(row.get("day_kind") is not None for row in tariff["prices"])
    by_band = any(row.get("band") is not None for row in tariff["prices"])

    def told(at: datetime) -> tuple[str, set[str]]:
        return _day_kind(tariff, at) if by_day else "", _bands(tariff, at) if by_band else set()

    minute = start.replace(second=0, microsecond=0)
    while (minute := minute + _MINUTE) < end:
        if told(minute) != told(minute - _MINUTE):
            yield minute


def _parts(record: Row, line: Row, price: Row, lines: Sequence[Row], tariff: Tariff) -> Iterator[_Part]:
    start, quantity = record["started_at"], record["quantity"]
    units = _units(quantity, price)
    lasting = quantity if record["kind"] == "voice" else record.get("duration") or 0
    edges: list[datetime] = []
    if _goes_by_time(tariff, record) and lasting:
        edges = list(_edges(tariff, start, start + timedelta(seconds=lasting)))
    stretches: list[list[int]] = [[] for _ in range(len(edges) + 1)]
    for unit in range(units):
        offset = (
            unit * price["unit"] if record["kind"] == "voice" else math.floor(Fraction(unit * lasting, units))
        )
        begins = start + timedelta(seconds=offset)
        stretches[sum(begins >= edge for edge in edges)].append(unit)
    left = quantity
    for number, begun in enumerate(stretches):
        last = number == len(stretches) - 1
        taken = left if last else min(left, len(begun) * price["unit"])
        left -= taken
        if number and not begun and not taken:
            continue
        at = edges[number - 1] if number else start
        row = _price_of(tariff, line["price_version_id"], _said(record, line, at, lines, tariff)) or price
        yield _Part(record, line, row, at, number, len(begun), taken)


def _granted(tariff: Tariff, line: Row, kind: str | None) -> int:
    amount = 0
    mode = line["first_month_mode"]
    for row in tariff["allowances"]:
        if (row["price_version_id"], row["allowance_kind"]) == (line["price_version_id"], kind):
            if mode == "half":
                whole = row["whole"] or 1
                amount += math.ceil(Fraction(row["amount"], 2) / whole) * whole
            elif mode != "out_of_plan":
                amount += row["amount"]
    for row in tariff["carried"]:
        if (row["line_id"], row["allowance_kind"]) == (line["line_id"], kind):
            amount += row["amount"]
    return amount


def _pooled(tariff: Tariff, line: Row, kind: str | None) -> int:
    pool = line.get("pool_id")
    rows = tariff["pools"]
    return sum(row["amount"] for row in rows if (row["pool_id"], row["allowance_kind"]) == (pool, kind))


def _cost(tariff: Tariff, price: Row, first: int, count: int) -> int:
    """What `count` units of the month cost after the first `first`, one by one."""
    tiers = [row for row in tariff["tiers"] if row["price_row_id"] == price["price_row_id"]]
    cost = 0
    for unit in range(first, first + count):
        passed = [row for row in tiers if unit >= row["above"]]
        cost += max(passed, key=lambda row: row["above"])["price"] if passed else price["price"]
    return cost


class _Counters:
    """What lines and pools have used so far in the month."""

    def __init__(self, tariff: Tariff) -> None:
        self._tariff = tariff
        self._used: dict[tuple[Any, ...], int] = defaultdict(int)

    def _take(self, counter: tuple[Any, ...], limit: int | None, amount: int) -> int:
        """How much of an amount still fits under the limit; all of it counts."""
        used = self._used[counter]
        self._used[counter] += amount
        return amount if limit is None else max(0, min(amount, limit - used))

    def charge(self, part: _Part) -> dict[str, int]:
        tariff, line, price = self._tariff, part.line, part.price
        line_id, kind = line["line_id"], price.get("allowance_kind")
        granted = _granted(tariff, line, kind) if kind else 0
        pooled = _pooled(tariff, line, kind) if kind else 0
        own = self._take(("own", line_id, kind), granted, part.units) if granted else 0
        left = part.units - own
        shared = self._take(("pool", line["pool_id"], kind), pooled, left) if pooled else 0
        left -= shared
        caps = [
            row
            for row in tariff["caps"]
            if price.get("cap")
            and (row["price_version_id"], row["cap"]) == (price["price_version_id"], price["cap"])
        ]
        cap = caps[0] if caps else None
        of_cap = (line_id, price["price_version_id"], price.get("cap"))
        charged = self._take(("units", *of_cap), cap["units"], left) if cap else left
        counter = ("tiers", line_id, price["price_row_id"])
        cost = _cost(tariff, price, self._used[counter], charged)
        self._used[counter] += charged
        block = price.get("first_units")
        if block and part.number == 0 and charged:
            cost = price["first_price"] + max(0, charged - block) * price["price"]
        paid = self._take(("money", *of_cap), cap["amount"], cost) if cap else cost
        return {
            "quantity": part.quantity,
            "units": part.units,
            "allowance_units": own,
            "shared_units": shared,
            "capped_units": left - charged,
            "charged_units": charged,
            "relief": cost - paid,
            "charge": paid,
        }


def rate_slowly(usage: Sequence[Row], lines: Sequence[Row], tariff: Tariff, month: tuple[int, int]) -> Rated:
    """Rates the records of `month` (year, number) in the order of events."""
    result = Rated()
    parts: list[_Part] = []
    for record in usage:
        key = (record["source"], record["record_id"])
        local = _local(record["started_at"])
        if (local.year, local.month) != month:
            result.unrated[key] = "other_month"
            continue
        line = _line_at(lines, record["line_number"], record["started_at"])
        if line is None:
            result.unrated[key] = "no_line"
            continue
        said = _said(record, line, record["started_at"], lines, tariff)
        price = _price_of(tariff, line["price_version_id"], said)
        if price is None:
            result.unrated[key] = "no_price"
            continue
        parts += _parts(record, line, price, lines, tariff)
    counters = _Counters(tariff)
    for part in sorted(parts, key=_in_order):
        made = counters.charge(part)
        row_id = part.price["price_row_id"]
        record_key = (part.record["source"], part.record["record_id"], row_id)
        of_record = result.records.setdefault(record_key, defaultdict(int))
        total = result.totals.setdefault((part.line["line_id"], row_id), defaultdict(int))
        for name, value in made.items():
            of_record[name] += value
            total[name] += value
        total["records"] += part.number == 0
    return result


def _in_order(part: _Part) -> tuple[Any, ...]:
    return part.started_at, part.record["record_id"], part.record["source"], part.number
