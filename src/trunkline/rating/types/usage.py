"""Usage, the lines it belongs to, and what became of usage files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pyarrow as pa

from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text
from trunkline.rating.types.shapes import INSTANT, shape_of


class UsageKind(StrEnum):
    """What was used (业务类型)."""

    VOICE = "voice"
    SMS = "sms"
    MMS = "mms"
    DATA = "data"
    VALUE_ADDED = "vas"
    CONTENT = "content"


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
    UsageKind.VALUE_ADDED: Text("增值业务", "Value-added service"),
    UsageKind.CONTENT: Text("信息内容", "Content"),
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
    BAD_DURATION = "bad_duration"
    BAD_SERVICE = "bad_service"
    DUPLICATE_IN_FILE = "duplicate_in_file"
    DUPLICATE_OF_EARLIER = "duplicate_of_earlier"


#: An accepted usage record. (source, record_id) is unique; `line_number` is the charged number. `duration` is how
#: many seconds it lasted, where the quantity is not seconds; `service` the value-added or content service.
USAGE = shape_of(
    ("source", pa.string()),
    ("record_id", pa.string()),
    ("line_number", pa.string()),
    ("kind", pa.string()),
    ("direction", pa.string()),
    ("started_at", INSTANT),
    ("quantity", pa.int64()),
    ("zone", pa.string()),
    optional=(("other_party", pa.string()), ("duration", pa.int64()), ("service", pa.string())),
)

#: A usage record with its place in the file it came from.
CANDIDATES = pa.schema([pa.field("row_number", pa.int64(), nullable=False), *USAGE])

#: A row that was not taken in: the column at fault (empty for the whole row) and the row as it stood.
REJECTS = shape_of(
    ("row_number", pa.int64()),
    ("reason", pa.string()),
    ("field", pa.string()),
    ("record", pa.string()),
)

#: A stretch of time, [active_from, active_to) and open when null, in which a line held a number and a price
#: version. `first_month_mode` (`catalog.types.FirstMonthMode`) is null outside the month of entry, `group_id` is
#: the group whose members call each other at its prices, `pool_id` what the line shares allowances with.
LINES = shape_of(
    ("line_id", pa.int64()),
    ("line_number", pa.string()),
    ("account_id", pa.int64()),
    ("price_version_id", pa.int64()),
    ("active_from", INSTANT),
    optional=(
        ("active_to", INSTANT),
        ("first_month_mode", pa.string()),
        ("group_id", pa.int64()),
        ("pool_id", pa.int64()),
    ),
)

#: A stretch of a number on one line, [active_from, active_to) and open when null.
HOLDERS = shape_of(
    ("line_id", pa.int64()),
    ("line_number", pa.string()),
    ("active_from", INSTANT),
    optional=(("active_to", INSTANT),),
)

#: A stretch of a line in one hand under one number, [held_from, held_to), and what its details leave out.
HELD = shape_of(
    ("line_id", pa.int64()),
    ("line_number", pa.string()),
    ("held_from", INSTANT),
    ("held_to", INSTANT),
    ("hides_voice", pa.bool_()),
    ("hides_messages", pa.bool_()),
    ("hides_data", pa.bool_()),
    ("hides_roaming", pa.bool_()),
)


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
