"""What the columns of a usage record have to look like."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from trunkline.kernel.periods import Month
from trunkline.rating.types import USAGE, Direction, RejectReason, UsageKind

REQUIRED = tuple(field.name for field in USAGE if not field.nullable and field.name != "zone")
OPTIONAL = ("zone", "other_party", "duration", "service")
_LOCAL = "local"

#: Visible ASCII without the quote and the comma, which could not be told from those of CSV.
_NAME = r"^[!#-+\--~]{1,%d}$"
TIME_PATTERN = (
    r"^\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?"
    r"(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)?$"
)
_EARLIEST, _LATEST = Month(2000, 1).start, Month(2100, 1).start
#: More than this in one record is a mistake: a call of 31 days, a million messages, a pebibyte, content
#: of a hundred thousand yuan.
_MOST = {
    UsageKind.VOICE: 31 * 86_400,
    UsageKind.SMS: 1_000_000,
    UsageKind.MMS: 1_000_000,
    UsageKind.DATA: 2**50,
    UsageKind.VALUE_ADDED: 1_000_000,
    UsageKind.CONTENT: 10**9,
}
_LONGEST = 31 * 86_400


def as_text(rows: ir.Table) -> ir.StringValue:
    """A row as a line of CSV, in the order of the layout, without the empty cells at its end."""
    names = [name for name in USAGE.names if name in rows.columns]
    return (
        ibis.literal(",")
        .join([rows[name].cast("string").fill_null("") for name in names])
        .re_replace(",+$", "")
    )


def with_fault(rows: ir.Table) -> ir.Table:
    """Typed rows (columns of CANDIDATES), with what is wrong with them (reason and field, null where nothing is).

    One fault is named for each row: the first by the order below.
    """
    time, amount = rows.started_at, rows.quantity
    if time.type().is_string():
        time = ibis.ifelse(time.re_search(TIME_PATTERN), time, ibis.null("string"))
    absent = {name: ibis.null("string") for name in OPTIONAL if name not in rows.columns}
    rows = rows.mutate(**absent)
    read = rows.mutate(
        time=time.try_cast("timestamp('UTC', 6)"), amount=_whole(amount), lasting=_whole(rows.duration)
    )
    most = ibis.cases(*((read.kind == kind.value, limit) for kind, limit in _MOST.items()))
    faults = [
        (~read.complete, RejectReason.BAD_ROW, ""),
        *((read[name].isnull(), RejectReason.MISSING_FIELD, name) for name in REQUIRED),
        (~read.source.re_search(_NAME % 40), RejectReason.BAD_RECORD_ID, "source"),
        (~read.record_id.re_search(_NAME % 80), RejectReason.BAD_RECORD_ID, "record_id"),
        (~read.line_number.re_search("^[0-9]{3,20}$"), RejectReason.BAD_NUMBER, "line_number"),
        (read.kind.notin([kind.value for kind in UsageKind]), RejectReason.BAD_KIND, "kind"),
        (read.direction.notin([way.value for way in Direction]), RejectReason.BAD_DIRECTION, "direction"),
        (~read.time.between(_EARLIEST, _LATEST).fill_null(False), RejectReason.BAD_TIME, "started_at"),
        (~read.amount.between(0, most).fill_null(False), RejectReason.BAD_QUANTITY, "quantity"),
        (~read.zone.re_search("^[a-z0-9_-]{1,16}$"), RejectReason.BAD_ZONE, "zone"),
        (
            read.duration.notnull() & ~read.lasting.between(0, _LONGEST).fill_null(False),
            RejectReason.BAD_DURATION,
            "duration",
        ),
        (~read.service.re_search("^[A-Za-z0-9._-]{1,40}$"), RejectReason.BAD_SERVICE, "service"),
        (~read.other_party.re_search(r'^[^"\pC]{1,40}$'), RejectReason.BAD_OTHER_PARTY, "other_party"),
    ]
    fault = ibis.cases(*((found, f"{reason}/{field}") for found, reason, field in faults))
    return read.select(
        *("row_number", "source", "record_id", "line_number", "kind", "direction"),
        started_at=read.time,
        quantity=read.amount,
        zone=read.zone.fill_null(_LOCAL),
        other_party=read.other_party,
        duration=read.lasting,
        service=read.service,
        fault=fault,
    )


def _whole(number: ir.Column) -> ir.IntegerColumn:
    """A whole number that may be written as digits, null where it is none."""
    if number.type().is_string():
        number = ibis.ifelse(number.re_search("^[0-9]{1,18}$"), number, ibis.null("string"))
    return number.try_cast("int64")
