"""From usage to priced records: whose it is, by which price row, how many units.

A record belongs to the line that held its number when it began, and to the month it began in. It is charged by the
price row of the moment it began. Where it runs on into another time band, each unit is charged by the row of the band
in which the unit begins; how much is a unit stays as it was at the beginning.
"""

from __future__ import annotations

from collections.abc import Iterator

from trunkline.rating.plan.layout import Layout, clamped, micros
from trunkline.rating.plan.ordering import first_block
from trunkline.rating.tariffs.classes import NETWORK_NO
from trunkline.rating.tariffs.compiling import ROUNDING_NO
from trunkline.rating.tariffs.destinations import HEAD
from trunkline.rating.types import Network, Rounding, UnratedReason, UsageKind

_MINUTE = 60_000_000
_VOICE = f"u.kind = '{UsageKind.VOICE}'"

#: Units of the quantity (as `rules.units_of`), no fewer than the row's minimum.
_UNITS = f"""CASE WHEN u.quantity = 0 THEN 0 ELSE greatest(r.minimum, CASE r.rounding_no
        WHEN {ROUNDING_NO[Rounding.DOWN]} THEN div(u.quantity, r.unit)
        WHEN {ROUNDING_NO[Rounding.NEAREST]} THEN div(2 * u.quantity + r.unit, 2 * r.unit)
        ELSE div(u.quantity + r.unit - 1, r.unit) END) END"""


def columns(layout: Layout, *, part: str = "part") -> str:
    """The columns of a priced record, or of a part of one; `part` says which."""
    block = ", block" if layout.has_blocks else ""
    return f"source_no, record_id, {part}, started_at, period_no, row_no, quantity, units{block}"


def whole(layout: Layout) -> str:
    """The records of `priced` that were not taken apart (`columns`)."""
    apart = " WHERE timeless_no IS NULL" if layout.by_time else ""
    return f"SELECT {columns(layout, part='0 AS part')} FROM priced{apart}"


def priced(layout: Layout) -> str:
    """The records of `usage` in the month that have a line and a price.

    Where prices go by time, `timeless_no` and `lasting` are null but for records that run on into another time band:
    their class without the time, and how many seconds they last.
    """
    source = "w.source_no" if layout.many_sources else "0"
    classed = [
        f"{source} AS source_no, u.record_id, u.started_at, u.quantity, l.period_no, l.row_base",
        f"{_choice_no(layout, timed=False)} AS timeless_no",
    ]
    crossing, choice_no = "", "u.timeless_no"
    if layout.by_time:
        ends = f"micros(u.started_at) + {_LASTING} * 1000000"
        classed.append("k.time_step * m.time_no AS timed_by")
        classed.append(
            f"CASE WHEN k.time_step > 0 AND {ends} > m.until_micros THEN {_LASTING} END AS lasting"
        )
        crossing = ", CASE WHEN u.lasting > 0 THEN u.timeless_no END AS timeless_no, u.lasting"
        choice_no = "u.timeless_no + u.timed_by"
    block = f", {first_block('r', _UNITS)} AS block" if layout.has_blocks else ""
    return f"""
    SELECT u.source_no, u.record_id, u.started_at, u.period_no, r.row_no, u.quantity, {_UNITS} AS units{block}{crossing}
    FROM (
        SELECT {", ".join(classed)} FROM usage u {" ".join(_joins(layout, "JOIN"))}
        {"JOIN usage_source w ON w.source = u.source" if layout.many_sources else ""}
        WHERE u.started_at >= {layout.start} AND u.started_at < {layout.end}
    ) u
    JOIN choice c ON c.choice_no = {choice_no}
    JOIN price_row r ON r.row_no = u.row_base + c.place"""


def unrated(layout: Layout) -> str:
    """The records of `usage` that `priced` leaves out, with the reason, in the order of events."""
    return f"""
    SELECT * FROM (
        SELECT u.*, CASE
            WHEN u.started_at < {layout.start} OR u.started_at >= {layout.end} THEN '{UnratedReason.OTHER_MONTH}'
            WHEN l.period_no IS NULL THEN '{UnratedReason.NO_LINE}'
            WHEN c.place IS NULL THEN '{UnratedReason.NO_PRICE}' END AS reason
        FROM usage u {" ".join(_joins(layout, "LEFT JOIN"))}
        LEFT JOIN choice c ON c.choice_no = {_choice_no(layout)}
    ) WHERE reason IS NOT NULL
    ORDER BY started_at, source, record_id"""


#: How many seconds a record lasted: a call its quantity, other usage its duration where that is known.
_LASTING = f"CASE WHEN {_VOICE} THEN u.quantity ELSE coalesce(u.duration, 0) END"
#: The other party was of this network, as far as its number tells.
_BY_NUMBER = "o.line_number IS NOT NULL"


