"""The members of an agreement by month as a drawing: bars of all that joined, and the line that was promised."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.agreements.rules.progress import Progress

WIDTH, HEIGHT, BASE = 640, 180, 150
#: More months than this are told in the table only.
_MOST = 36


@dataclass(frozen=True, slots=True)
class Bar:
    """A month: where its bar stands, how high, and its name under it where there is room."""

    x: float
    y: float
    width: float
    height: float
    month: str
    total: int
    named: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars, and how high the promise stands. Units of the drawing."""

    bars: tuple[Bar, ...]
    promised_y: float
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE


def progress_chart(progress: Progress) -> Chart | None:
    """The drawing of the last months, or None before there is one."""
    months = progress.months[-_MOST:]
    if not months:
        return None
    top = max(progress.promised, months[-1].total, 1)
    step = WIDTH / len(months)
    every = 1 + len(months) // 9
    bars = tuple(
        Bar(
            x=round(place * step + step * 0.15, 1),
            y=round(BASE - (BASE - 20) * month.total / top, 1),
            width=round(step * 0.7, 1),
            height=round((BASE - 20) * month.total / top, 1),
            month=str(month.month),
            total=month.total,
            named=place % every == 0,
        )
        for place, month in enumerate(months)
    )
    return Chart(bars, round(BASE - (BASE - 20) * progress.promised / top, 1))
