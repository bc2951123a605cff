"""Half-open periods and billing months, reasoned about in Asia/Shanghai and stored in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month in Asia/Shanghai; prints as ``2026-10``."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """From ``YYYY-MM``; ValueError otherwise."""
        match = _MONTH.match(text)
        if match is None:
            raise ValueError(f"not a month (YYYY-MM): {text!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, moment: datetime | date) -> Month:
        """The month in which an instant (by Asia/Shanghai) or a day lies."""
        day = local_date(moment) if isinstance(moment, datetime) else moment
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return self.next().first_day - timedelta(days=1)

    @property
    def start(self) -> datetime:
        """The first instant, in UTC."""
        return start_of_day(self.first_day)

    @property
    def end(self) -> datetime:
        """The first instant after the month, in UTC."""
        return self.next().start

    def next(self, count: int = 1) -> Month:
        """The month `count` months later (earlier when negative)."""
        index = self.year * 12 + self.number - 1 + count
        return Month(index // 12, index % 12 + 1)

    def contains(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def local_date(at: datetime) -> date:
    """The calendar day of `at` in Asia/Shanghai."""
    return at.astimezone(SHANGHAI).date()


def instant_of(text: str) -> datetime:
    """An instant as people write it: a wall-clock time of Asia/Shanghai unless the text names a zone.

    ValueError when it is none.
    """
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=SHANGHAI)


def start_of_day(day: date) -> datetime:
    """The first instant of a calendar day of Asia/Shanghai, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


def months_later(day: date, months: int) -> date:
    """The same day of the month some months on; the last one where that month is shorter."""
    month = Month.of(day).next(months)
    return min(month.first_day + timedelta(days=day.day - 1), month.last_day)


def years_later(day: date, years: int) -> date:
    """The same day `years` later; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
