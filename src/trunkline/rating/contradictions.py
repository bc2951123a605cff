"""What keeps usage from being rated: lines and tariffs that contradict themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from trunkline.catalog.types import FirstMonthMode
from trunkline.kernel.refusals import Refusal, raise_if_any
from trunkline.kernel.text import Text
from trunkline.rating.backends import PlanEngine
from trunkline.rating.tariffs.matching import Criteria
from trunkline.rating.types import Network, Rounding, Tariffs

NUMBER_HELD_TWICE = Refusal(
    "rating.number_held_twice",
    "",
    Text("号码 {subject} 同一时刻属于多个用户", "Number {subject} belongs to several lines at one time"),
)
FIRST_MONTH_UNKNOWN = Refusal(
    "rating.first_month_unknown",
    "P2-04",
    Text("用户 {subject} 的首月资费标准无效", "Line {subject} has an unknown first-month mode"),
)
PRICE_TWICE = Refusal(
    "rating.price_twice",
    "",
    Text(
        "价格版本 {subject} 对同一用量有多个单价",
        "Price version {subject} prices the same usage more than once",
    ),
)
PRICE_UNSOUND = Refusal(
    "rating.price_unsound",
    "",
    Text(
        "单价 {subject} 的计费单位、取整方式或金额无效",
        "Price row {subject} has a bad unit, rounding or price",
    ),
)
ALLOWANCE_TWICE = Refusal(
    "rating.allowance_twice",
    "",
    Text("价格版本 {subject} 的同一套餐内容重复", "Price version {subject} grants the same allowance twice"),
)
ALLOWANCE_UNITS_DIFFER = Refusal(
    "rating.allowance_units_differ",
    "",
    Text("套餐内容 {subject} 的计费单位不一致", "Price rows count allowance {subject} in different units"),
)

PRICE_ROW_TWICE = Refusal(
    "rating.price_row_twice",
    "",
    Text("单价编号 {subject} 重复", "Price row {subject} is there more than once"),
)
BLOCK_UNSOUND = Refusal(
    "rating.block_unsound",
    "",
    Text(
        "单价 {subject} 的首段计费无效：须同时给出单位数与金额，且不得抵扣套餐或分档",
        "Price row {subject} has a bad first block: units and a price, no allowance and no tiers",
    ),
)
AMOUNT_NEGATIVE = Refusal(
    "rating.amount_negative",
    "",
    Text("{subject} 有负数", "{subject} holds a negative amount"),
)
ROW_TWICE = Refusal("rating.row_twice", "", Text("{subject} 有重复的行", "{subject} holds a row twice"))
NETWORK_UNKNOWN = Refusal(
    "rating.network_unknown",
    "",
    Text("单价 {subject} 的对端网络无效", "Price row {subject} names an unknown network"),
)

#: Units and prices beyond this are mistakes, and would not leave room for exact products.
_LARGEST = 2**50
#: What makes a row of a table the same as another, and which columns are amounts.
_KEYS = {
    "carried": (("line_id", "allowance_kind"), ("amount",)),
    "pools": (("pool_id", "allowance_kind"), ("amount",)),
    "tiers": (("price_row_id", "above"), ("above", "price")),
    "caps": (("price_version_id", "cap"), ("units", "amount")),
    "short_numbers": (("group_id", "short_number"), ()),
    "allowances": ((), ("amount",)),
}

Row = Mapping[str, Any]


def refuse_contradictions(engine: PlanEngine, tariffs: Tariffs) -> None:
    """Raises Refused for lines (the table `line_period`) and tariffs that charge a record twice or by no rule."""
    raise_if_any((*_of_lines(engine), *contradictions(tariffs)))


def contradictions(tariffs: Tariffs) -> Iterator[Refusal]:
    """Why tariffs charge a record twice or by no rule, as far as single tables tell."""
    yield from _of_prices(tariffs)
    yield from _of_allowances(tariffs)
    yield from _of_tables(tariffs)


def _of_lines(engine: PlanEngine) -> Iterator[Refusal]:
    modes = ", ".join(f"'{mode}'" for mode in FirstMonthMode)
    findings = (
        (
            NUMBER_HELD_TWICE,
            "SELECT line_number AS subject FROM (SELECT line_number, active_to, lead(active_from) OVER "
            "(PARTITION BY line_number ORDER BY active_from) AS following FROM line_period) "
            "WHERE following IS NOT NULL AND (active_to IS NULL OR following < active_to)",
        ),
        (
            FIRST_MONTH_UNKNOWN,
            f"SELECT line_id AS subject FROM line_period WHERE first_month_mode NOT IN ({modes})",
        ),
    )
    for refusal, statement in findings:
        found = engine.fetch(f"SELECT DISTINCT subject FROM ({statement}) ORDER BY subject")
        yield from (refusal.about(str(subject)) for subject in found["subject"].to_pylist())


def _of_prices(tariffs: Tariffs) -> Iterator[Refusal]:
    rows = tariffs.prices.to_pylist()
    yield from _about(PRICE_TWICE, _twice((row["price_version_id"], Criteria.of(row)) for row in rows))
    yield from _about(PRICE_ROW_TWICE, _twice((row["price_row_id"],) for row in rows))
    tiered = set(tariffs.tiers["price_row_id"].to_pylist())
    for refusal, holds in (
        (PRICE_UNSOUND, _is_sound),
        (BLOCK_UNSOUND, lambda row: _block_is_sound(row, row["price_row_id"] in tiered)),
        (NETWORK_UNKNOWN, lambda row: row["network"] in {None, *Network}),
    ):
        yield from _about(refusal, sorted((row["price_row_id"],) for row in rows if not holds(row)))


def _is_sound(row: Row) -> bool:
    amounts = (row["price"], row["minimum"] or 0)
    return (
        1 <= row["unit"] <= _LARGEST
        and all(0 <= amount <= _LARGEST for amount in amounts)
        and row["rounding"] in set(Rounding)
    )


def _block_is_sound(row: Row, tiered: bool) -> bool:
    units, price = row["first_units"], row["first_price"]
    if units is None and price is None:
        return True
    if units is None or price is None or row["allowance_kind"] is not None or tiered:
        return False
    return bool(units >= 1 and 0 <= price <= _LARGEST)


def _of_allowances(tariffs: Tariffs) -> Iterator[Refusal]:
    rows = tariffs.allowances.to_pylist()
    yield from _about(
        ALLOWANCE_TWICE, _twice((row["price_version_id"], row["allowance_kind"]) for row in rows)
    )
    units: dict[str, set[int]] = {}
    for row in tariffs.prices.to_pylist():
        if row["allowance_kind"] is not None:
            units.setdefault(row["allowance_kind"], set()).add(row["unit"])
    yield from _about(
        ALLOWANCE_UNITS_DIFFER, sorted((kind,) for kind, found in units.items() if len(found) > 1)
    )


def _of_tables(tariffs: Tariffs) -> Iterator[Refusal]:
    for name, (key, amounts) in _KEYS.items():
        rows = getattr(tariffs, name).to_pylist()
        if key and _twice(tuple(row[column] for column in key) for row in rows):
            yield ROW_TWICE.about(name)
        if any((row[column] or 0) < 0 for row in rows for column in amounts):
            yield AMOUNT_NEGATIVE.about(name)


def _twice(keys: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [key for key, count in Counter(keys).items() if count > 1]


def _about(refusal: Refusal, keys: Sequence[tuple[Any, ...]]) -> Iterator[Refusal]:
    """The refusal of each subject, the first of its key, once."""
    for subject in dict.fromkeys(str(key[0]) for key in keys):
        yield refusal.about(subject)
