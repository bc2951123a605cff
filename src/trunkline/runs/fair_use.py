"""公平使用: the data of lines counted as their usage comes in, told and barred at the cap, opened by the month.

A usage record reaches us when its session is over, so that a running session is never cut (P2-15). It counts in the
month in which it began: a record has no other instant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from trunkline.agreements.queries import data_caps
from trunkline.agreements.rules.fair_use import (
    BARS_DATA,
    GIGABYTE,
    TOLD_SHARES,
    reaches_cap,
    shares_passed,
)
from trunkline.catalog.queries import parameter_on, price_versions
from trunkline.kernel.periods import Month, local_date
from trunkline.messaging.operations import post_line_messages
from trunkline.messaging.types import LinePost, MessageKind, Purpose
from trunkline.rating.counting import data_by_line, data_numbers
from trunkline.rating.operations import count_data
from trunkline.rating.queries import PartView, data_used, part_files, parts_of, uncounted_files
from trunkline.rating.types import HOLDERS, DataCount, DataVolume
from trunkline.runs.locks import DATA_COUNT, take_lock
from trunkline.runs.work import workdir
from trunkline.security.audit import operation
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import stop_lines
from trunkline.subscriptions.queries import lines, number_holders, stops_of
from trunkline.subscriptions.types import LineState, LineView, NumberHeld, StopCause

#: Where messages about the cap come from.
SOURCE = "data_cap"
_FILES_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class DataCounted:
    """What a round of counting did: files and lines counted, lines told, lines barred."""

    files: int
    lines: int
    told: int
    barred: int


@dataclass(frozen=True, slots=True)
class DataStanding:
    """A line's data in a month, in bytes: used, and its cap or None; since when it is barred and until when."""

    number: str
    month: Month
    used: int
    cap: int | None
    barred_since: datetime | None
    reopens_at: datetime | None

    @property
    def percent(self) -> int:
        """The share of the cap that is used, whole percents rounded down; 0 without a cap."""
        return self.used * 100 // self.cap if self.cap else 0


@dataclass(frozen=True, slots=True)
class Told:
    """Whom there is to tell: the lines of a round, and those of them that were barred in it."""

    held: Mapping[int, LineView]
    barred: Collection[int]


def data_standing(line: LineView, at: datetime) -> DataStanding:
    """How a line stands with its data in the month of `at` (P2-14)."""
    month = Month.of(at)
    barred = stops_of([line.id], StopCause.DATA_CAP).get(line.id)
    if barred is not None and Month.of(barred) != month:
        barred = None
    return DataStanding(
        number=line.number,
        month=month,
        used=data_used(month, [line.id]).get(line.id, 0),
        cap=caps_of([line], at).get(line.id),
        barred_since=barred,
        reopens_at=month.end if barred else None,
    )


def caps_of(held: Iterable[LineView], at: datetime) -> dict[int, int]:
    """The cap of each line in bytes: what its agreement says, else what its plan says; without one left out (P2-14)."""
    held = list(held)
    agreed = data_caps(one.id for one in held)
    plans = price_versions({one.offering_id for one in held if one.id not in agreed}, local_date(at))
    found = {}
    for one in held:
        plan = plans.get(one.offering_id)
        gigabytes = agreed.get(one.id, plan.data_cap_gb if plan else None)
        if gigabytes is not None:
            found[one.id] = gigabytes * GIGABYTE
    return found


@operation("usage.count")
def count_new_data(*, actor: Actor, at: datetime) -> DataCounted:
    """Count the data of the usage files taken in since the last time; tell lines, and bar those at their cap.

    Only usage of the month of `at` has consequences: an earlier month's bar is over (P2-14). Whether a line is
    barred, and at which shares of its cap it is told, are parameters. Safe to repeat: a file is counted once.
    """
    take_lock(DATA_COUNT)
    files = uncounted_files(_FILES_AT_ONCE)
    if not files:
        return DataCounted(0, 0, 0, 0)
    counts = count_data(file_ids=files, volumes=_volumes(files), actor=actor, at=at)
    present = [count for count in counts if count.month == Month.of(at)]
    held = {
        line_id: line
        for line_id, line in lines([count.line_id for count in present]).items()
        if line.state is not LineState.TERMINATED
    }
    caps = caps_of(held.values(), at)
    present = [count for count in present if count.line_id in caps]
    barred = _bar(present, caps, actor, at)
    told = _tell(present, caps, Told(held, barred), actor, at)
    return DataCounted(len(files), len({count.line_id for count in counts}), told, len(barred))


