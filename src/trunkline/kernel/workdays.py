"""Workdays: Monday to Friday, but for the days that the state has moved (法定节假日与调休)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta


def is_workday(day: date, exceptions: Mapping[date, bool]) -> bool:
    """Whether a day is worked on; `exceptions` say so for holidays (False) and weekends made workdays (True)."""
    return exceptions.get(day, day.weekday() < 5)


def workdays_after(day: date, count: int, exceptions: Mapping[date, bool]) -> date:
    """The `count`-th workday after `day`, which does not count itself; `day` for none. ValueError below zero."""
    if count < 0:
        raise ValueError(f"{count} workdays")
    while count:
        day += timedelta(days=1)
        count -= is_workday(day, exceptions)
    return day
