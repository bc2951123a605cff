"""What depends on the order of events: one record after the other uses up allowances, tiers and caps.

Each record goes through the same steps: the line's own allowance, what the pool shares, the cap of units, the tiers of
the price, the cap of money. What a step leaves goes into the next. As each counter is used in one step only, a sum over
the records before is all that a step has to know.
"""

from __future__ import annotations

from trunkline.rating.plan.layout import Layout, clamped


def with_counters(layout: Layout, records: str) -> str:
    """Adds to anything with `period_no` and `row_no` its line, its price row and the counters it draws on.

    `granted` is what the line's allowance has in the month, 0 where it has none; `shared` likewise what its pool has.
    """
    tiers = "".join(f", r.above_{n}, r.step_{n}" for n in range(layout.tiers))
    shared = "coalesce(s.shared, 0)" if layout.has_pools else "0::BIGINT"
    pools = (
        "LEFT JOIN pool_grant s ON s.pool_id = l.pool_id AND s.kind_no = r.kind_no"
        if layout.has_pools
        else ""
    )
    return f"""
    SELECT x.*, l.line_id, l.account_id, l.pool_id, r.price_row_id, r.price, r.first_units, r.first_price,
        r.kind_no, r.cap_no, r.cap_units, r.cap_amount{tiers},
        coalesce(g.granted, 0) + coalesce(b.carried, 0) AS granted, {shared} AS shared
    FROM {records} x
    JOIN period l ON l.period_no = x.period_no
    JOIN price_row r ON r.row_no = x.row_no
    LEFT JOIN grant_by_mode g ON g.grant_key = l.grant_key AND g.kind_no = r.kind_no
    LEFT JOIN carried b ON b.line_id = l.line_id AND b.kind_no = r.kind_no {pools}"""


def own_taken(records: str) -> str:
    """Adds only `allowance_units`: for records of which no more is in question, each with its own allowance."""
    before = f"{_before('units', 'line_id, kind_no')} + used_before"
    return _step(records, clamped(f"granted - ({before})", "units"), "allowance_units")


def ordered(layout: Layout, records: str) -> str:
    """Adds what each record is charged (the sums of RATED) to priced records with their counters.

    Their `used_before` are the units that the line's own allowance had lost before the first of them.
    """
    own = "CASE WHEN granted > 0 THEN units ELSE 0 END"
    before = f"{_before(own, 'line_id, kind_no')} + used_before"
    sql = _step(
        records,
        f"CASE WHEN granted > 0 THEN {clamped(f'granted - ({before})', 'units')} ELSE 0 END",
        "allowance_units",
    )
    sql = _step(sql, "units - allowance_units", "own_left")
    if layout.has_pools:
        # Without a pool a line is a pool of its own, so that no crowd is put in order for nothing.
        pool = "CASE WHEN shared > 0 THEN pool_id ELSE -1 - line_id END, kind_no"
        sql = _step(sql, clamped(f"shared - ({_before('own_left', pool)})", "own_left"), "shared_units")
    else:
        sql = _step(sql, "0::BIGINT", "shared_units")
    sql = _step(sql, "own_left - shared_units", "pool_left")
    if layout.has_caps:
        fits = clamped(f"cap_units - ({_before('pool_left', 'line_id, cap_no')})", "pool_left")
        sql = _step(sql, f"CASE WHEN cap_no > 0 THEN {fits} ELSE pool_left END", "charged_units")
    else:
        sql = _step(sql, "pool_left", "charged_units")
    plain = "charged_units * price"
    if layout.tiers:
        sql = _step(sql, _before("charged_units", "line_id, price_row_id"), "tier_used")
        plain = f"{cost(layout, 'tier_used + charged_units')} - ({cost(layout, 'tier_used')})"
    block = first_block("y", "charged_units")
    sql = _step(sql, f"{plain} + CASE WHEN part = 0 THEN {block} ELSE 0 END", "full_charge")
    if layout.has_caps:
        fits = clamped(f"cap_amount - ({_before('full_charge', 'line_id, cap_no')})", "full_charge")
        sql = _step(sql, f"CASE WHEN cap_no > 0 THEN {fits} ELSE full_charge END", "charge")
    else:
        sql = _step(sql, "full_charge", "charge")
    return f"SELECT y.*, pool_left - charged_units AS capped_units, full_charge - charge AS relief FROM ({sql}) y"


def cost(layout: Layout, units: str) -> str:
    """What the first `units` of a month cost by the price and the tiers of a row, as SQL."""
    steps = "".join(f" + greatest({units} - above_{n}, 0) * step_{n}" for n in range(layout.tiers))
    return f"({units}) * price{steps}"


def first_block(rows: str, units: str) -> str:
    """What the first block of a record with `units` costs more than its units would by the price, as SQL."""
    block = f"{rows}.first_price - least({units}, {rows}.first_units) * {rows}.price"
    return f"CASE WHEN {rows}.first_units > 0 AND {units} > 0 THEN {block} ELSE 0 END"


def _step(records: str, value: str, name: str) -> str:
    return f"SELECT y.*, {value} AS {name} FROM ({records}) y"


def _before(amount: str, counter: str) -> str:
    """The sum of an amount over the records of the same counter before each, as SQL; those of one instant go by id."""
    return (
        f"CAST(sum({amount}) OVER (PARTITION BY {counter} ORDER BY started_at, record_id, source_no, part "
        f"ROWS UNBOUNDED PRECEDING) AS BIGINT) - ({amount})"
    )
