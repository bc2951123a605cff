"""The month's totals, with only those records put in order whose order matters.

Putting twenty million records in order costs more than all the rest. Yet where an allowance lasts, or only one price
row draws on it, the sums say it all; and where it does not last, only the records around its end matter: the sums up
to a few instants of the month tell between which two it ended. So records are summed first; what is left over is put in
order (`ordering`), and both together are the totals.
"""

from __future__ import annotations

from trunkline.rating.plan.layout import PIECES, Layout, clamped, instant
from trunkline.rating.plan.ordering import cost, ordered, own_taken, with_counters
from trunkline.rating.types import SUMMED, TOTALS

_KEYS = "line_id, account_id, price_row_id"
#: What depends on the order of events.
_CHARGED = tuple(name for name in SUMMED if name not in {"quantity", "units"})


def _sum(amount: str, name: str, where: str = "") -> str:
    """A sum in 64 bits, which raises where it does not fit; 0 of nothing."""
    chosen = f" FILTER (WHERE {where})" if where else ""
    return f"coalesce(CAST(sum({amount}){chosen} AS BIGINT), 0) AS {name}"


def sums(layout: Layout, priced: str) -> str:
    """Priced records by line period and price row; `upto_n` are the units that began before piece n was over."""
    upto = [
        _sum("units", f"upto_{n}", f"started_at < {instant(cut)}")
        for n, cut in enumerate(layout.cuts()[1:-1])
    ]
    blocks = [_sum("block", "blocks")] if layout.has_blocks else []
    columns = [
        _sum("CAST(part = 0 AS INTEGER)", "records"),
        _sum("quantity", "quantity"),
        _sum("units", "units"),
    ]
    return f"SELECT period_no, row_no, {', '.join((*columns, *upto, *blocks))} FROM {priced} GROUP BY ALL"


def own_allowances(layout: Layout) -> str:
    """The allowances that lines drew on, with what they were granted, what was drawn, and when they ended.

    `drawers` is how many price rows and periods drew; `least` and `most` differ where a line changed its plan within
    the month. An allowance ended in `piece` of the month, PIECES if not at all.
    """
    upto = [f"drawn_{n}" for n in range(PIECES - 1)]
    drawn = ", ".join(_sum(f"upto_{n}", name) for n, name in enumerate(upto))
    piece = " ".join(f"WHEN least < {name} THEN {n}" for n, name in enumerate((*upto, "drawn")))
    used_before = " ".join(f"WHEN {n} THEN drawn_{n - 1}" for n in range(1, PIECES))
    return f"""
    SELECT line_id, kind_no, drawn, least, most, drawers, piece,
        CASE piece {used_before} ELSE 0 END AS used_before
    FROM (SELECT *, CASE {piece} ELSE {PIECES} END AS piece FROM (
        SELECT line_id, kind_no, {_sum("units", "drawn")}, min(granted) AS least, max(granted) AS most,
            count(*) AS drawers, {drawn}
        FROM ({_counted(layout)}) WHERE granted > 0 GROUP BY line_id, kind_no
    ))"""


def _counted(layout: Layout) -> str:
    """`priced_sum` with what lines were granted by their allowance and share with their pool."""
    shared = "coalesce(p.shared, 0)" if layout.has_pools else "0"
    pools = (
        "LEFT JOIN pool_grant p ON p.pool_id = l.pool_id AND p.kind_no = r.kind_no"
        if layout.has_pools
        else ""
    )
    return f"""
    SELECT s.*, l.line_id, l.pool_id, r.kind_no, r.strand_no, r.cap_no, r.price_row_id,
        coalesce(g.granted, 0) + coalesce(b.carried, 0) AS granted, {shared} AS shared
    FROM priced_sum s
    JOIN period l ON l.period_no = s.period_no
    JOIN price_row r ON r.row_no = s.row_no
    LEFT JOIN grant_by_mode g ON g.grant_key = l.grant_key AND g.kind_no = r.kind_no
    LEFT JOIN carried b ON b.line_id = l.line_id AND b.kind_no = r.kind_no {pools}"""


