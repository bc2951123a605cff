"""Products beside the plan, as the items of 十 and 十一 choose them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trunkline.catalog.queries import offering_by_code, offerings, price_versions
from trunkline.catalog.types import OfferingKind, OfferingView
from trunkline.counter.facts import LineFacts
from trunkline.kernel.periods import local_date
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Choices
from trunkline.ordering.item import Circumstances
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
