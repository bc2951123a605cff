"""`trunkline agreement simulate`: an agreement month by month, by the rules alone."""

from __future__ import annotations

from pathlib import Path

import click

from trunkline.agreements.types import AGREEMENT_STATE_NAMES
from trunkline.billing.simulation import NumberMonth, SimulatedMonth, simulate
from trunkline.interfaces.cli.door import command_without_actor
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.scenarios import MEGABYTE, read_scenario
from trunkline.interfaces.cli.values import READABLE
from trunkline.kernel.money import ZERO
from trunkline.kernel.text import Text

_LIST: tuple[Column[tuple[SimulatedMonth, NumberMonth]], ...] = (
    Column(Text("月份", "Month"), lambda row: row[0].month),
    Column(Text("状态", "State"), lambda row: AGREEMENT_STATE_NAMES[row[0].state]),
    Column(Text("号码", "Number"), lambda row: row[1].number),
    Column(Text("本月解冻", "Released"), lambda row: row[1].released, right=True),
    Column(Text("可用", "Available"), lambda row: row[1].available, right=True),
    Column(Text("账单", "Bill"), lambda row: row[1].bill, right=True),
    Column(Text("预存抵扣", "From deposit"), lambda row: row[1].from_deposit, right=True),
    Column(Text("应缴现金", "Cash due"), lambda row: row[1].cash_due, right=True),
    Column(Text("结转", "Carried over"), lambda row: row[1].carry_over, right=True),
    Column(Text("未解冻", "Un-released"), lambda row: row[1].unreleased, right=True),
    Column(
        Text("违约折抵", "Offset"), lambda row: sum((b.offset for b in row[1].breaches), ZERO), right=True
    ),
    Column(
        Text("违约补足", "Top-up"), lambda row: sum((b.top_up for b in row[1].breaches), ZERO), right=True
    ),
    Column(Text("超封顶（MB）", "Above cap (MB)"), lambda row: _megabytes(row[1]), right=True),
)


def _megabytes(row: NumberMonth) -> str:
    return f"{row.cap.above / MEGABYTE:.0f}" if row.cap else ""


@command_without_actor(
    None,
    "simulate",
    text=Text("按月推演一份协议（不用数据库）", "Run an agreement month by month, without a database"),
    examples=("trunkline agreement simulate agreement.yaml --json",),
)
@click.argument("path", metavar="FILE", type=READABLE)
def simulate_agreement(*, path: Path, out: Output) -> None:
    """By the rules of the counter and the bills; the file is described in docs/formats/simulation.md."""
    months = simulate(read_scenario(path))
    if out.as_json:
        out.data(months)
    else:
        out.rows(_LIST, [(month, number) for month in months for number in month.numbers])
