"""Changes of an order's state from outside: stopped, taken up again, withdrawn, released."""

from __future__ import annotations

from datetime import datetime

from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ordering.models import Order, OrderItem
from trunkline.ordering.queries import UNKNOWN_ORDER
from trunkline.ordering.types import ORDER_LIFE, ORDER_STATE_NAMES, OrderEvent, OrderState

NOT_POSSIBLE = Refusal(
    "order.not_possible",
    "",
    Text("订单目前为“{state}”，不能办理此项操作", "This cannot be done to an order that is “{state_en}”"),
)


def change_state(order_id: int, event: OrderEvent) -> None:
    """Let `event` happen to an order; `Refused` when it is unknown or its state does not allow it."""
    order = _allowed(order_id, event)
    order.state = ORDER_LIFE.target(event)
    order.save(update_fields=["state"])


def _under_work(order: Order) -> bool:
    """Whether others work on what the order began: it is theirs to finish or to give up."""
    return OrderItem.objects.filter(order=order, state=OrderState.IN_PROGRESS).exists()


def try_again(order_id: int) -> None:
    """A failed order is acknowledged once more, with all its failed lines."""
    change_state(order_id, OrderEvent.RETRY)
    OrderItem.objects.filter(order_id=order_id, state=OrderState.FAILED).update(
        state=OrderState.ACKNOWLEDGED, reasons=[]
    )


def withdraw(order_id: int, at: datetime) -> None:
    """What has not been carried out of an order is cancelled; where lines were, it ends in part."""
    order = _allowed(order_id, OrderEvent.CANCEL)
    lines = OrderItem.objects.filter(order=order)
    done = lines.filter(state=OrderState.COMPLETED).exists()
    lines.filter(state=OrderState.ACKNOWLEDGED).update(state=OrderState.CANCELLED)
    order.state = ORDER_LIFE.target(OrderEvent.COMPLETE_PARTLY if done else OrderEvent.CANCEL)
    order.completed_at = at if done else None
    order.save(update_fields=["state", "completed_at"])


def _allowed(order_id: int, event: OrderEvent) -> Order:
    """The order under a row lock; a portion that is being carried out holds it, so that this waits for its end."""
    order = Order.objects.select_for_update().filter(pk=order_id).first()
    if order is None:
        raise Refused(UNKNOWN_ORDER.about(str(order_id)))
    state = OrderState(order.state)
    if state not in ORDER_LIFE.sources(event) or _under_work(order):
        name = ORDER_STATE_NAMES[state]
        raise Refused(NOT_POSSIBLE.filled(state=name.zh, state_en=name.en))
    return order
