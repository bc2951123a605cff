"""What a new installation of a product is judged on (S99)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from trunkline.agreements.queries import agreement
from trunkline.counter.items.product_installation import service_400
from trunkline.installations.queries import calendar
from trunkline.ordering.item import Circumstances
from trunkline.ordering.products import ProductSpecification, specifications
from trunkline.party.queries import accounts
from trunkline.party.types import AccountView


@dataclass(frozen=True, slots=True)
class Facts:
    """The product asked for (none where the answer is no product), and what stands around the order."""

    product: ProductSpecification | None
    agreement_organization_id: int | None
    accounts: Mapping[str, AccountView]
    calendar: Mapping[date, bool]
    #: Of a product that takes a 400 number.
    service_number: service_400.ServiceNumberFacts | None = None

    @property
    def products(self) -> tuple[ProductSpecification, ...]:
        """The one product, or none."""
        return (self.product,) if self.product else ()


def load(around: Circumstances) -> Facts:
    """One query a fact."""
    agreement_id = around.request.agreement_id
    product = specifications().get(around.request.details.get("product", ""))
    return Facts(
        product=product,
        agreement_organization_id=agreement(agreement_id).organization_id if agreement_id else None,
        accounts={account.code: account for account in accounts(around.organization.id)},
        calendar=calendar(),
        service_number=service_400.load(around, product),
    )