def _volumes(file_ids: Sequence[int]) -> list[DataVolume]:
    """What usage files hold of each line's data, by month."""
    by_month: dict[Month, list[PartView]] = {}
    for part in parts_of(file_ids):
        by_month.setdefault(part.month, []).append(part)
    return [volume for month, found in sorted(by_month.items()) for volume in volumes_of_month(month, found)]


def volumes_of_month(month: Month, found: Sequence[PartView]) -> list[DataVolume]:
    """What parts of a month's usage hold of each line's data."""
    paths = part_files(found)
    holders = number_holders(month, data_numbers(paths, workdir=workdir()))
    branches = {one.line_id: one.branch_id for one in holders}
    volumes = data_by_line(paths, _holder_table(holders), workdir=workdir())
    return [DataVolume(line, branches[line], month, volume) for line, volume in sorted(volumes.items())]


def _holder_table(holders: Sequence[NumberHeld]) -> pa.Table:
    columns = {
        "line_id": [one.line_id for one in holders],
        "line_number": [one.number for one in holders],
        "active_from": [one.valid_from for one in holders],
        "active_to": [one.valid_to for one in holders],
    }
    return pa.table(columns, schema=HOLDERS)


def _bar(counts: Iterable[DataCount], caps: Mapping[int, int], actor: Actor, at: datetime) -> frozenset[int]:
    """Bar the data of lines that reached their caps, where that is done; which they are."""
    if not parameter_on(BARS_DATA, local_date(at)):
        return frozenset()
    reached = {c.line_id for c in counts if reaches_cap(c.before, c.after, caps[c.line_id])}
    reached -= stops_of(reached, StopCause.DATA_CAP).keys()
    if reached:
        stop_lines(line_ids=sorted(reached), cause=StopCause.DATA_CAP, actor=actor, at=at)
    return frozenset(reached)


def _tell(
    counts: Iterable[DataCount], caps: Mapping[int, int], told: Told, actor: Actor, at: datetime
) -> int:
    """Tell lines how far they have come, each of the highest share it passed (P2-16); how many."""
    shares = parameter_on(TOLD_SHARES, local_date(at))
    messages = []
    for count in counts:
        line, cap = told.held[count.line_id], caps[count.line_id]
        passed = shares_passed(count.before, count.after, cap, shares)
        if not passed or not line.is_served:
            continue
        messages.append(
            LinePost(
                line_id=line.id,
                branch_id=line.branch_id,
                number=line.number,
                kind=MessageKind.SMS,
                body=_words(passed[-1], count.after, cap, barred=line.id in told.barred),
                source_id=f"{line.id}:{count.month}:{cap}:{passed[-1]}",
                expires_at=count.month.end,
            )
        )
    if messages:
        post_line_messages(purpose=Purpose.NOTICE, source=SOURCE, messages=messages, actor=actor, at=at)
    return len(messages)


def _words(share: int, used: int, cap: int, *, barred: bool) -> str:
    """What the line reads; messages to subscribers are in Chinese."""
    told = f"您本月已使用上网流量{used / GIGABYTE:.2f}GB，流量封顶额度为{cap // GIGABYTE}GB"
    if barred:
        return f"{told}，已达到封顶额度，本月上网功能已暂停，下月1日0时自动恢复。"
    if share < 100:
        return f"{told}，已达到封顶额度的{share}%。"
    return f"{told}，已达到封顶额度，超出的流量按您的套餐计费。"
