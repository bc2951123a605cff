"""What commands print: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Generic, TypeVar

import rich.text
from rich import box
from rich.console import Console
from rich.table import Table

from trunkline.interfaces.cli.words import say
from trunkline.kernel.periods import SHANGHAI, Month
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text

T = TypeVar("T")

#: Columns where no terminal says how many it has: nobody reads wrapped lines out of a pipe.
_PIPE_WIDTH = 200


def console(*, stderr: bool = False) -> Console:
    """A console on the present standard output or error."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _PIPE_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def jsonable(value: Any) -> Any:
    """A value of the domain in JSON's own types: amounts as strings, instants and days in ISO 8601."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return jsonable(value.value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal | date | Month | Path):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(jsonable(key)): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(jsonable(item) for item in value)
    return str(value)


def cell(value: Any) -> str:
    """A value as it stands in a table: local time to the minute, words in the language of the call."""
    if value is None:
        return ""
    if isinstance(value, Text):
        return say(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, tuple | list | frozenset):
        return ", ".join(cell(item) for item in value)
    return str(value)


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column of a table: its title and what it shows of an item. Amounts and counts stand to the right."""

    title: Text
    value: Callable[[T], Any]
    right: bool = False


def table(columns: Sequence[Column[T]], items: Iterable[T], *, title: str = "") -> Table:
    """A table of `items`."""
    made = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for column in columns:
        made.add_column(say(column.title), justify="right" if column.right else "left", overflow="fold")
    for item in items:
        made.add_row(*(rich.text.Text(cell(column.value(item))) for column in columns))
    return made


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command's answer goes, and whether a program or a person reads it."""

    as_json: bool = False

    def data(self, value: Any) -> None:
        """One JSON value."""
        print(json.dumps(jsonable(value), ensure_ascii=False, indent=2))  # noqa: T201

    def rows(self, columns: Sequence[Column[T]], items: Sequence[T], *, title: str = "") -> None:
        """A list."""
        if self.as_json:
            self.data(items)
        elif items:
            console().print(table(columns, items, title=title))
        else:
            self.line(Text("没有记录", "Nothing found"))

    def record(self, item: Any, pairs: Sequence[tuple[Text, Any]]) -> None:
        """One thing, field by field."""
        if self.as_json:
            self.data(item)
            return
        made = Table(box=None, show_header=False, pad_edge=False)
        for title, value in pairs:
            made.add_row(rich.text.Text(say(title), style="dim"), rich.text.Text(cell(value)))
        console().print(made)

    def line(self, text: Text, **values: Any) -> None:
        """A sentence; nothing when a program reads."""
        if not self.as_json:
            # Without values the words are final, and may hold braces that somebody typed.
            console().print(say(text.format(**values) if values else text), soft_wrap=True)

    def done(self, value: Mapping[str, Any], text: Text) -> None:
        """What a verb has made: `value` for a program, and the sentence with its `{names}` for a person."""
        if self.as_json:
            self.data(value)
        else:
            self.line(text, **{name: cell(item) for name, item in value.items()})


def show_refusals(refusals: Sequence[Refusal], *, as_json: bool) -> None:
    """Every reason on its line with its clause, on standard error."""
    if as_json:
        listed = [
            {"code": r.code, "clause": r.clause, "zh": r.text.zh, "en": r.text.en, "subject": r.subject}
            for r in refusals
        ]
        print(json.dumps({"refusals": listed}, ensure_ascii=False, indent=2), file=sys.stderr)  # noqa: T201
        return
    errors = console(stderr=True)
    errors.print(say(Text("不能办理：", "Refused:")), style="bold red")
    for refusal in refusals:
        clause = f" [{refusal.clause}]" if refusal.clause else ""
        errors.print(f"  · {say(refusal.text)}{clause} ({refusal.code})", soft_wrap=True)
