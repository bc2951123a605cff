"""The prices of the service items: what each starts with, and what is published after it (X-F1, X-F2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from trunkline.catalog.operations import publish_fee
from trunkline.catalog.queries import fee_codes, fee_history
from trunkline.catalog.types import FeeView
from trunkline.counter.registry import service_items
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ordering.item import InitialPrice, ServiceItem
from trunkline.security.types import Actor

UNKNOWN_PRICE = Refusal(
    "fee.unknown", "", Text("没有这个价目：{subject}", "No service item has such a price: {subject}")
)


@dataclass(frozen=True, slots=True)
class ItemPrice:
    """A price that an item declares, with what was published for it, the newest first."""

    item: ServiceItem[Any, Any]
    declared: InitialPrice
    published: tuple[FeeView, ...]

    def on(self, day: date) -> FeeView | None:
        """The price in force on a day."""
        return next(
            (
                price
                for price in self.published
                if price.valid_from <= day and (price.valid_to is None or day < price.valid_to)
            ),
            None,
        )


def item_prices() -> tuple[ItemPrice, ...]:
    """Every price of every item, in the order of the clauses; a price that items share stands once."""
    history = fee_history()
    found: dict[str, ItemPrice] = {}
    for item in service_items().values():
        for price in item.prices:
            found.setdefault(price.code, ItemPrice(item, price, history.get(price.code, ())))
    return tuple(found.values())


def publish_prices(*, valid_from: date, actor: Actor, at: datetime) -> int:
    """Publish the initial price of every code the catalogue does not know yet (X-F1, X-F2); returns how many."""
    known = fee_codes()
    missing = [price.declared for price in item_prices() if price.declared.code not in known]
    for price in missing:
        _publish(price, price.amount, valid_from, price.reference, actor=actor, at=at)
    return len(missing)


def publish_price(
    *, code: str, amount: Decimal, valid_from: date, reference: str, actor: Actor, at: datetime
) -> int:
    """Put a new price of an item into force from a day, with the reference of its approval; returns its id.

    `Refused`: no item declares the code, or as `catalog.operations.publish_fee` says.
    """
    declared = {price.declared.code: price.declared for price in item_prices()}
    if code not in declared:
        raise Refused(UNKNOWN_PRICE.about(code))
    return _publish(declared[code], amount, valid_from, reference, actor=actor, at=at)


def _publish(
    price: InitialPrice, amount: Decimal, valid_from: date, reference: str, *, actor: Actor, at: datetime
) -> int:
    return publish_fee(
        item_code=price.code,
        title=price.title,
        amount=amount,
        tax_class=price.tax_class,
        valid_from=valid_from,
        reference=reference,
        actor=actor,
        at=at,
    )
