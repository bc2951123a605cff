"""`trunkline fee`: the prices of the service items."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import click

from trunkline.counter.prices import ItemPrice, item_prices, publish_price, publish_prices
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import AMOUNT, DAY
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.periods import local_date
from trunkline.kernel.text import Text
from trunkline.security.types import Actor

fee = Group("fee", text=Text("服务收费：查看、发布价格", "Fees of service items: show, publish"))
_FROM = Text("生效日期", "The day it comes into force")


@command_for(
    "catalog.view", fee, "list", text=Text("列出各项服务的价格", "List the prices of the service items")
)
def show(*, actor: Actor, at: datetime, out: Output) -> None:
    """What is in force today; empty where nothing is."""
    today = local_date(at)
    columns: tuple[Column[ItemPrice], ...] = (
        Column(Text("条款", "Clause"), lambda p: p.item.clause),
        Column(Text("价目", "Code"), lambda p: p.declared.code),
        Column(Text("名称", "Title"), lambda p: p.declared.title),
        Column(Text("金额", "Amount"), lambda p: now.amount if (now := p.on(today)) else "", right=True),
        Column(Text("依据", "Reference"), lambda p: now.reference if (now := p.on(today)) else ""),
        Column(Text("生效日期", "In force from"), lambda p: now.valid_from if (now := p.on(today)) else ""),
    )
    out.rows(columns, item_prices())


@command_for(
    "catalog.publish_fee",
    fee,
    "publish",
    text=Text("发布一项新价格", "Publish a new price"),
    examples=(
        "trunkline --as hf.product fee publish detail_masking 5.00 --from 2027-01-01 --reference 备12号",
    ),
)
@click.argument("code")
@click.argument("amount", type=AMOUNT)
@option("--from", "valid_from", type=DAY, required=True, text=_FROM)
@option("--reference", required=True, text=Text("批准或备案文号", "The reference of its approval"))
def publish(
    *, code: str, amount: Decimal, valid_from: date, reference: str, actor: Actor, at: datetime, out: Output
) -> None:
    """It ends the price before; one in force is never changed backwards."""
    made = publish_price(
        code=code, amount=amount, valid_from=valid_from, reference=reference, actor=actor, at=at
    )
    out.done(
        {"id": made, "code": code, "amount": amount},
        Text("已发布 {code}：{amount} 元", "{code}: {amount} yuan"),
    )


@command_for(
    "catalog.publish_fee",
    fee,
    "start",
    text=Text("为尚无价格的项目发布起始价", "Publish the initial price of what has none yet"),
)
@option("--from", "valid_from", type=DAY, default=None, text=_FROM)
def start(*, valid_from: date | None, actor: Actor, at: datetime, out: Output) -> None:
    """After an update brought new items; from today unless a day is given."""
    count = publish_prices(valid_from=valid_from or local_date(at), actor=actor, at=at)
    out.done({"published": count}, Text("已发布 {published} 项价格", "{published} prices published"))
