"""二十三、详单打印 (S23): the details on paper, in the hall only (Q-05); e-mail belongs to 二十二."""

from __future__ import annotations

from decimal import Decimal

from trunkline.counter.detail_items import detail_item
from trunkline.counter.papers import SIGNED, handler_papers
from trunkline.kernel.text import Text
from trunkline.ordering.item import InitialPrice, TakesEffect
from trunkline.security.types import Channel

ITEM = detail_item(
    code="detail_print",
    title=Text("详单打印", "Printing of usage details"),
    clause="S23",
    channels=frozenset({Channel.OWN_HALL}),
    papers=handler_papers("S23-A1"),
    fee="detail_print",
    prices=(
        InitialPrice(
            "detail_print", Text("详单打印（免费）", "Details printed, free"), Decimal("0.00"), "标准 二十三"
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED,
)
