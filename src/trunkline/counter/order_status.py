"""凭预约订单号查询申请订单的状态 (S11-E1), without a login.

Order numbers are counted up, so that whoever has one can guess others: the number alone answers nothing. The last
four digits of the handler's telephone, or of the line where the order has only one, must come with it; and what is
answered names neither people nor numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import constant_time_compare

from trunkline.counter.registry import service_item
from trunkline.kernel.text import Text
from trunkline.ordering.queries import order_by_number, order_handler, order_items
from trunkline.ordering.types import OrderState
from trunkline.security.audit import acting
from trunkline.security.queries import reception

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """Where an order stands, and nothing personal."""

    number: str
    title: Text
    state: OrderState
    placed_at: datetime
    due_at: datetime | None
    completed_at: datetime | None


def order_status(*, number: str, last_four: str) -> OrderStatus | None:
    """Where an order stands; None when there is none of that number, or the digits are not its own."""
    with acting(reception()):
        found = order_by_number(number.strip())
        if found is None:
            return None
        applicant = order_handler(found.id)
        known = [applicant.phone] if applicant else []
        if found.item_count == 1:
            known += [item.number for item in order_items(found.id)]
    said = last_four.strip()
    right = [constant_time_compare(one[-_DIGITS:], said) for one in known if len(one) >= _DIGITS]
    if not any(right):
        return None
    title = service_item(found.item_code).title
    return OrderStatus(found.number, title, found.state, found.placed_at, found.due_at, found.completed_at)
