"""十、产品订制 (inferred): a product beside the plan is opened at once (see 十一 for the booked form)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import no_arrears, not_lost, not_suspended
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import ELECTRONIC, SIGNED_OR_RECORDED, THREE_CHANNELS, handler_papers
from trunkline.counter.products import ProductFacts, load_products, product_choices
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard, InitialPrice, LineGuard, Origin, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import open_offerings

HAS_IT = Refusal(
    "product.has_it", "S10", Text("号码{subject}已订制该产品", "{subject} has this product already")
)
NO_PRICE = Refusal(
    "product.no_price", "X-F2", Text("该产品目前没有生效的资费", "The product has no price in force")
)


def _priced(_: Circumstances, facts: LinesFacts) -> Iterable[Refusal]:
    more: ProductFacts = facts.more
    return (NO_PRICE,) if more.product is not None and not more.priced else ()


def _not_yet(_: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    return (HAS_IT.about(chosen.line.number),) if chosen.line.id in facts.more.holders else ()


def _changes(_: Circumstances, facts: LinesFacts, __: LineFacts) -> Iterable[Change]:
    name = facts.more.product.name if facts.more.product else ""
    return (Change(Text("产品", "Product"), "", name),)


def _open(around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    open_offerings(line_ids=ids_of(chosen), offering_id=facts.more.product.id, actor=actor, at=around.at)


ITEM = line_item(
    code="product_order",
    title=Text("产品订制", "Product order"),
    clause="S10",
    origin=Origin.INFERRED,
    channels=THREE_CHANNELS | ELECTRONIC,
    papers=handler_papers("S10-A1", origin=Origin.INFERRED),
    fields=(Field("product", Text("产品", "Product"), FieldKind.CHOICE, product_choices, clause="S10"),),
    guards=(Guard("product_priced", "X-F2", NO_PRICE.text, _priced),),
    line_guards=(
        no_arrears("S10", origin=Origin.INFERRED),
        not_suspended("S10", origin=Origin.INFERRED),
        not_lost("S10", origin=Origin.INFERRED),
        LineGuard("not_ordered_yet", "S10", HAS_IT.text, _not_yet, Origin.INFERRED),
    ),
    more=load_products,
    action=ItemAction.ADD,
    changes=_changes,
    effects=_open,
    fee="product_order",
    prices=(
        InitialPrice(
            "product_order", Text("产品订制手续费", "Product order"), Decimal("0.00"), "标准 十（推定）"
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED_OR_RECORDED,
)
