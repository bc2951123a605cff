"""十一、产品的预约订制 (S11): the product opens when its condition is met, or a channel can open it."""

from __future__ import annotations

from decimal import Decimal

from trunkline.counter import booking
from trunkline.counter.lines import line_item
from trunkline.counter.papers import ELECTRONIC, SIGNED_OR_RECORDED
from trunkline.counter.products import (
    NOT_ORDERED_YET,
    PRODUCT,
    PRODUCT_PRICED,
    load_products,
    open_product,
    opening,
)
from trunkline.kernel.text import Text
from trunkline.ordering.item import InitialPrice, Paper, TakesEffect
from trunkline.ordering.types import ItemAction, PaperKind
from trunkline.security.types import Channel

ITEM = line_item(
    code="booked_product_order",
    title=Text("产品预约订制", "Booked product order"),
    clause="S11",
    channels=ELECTRONIC | {Channel.OWN_HALL},
    inferred_channels=ELECTRONIC | {Channel.OWN_HALL},
    papers=(
        Paper(PaperKind.HANDLER_ID, "S11-A1", original=True),
        Paper(PaperKind.AUTHORISATION, "S11-A1", sealed=True),
    ),
    fields=(PRODUCT, *booking.FIELDS),
    guards=(PRODUCT_PRICED, *booking.GUARDS),
    line_guards=(NOT_ORDERED_YET,),
    more=load_products,
    waits=booking.condition,
    action=ItemAction.ADD,
    changes=opening,
    effects=open_product,
    fee="booked_product_order",
    prices=(
        InitialPrice(
            "booked_product_order",
            Text("产品预约订制手续费", "Booked product order"),
            Decimal("0.00"),
            "标准 十一（三）",
        ),
    ),
    takes_effect=TakesEffect.ON_CONDITION,
    records=SIGNED_OR_RECORDED,
    notices=(Text("凭订单号可查询预约订单的状态。", "The order number tells how the booking stands."),),
)
