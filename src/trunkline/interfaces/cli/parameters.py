"""`trunkline parameter`: the figures and switches of rules."""

from __future__ import annotations

from datetime import date, datetime

import click

from trunkline.counter.parameters import ParameterHistory, adjust_parameter, parameter_histories
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import DAY
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.periods import local_date
from trunkline.kernel.text import Text
from trunkline.security.types import Actor

parameter = Group("parameter", text=Text("规则参数：查看、调整", "Parameters of rules: show, set"))


@command_for(
    "catalog.view", parameter, "list", text=Text("列出规则参数及其现行值", "List the parameters of rules")
)
def show(*, actor: Actor, at: datetime, out: Output) -> None:
    """What counts today, set or by default."""
    today = local_date(at)
    columns: tuple[Column[ParameterHistory], ...] = (
        Column(Text("条款", "Clause"), lambda h: h.parameter.clause),
        Column(Text("参数", "Code"), lambda h: h.parameter.code),
        Column(Text("名称", "Title"), lambda h: h.parameter.title),
        Column(Text("现行值", "Value"), lambda h: h.value(today), right=True),
        Column(Text("单位", "Unit"), lambda h: h.parameter.unit),
        Column(Text("依据", "Reference"), lambda h: now.reference if (now := h.on(today)) else ""),
        Column(Text("生效日期", "In force from"), lambda h: now.valid_from if (now := h.on(today)) else ""),
    )
    out.rows(columns, parameter_histories())


@command_for(
    "catalog.set_parameter",
    parameter,
    "set",
    text=Text("自某日起调整一个参数", "Set a parameter from a day on"),
    examples=(
        "trunkline --as hf.product parameter set fair_use.told_shares 50,90,100 "
        "--from 2027-01-01 --reference 通知3号",
    ),
)
@click.argument("code")
@click.argument("value")
@option(
    "--from",
    "valid_from",
    type=DAY,
    required=True,
    text=Text("生效日期", "The day it comes into force"),
)
@option("--reference", required=True, text=Text("依据", "On whose word"))
def set_value(
    *, code: str, value: str, valid_from: date, reference: str, actor: Actor, at: datetime, out: Output
) -> None:
    """It ends the value before; one in force is never changed backwards."""
    made = adjust_parameter(
        code=code, value=value, valid_from=valid_from, reference=reference, actor=actor, at=at
    )
    out.done({"id": made, "code": code, "value": value}, Text("已调整 {code}：{value}", "{code}: {value}"))