def _joins(layout: Layout, how: str) -> Iterator[str]:
    """What is looked up of a record, in this order: the line first, since it is what most records have."""
    yield (
        f"{how} period l ON u.line_number = l.line_number "
        "AND u.started_at >= l.active_from AND u.started_at < l.active_to"
    )
    yield f"{how} price_use k ON u.kind = k.kind AND u.direction = k.direction"
    if layout.by_zone:
        yield "LEFT JOIN price_zone z ON u.zone = z.zone"
    if layout.by_service:
        yield "LEFT JOIN price_service v ON u.service = v.service"
    # What no price of the kind names is not looked up: a key that is null costs nothing.
    if layout.by_network:
        party = "CASE WHEN k.network_step > 0 THEN u.other_party END"
        yield (
            f"LEFT JOIN period o ON {party} = o.line_number "
            "AND u.started_at >= o.active_from AND u.started_at < o.active_to"
        )
    if layout.by_short_number:
        short = f"CASE WHEN length(u.other_party) <= {layout.short_length} THEN u.other_party END"
        yield f"LEFT JOIN short_number n ON {short} = n.short_number AND l.group_id = n.group_id"
    if layout.by_destination or layout.by_network:
        for length in (*layout.longer, HEAD):
            first = f"CASE WHEN k.destination_step > 0 OR k.network_step > 0 THEN left(u.other_party, {length}) END"
            yield f"LEFT JOIN prefix_{length} h{length} ON {first} = h{length}.prefix"
    if layout.by_time:
        # There is a minute for every record of the month, so that the join need not look for those without.
        minute = f"div(micros(u.started_at) - {micros(layout.month.start)}, {_MINUTE})"
        number = f"CASE WHEN k.time_step > 0 THEN CAST({minute} AS INTEGER) ELSE 0 END"
        yield f"{how} calendar_minute m ON {number} = m.minute_no"


def _choice_no(layout: Layout, *, timed: bool = True) -> str:
    """The class of a record among those of its price version's shape, as SQL."""
    terms = ["l.choice_base + k.base"]
    if layout.by_zone:
        terms.append("k.zone_step * coalesce(z.zone_no, 0)")
    if layout.by_service:
        terms.append("k.service_step * coalesce(v.service_no, 0)")
    lengths = (*layout.longer, HEAD)
    if layout.by_destination:
        found = ", ".join(f"h{length}.destination_no" for length in lengths)
        terms.append(f"k.destination_step * coalesce({found}, 0)")
    if layout.by_network:
        by_prefix = ", ".join(f"h{length}.on_net" for length in lengths)
        in_group = "o.group_id = l.group_id" + (
            " OR n.group_id IS NOT NULL" if layout.by_short_number else ""
        )
        terms.append(
            f"k.network_step * CASE WHEN {in_group} THEN {NETWORK_NO[Network.GROUP]} "
            f"WHEN {_BY_NUMBER} OR coalesce({by_prefix}, FALSE) THEN {NETWORK_NO[Network.ON_NET]} "
            f"ELSE {NETWORK_NO[Network.OFF_NET]} END"
        )
    if layout.by_time and timed:
        terms.append("k.time_step * coalesce(m.time_no, 0)")
    return " + ".join(terms)


def parts(layout: Layout) -> str:
    """The parts (`columns`) of the records of `priced` that run on into another time band.

    There is a part by each stretch of one time class, with the units begun in it; the quantity goes with the units. A
    stretch without a price is charged by the row that the record began in.
    """
    ends = "micros(p.started_at) + p.lasting * 1000000"
    last = f"micros(t.until) >= {ends}"
    block = (
        f", CASE WHEN part = 0 THEN {first_block('s', 'units')} ELSE 0 END AS block"
        if layout.has_blocks
        else ""
    )
    return f"""
    SELECT source_no, record_id, part, started_at, period_no, row_no, quantity, units{block} FROM (
        SELECT source_no, record_id, period_no, first_units, first_price, price,
            greatest(started_at, since) AS started_at,
            CAST(row_number() OVER (PARTITION BY source_no, record_id ORDER BY since) - 1 AS INTEGER) AS part,
            coalesce(row_base + place, row_no) AS row_no,
            CASE WHEN is_last THEN quantity ELSE {clamped("begun_after * unit", "quantity")} END
                - {clamped("begun_before * unit", "quantity")} AS quantity,
            begun_after - begun_before AS units
        FROM (
            SELECT p.*, t.since, c.place, l.row_base, r.unit, r.first_units, r.first_price, r.price,
                {last} AS is_last,
                CASE WHEN t.since > p.started_at THEN {_begun("t.since")} ELSE 0 END AS begun_before,
                CASE WHEN {last} THEN p.units ELSE {_begun("t.until")} END AS begun_after
            FROM (SELECT * FROM priced WHERE timeless_no IS NOT NULL) p
            JOIN period l ON l.period_no = p.period_no
            JOIN price_row r ON r.row_no = p.row_no
            JOIN calendar_stretch t ON t.until > p.started_at AND micros(t.since) < {ends}
            LEFT JOIN choice c ON c.choice_no = p.timeless_no + r.time_step * t.time_no
        )
    ) s WHERE part = 0 OR units > 0 OR quantity > 0"""


def _begun(edge: str) -> str:
    """How many units have begun before an instant, as SQL: of a call one every so many seconds, else evenly."""
    seconds = f"div(micros({edge}) - micros(p.started_at) + 999999, 1000000)"
    every = f"div({seconds} + r.unit - 1, r.unit)"
    evenly = f"div({seconds} * p.units + p.lasting - 1, p.lasting)"
    return clamped(f"CASE WHEN r.is_voice THEN {every} ELSE {evenly} END", "p.units")
