"""Every service item there is: one file each in `items`, found by its `ITEM`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from trunkline.counter import items as package
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ordering.item import ServiceItem

UNKNOWN_ITEM = Refusal(
    "order.item_unknown", "", Text("没有这项业务：{subject}", "No such service item: {subject}")
)


@cache
def service_items() -> dict[str, ServiceItem[Any, Any]]:
    """All service items by code, in the order of their clauses."""
    modules = [
        importlib.import_module(f"{package.__name__}.{m.name}")
        for m in pkgutil.iter_modules(package.__path__)
    ]
    found: list[ServiceItem[Any, Any]] = [module.ITEM for module in modules]
    # The standard's own clauses first, then what other rules ask for.
    return {
        item.code: item
        for item in sorted(found, key=lambda item: (not item.clause.startswith("S"), item.clause, item.place))
    }


def item_titles() -> dict[str, Text]:
    """Titles of the items by code."""
    return {code: item.title for code, item in service_items().items()}


def service_item(code: str) -> ServiceItem[Any, Any]:
    """One service item; `Refused` (``order.item_unknown``) when there is none."""
    item = service_items().get(code)
    if item is None:
        raise Refused(UNKNOWN_ITEM.about(code))
    return item
