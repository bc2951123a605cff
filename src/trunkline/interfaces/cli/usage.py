"""`trunkline usage`: usage files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from trunkline.counter.choosing import NO_SUCH_NUMBER
from trunkline.interfaces.cli.door import BROKEN, command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import READABLE
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.refusals import Refused
from trunkline.kernel.text import Text
from trunkline.rating import queries
from trunkline.runs.fair_use import DataStanding, data_standing
from trunkline.runs.intake import clean_store, take_usage_file
from trunkline.runs.types import IntakeResult
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import line_by_number

usage = Group("usage", text=Text("话单：导入、查看文件、清理", "Usage files: import, list, tidy"))


def _reasons(result: IntakeResult) -> Any:
    if result.refusal is not None:
        return result.refusal
    if result.already_taken:
        return Text("该文件已导入过", "This file was taken in before")
    return ", ".join(f"{reason} {count}" for reason, count in result.reasons.items())


_RESULTS: tuple[Column[IntakeResult], ...] = (
    Column(Text("文件", "File"), lambda r: r.name),
    Column(Text("记录", "In"), lambda r: r.records, right=True),
    Column(Text("接收", "Accepted"), lambda r: r.accepted, right=True),
    Column(Text("重复", "Duplicate"), lambda r: r.duplicates, right=True),
    Column(Text("拒收", "Rejected"), lambda r: r.rejected, right=True),
    Column(Text("原因", "Reasons"), _reasons),
)


def _take(path: Path, actor: Actor, at: datetime) -> IntakeResult:
    """One file; a refusal of the whole file becomes its row, so that the others are taken all the same."""
    try:
        return take_usage_file(path=path, actor=actor, at=at)
    except Refused as refused:
        words = [refusal.text for refusal in refused.refusals]
        why = Text(";".join(text.zh for text in words), "; ".join(text.en for text in words))
        return IntakeResult(path.name, False, 0, 0, 0, 0, {}, refusal=why)


@command_for(
    "usage.take",
    usage,
    "import",
    text=Text("导入话单文件（CSV、Parquet）", "Take in usage files (CSV, Parquet)"),
    examples=("trunkline usage import var/demo/usage-2026-10-late.csv",),
    one_transaction=False,
)
@click.argument("files", type=READABLE, nargs=-1, required=True, metavar="FILE...")
def import_files(*, files: tuple[Path, ...], actor: Actor, at: datetime, out: Output) -> None:
    """Each file in its own transaction; exit status 1 when one was refused as a whole."""
    results = [_take(path, actor, at) for path in files]
    out.rows(_RESULTS, results)
    if any(result.refusal is not None for result in results):
        raise click.exceptions.Exit(BROKEN)


_FILES: tuple[Column[queries.UsageFileView], ...] = (
    Column(Text("ID", "ID"), lambda f: f.id, right=True),
    Column(Text("文件", "File"), lambda f: f.name),
    Column(Text("接收时间", "Received"), lambda f: f.received_at),
    Column(Text("记录", "In"), lambda f: f.records, right=True),
    Column(Text("接收", "Accepted"), lambda f: f.accepted, right=True),
    Column(Text("重复", "Duplicate"), lambda f: f.duplicates, right=True),
    Column(Text("拒收", "Rejected"), lambda f: f.rejected, right=True),
)
_REJECTS: tuple[Column[queries.RejectView], ...] = (
    Column(Text("行", "Row"), lambda r: r.row_number, right=True),
    Column(Text("原因", "Reason"), lambda r: r.reason),
    Column(Text("字段", "Field"), lambda r: r.field),
    Column(Text("原文", "As it stood"), lambda r: r.record),
)


@command_for("usage.view", usage, "files", text=Text("列出已导入的文件", "List the files taken in"))
@option("--limit", default=50, show_default=True, text=Text("最多列出多少个", "How many at most"))
def files(*, limit: int, actor: Actor, at: datetime, out: Output) -> None:
    """The newest first."""
    out.rows(_FILES, queries.usage_files(limit=limit))


@command_for(
    "usage.view", usage, "rejects", text=Text("列出一个文件未接收的记录", "List what was not taken of a file")
)
@click.argument("file_id", type=int, metavar="ID")
@option("--limit", default=50, show_default=True, text=Text("最多列出多少行", "How many at most"))
def rejects(*, file_id: int, limit: int, actor: Actor, at: datetime, out: Output) -> None:
    """Duplicates included, in the order of the file."""
    queries.usage_file(file_id)
    out.rows(_REJECTS, queries.rejects(file_id, limit=limit))


_STANDING: tuple[Column[DataStanding], ...] = (
    Column(Text("号码", "Number"), lambda s: s.number),
    Column(Text("月份", "Month"), lambda s: str(s.month)),
    Column(Text("已用（字节）", "Used (bytes)"), lambda s: s.used, right=True),
    Column(Text("封顶（字节）", "Cap (bytes)"), lambda s: "" if s.cap is None else s.cap, right=True),
    Column(Text("比例（%）", "Percent"), lambda s: s.percent, right=True),
    Column(Text("暂停上网自", "Barred since"), lambda s: s.barred_since or ""),
    Column(Text("恢复时间", "Opens at"), lambda s: s.reopens_at or ""),
)


@command_for(
    "line.view",
    usage,
    "data",
    text=Text("一个号码本月的流量及封顶情况", "A number's data this month, and its cap"),
    examples=("trunkline usage data 18655100001",),
)
@click.argument("number")
def data(*, number: str, actor: Actor, at: datetime, out: Output) -> None:
    """What was counted so far (P2-14); in bytes where JSON is asked for."""
    line = line_by_number(number)
    if line is None:
        raise Refused(NO_SUCH_NUMBER.about(number))
    out.rows(_STANDING, [data_standing(line, at)])


_REMOVED: tuple[Column[str], ...] = (Column(Text("已删除的文件", "Removed"), lambda path: path),)


@command_for(
    "usage.clean",
    usage,
    "tidy",
    text=Text("清理中断的导入在库中留下的文件", "Remove what a broken-off import left in the store"),
    examples=("trunkline usage tidy",),
)
def tidy(*, actor: Actor, at: datetime, out: Output) -> None:
    """What is listed stays. The worker does this too, when it starts and once a day."""
    out.rows(_REMOVED, clean_store(actor=actor, at=at))
