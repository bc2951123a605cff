"""十、产品退订 (inferred): a product beside the plan ends at once; what is owed is paid first (S11-G1)."""

from __future__ import annotations

from decimal import Decimal

from trunkline.counter.guards import no_arrears
from trunkline.counter.lines import line_item
from trunkline.counter.papers import ELECTRONIC, SIGNED_OR_RECORDED, THREE_CHANNELS, handler_papers
from trunkline.counter.products import ORDERED, PRODUCT, close_product, closing, load_products
from trunkline.kernel.text import Text
from trunkline.ordering.item import InitialPrice, Origin, TakesEffect
from trunkline.ordering.types import ItemAction

ITEM = line_item(
    code="product_cancellation",
    title=Text("产品退订", "Product cancellation"),
    clause="S10",
    place=2,
    origin=Origin.INFERRED,
    channels=THREE_CHANNELS | ELECTRONIC,
    papers=handler_papers("S10-A1", origin=Origin.INFERRED),
    fields=(PRODUCT,),
    line_guards=(no_arrears("S11-G1"), ORDERED),
    more=load_products,
    action=ItemAction.DELETE,
    changes=closing,
    effects=close_product,
    fee="product_cancellation",
    prices=(
        InitialPrice(
            "product_cancellation",
            Text("产品退订手续费", "Product cancellation"),
            Decimal("0.00"),
            "标准 十（推定）",
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED_OR_RECORDED,
)