def facts(layout: Layout) -> str:
    """`priced_sum` with how the allowances in `own_allowance` ended.

    `before_end` are the units of the pieces before it, `left_most` never less than what of a row's units is left when
    the allowance is used up.
    """
    before_end = " ".join(f"WHEN {n} THEN f.upto_{n - 1}" for n in range(1, PIECES))
    left = clamped("e.drawn - e.least", "f.units")
    blocks = ", f.blocks" if layout.has_blocks else ""
    return f"""
    SELECT f.period_no, f.row_no, f.records, f.quantity, f.units{blocks}, f.line_id, f.pool_id, f.price_row_id,
        f.kind_no, f.strand_no, f.cap_no, f.granted, f.shared,
        e.drawn, e.least, e.most, e.drawers, e.piece, e.used_before,
        CASE e.piece {before_end} ELSE 0 END AS before_end,
        CASE WHEN f.granted > 0 THEN {left} ELSE f.units END AS left_most
    FROM ({_counted(layout)}) f
    LEFT JOIN own_allowance e ON e.line_id = f.line_id AND e.kind_no = f.kind_no AND f.granted > 0"""


def entangled(layout: Layout) -> str:
    """The lines and strands of `fact` where sums cannot tell what is charged: all their records are put in order.

    That is where a line's plans granted different amounts, where a pool does not last, where a cap may be met, where
    a tiered row was used in several periods.
    """
    reasons = ["SELECT line_id, strand_no FROM fact WHERE least <> most AND drawn > least"]
    reasons += [_SHORT_OF_POOL] if layout.has_pools else []
    reasons += [_near_cap(layout)] if layout.has_caps else []
    reasons += [_TIERED_TWICE] if layout.tiers else []
    return " UNION ".join(reasons)


#: The lines that need something of a pool that does not last.
_SHORT_OF_POOL = """
    SELECT e.line_id, e.strand_no FROM fact e
    JOIN (
        SELECT * FROM (
            SELECT *, sum(need) OVER (PARTITION BY pool_id, kind_no) AS needed FROM (
                SELECT pool_id, kind_no, line_id, max(shared) AS shared,
                    coalesce(max(greatest(drawn - least, 0)), 0)
                        + coalesce(sum(units) FILTER (WHERE granted = 0), 0) AS need
                FROM fact WHERE shared > 0 GROUP BY pool_id, kind_no, line_id
            )
        ) WHERE needed > shared AND need > 0
    ) p ON p.pool_id = e.pool_id AND p.kind_no = e.kind_no AND p.line_id = e.line_id"""


def _near_cap(layout: Layout) -> str:
    """The lines that may have met a cap: whose charges, taken at their highest, do."""
    prices = ["r.price"]
    for number in range(layout.tiers):
        prices.append(f"{prices[-1]} + r.step_{number}")
    dearest = f"greatest({', '.join(prices)})" if layout.tiers else "r.price"
    blocks = " + greatest(f.blocks, 0)" if layout.has_blocks else ""
    return f"""
    SELECT e.line_id, e.strand_no FROM fact e
    JOIN (
        SELECT f.line_id, f.cap_no FROM fact f JOIN price_row r ON r.row_no = f.row_no
        WHERE f.cap_no > 0 GROUP BY f.line_id, f.cap_no
        HAVING sum(f.left_most) > max(r.cap_units)
            OR sum(f.left_most * ({dearest}){blocks}) > max(r.cap_amount)
    ) c ON c.line_id = e.line_id AND c.cap_no = e.cap_no"""


#: The lines that used one tiered row in several periods, so that its tiers go on from one to the other.
_TIERED_TWICE = """
    SELECT e.line_id, e.strand_no FROM fact e
    JOIN (
        SELECT f.line_id, f.price_row_id FROM fact f JOIN price_row r ON r.row_no = f.row_no
        WHERE r.tiers > 0 GROUP BY f.line_id, f.price_row_id HAVING count(*) > 1
    ) t ON t.line_id = e.line_id AND t.price_row_id = e.price_row_id"""


def ends(layout: Layout) -> str:
    """Where an allowance ended that several price rows drew on: of a period and row the records around its end.

    Those `since` an instant, `until` another, have to be put in order; their line's allowance had been `used_before`.
    """
    cuts = [instant(cut) for cut in layout.cuts()]
    # The last part of a record may begin after the month.
    cuts[-1] = instant(layout.month.next(2).end)
    since = " ".join(f"WHEN {n} THEN {cuts[n]}" for n in range(PIECES))
    until = " ".join(f"WHEN {n} THEN {cuts[n + 1]}" for n in range(PIECES))
    return f"""
    SELECT f.period_no, f.row_no, f.line_id, f.kind_no, f.granted, f.used_before,
        CASE f.piece {since} END AS since, CASE f.piece {until} END AS until
    FROM fact f ANTI JOIN entangled e ON e.line_id = f.line_id AND e.strand_no = f.strand_no
    WHERE f.drawn > f.least AND f.drawers > 1"""


