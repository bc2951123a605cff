"""`trunkline details`: the usage details that an order opens."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from trunkline.counter.detail_files import details_pdf, details_workbook
from trunkline.counter.detail_words import COLUMNS, DetailRow
from trunkline.counter.details import details_page
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import MONTH, WRITABLE, write_file
from trunkline.interfaces.cli.words import option
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text
from trunkline.rating.types import UsageKind
from trunkline.security.types import Actor

_READ = (
    lambda r: r.number,
    lambda r: r.started_at,
    lambda r: r.kind,
    lambda r: r.direction,
    lambda r: r.other_party,
    lambda r: r.amount,
    lambda r: r.zone,
    lambda r: r.charge,
)
_ROWS: tuple[Column[DetailRow], ...] = tuple(
    Column(title, read, right=title in (COLUMNS[5], COLUMNS[7]))
    for title, read in zip(COLUMNS, _READ, strict=True)
)


@command_for(
    "detail.view",
    None,
    "details",
    text=Text("详单：查看或写成 xlsx、PDF", "Usage details: show, or write as xlsx or PDF"),
    examples=(
        "trunkline --as hf.clerk details 12 --month 2026-10",
        "trunkline --as hf.clerk details 12 --out details.xlsx",
        "trunkline --as hf.clerk details 12 --month 2026-10 --part 2 --out details.pdf",
    ),
)
@click.argument("order_id", type=int, metavar="ORDER")
@option("--month", type=MONTH, default=None, text=Text("月份（默认第一个月）", "Month (default: the first)"))
@option("--line", "number", default="", metavar="NUMBER", text=Text("只看一个号码", "One number only"))
@option(
    "--kind",
    type=click.Choice([kind.value for kind in UsageKind]),
    default=None,
    text=Text("只看一种业务", "One kind of usage only"),
)
@option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    text=Text("最多列出多少条", "How many at most"),
)
@option("--offset", type=click.IntRange(0), default=0, text=Text("跳过多少条", "How many to pass over"))
@option("--part", type=click.IntRange(1), default=1, text=Text("PDF 的第几部分", "Which part of the PDF"))
@option(
    "--out",
    "target",
    type=WRITABLE,
    default=None,
    metavar="FILE.xlsx|FILE.pdf",
    text=Text("写入文件，按扩展名", "Write a file, by its ending"),
)
def details(
    *,
    order_id: int,
    month: Month | None,
    number: str,
    kind: str | None,
    limit: int,
    offset: int,
    part: int,
    target: Path | None,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """Every look is kept, as at the counter."""
    actor.require("order.view")
    if target is not None:
        if target.suffix not in {".xlsx", ".pdf"}:
            raise click.BadParameter(str(target), param_hint="--out FILE.xlsx|FILE.pdf")
        content = (
            details_workbook(order_id, actor=actor, at=at)
            if target.suffix == ".xlsx"
            else details_pdf(order_id, month=month, part=part, actor=actor, at=at)
        )
        write_file(target, content, out)
        return
    found = details_page(
        order_id,
        month=month,
        line=number,
        kind=UsageKind(kind) if kind else None,
        limit=limit,
        offset=offset,
        actor=actor,
        at=at,
    )
    if out.as_json:
        out.data(found)
        return
    out.rows(_ROWS, found.rows)
    out.line(
        Text("共 {records} 条，合计 {charge} 元", "{records} records, {charge} yuan in all"),
        records=found.sums.records,
        charge=found.sums.charge,
    )
