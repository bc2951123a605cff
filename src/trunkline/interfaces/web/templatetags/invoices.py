"""Tags of invoices: `{% load invoices %}`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.context import Context

from trunkline.billing.invoicing import documents_of, invoices_of_numbers
from trunkline.counter.items import invoice_issue
from trunkline.ordering.types import OrderItemView, OrderView

register = template.Library()


@register.inclusion_tag("billing/invoices_of.html", takes_context=True)
def invoices_of(
    context: Context, order: OrderView, items: Iterable[OrderItemView], portal: bool = False
) -> dict[str, Any]:
    """The invoices that an order issued, by the numbers it came to; nothing where the person may not see them."""
    if order.item_code != invoice_issue.ITEM.code or not context["request"].actor.may("bill.view"):
        return {"invoices": ()}
    found = invoices_of_numbers(change.after for item in items for change in item.changes)
    return {"invoices": found, "documents": documents_of(found), "portal": portal}
