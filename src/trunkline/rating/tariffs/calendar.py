"""Time as prices tell it apart: the day's kind and the time bands of the moment, by Asia/Shanghai."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa

from trunkline.kernel.periods import Month, start_of_day
from trunkline.kernel.refusals import Refusal, raise_if_any
from trunkline.kernel.text import Text
from trunkline.rating.types import INSTANT, DayKind

BAND_UNSOUND = Refusal(
    "rating.band_unsound",
    "",
    Text(
        "时段 {subject} 的起止时间无效（须为整分，起早于止，不超过一天）",
        "Band {subject} is not from one whole minute of the day to a later one",
    ),
)
DAY_UNSOUND = Refusal(
    "rating.day_unsound",
    "",
    Text("日期 {subject} 的类型无效或重复", "Day {subject} has an unknown kind, or two"),
)

_MINUTE = 60
_DAY = 86_400
#: The longest record, in days: one that begins in the month may end so much later.
_LONGEST = 31

#: The time class of each minute of the month, by its number from 0 on, and when the next class begins (since 1970).
MINUTES = pa.schema(
    [
        pa.field("minute_no", pa.int32(), nullable=False),
        pa.field("time_no", pa.int32(), nullable=False),
        pa.field("until_micros", pa.int64(), nullable=False),
    ]
)
#: The stretches of one time class each, without gaps, from the month's start until records of it end.
STRETCHES = pa.schema(
    [
        pa.field("time_no", pa.int32(), nullable=False),
        pa.field("since", INSTANT, nullable=False),
        pa.field("until", INSTANT, nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class TimeClass:
    """Moments that no price tells apart."""

    day_kind: str | None = None
    bands: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Calendar:
    """The month's time classes, the first of them number 0, with their `minutes` and `stretches`."""

    classes: tuple[TimeClass, ...]
    minutes: pa.Table
    stretches: pa.Table


@dataclass(frozen=True, slots=True)
class _Stretch:
    time_no: int
    since: datetime
    until: datetime


def day_kind_of(day: date, days: Mapping[date, DayKind]) -> DayKind:
    """What a day is, by its weekday unless `days` say otherwise."""
    return days.get(day, DayKind.WORKDAY if day.weekday() < 5 else DayKind.WEEKEND)


def calendar_of(month: Month, bands: pa.Table, days: pa.Table, *, by_day: bool, by_band: bool) -> Calendar:
    """The calendar of a month; kinds of days and bands are told apart where prices go by them.

    Raises Refused for bands (shape BANDS) and days (shape DAYS) that are none.
    """
    band_rows, day_rows = bands.to_pylist(), days.to_pylist()
    raise_if_any((*band_refusals(band_rows), *day_refusals(day_rows)))
    kinds = {row["day"]: DayKind(row["day_kind"]) for row in day_rows}
    spans = list(_spans(band_rows)) if by_band else [(0, _DAY, frozenset[str]())]
    numbers: dict[TimeClass, int] = {}
    stretches: list[_Stretch] = []
    day = month.first_day
    while day <= month.last_day + timedelta(days=_LONGEST):
        kind = day_kind_of(day, kinds).value if by_day else None
        midnight = start_of_day(day)
        for starts, ends, names in spans:
            number = numbers.setdefault(TimeClass(kind, names), len(numbers))
            until = midnight + timedelta(seconds=ends)
            if stretches and stretches[-1].time_no == number:
                stretches[-1] = _Stretch(number, stretches[-1].since, until)
            else:
                stretches.append(_Stretch(number, midnight + timedelta(seconds=starts), until))
        day += timedelta(days=1)
    return Calendar(tuple(numbers), _minutes(stretches, month), _table(stretches))


def every_time_class(bands: pa.Table, *, by_day: bool, by_band: bool) -> tuple[TimeClass, ...]:
    """All time classes there may be in any month, by sound bands (shape BANDS)."""
    kinds = tuple(DayKind) if by_day else (None,)
    spans = {names for _, _, names in _spans(bands.to_pylist())} if by_band else {frozenset[str]()}
    return tuple(TimeClass(kind, names) for kind in kinds for names in sorted(spans, key=sorted))


def band_refusals(bands: Iterable[Mapping[str, Any]]) -> Iterator[Refusal]:
    """What is wrong with rows of shape BANDS."""
    for row in bands:
        starts, ends = row["starts"], row["ends"]
        if not 0 <= starts < ends <= _DAY or starts % _MINUTE or ends % _MINUTE:
            yield BAND_UNSOUND.about(row["band"])


def day_refusals(days: Iterable[Mapping[str, Any]]) -> Iterator[Refusal]:
    """What is wrong with rows of shape DAYS."""
    seen: set[date] = set()
    for row in days:
        if row["day"] in seen or row["day_kind"] not in set(DayKind):
            yield DAY_UNSOUND.about(row["day"].isoformat())
        seen.add(row["day"])


def _spans(bands: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, int, frozenset[str]]]:
    """The day cut where a band begins or ends, each piece with the bands it lies in."""
    rows = list(bands)
    cuts = sorted({0, _DAY, *(row["starts"] for row in rows), *(row["ends"] for row in rows)})
    for starts, ends in pairwise(cuts):
        names = frozenset(row["band"] for row in rows if row["starts"] <= starts < row["ends"])
        yield starts, ends, names


def _minutes(stretches: Iterable[_Stretch], month: Month) -> pa.Table:
    numbers, untils = [], []
    for stretch in stretches:
        count = max(0, (min(stretch.until, month.end) - stretch.since) // timedelta(minutes=1))
        numbers.append(pa.repeat(pa.scalar(stretch.time_no, pa.int32()), count))
        untils.append(pa.repeat(pa.scalar(stretch.until, INSTANT).cast(pa.int64()), count))
    time_no = pa.concat_arrays(numbers)
    return pa.table(
        [pa.array(range(len(time_no)), pa.int32()), time_no, pa.concat_arrays(untils)], schema=MINUTES
    )


def _table(stretches: Iterable[_Stretch]) -> pa.Table:
    rows = [{"time_no": s.time_no, "since": s.since, "until": s.until} for s in stretches]
    return pa.Table.from_pylist(rows, schema=STRETCHES)
