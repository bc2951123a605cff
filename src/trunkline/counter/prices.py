"""The prices that service items start with, published into the catalogue."""

from __future__ import annotations

from datetime import date, datetime

from trunkline.catalog.operations import publish_fee
from trunkline.catalog.queries import fee_codes
from trunkline.catalog.types import TaxClass
from trunkline.counter.registry import service_items
from trunkline.security.types import Actor


def publish_prices(*, valid_from: date, actor: Actor, at: datetime) -> int:
    """Publish the initial price of every code the catalogue does not know yet (X-F1, X-F2); returns how many."""
    known = fee_codes()
    missing = [price for item in service_items().values() for price in item.prices if price.code not in known]
    for price in missing:
        publish_fee(
            item_code=price.code,
            title=price.title.zh,
            amount=price.amount,
            tax_class=TaxClass.BASIC_TELECOM,
            valid_from=valid_from,
            reference=price.reference,
            actor=actor,
            at=at,
        )
    return len(missing)
