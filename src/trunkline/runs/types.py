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


RUN_STATE_NAMES = {RunState.OPEN: Text("进行中", "Running"), RunState.CLOSED: Text("已关账", "Closed")}


@dataclass(frozen=True, slots=True)
class BillRunView:
    """Progress of a month's run."""

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
    """What became of one usage file: records = accepted + duplicates + rejected, always."""

    name: str
    already_taken: bool
    records: int
    accepted: int
    duplicates: int
    rejected: int
    reasons: dict[str, int]
