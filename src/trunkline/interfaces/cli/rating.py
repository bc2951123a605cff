"""`trunkline rate` and `trunkline tariff`: rating files and looking at tariffs, without a database."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from trunkline.interfaces.cli.door import BROKEN, command_without_actor
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import MONTH, READABLE, WRITABLE
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.rating.formats.tables import read_tariffs
from trunkline.rating.standalone import RatedFiles, RatingInput, RatingOutput, rate_files
from trunkline.rating.tariffs.checking import checked

tariff = Group("tariff", text=Text("资费表：发布前检查", "Tariff tables: checked before they are published"))

_FOLDER = click.Path(exists=True, file_okay=False, readable=True, path_type=Path)
#: So many reasons are printed for a person; `--json` and the file of what was left out have all.
_SHOWN = 20
_COUNTS: tuple[tuple[Text, Callable[[RatedFiles], Any]], ...] = (
    (Text("记录", "Records"), lambda r: r.records),
    (Text("已计费", "Rated"), lambda r: r.rated),
    (Text("重复", "Duplicates"), lambda r: r.duplicates),
    (Text("拒收", "Rejected"), lambda r: r.rejected),
    (Text("未计费", "Unrated"), lambda r: r.unrated),
    (Text("原因", "Reasons"), lambda r: ", ".join(f"{reason} {n}" for reason, n in r.reasons.items())),
    (Text("金额合计（万分之一元）", "Charges (1/10000 yuan)"), lambda r: r.charge),
)
_FAULTS: tuple[Column[Refusal], ...] = (
    Column(Text("问题", "Fault"), lambda r: r.code),
    Column(Text("说明", "What is wrong"), lambda r: r.text),
)


@command_without_actor(
    None,
    "rate",
    text=Text("对话单文件计费（不用数据库）", "Rate usage files, without a database"),
    examples=(
        "trunkline rate --tariffs tariffs/ --lines lines.csv --usage usage.csv --month 2026-10 --out rated.parquet",
    ),
)
@option(
    "--tariffs", type=_FOLDER, required=True, text=Text("资费表所在文件夹", "Folder of the tariff tables")
)
@option("--lines", type=READABLE, required=True, text=Text("用户表", "Table of the lines"))
@option(
    "--usage",
    "usage",
    type=READABLE,
    required=True,
    multiple=True,
    text=Text("话单文件，可多次给出", "Usage file; may be repeated"),
)
@option("--month", type=MONTH, required=True, text=Text("账期", "Month to rate"))
@option(
    "--out",
    "target",
    type=WRITABLE,
    required=True,
    text=Text("每条记录的结果（.parquet 或 .csv）", "Result by record (.parquet or .csv)"),
)
@option("--summary", type=WRITABLE, text=Text("按用户和业务汇总的结果", "Result by line and kind of usage"))
@option("--left-out", type=WRITABLE, text=Text("未计费的记录及原因", "What was not rated, and why"))
@click.argument("more", type=READABLE, nargs=-1, metavar="[FILE...]")
def rate(
    *,
    tariffs: Path,
    lines: Path,
    usage: tuple[Path, ...],
    more: tuple[Path, ...],
    month: Month,
    target: Path,
    summary: Path | None,
    left_out: Path | None,
    out: Output,
) -> None:
    """Layouts in docs/formats/tariffs.md and usage.md; exit status 1 if anything was left out or the tariff has holes."""
    with tempfile.TemporaryDirectory(prefix="trunkline-") as workdir:
        found = rate_files(
            RatingInput(tariffs, lines, (*usage, *more)),
            RatingOutput(target, summary, left_out),
            month=month,
            workdir=Path(workdir),
        )
    _show(found, out)
    if not found.is_whole:
        raise click.exceptions.Exit(BROKEN)


def _show(found: RatedFiles, out: Output) -> None:
    out.record(found, [(name, value(found)) for name, value in _COUNTS])
    if not out.as_json:
        _list_faults((*found.unreadable, *found.holes), out)


def _list_faults(faults: Sequence[Refusal], out: Output) -> None:
    """The first faults, and how many there are more."""
    if faults:
        out.rows(_FAULTS, faults[:_SHOWN])
    if len(faults) > _SHOWN:
        out.line(Text("另有 {count} 项", "and {count} more"), count=len(faults) - _SHOWN)


@command_without_actor(
    tariff,
    "check",
    text=Text(
        "检查资费表：空缺、重叠、用不到的单价", "Check tariff tables: gaps, overlaps, rows that nothing uses"
    ),
    examples=("trunkline tariff check tariffs/",),
)
@click.argument("folder", type=_FOLDER, metavar="TARIFFS")
def check_tariff(*, folder: Path, out: Output) -> None:
    """The tables are described in docs/formats/tariffs.md. Exit status 1 when anything is wrong."""
    found = checked(read_tariffs(folder))
    if out.as_json:
        out.data(found)
    else:
        _list_faults((*found.faults, *found.notes), out)
        if not found.faults:
            out.line(Text("没有空缺、重叠或用不到的单价", "No gaps, overlaps or unused rows"))
    if found.faults:
        raise click.exceptions.Exit(BROKEN)
