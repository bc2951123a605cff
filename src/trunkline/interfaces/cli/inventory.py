"""`trunkline inventory`: number ranges, grades of premium numbers, and numbers taken into stock."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import click

from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import AMOUNT, DAY, READABLE
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.refusals import Refused
from trunkline.kernel.text import Text
from trunkline.numbering import operations as numbering
from trunkline.numbering import queries
from trunkline.numbering.types import GradeView, NumberKind, NumberUse, RangeView
from trunkline.security.queries import branches
from trunkline.security.tokens import UNKNOWN_BRANCH
from trunkline.security.types import Actor

inventory = Group(
    "inventory",
    text=Text("号码资源管理：号段、靓号等级、入库", "The number inventory: ranges, grades, stock"),
)

_RANGES: tuple[Column[RangeView], ...] = (
    Column(Text("号段", "Prefix"), lambda r: r.prefix),
    Column(Text("种类", "Kind"), lambda r: r.kind),
    Column(Text("用途", "Use"), lambda r: r.use),
    Column(Text("生效日期", "In force from"), lambda r: r.valid_from),
    Column(Text("失效日期", "Until before"), lambda r: r.valid_to),
)
_GRADES: tuple[Column[GradeView], ...] = (
    Column(Text("次序", "Rank"), lambda g: g.rank, right=True),
    Column(Text("等级", "Code"), lambda g: g.code),
    Column(Text("名称", "Name"), lambda g: g.name),
    Column(Text("规则", "Pattern"), lambda g: g.pattern),
    Column(Text("预存", "Prepayment"), lambda g: g.prepayment, right=True),
    Column(Text("月最低", "Monthly minimum"), lambda g: g.minimum_monthly, right=True),
    Column(Text("月数", "Months"), lambda g: g.months, right=True),
)
_KIND = option(
    "--kind",
    type=click.Choice([kind.value for kind in NumberKind]),
    default=NumberKind.MOBILE.value,
    show_default=True,
    text=Text("号码种类", "The kind of number"),
)
_BRANCH = option(
    "--branch",
    default=None,
    metavar="CODE",
    text=Text("单位代码，默认本单位", "The branch; one's own by default"),
)


def _stock_of(code: str | None, actor: Actor) -> int:
    """The id of the branch whose stock is meant."""
    if code is None:
        return actor.branch_id
    found = next((branch.id for branch in branches() if branch.code == code), None)
    if found is None:
        raise Refused(UNKNOWN_BRANCH.about(code))
    return found


@command_for(
    "number.view", inventory, "ranges", text=Text("列出号段及其起止日期", "List the ranges with their days")
)
def ranges(*, actor: Actor, at: datetime, out: Output) -> None:
    """In force or not (REG-21)."""
    out.rows(_RANGES, queries.ranges())


@command_for(
    "number.define_range",
    inventory,
    "define-range",
    text=Text("自某日起启用号段", "Put a range into force from a day"),
    examples=(
        "trunkline inventory define-range 4006 --kind service_400 --use service_400 --from 2026-01-01",
    ),
)
@click.argument("prefix")
@_KIND
@option(
    "--use", default=NumberUse.MOBILE.value, show_default=True, text=Text("用途", "What it is given out for")
)
@option("--from", "valid_from", type=DAY, required=True, text=Text("生效日期", "The day it comes into force"))
@option("--until", "valid_to", type=DAY, default=None, text=Text("失效日期", "The day it is over"))
def define_range(
    *,
    prefix: str,
    kind: str,
    use: str,
    valid_from: date,
    valid_to: date | None,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """Numbers that begin so are ours from then on."""
    made = numbering.define_range(
        prefix=prefix,
        kind=NumberKind(kind),
        use=use,
        valid_from=valid_from,
        valid_to=valid_to,
        actor=actor,
        at=at,
    )
    out.done({"id": made, "prefix": prefix}, Text("号段 {prefix} 已启用", "The range {prefix} is defined"))


@command_for(
    "number.view",
    inventory,
    "grades",
    text=Text("列出靓号等级及其规则、承诺", "List the grades of premium numbers"),
)
def grades(*, actor: Actor, at: datetime, out: Output) -> None:
    """The first whose pattern a number has is its grade (REG-25)."""
    out.rows(_GRADES, queries.grades())


@command_for(
    "number.define_grade",
    inventory,
    "define-grade",
    text=Text("以规则定义靓号等级", "Define a grade of premium numbers by a pattern"),
    examples=(
        r"trunkline inventory define-grade ABBA --name 回文号 --pattern '(\d)(\d)\2\1$' --rank 9 "
        "--prepayment 600 --months 12 --minimum 59",
    ),
)
@click.argument("code")
@option("--name", required=True, text=Text("名称", "Its name"))
@option("--pattern", required=True, text=Text("正则表达式", "A regular expression searched in the number"))
@option("--rank", type=int, required=True, text=Text("次序，小者优先", "Its rank; the lowest wins"))
@option("--prepayment", type=AMOUNT, required=True, text=Text("预存（元）", "Prepayment in yuan"))
@option("--months", type=int, required=True, text=Text("在网月数", "Months of commitment"))
@option("--minimum", type=AMOUNT, required=True, text=Text("月最低消费（元）", "Monthly minimum in yuan"))
def define_grade(
    *,
    code: str,
    name: str,
    pattern: str,
    rank: int,
    prepayment: Decimal,
    months: int,
    minimum: Decimal,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """Numbers in stock keep their grade until `regrade`."""
    numbering.define_grade(
        code=code,
        name=name,
        pattern=pattern,
        rank=rank,
        prepayment=prepayment,
        months=months,
        minimum_monthly=minimum,
        actor=actor,
        at=at,
    )
    out.done({"code": code}, Text("靓号等级 {code} 已定义", "The grade {code} is defined"))


@command_for(
    "number.regrade",
    inventory,
    "regrade",
    text=Text("按现行规则重新评定一个单位的空闲号码", "Grade a branch's idle numbers again"),
    examples=("trunkline --as hf.product inventory regrade --branch HF",),
)
@_BRANCH
def regrade(*, branch: str | None, actor: Actor, at: datetime, out: Output) -> None:
    """Numbers that are not idle keep the grade they were promised with (REG-25)."""
    changed = numbering.regrade_numbers(stock_id=_stock_of(branch, actor), actor=actor, at=at)
    out.done(
        {"changed": changed}, Text("{changed} 个号码的等级有变", "{changed} numbers changed their grade")
    )


@command_for(
    "number.stock",
    inventory,
    "stock",
    text=Text("号码入库，全部或一个不入", "Take numbers into a branch's stock, all or none"),
    examples=("trunkline --as hf.product inventory stock numbers.txt --branch HF",),
)
@click.argument("file", type=READABLE)
@_KIND
@_BRANCH
def stock(*, file: Path, kind: str, branch: str | None, actor: Actor, at: datetime, out: Output) -> None:
    """A text file with a number in each line."""
    lines = file.read_text(encoding="utf-8").split()
    count = numbering.stock_numbers(
        numbers=lines, kind=NumberKind(kind), stock_id=_stock_of(branch, actor), actor=actor, at=at
    )
    out.done({"stocked": count}, Text("已入库 {stocked} 个号码", "{stocked} numbers are in stock"))
