"""十、产品退订 (inferred): a product beside the plan ends at once; what is owed is paid first (S11-G1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import no_arrears
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import ELECTRONIC, SIGNED_OR_RECORDED, THREE_CHANNELS, handler_papers
from trunkline.counter.products import load_products, product_choices
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, InitialPrice, LineGuard, Origin, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import close_offerings

NOT_ORDERED = Refusal(
    "product.not_ordered", "S10", Text("号码{subject}没有订制该产品", "{subject} does not have this product")
)


def _ordered(_: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    return () if chosen.line.id in facts.more.holders else (NOT_ORDERED.about(chosen.line.number),)


def _changes(_: Circumstances, facts: LinesFacts, __: LineFacts) -> Iterable[Change]:
    name = facts.more.product.name if facts.more.product else ""
    return (Change(Text("产品", "Product"), name, ""),)


def _close(around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    close_offerings(line_ids=ids_of(chosen), offering_id=facts.more.product.id, actor=actor, at=around.at)


ITEM = line_item(
    code="product_cancellation",
    title=Text("产品退订", "Product cancellation"),
    clause="S10",
    origin=Origin.INFERRED,
    channels=THREE_CHANNELS | ELECTRONIC,
    papers=handler_papers("S10-A1", origin=Origin.INFERRED),
    fields=(Field("product", Text("产品", "Product"), FieldKind.CHOICE, product_choices, clause="S10"),),
    line_guards=(
        no_arrears("S11-G1"),
        LineGuard("ordered", "S10", NOT_ORDERED.text, _ordered, Origin.INFERRED),
    ),
    more=load_products,
    action=ItemAction.DELETE,
    changes=_changes,
    effects=_close,
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
