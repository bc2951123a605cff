"""Values as they are typed: months, amounts, days, files to write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from trunkline.interfaces.cli.output import Output
from trunkline.interfaces.cli.words import F, option
from trunkline.kernel.periods import Month, instant_of
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text


class _MonthType(click.ParamType[Month]):
    name = "YYYY-MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Month:
        try:
            return value if isinstance(value, Month) else Month.parse(value)
        except ValueError:
            self.fail(f"{value!r} is not a month (YYYY-MM)", param, ctx)


class _AmountType(click.ParamType[Decimal]):
    name = "YUAN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            amount = Decimal(value)
        except InvalidOperation:
            self.fail(f"{value!r} is not an amount", param, ctx)
        if not amount.is_finite() or amount != round(amount, 2):
            self.fail(f"{value!r} is not an amount in yuan and fen", param, ctx)
        return round(amount, 2)


class _DayType(click.ParamType[date]):
    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day (YYYY-MM-DD)", param, ctx)


class _InstantType(click.ParamType[datetime]):
    name = "YYYY-MM-DD[THH:MM]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """A wall-clock time of Asia/Shanghai unless the text names a zone."""
        try:
            return value if isinstance(value, datetime) else instant_of(value)
        except ValueError:
            self.fail(f"{value!r} is not a time", param, ctx)


MONTH = _MonthType()
AMOUNT = _AmountType()
DAY = _DayType()
INSTANT = _InstantType()
READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
WRITABLE = click.Path(dir_okay=False, writable=True, path_type=Path)


def file_option(default: str) -> Callable[[F], F]:
    """`-o FILE`: where a document is written."""
    return option(
        "-o",
        "--output",
        "target",
        type=WRITABLE,
        default=default,
        text=Text(f"写入的文件（默认 {default}）", f"File to write (default {default})"),
    )


def write_file(target: Path, content: bytes, out: Output) -> None:
    """Write a document and say where it is; `{id}` has been filled in by the caller."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    out.done(
        {"file": str(target), "bytes": len(content)},
        Text("已写入 {file}（{bytes} 字节）", "Written: {file} ({bytes} bytes)"),
    )


NOT_A_PAIR = Refusal(
    "command.not_a_pair", "", Text("应写成 名称=值：{subject}", "Written as NAME=VALUE: {subject}")
)


def pairs(texts: Iterable[str]) -> dict[str, str]:
    """``NAME=VALUE`` options by name; `Refused` (``command.not_a_pair``) for one without its name."""
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise Refused(NOT_A_PAIR.about(text))
        found[name.strip()] = value.strip()
    return found
