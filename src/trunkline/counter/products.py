"""Products beside the plan, as the items of 十 and 十一 choose them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trunkline.catalog.queries import offering_by_code, offerings, price_versions
from trunkline.catalog.types import OfferingKind, OfferingView
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import ids_of
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Choices, Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard, LineGuard, Origin
from trunkline.ordering.types import Change
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import close_offerings, open_offerings
from trunkline.subscriptions.queries import holders_of_offering


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """The product asked for, whether it has a price today, and which of the lines have it."""

    product: OfferingView | None
    priced: bool
    holders: frozenset[int]


def product_choices() -> Choices:
    """Every product that is no plan."""
    return tuple(
        (offering.code, Text(offering.name, offering.name_en))
        for offering in offerings()
        if offering.kind is not OfferingKind.PLAN
    )


def load_products(around: Circumstances, chosen: Sequence[LineFacts]) -> ProductFacts:
    """The facts about the product that the request names."""
    found = offering_by_code(around.request.details.get("product", ""))
    if found is None:
        return ProductFacts(None, False, frozenset())
    priced = found.id in price_versions([found.id], local_date(around.at))
    return ProductFacts(found, priced, holders_of_offering(found.id, [one.line.id for one in chosen]))


HAS_IT = Refusal(
    "product.has_it", "S10", Text("号码{subject}已订制该产品", "{subject} has this product already")
)
NO_PRICE = Refusal(
    "product.no_price", "X-F2", Text("该产品目前没有生效的资费", "The product has no price in force")
)
NOT_ORDERED = Refusal(
    "product.not_ordered", "S10", Text("号码{subject}没有订制该产品", "{subject} does not have this product")
)
PRODUCT = Field("product", Text("产品", "Product"), FieldKind.CHOICE, product_choices, clause="S10")


def _priced(_: Circumstances, facts: LinesFacts) -> Iterable[Refusal]:
    more: ProductFacts = facts.more
    return (NO_PRICE,) if more.product is not None and not more.priced else ()


def _not_yet(_: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    return (HAS_IT.about(chosen.line.number),) if chosen.line.id in facts.more.holders else ()


def _ordered(_: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    return () if chosen.line.id in facts.more.holders else (NOT_ORDERED.about(chosen.line.number),)


PRODUCT_PRICED: Guard[LinesFacts] = Guard("product_priced", "X-F2", NO_PRICE.text, _priced)
NOT_ORDERED_YET: LineGuard[LinesFacts, LineFacts] = LineGuard(
    "not_ordered_yet", "S10", HAS_IT.text, _not_yet, Origin.INFERRED
)
ORDERED: LineGuard[LinesFacts, LineFacts] = LineGuard(
    "ordered", "S10", NOT_ORDERED.text, _ordered, Origin.INFERRED
)


def _product_name(facts: LinesFacts) -> str:
    return facts.more.product.name if facts.more.product else ""


def opening(_: Circumstances, facts: LinesFacts, __: LineFacts) -> Iterable[Change]:
    """The product that comes."""
    return (Change(Text("产品", "Product"), "", _product_name(facts)),)


def closing(_: Circumstances, facts: LinesFacts, __: LineFacts) -> Iterable[Change]:
    """The product that goes."""
    return (Change(Text("产品", "Product"), _product_name(facts), ""),)


def open_product(around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    """Give the lines the product."""
    open_offerings(line_ids=ids_of(chosen), offering_id=facts.more.product.id, actor=actor, at=around.at)


def close_product(
    around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor
) -> None:
    """Take the product from the lines."""
    close_offerings(line_ids=ids_of(chosen), offering_id=facts.more.product.id, actor=actor, at=around.at)
