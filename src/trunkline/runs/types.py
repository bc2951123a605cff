"""Words of runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text


class RunState(StrEnum):
    """A run is open until every part is done and what was expected is billed or explained."""

    OPEN = "open"
    CLOSED = "closed"


class PartState(StrEnum):
    """A part of a run."""

    WAITING = "waiting"
    DONE = "done"


class PartKind(StrEnum):
    """Which accounts a part holds."""

    #: Those whose id falls into it.
    BUCKET = "bucket"
    #: Those that came up after their bucket was done.
    LEFT_OVER = "left_over"
    #: Those that were parked before.
    PARKED = "parked"


RUN_STATE_NAMES = {RunState.OPEN: Text("进行中", "Running"), RunState.CLOSED: Text("已关账", "Closed")}


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run has come: parts done of all, bills issued so far and their sum in yuan."""

    parts_done: int
    parts: int
    bills: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ParkedView:
    """An account a run could not bill, and why; resolved when it was billed after all."""

    account_id: int
    code: str
    reason: Text
    parked_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class BillRunView:
    """Progress of a month's run. It closes when expected = bills + parked."""

    id: int
    month: Month
    state: RunState
    started_at: datetime
    finished_at: datetime | None
    parts: int
    parts_done: int
    expected: int
    bills: int
    amount: Decimal
    parked: int


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What became of one usage file: records = accepted + duplicates + rejected, always.

    `refusal` says why a file was not taken at all; then the counts are zero, and so is `file_id`.
    """

    name: str
    already_taken: bool
    records: int
    accepted: int
    duplicates: int
    rejected: int
    reasons: dict[str, int]
    file_id: int = 0
    refusal: Text | None = None
