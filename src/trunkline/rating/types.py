"""The facts of rating: what goes into it, what comes out, and the Arrow shape of each table.

Amounts of money are whole ten-thousandths of a yuan (int64) throughout, instants are microseconds in UTC, and
quantities are in the base unit of their kind: voice in seconds, messages in pieces, data in bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pyarrow as pa

from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text


class UsageKind(StrEnum):
    """What was used (业务类型)."""

    VOICE = "voice"
    SMS = "sms"
    MMS = "mms"
    DATA = "data"


class Direction(StrEnum):
    """Whether the charged number began it (主叫, mobile originated) or received it (被叫, terminated)."""

    OUTGOING = "mo"
    INCOMING = "mt"


#: The zone of usage at home; any other is roaming.
LOCAL_ZONE = "local"

USAGE_KIND_NAMES = {
    UsageKind.VOICE: Text("语音通话", "Voice"),
    UsageKind.SMS: Text("短信", "Short message"),
    UsageKind.MMS: Text("彩信", "Multimedia message"),
    UsageKind.DATA: Text("上网流量", "Data"),
}
DIRECTION_NAMES = {
    Direction.OUTGOING: Text("主叫", "Outgoing"),
    Direction.INCOMING: Text("被叫", "Incoming"),
}
ZONE_NAMES = {LOCAL_ZONE: Text("本地", "Local"), "roaming": Text("漫游", "Roaming")}


class DetailWay(StrEnum):
    """In which form details were handed out."""

    PAGE = "page"
    SHEET = "sheet"
    PDF = "pdf"
    EMAIL = "email"


class Rounding(StrEnum):
    """How a quantity becomes whole charging units; `NEAREST` takes the upper unit from one half on."""

    UP = "up"
    DOWN = "down"
    NEAREST = "nearest"


class RejectReason(StrEnum):
    """Why a row of a usage file was not taken in."""

    BAD_ROW = "bad_row"
    MISSING_FIELD = "missing_field"
    BAD_RECORD_ID = "bad_record_id"
    BAD_NUMBER = "bad_number"
    BAD_KIND = "bad_kind"
    BAD_DIRECTION = "bad_direction"
    BAD_OTHER_PARTY = "bad_other_party"
    BAD_TIME = "bad_time"
    BAD_QUANTITY = "bad_quantity"
    BAD_ZONE = "bad_zone"
    DUPLICATE_IN_FILE = "duplicate_in_file"
    DUPLICATE_OF_EARLIER = "duplicate_of_earlier"


class UnratedReason(StrEnum):
    """Why an accepted record got no price."""

    OTHER_MONTH = "other_month"
    NO_LINE = "no_line"
    NO_PRICE = "no_price"


INSTANT = pa.timestamp("us", tz="UTC")


def _shape(
    *required: tuple[str, pa.DataType], optional: tuple[tuple[str, pa.DataType], ...] = ()
) -> pa.Schema:
    """A schema whose `required` columns hold no nulls, followed by the `optional` ones that may."""
    return pa.schema(
        [pa.field(name, kind, nullable=False) for name, kind in required]
        + [pa.field(name, kind, nullable=True) for name, kind in optional]
    )


#: An accepted usage record. (source, record_id) is unique; `line_number` is the charged number.
USAGE = _shape(
    ("source", pa.string()),
    ("record_id", pa.string()),
    ("line_number", pa.string()),
    ("kind", pa.string()),
    ("direction", pa.string()),
    ("started_at", INSTANT),
    ("quantity", pa.int64()),
    ("zone", pa.string()),
    optional=(("other_party", pa.string()),),
)

#: A usage record with its place in the file it came from.
CANDIDATES = pa.schema([pa.field("row_number", pa.int64(), nullable=False), *USAGE])

#: A row that was not taken in: the column at fault (empty for the whole row) and the row as it stood.
REJECTS = _shape(
    ("row_number", pa.int64()),
    ("reason", pa.string()),
    ("field", pa.string()),
    ("record", pa.string()),
)

#: A stretch of time, [active_from, active_to) and open when null, in which a line held a number and a price
#: version. `first_month_mode` (`catalog.types.FirstMonthMode`) is null outside the month of entry.
LINES = _shape(
    ("line_id", pa.int64()),
    ("line_number", pa.string()),
    ("account_id", pa.int64()),
    ("plan_code", pa.string()),
    ("price_version_id", pa.int64()),
    ("active_from", INSTANT),
    optional=(("active_to", INSTANT), ("first_month_mode", pa.string())),
)

#: A stretch of a number on one line, [active_from, active_to) and open when null.
HOLDERS = _shape(
    ("line_id", pa.int64()),
    ("line_number", pa.string()),
    ("active_from", INSTANT),
    optional=(("active_to", INSTANT),),
)

#: A stretch of a line in one hand under one number, [held_from, held_to), and what its details leave out.
HELD = _shape(
    ("line_id", pa.int64()),
    ("line_number", pa.string()),
    ("held_from", INSTANT),
    ("held_to", INSTANT),
    ("hides_voice", pa.bool_()),
    ("hides_messages", pa.bool_()),
    ("hides_data", pa.bool_()),
    ("hides_roaming", pa.bool_()),
)

#: What one unit of usage costs: `unit` in the base unit of the kind (60 = a minute), `price` for each unit.
#: `allowance_kind` names the allowance that may pay for it, counted in whole units of this row.
PRICES = _shape(
    ("price_row_id", pa.int64()),
    ("price_version_id", pa.int64()),
    ("kind", pa.string()),
    ("direction", pa.string()),
    ("zone", pa.string()),
    ("unit", pa.int64()),
    ("rounding", pa.string()),
    ("price", pa.int64()),
    optional=(("allowance_kind", pa.string()),),
)

#: What a price version includes each month: `amount` in units of the price rows that name the allowance.
#: `whole` is what a halved amount is rounded up to, in the same units: 1024 where kilobytes are sold by the MB,
#: 1 when null.
ALLOWANCES = _shape(
    ("price_version_id", pa.int64()),
    ("allowance_kind", pa.string()),
    ("amount", pa.int64()),
    optional=(("whole", pa.int64()),),
)

#: One rated record. units = allowance_units + charged_units; charge = charged_units x price.
RATED = _shape(
    ("source", pa.string()),
    ("record_id", pa.string()),
    ("started_at", INSTANT),
    ("line_id", pa.int64()),
    ("account_id", pa.int64()),
    ("price_row_id", pa.int64()),
    ("quantity", pa.int64()),
    ("units", pa.int64()),
    ("allowance_units", pa.int64()),
    ("charged_units", pa.int64()),
    ("charge", pa.int64()),
)

#: One line and price row of the month, the sum of its rated records: what the bill run takes.
TOTALS = _shape(
    ("line_id", pa.int64()),
    ("account_id", pa.int64()),
    ("price_row_id", pa.int64()),
    ("records", pa.int64()),
    ("quantity", pa.int64()),
    ("units", pa.int64()),
    ("allowance_units", pa.int64()),
    ("charged_units", pa.int64()),
    ("charge", pa.int64()),
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


@dataclass(frozen=True, slots=True)
class IntakeCounts:
    """What became of the rows of a file. Always read = accepted + duplicate + rejected."""

    read: int
    accepted: int
    duplicate: int
    rejected: int

    def __post_init__(self) -> None:
        if self.read != self.accepted + self.duplicate + self.rejected:
            raise ValueError(f"the counts of a usage file do not add up: {self}")


@dataclass(frozen=True, slots=True)
class UsageFile:
    """A usage file that was read: Parquet of shape CANDIDATES and of shape REJECTS, and the counts.

    Duplicates within the file stand among the rejects but are counted apart. `reasons` counts them by reason.
    """

    sha256: str
    candidates: Path
    rejects: Path
    counts: IntakeCounts
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """Candidates parted into new ones (Parquet, shape CANDIDATES) and duplicates (Parquet, shape REJECTS)."""

    fresh: Path
    duplicates: Path
    fresh_count: int
    duplicate_count: int


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A Parquet file of the accepted store; `path` is relative to the root of the store, `size` in bytes."""

    path: str
    month: str
    bucket: int
    records: int
    size: int


@dataclass(frozen=True, slots=True)
class DataVolume:
    """Bytes of data that a line used in a month, as far as some usage files tell."""

    line_id: int
    branch_id: int
    month: Month
    volume: int


@dataclass(frozen=True, slots=True)
class DataCount:
    """What a line's month came to in bytes before and after usage was counted."""

    line_id: int
    month: Month
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What the columnar engine may take from the machine. `threads` 0 means every core."""

    memory_limit: str = "4GB"
    max_temp_directory_size: str = "50GB"
    threads: int = 0
