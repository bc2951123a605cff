"""十一、产品的预约退订 (S11): what is owed is paid first, at booking and again when it is carried out (S11-G1)."""

from __future__ import annotations

from decimal import Decimal

from trunkline.counter import booking
from trunkline.counter.guards import no_arrears
from trunkline.counter.lines import line_item
from trunkline.counter.papers import ELECTRONIC, SIGNED_OR_RECORDED
from trunkline.counter.products import ORDERED, PRODUCT, close_product, closing, load_products
from trunkline.kernel.text import Text
from trunkline.ordering.item import InitialPrice, Paper, TakesEffect
from trunkline.ordering.types import ItemAction, PaperKind
from trunkline.security.types import Channel

ITEM = line_item(
    code="booked_product_cancellation",
    title=Text("产品预约退订", "Booked product cancellation"),
    clause="S11",
    place=2,
    channels=ELECTRONIC | {Channel.OWN_HALL},
    inferred_channels=ELECTRONIC | {Channel.OWN_HALL},
    papers=(
        Paper(PaperKind.HANDLER_ID, "S11-A1", original=True),
        Paper(PaperKind.AUTHORISATION, "S11-A1", sealed=True),
    ),
    fields=(PRODUCT, *booking.FIELDS),
    guards=booking.GUARDS,
    line_guards=(no_arrears("S11-G1"), ORDERED),
    more=load_products,
    waits=booking.condition,
    action=ItemAction.DELETE,
    changes=closing,
    effects=close_product,
    fee="booked_product_cancellation",
    prices=(
        InitialPrice(
            "booked_product_cancellation",
            Text("产品预约退订手续费", "Booked product cancellation"),
            Decimal("0.00"),
            "标准 十一（三）",
        ),
    ),
    takes_effect=TakesEffect.ON_CONDITION,
    records=SIGNED_OR_RECORDED,
    notices=(Text("凭订单号可查询预约订单的状态。", "The order number tells how the booking stands."),),
)
