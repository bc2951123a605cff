"""`trunkline roaming`: where customers can roam, and what it costs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import click

from trunkline.catalog.operations import publish_roaming_destination
from trunkline.catalog.queries import roaming_destinations
from trunkline.catalog.types import (
    ROAMING_AREA_NAMES,
    RoamingArea,
    RoamingDestinationView,
    RoamingDetails,
)
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Column, Output
from trunkline.interfaces.cli.values import AMOUNT, DAY
from trunkline.interfaces.cli.words import Group, option
from trunkline.kernel.periods import local_date
from trunkline.kernel.text import Text
from trunkline.security.types import Actor

roaming = Group("roaming", text=Text("漫游目的地：查询、公布", "Roaming destinations: search, publish"))

_LIST: tuple[Column[RoamingDestinationView], ...] = (
    Column(Text("代码", "Code"), lambda d: d.details.code),
    Column(Text("国家或地区", "Country or region"), lambda d: d.details.name),
    Column(Text("英文名", "English name"), lambda d: d.details.name_en),
    Column(Text("范围", "Area"), lambda d: ROAMING_AREA_NAMES[d.details.area]),
    Column(Text("已开通", "Open"), lambda d: d.details.is_open),
    Column(Text("语音", "Voice"), lambda d: d.details.voice),
    Column(Text("短信", "Messages"), lambda d: d.details.sms),
    Column(Text("上网", "Data"), lambda d: d.details.data),
    Column(Text("拨打国内/分钟", "Home a minute"), lambda d: d.details.home_price, right=True),
    Column(Text("接听/分钟", "Received a minute"), lambda d: d.details.received_price, right=True),
    Column(Text("短信/条", "A message"), lambda d: d.details.message_price, right=True),
    Column(Text("上网/MB", "A MB"), lambda d: d.details.data_price, right=True),
    Column(Text("拨打办法", "Dialling"), lambda d: d.details.dialling),
    Column(Text("文号", "Reference"), lambda d: d.details.reference),
    Column(Text("自", "From"), lambda d: d.valid_from),
)


@command_for(
    "catalog.view",
    roaming,
    "search",
    text=Text(
        "按名称、拼音或代码查漫游目的地是否开通", "Whether a destination is open, by name, pinyin or code"
    ),
    examples=("trunkline roaming search 日本", "trunkline roaming search riben --on 2026-12-01"),
)
@click.argument("text", default="")
@option(
    "--on", "day", type=DAY, default=None, text=Text("哪一天（默认今天）", "On which day (default today)")
)
def search(*, text: str, day: date | None, actor: Actor, at: datetime, out: Output) -> None:
    """Destinations in force on a day."""
    out.rows(_LIST, roaming_destinations(day or local_date(at), text=text))


@command_for(
    "catalog.publish_roaming_destination",
    roaming,
    "publish",
    text=Text("公布漫游目的地及其收费标准", "Publish a roaming destination and its charges"),
    examples=(
        "trunkline roaming publish BR 巴西 Brazil --from 2027-01-01 --reference 皖通信资费备〔2027〕1号 "
        "--home 3.99 --received 2.99 --message 0.89 --dialling 00+86",
    ),
)
@click.argument("code")
@click.argument("name")
@click.argument("name_en")
@option(
    "--area",
    type=click.Choice([a.value for a in RoamingArea]),
    default=RoamingArea.INTERNATIONAL.value,
    show_default=True,
    text=Text("国际或港澳台", "Abroad, or Hong Kong, Macao and Taiwan"),
)
@option("--from", "valid_from", type=DAY, required=True, text=Text("自哪天起", "From which day"))
@option("--reference", required=True, text=Text("批准或备案文号", "The regulator's reference"))
@option("--home", type=AMOUNT, default=None, text=Text("拨打国内，元/分钟", "Yuan a minute to the mainland"))
@option("--received", type=AMOUNT, default=None, text=Text("接听，元/分钟", "Yuan a minute received"))
@option("--message", type=AMOUNT, default=None, text=Text("短信，元/条", "Yuan a message"))
@option("--data", type=AMOUNT, default=None, text=Text("上网，元/MB", "Yuan a MB"))
@option("--dialling", default="", text=Text("拨打办法", "How to dial"))
@option("--charging", default="", text=Text("收费标准说明", "Charges in words"))
def publish(
    *,
    code: str,
    name: str,
    name_en: str,
    area: str,
    valid_from: date,
    reference: str,
    home: Decimal | None,
    received: Decimal | None,
    message: Decimal | None,
    data: Decimal | None,
    dialling: str,
    charging: str,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """What has a price is open; without any the destination is published as not open."""
    details = RoamingDetails(
        code=code,
        area=RoamingArea(area),
        name=name,
        name_en=name_en,
        voice=home is not None or received is not None,
        sms=message is not None,
        data=data is not None,
        dialling=dialling,
        charging=charging,
        home_price=home,
        received_price=received,
        message_price=message,
        data_price=data,
        reference=reference,
    )
    publish_roaming_destination(details=details, valid_from=valid_from, actor=actor, at=at)
    out.done(
        {"code": code, "name": name, "valid_from": valid_from},
        Text("已公布{name}，自{valid_from}起", "{name} is published from {valid_from}"),
    )
