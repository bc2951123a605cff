"""What usage is rated by, as tables of small numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from trunkline.catalog.types import FirstMonthMode
from trunkline.kernel.periods import Month
from trunkline.rating import rules
from trunkline.rating.plan.layout import Layout
from trunkline.rating.tariffs.compiling import ROUNDING_NO, Compiled
from trunkline.rating.tariffs.destinations import HEAD, Directory
from trunkline.rating.types import Tariffs, UsageKind

_MODE_NO = {mode.value: number for number, mode in enumerate(FirstMonthMode, start=1)}
_MODES = 1 + len(_MODE_NO)
#: No class is so small, so no price is found.
_NO_VERSION = -(2**30)
#: More units than there are.
ENDLESS = 2**62


def _numbers(*names: str) -> pa.Schema:
    return pa.schema([pa.field(name, pa.int64(), nullable=False) for name in names])


_GRANTS = _numbers("grant_key", "kind_no", "granted")
_CARRIED = _numbers("line_id", "kind_no", "carried")
_POOLS = _numbers("pool_id", "kind_no", "shared")


def layout_of(compiled: Compiled, directory: Directory, tariffs: Tariffs, month: Month) -> Layout:
    """What of the plan a tariff needs."""
    return Layout(
        month=month,
        many_sources=False,
        by_zone=bool(compiled.zones.num_rows),
        by_service=compiled.by_service,
        by_destination=compiled.by_destination,
        by_network=compiled.by_network,
        by_short_number=compiled.by_network and bool(tariffs.short_numbers.num_rows),
        short_length=max(map(len, tariffs.short_numbers["short_number"].to_pylist()), default=0),
        by_time=compiled.by_time,
        longer=tuple(length for length, _ in directory.longer),
        has_blocks=any(row["first_units"] for row in compiled.rows),
        has_pools=bool(tariffs.pools.num_rows),
        has_caps=bool(tariffs.caps.num_rows),
        tiers=max((len(steps) for steps in _tiers(tariffs).values()), default=0),
    )


def tables(compiled: Compiled, directory: Directory, tariffs: Tariffs) -> dict[str, pa.Table]:
    """The tables that the plan looks things up in, by name; the line periods come from `periods`."""
    kinds = _kinds(tariffs)
    return {
        "price_use": compiled.uses,
        "price_zone": compiled.zones,
        "price_service": compiled.services,
        "price_version": compiled.versions,
        "choice": compiled.choices,
        "price_row": _rows(compiled, tariffs, kinds),
        "calendar_minute": compiled.calendar.minutes,
        "calendar_stretch": compiled.calendar.stretches,
        f"prefix_{HEAD}": directory.heads,
        **{f"prefix_{length}": table for length, table in directory.longer},
        "short_number": tariffs.short_numbers,
        "grant_by_mode": _grants(compiled, tariffs, kinds),
        "carried": _numbered(tariffs.carried, kinds, _CARRIED),
        "pool_grant": _numbered(tariffs.pools, kinds, _POOLS),
    }


def periods(layout: Layout) -> str:
    """The rows of `line_period` that touch the month, closed where they are open, numbered, with their version.

    One is `alone` where the line has no other in the month.
    """
    mode = " ".join(f"WHEN '{name}' THEN {number}" for name, number in _MODE_NO.items())
    full = FirstMonthMode.FULL_MONTH.value
    return f"""
    SELECT l.line_number, l.line_id, l.account_id, l.group_id, l.pool_id, l.active_from,
        coalesce(l.active_to, {layout.end}) AS active_to,
        CAST(row_number() OVER (ORDER BY l.line_id, l.active_from, l.line_number) AS INTEGER) AS period_no,
        count(*) OVER (PARTITION BY l.line_id) = 1 AS alone,
        coalesce(v.choice_base, {_NO_VERSION}) AS choice_base, coalesce(v.row_base, 0) AS row_base,
        CAST(coalesce(v.version_no, 0) AS BIGINT) * {_MODES}
            + CASE coalesce(l.first_month_mode, '{full}') {mode} ELSE 0 END AS grant_key
    FROM line_period l LEFT JOIN price_version v ON v.price_version_id = l.price_version_id
    WHERE l.active_from < {layout.end} AND coalesce(l.active_to, {layout.end}) > {layout.start}"""


def _kinds(tariffs: Tariffs) -> dict[str, int]:
    """The kinds of allowance that rows draw on, numbered from 1."""
    named = set(tariffs.prices["allowance_kind"].to_pylist()) - {None}
    return {kind: number for number, kind in enumerate(sorted(named), start=1)}


def _grants(compiled: Compiled, tariffs: Tariffs, kinds: Mapping[str, int]) -> pa.Table:
    """What a price version grants under each mode of the first month (P2-05 … P2-07)."""
    numbers = dict(
        zip(
            *(compiled.versions[name].to_pylist() for name in ("price_version_id", "version_no")), strict=True
        )
    )
    rows = [
        {
            "grant_key": numbers[row["price_version_id"]] * _MODES + _MODE_NO[mode.value],
            "kind_no": kinds[row["allowance_kind"]],
            "granted": rules.first_month_allowance(row["amount"], mode, whole=row["whole"] or 1),
        }
        for row in tariffs.allowances.to_pylist()
        if row["allowance_kind"] in kinds and row["price_version_id"] in numbers
        for mode in FirstMonthMode
    ]
    return pa.Table.from_pylist(rows, schema=_GRANTS)


def _numbered(rows: pa.Table, kinds: Mapping[str, int], shape: pa.Schema) -> pa.Table:
    """Amounts by the number of their allowance kind; of kinds that no price names there is nothing."""
    owner, _, amount = shape.names
    found = [
        {owner: row[owner], "kind_no": kinds[row["allowance_kind"]], amount: row["amount"]}
        for row in rows.to_pylist()
        if row["allowance_kind"] in kinds
    ]
    return pa.Table.from_pylist(found, schema=shape)


def _tiers(tariffs: Tariffs) -> dict[int, list[tuple[int, int]]]:
    """The tiers of each price row, the lowest first: from which unit on, and the price."""
    tiers: dict[int, list[tuple[int, int]]] = {}
    for row in tariffs.tiers.to_pylist():
        tiers.setdefault(row["price_row_id"], []).append((row["above"], row["price"]))
    return {price_row_id: sorted(steps) for price_row_id, steps in tiers.items()}


def _rows(
    compiled: Compiled,
    tariffs: Tariffs,
    kinds: Mapping[str, int],
) -> pa.Table:
    """The price rows by number. Tier n begins above `above_n` units, each costing `step_n` more than before."""
    tiers = _tiers(tariffs)
    caps = {(row["price_version_id"], row["cap"]): row for row in tariffs.caps.to_pylist()}
    cap_numbers = {key: number for number, key in enumerate(sorted(caps), start=1)}
    most = max((len(steps) for steps in tiers.values()), default=0)
    kind_numbers = [kinds.get(row["allowance_kind"], 0) for row in compiled.rows]
    cap_numbers_of = [cap_numbers.get((row["price_version_id"], row["cap"]), 0) for row in compiled.rows]
    uses = {(use["kind"], use["direction"]): use for use in compiled.uses.to_pylist()}
    strands = _strands(kind_numbers, cap_numbers_of)
    columns: dict[str, list[Any]] = {name: [] for name in _row_shape(most).names}
    for number, row in enumerate(compiled.rows):
        key = (row["price_version_id"], row["cap"])
        cap = caps.get(key, {"units": None, "amount": None})
        values = {
            "row_no": number,
            "price_row_id": row["price_row_id"],
            "unit": row["unit"],
            "rounding_no": ROUNDING_NO[row["rounding"]],
            "minimum": row["minimum"] or 0,
            "time_step": uses[row["kind"], row["direction"]]["time_step"],
            "is_voice": row["kind"] == UsageKind.VOICE,
            "price": row["price"],
            "first_units": row["first_units"] or 0,
            "first_price": row["first_price"] or 0,
            "kind_no": kind_numbers[number],
            "cap_no": cap_numbers_of[number],
            "strand_no": strands[number],
            "cap_units": ENDLESS if cap["units"] is None else cap["units"],
            "cap_amount": ENDLESS if cap["amount"] is None else cap["amount"],
            **_tier_columns(row, tiers.get(row["price_row_id"], []), most),
        }
        for name, value in values.items():
            columns[name].append(value)
    return pa.table(columns, _row_shape(most))


def _strands(kinds: Sequence[int], caps: Sequence[int]) -> list[int]:
    """For each price row the number of its strand: rows hang together that share an allowance or a cap, at any remove.

    A row that shares nothing is a strand of its own.
    """
    known: dict[tuple[str, int], tuple[str, int]] = {}

    def head(node: tuple[str, int]) -> tuple[str, int]:
        while (parent := known.get(node, node)) != node:
            node = parent
        return node

    nodes = [
        ("kind", kind) if kind else ("cap", cap) if cap else ("row", n)
        for n, (kind, cap) in enumerate(zip(kinds, caps, strict=True))
    ]
    for kind, cap in zip(kinds, caps, strict=True):
        if kind and cap:
            known[head(("cap", cap))] = head(("kind", kind))
    heads = [head(node) for node in nodes]
    numbers = {each: number for number, each in enumerate(dict.fromkeys(heads))}
    return [numbers[each] for each in heads]


def _tier_columns(row: Mapping[str, Any], steps: list[tuple[int, int]], most: int) -> dict[str, int]:
    columns = {"tiers": len(steps)}
    price = row["price"]
    for number in range(most):
        above, next_price = steps[number] if number < len(steps) else (ENDLESS, price)
        columns |= {f"above_{number}": above, f"step_{number}": next_price - price}
        price = next_price
    return columns


def _row_shape(tiers: int) -> pa.Schema:
    names = ["price_row_id", "unit", "rounding_no", "minimum", "time_step"]
    names += ["price", "first_units", "first_price"]
    names += ["kind_no", "cap_no", "strand_no", "cap_units", "cap_amount", "tiers"]
    names += [name for number in range(tiers) for name in (f"above_{number}", f"step_{number}")]
    return pa.schema(
        [pa.field("row_no", pa.int32(), nullable=False), pa.field("is_voice", pa.bool_(), nullable=False)]
        + [pa.field(name, pa.int64(), nullable=False) for name in names]
    )
