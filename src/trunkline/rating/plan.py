"""Usage into money as one plan of columnar expressions: each step is a table in, a wider table out.

    usage ─ in_month ─ with_line ─ with_price ─ with_units ─ with_allowance ─ with_charge ─► rated ─► totals

The expressions are Ibis, so the same plan runs on every backend that has windows and a function `div` (division
of whole numbers: Ibis' own `//` goes by way of floating point). A new rule is a column or a step: a called
prefix or a time band is one more column to match the price by, a tier one more table after `with_units`.
"""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa

from trunkline.catalog.types import FirstMonthMode
from trunkline.kernel.periods import Month
from trunkline.rating import rules
from trunkline.rating.types import PRICES, RATED, TOTALS, UNRATED, Rounding, UnratedReason

_INT64 = dt.Int64(nullable=False)

#: What an allowance grants under each mode of the first month.
GRANTS = pa.schema(
    [
        pa.field("price_version_id", pa.int64(), nullable=False),
        pa.field("allowance_kind", pa.string(), nullable=False),
        pa.field("first_month_mode", pa.string(), nullable=False),
        pa.field("granted", pa.int64(), nullable=False),
        #: The allowance kind as a number, 1 … _KINDS - 1.
        pa.field("allowance_no", pa.int64(), nullable=False),
    ]
)
#: Above any number of an allowance kind.
_KINDS = 1024


def _whole(dividend: int, divisor: int) -> int:
    """Division of whole numbers, none of them negative, rounded down."""
    return dividend // divisor


#: `_whole` by the backend's own function.
_div: Callable[..., ir.IntegerColumn] = ibis.udf.scalar.builtin(
    name="div", signature=((dt.int64, dt.int64), dt.int64)
)(_whole)


def _exact_sum(column: ir.IntegerColumn) -> ir.IntegerScalar:
    """A sum in int64, which raises where it does not fit.

    The engine sums into 128 bits, which Parquet would keep as floating point; and Ibis, which takes the sum for
    an int64 already, drops a cast to the plain type.
    """
    return column.sum().cast(_INT64)


def grants(allowances: pa.Table) -> pa.Table:
    """The allowances (shape ALLOWANCES) under every mode of the first month (shape GRANTS), P2-05 … P2-07.

    ValueError for more than 1023 kinds of allowance.
    """
    kinds = sorted(set(allowances["allowance_kind"].to_pylist()))
    if len(kinds) >= _KINDS:
        raise ValueError(f"{len(kinds)} kinds of allowance are more than {_KINDS - 1}")
    numbers = {kind: number for number, kind in enumerate(kinds, start=1)}
    rows = [
        {
            "price_version_id": row["price_version_id"],
            "allowance_kind": row["allowance_kind"],
            "first_month_mode": mode.value,
            "granted": rules.first_month_allowance(row["amount"], mode, whole=row["whole"] or 1),
            "allowance_no": numbers[row["allowance_kind"]],
        }
        for row in allowances.to_pylist()
        for mode in FirstMonthMode
    ]
    return pa.Table.from_pylist(rows, schema=GRANTS)


def tariff(prices: ir.Table, granted: ir.Table) -> ir.Table:
    """Price rows for every mode of the first month, each with what its allowance grants.

    Where nothing is granted there is no allowance, so that usage before it is not held against a later plan.
    """
    modes = ibis.memtable({"first_month_mode": [mode.value for mode in FirstMonthMode]})
    rows = prices.rename(named="allowance_kind").cross_join(modes)
    key = ("price_version_id", "first_month_mode", ("named", "allowance_kind"))
    joined = rows.left_join(granted.filter(granted.granted > 0), key)
    return joined.select(
        *(name for name in PRICES.names if name != "allowance_kind"),
        "first_month_mode",
        granted=joined.granted.fill_null(0),
        allowance_no=joined.allowance_no.fill_null(0),
    )


def lines_of_month(lines: ir.Table, month: Month) -> ir.Table:
    """The line periods that touch the month, closed where they are open."""
    end = ibis.literal(month.end, type=dt.Timestamp(timezone="UTC"))
    until = lines.active_to.fill_null(end)
    return lines.filter(lines.active_from < end, until > month.start).select(
        "line_number",
        "active_from",
        "line_id",
        "account_id",
        "price_version_id",
        active_to=until,
        first_month_mode=lines.first_month_mode.fill_null(FirstMonthMode.FULL_MONTH.value),
    )


def in_month(usage: ir.Table, month: Month) -> ir.Table:
    """The records that began in the month: a call over midnight belongs to the month it began in."""
    return usage.filter(usage.started_at >= month.start, usage.started_at < month.end)