def around_ends(priced: str) -> str:
    """What the allowances still paid for of the records around their ends, by line period and price row."""
    chosen = f"""
        SELECT p.units, p.started_at, p.record_id, p.source_no, p.part, p.period_no, p.row_no,
            e.line_id, e.kind_no, e.granted, e.used_before
        FROM {priced} p
        JOIN allowance_end e ON e.period_no = p.period_no AND e.row_no = p.row_no
            AND p.started_at >= e.since AND p.started_at < e.until"""
    taken = _sum("allowance_units", "allowance_units")
    return f"SELECT period_no, row_no, {taken} FROM ({own_taken(chosen)}) GROUP BY ALL"


def in_order(layout: Layout, priced: str) -> str:
    """What the records of `entangled` are charged, summed by line period and price row."""
    chosen = f"""(
        SELECT p.*, 0 AS used_before FROM {priced} p
        JOIN (
            SELECT f.period_no, f.row_no FROM fact f
            SEMI JOIN entangled e ON e.line_id = f.line_id AND e.strand_no = f.strand_no
        ) f ON f.period_no = p.period_no AND f.row_no = p.row_no
    )"""
    charged = ", ".join(_sum(name, name) for name in _CHARGED)
    records = ordered(layout, with_counters(layout, chosen))
    return f"SELECT period_no, row_no, {charged} FROM ({records}) GROUP BY ALL"


def final(layout: Layout) -> str:
    """The sums of `fact`, `around_end` and `in_order`, by line period and price row."""
    allowance = f"""CASE WHEN f.granted = 0 THEN 0 WHEN f.drawn <= f.least THEN f.units
        WHEN f.drawers = 1 THEN {clamped("f.granted", "f.units")}
        ELSE f.before_end + coalesce(a.allowance_units, 0) END"""
    charged = "CASE WHEN shared > 0 THEN 0 ELSE units - own END"
    plain = {
        "allowance_units": "own",
        "shared_units": "CASE WHEN shared > 0 THEN units - own ELSE 0 END",
        "capped_units": "0",
        "charged_units": charged,
        "relief": "0",
        "charge": cost(layout, f"({charged})") + (" + blocks" if layout.has_blocks else ""),
    }
    chosen = [
        f"CASE WHEN is_ordered THEN ordered_{name} ELSE {plain[name]} END AS final_{name}"
        for name in _CHARGED
    ]
    of_order = ", ".join(f"o.{name} AS ordered_{name}" for name in _CHARGED)
    tiers = "".join(f", r.above_{n}, r.step_{n}" for n in range(layout.tiers))
    blocks = ", f.blocks" if layout.has_blocks else ""
    return f"""
    SELECT *, {", ".join(chosen)} FROM (
        SELECT f.line_id, l.account_id, f.price_row_id, f.records, f.quantity, f.units, f.shared{blocks},
            l.alone, r.price{tiers}, {allowance} AS own, o.period_no IS NOT NULL AS is_ordered, {of_order}
        FROM fact f
        JOIN period l ON l.period_no = f.period_no
        JOIN price_row r ON r.row_no = f.row_no
        LEFT JOIN around_end a ON a.period_no = f.period_no AND a.row_no = f.row_no
        LEFT JOIN in_order o ON o.period_no = f.period_no AND o.row_no = f.row_no
    )"""


def totals() -> str:
    """`final` by line and price row (columns of TOTALS), in that order; most lines have one period."""
    summed = [_sum(name, name) for name in ("records", "quantity", "units")]
    summed += [_sum(f"final_{name}", name) for name in _CHARGED]
    each = ", ".join(f"final_{name} AS {name}" if name in _CHARGED else name for name in ("records", *SUMMED))
    return f"""
    SELECT {", ".join(TOTALS.names)} FROM (
        SELECT {_KEYS}, {each} FROM final WHERE alone
        UNION ALL SELECT {_KEYS}, {", ".join(summed)} FROM final WHERE NOT alone GROUP BY {_KEYS}
    ) ORDER BY {_KEYS}"""


def of_rated(rated: str) -> str:
    """Rated records (shape RATED) summed by line and price row (columns of TOTALS), in that order."""
    summed = ", ".join(_sum(name, name) for name in SUMMED)
    records = _sum("CAST(part = 0 AS INTEGER)", "records")
    return f"SELECT {_KEYS}, {records}, {summed} FROM {rated} GROUP BY {_KEYS} ORDER BY {_KEYS}"
