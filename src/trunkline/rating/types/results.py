"""What rating comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from trunkline.rating.types.shapes import INSTANT, shape_of
from trunkline.rating.types.usage import USAGE


class UnratedReason(StrEnum):
    """Why an accepted record got no price."""

    OTHER_MONTH = "other_month"
    NO_LINE = "no_line"
    NO_PRICE = "no_price"


#: The columns that are summed. units = allowance_units + shared_units + capped_units + charged_units: paid by the
#: line's allowance, by its pool's, left free above a cap of units, charged. `charge` is what is to be paid, after
#: `relief`: what a cap of money took off.
_SUMS = (
    ("quantity", pa.int64()),
    ("units", pa.int64()),
    ("allowance_units", pa.int64()),
    ("shared_units", pa.int64()),
    ("capped_units", pa.int64()),
    ("charged_units", pa.int64()),
    ("relief", pa.int64()),
    ("charge", pa.int64()),
)
SUMMED = tuple(name for name, _ in _SUMS)

#: One rated record, or a part of it: a record that crosses the edge of a time band has a part by each price row,
#: numbered from 0 in the order of time.
RATED = shape_of(
    ("source", pa.string()),
    ("record_id", pa.string()),
    ("part", pa.int64()),
    ("started_at", INSTANT),
    ("line_id", pa.int64()),
    ("account_id", pa.int64()),
    ("price_row_id", pa.int64()),
    *_SUMS,
)

#: One line and price row of the month, the sum of its rated records: what the bill run takes. Of a record in several
#: parts the first is counted.
TOTALS = shape_of(
    ("line_id", pa.int64()),
    ("account_id", pa.int64()),
    ("price_row_id", pa.int64()),
    ("records", pa.int64()),
    *_SUMS,
)

#: A record that got no price, with the reason.
UNRATED = pa.schema([*USAGE, pa.field("reason", pa.string(), nullable=False)])


@dataclass(frozen=True, slots=True)
class RatingResult:
    """The month rated: `totals` (shape TOTALS) and `unrated` (shape UNRATED).

    `records` were in the files, `rated` of them stand in the totals; the others are the unrated ones.
    """

    totals: pa.Table
    unrated: pa.Table
    records: int
    rated: int
