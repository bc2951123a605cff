"""十、产品订制 (inferred): a product beside the plan is opened at once (see 十一 for the booked form)."""

from __future__ import annotations

from decimal import Decimal

from trunkline.counter.guards import no_arrears, not_lost, not_suspended
from trunkline.counter.lines import line_item
from trunkline.counter.papers import ELECTRONIC, SIGNED_OR_RECORDED, THREE_CHANNELS, handler_papers
from trunkline.counter.products import (
    NOT_ORDERED_YET,
    PRODUCT,
    PRODUCT_PRICED,
    load_products,
    open_product,
    opening,
)
from trunkline.kernel.text import Text
from trunkline.ordering.item import InitialPrice, Origin, TakesEffect
from trunkline.ordering.types import ItemAction

ITEM = line_item(
    code="product_order",
    title=Text("产品订制", "Product order"),
    clause="S10",
    origin=Origin.INFERRED,
    channels=THREE_CHANNELS | ELECTRONIC,
    papers=handler_papers("S10-A1", origin=Origin.INFERRED),
    fields=(PRODUCT,),
    guards=(PRODUCT_PRICED,),
    line_guards=(
        no_arrears("S10", origin=Origin.INFERRED),
        not_suspended("S10", origin=Origin.INFERRED),
        not_lost("S10", origin=Origin.INFERRED),
        NOT_ORDERED_YET,
    ),
    more=load_products,
    action=ItemAction.ADD,
    changes=opening,
    effects=open_product,
    fee="product_order",
    prices=(
        InitialPrice(
            "product_order", Text("产品订制手续费", "Product order"), Decimal("0.00"), "标准 十（推定）"
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED_OR_RECORDED,
)
