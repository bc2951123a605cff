"""Products of the standard's last page (S99-1), declared in one file a family; a new product is one declaration."""

from __future__ import annotations

from functools import cache

from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Choices
from trunkline.ordering.products import applications, circuits, integration, leasing, voice
from trunkline.ordering.products.specification import FAMILY_NAMES, Family, ProductSpecification

__all__ = [
    "FAMILY_NAMES",
    "Family",
    "ProductSpecification",
    "product_choices",
    "specification",
    "specifications",
]

UNKNOWN_PRODUCT = Refusal(
    "product.unknown", "S99-1", Text("没有这个产品：{subject}", "There is no such product: {subject}")
)


@cache
def specifications() -> dict[str, ProductSpecification]:
    """Every product by code, by family."""
    found = (
        *circuits.PRODUCTS,
        *leasing.PRODUCTS,
        *integration.PRODUCTS,
        *voice.PRODUCTS,
        *applications.PRODUCTS,
    )
    return {product.code: product for product in found}


def specification(code: str) -> ProductSpecification:
    """One product; `Refused` (``product.unknown``) when there is none."""
    found = specifications().get(code)
    if found is None:
        raise Refused(UNKNOWN_PRODUCT.about(code))
    return found


def product_choices() -> Choices:
    """Codes and names, for a field."""
    return tuple((product.code, product.title) for product in specifications().values())