def _holds(usage: ir.Table, lines: ir.Table) -> list[ir.BooleanValue]:
    """A record belongs to the line that held its number when it began."""
    return [
        usage.line_number == lines.line_number,
        usage.started_at >= lines.active_from,
        usage.started_at < lines.active_to,
    ]


def with_line(usage: ir.Table, lines: ir.Table) -> ir.Table:
    """Adds the line, its account, price version and first-month mode; drops records of no line."""
    return usage.inner_join(lines, _holds(usage, lines)).select(
        usage, lines.line_id, lines.account_id, lines.price_version_id, lines.first_month_mode
    )


_PRICE_KEY = ("price_version_id", "first_month_mode", "kind", "direction", "zone")


def with_price(records: ir.Table, tariff: ir.Table) -> ir.Table:
    """Adds the price row and what its allowance grants the line; drops records without a price."""
    return records.inner_join(tariff, _PRICE_KEY).select(
        records,
        *(tariff[c] for c in ("price_row_id", "unit", "rounding", "price", "granted", "allowance_no")),
    )


def with_units(records: ir.Table) -> ir.Table:
    """Adds `units`: the quantity in whole units of its price row (as `rules.units_of`)."""
    q, unit = records.quantity, records.unit
    return records.mutate(
        units=ibis.cases(
            (records.rounding == Rounding.UP.value, _div(q + unit - 1, unit)),
            (records.rounding == Rounding.DOWN.value, _div(q, unit)),
            (records.rounding == Rounding.NEAREST.value, _div(2 * q + unit, 2 * unit)),
        )
    )


def with_allowance(records: ir.Table) -> ir.Table:
    """Adds `allowance_units`: what the line's allowance still pays for, used up in the order of events.

    Of the month's allowance a record gets what all earlier records of the line that name the same allowance
    have left of it; the one that meets the end is split. Records of the same instant go by id.
    """
    line_and_kind = ibis.window(
        # One whole number, since the engine sorts by it half again as fast as by an id and a name.
        group_by=records.line_id * _KINDS + records.allowance_no,
        order_by=[records.started_at, records.record_id, records.source],
        preceding=(None, 0),
    )
    used = records.mutate(used=records.units.sum().over(line_and_kind).cast(_INT64))
    left = ibis.greatest(used.granted - (used.used - used.units), 0)
    return used.mutate(allowance_units=ibis.least(left, used.units))


def with_charge(records: ir.Table) -> ir.Table:
    """Adds `charged_units` and `charge` in ten-thousandths of a yuan, exact."""
    charged = records.mutate(charged_units=records.units - records.allowance_units)
    return charged.mutate(charge=charged.charged_units * charged.price)


def rated(usage: ir.Table, lines: ir.Table, tariff: ir.Table, month: Month) -> ir.Table:
    """The rated records of the month (columns of RATED), from `lines_of_month` and `tariff`."""
    priced = with_price(with_line(in_month(usage, month), lines), tariff)
    return with_charge(with_allowance(with_units(priced))).select(*RATED.names)


def totals(rated: ir.Table) -> ir.Table:
    """Rated records summed by line and price row (columns of TOTALS), in that order."""
    keys = ("line_id", "account_id", "price_row_id")
    sums = {name: _exact_sum(rated[name]) for name in TOTALS.names if name not in (*keys, "records")}
    return (
        rated.group_by(*keys).aggregate(records=rated.count(), **sums).select(*TOTALS.names).order_by(*keys)
    )


def unrated(usage: ir.Table, lines: ir.Table, tariff: ir.Table, month: Month) -> ir.Table:
    """The records that `rated` leaves out (columns of UNRATED), with the reason, in the order of events."""
    within = (usage.started_at >= month.start) & (usage.started_at < month.end)
    matched = usage.left_join(lines, _holds(usage, lines)).select(
        usage, lines.line_id, lines.price_version_id, lines.first_month_mode, within=within
    )
    priced = matched.left_join(tariff, _PRICE_KEY).select(matched, tariff.price_row_id)
    reason = ibis.cases(
        (~priced.within, UnratedReason.OTHER_MONTH.value),
        (priced.line_id.isnull(), UnratedReason.NO_LINE.value),
        (priced.price_row_id.isnull(), UnratedReason.NO_PRICE.value),
    )
    found = priced.mutate(reason=reason).filter(lambda t: t.reason.notnull())
    return found.select(*UNRATED.names).order_by("started_at", "source", "record_id")
