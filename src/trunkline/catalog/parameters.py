"""Parameters of rules: the figures and switches that business people tune by date (ADR 10).

A parameter is declared beside the rule it belongs to, with its clause and the value that counts until somebody sets
another; what is set is a dated row with its reference.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Generic, TypeVar

from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text

T = TypeVar("T")

UNREADABLE = Refusal(
    "parameter.unreadable",
    "",
    Text("{title}须为{form}", "{title_en} must be {form_en}"),
)
UNREFERENCED = Refusal(
    "parameter.no_reference", "", Text("调整参数须注明依据", "A reference is needed to set a parameter")
)
BACKDATED = Refusal(
    "parameter.backdated",
    "",
    Text(
        "参数不得自过去的日期起调整：{subject}",
        "A parameter cannot be set from a day that is past: {subject}",
    ),
)

_ON, _OFF = "on", "off"


NO_UNIT = Text("", "")


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """How a value is written down. `read` raises ValueError for what is no such value."""

    words: Text
    read: Callable[[str], T]
    write: Callable[[T], str]


@dataclass(frozen=True, slots=True)
class Parameter(Generic[T]):
    """One figure or switch of a rule; `default` counts while nothing is set. `unit` may be empty."""

    code: str
    clause: str
    title: Text
    form: Form[T]
    default: T
    unit: Text = NO_UNIT

    def read(self, written: str) -> T:
        """The value that `written` stands for; ValueError for none."""
        return self.form.read(written.strip())

    def written(self, value: T) -> str:
        """How `value` is kept."""
        return self.form.write(value)


@dataclass(frozen=True, slots=True)
class ParameterSetting:
    """What a parameter was set to, half-open in days, and on whose word."""

    code: str
    value: str
    reference: str
    valid_from: date
    valid_to: date | None


def whole_number(lowest: int, highest: int) -> Form[int]:
    """A whole number within bounds, both included."""

    def read(written: str) -> int:
        return _bounded(int(written), lowest, highest)

    words = Text(f"{lowest}至{highest}的整数", f"a whole number from {lowest} to {highest}")
    return Form(words, read, str)


def decimal_number(lowest: Decimal, highest: Decimal) -> Form[Decimal]:
    """A decimal number within bounds, both included."""

    def read(written: str) -> Decimal:
        try:
            value = Decimal(written)
        except InvalidOperation as error:
            raise ValueError(written) from error
        if not value.is_finite():
            raise ValueError(written)
        return _bounded(value, lowest, highest)

    words = Text(f"{lowest}至{highest}的数", f"a number from {lowest} to {highest}")
    return Form(words, read, "{:f}".format)


def switch() -> Form[bool]:
    """On or off."""

    def read(written: str) -> bool:
        if written not in {_ON, _OFF}:
            raise ValueError(written)
        return written == _ON

    return Form(
        Text(f"{_ON}（是）或{_OFF}（否）", f"{_ON} or {_OFF}"), read, lambda value: _ON if value else _OFF
    )


def rising_numbers(lowest: int, highest: int) -> Form[tuple[int, ...]]:
    """Whole numbers within bounds, each larger than the one before; none at all is written as a hyphen."""

    def read(written: str) -> tuple[int, ...]:
        if written == "-":
            return ()
        values = tuple(_bounded(int(part), lowest, highest) for part in written.split(","))
        if any(one >= other for one, other in itertools.pairwise(values)):
            raise ValueError(written)
        return values

    words = Text(
        f"由小到大、以半角逗号分隔的{lowest}至{highest}的整数，没有则填-",
        f"rising whole numbers from {lowest} to {highest} with commas between them, or -",
    )
    return Form(words, read, lambda values: ",".join(map(str, values)) or "-")


def _bounded(value: T, lowest: T, highest: T) -> T:
    if not lowest <= value <= highest:  # type: ignore[operator]
        raise ValueError(str(value))
    return value


def setting_refusals(
    parameter: Parameter[T], written: str, reference: str, valid_from: date, today: date
) -> tuple[Refusal, ...]:
    """Why a parameter may not be set so: what was decided on a day that is past stays explained by its values."""
    found = []
    try:
        parameter.read(written)
    except ValueError:
        words, title = parameter.form.words, parameter.title
        found.append(UNREADABLE.filled(title=title.zh, title_en=title.en, form=words.zh, form_en=words.en))
    if not reference.strip():
        found.append(UNREFERENCED)
    if valid_from < today:
        found.append(BACKDATED.about(valid_from.isoformat()))
    return tuple(found)
