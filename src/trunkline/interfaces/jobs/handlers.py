"""Every job by name. A job runs as the staff member who caused it, and is safe to run again."""

from __future__ import annotations

from trunkline.counter import desk
from trunkline.counter.detail_sending import SEND_JOB, send_details
from trunkline.kernel.clock import now
from trunkline.kernel.jobs import register
from trunkline.kernel.periods import Month
from trunkline.runs import billrun
from trunkline.security.queries import actor_by_id
from trunkline.security.types import Door


@register(desk.EXECUTE_JOB)
def execute_order(*, staff_id: int, order_id: int) -> None:
    """Carry out an order that was taken at the counter."""
    desk.execute(order_id=order_id, actor=actor_by_id(staff_id, Door.JOB), at=now())


@register(SEND_JOB)
def send_order_details(*, staff_id: int, order_id: int) -> None:
    """Post the details of an order to its handler's mailbox (S22-A1)."""
    send_details(order_id=order_id, actor=actor_by_id(staff_id, Door.JOB), at=now())


@register(billrun.RUN_JOB)
def run_bills(*, staff_id: int, month: str) -> None:
    """Rate and bill a month, or go on where a run stopped."""
    billrun.run_month(month=Month.parse(month), actor=actor_by_id(staff_id, Door.JOB), at=now())


@register(billrun.RETRY_JOB)
def bill_parked_again(*, staff_id: int, month: str) -> None:
    """Bill the accounts that a month's run had to park, as far as their reason is gone."""
    billrun.retry_parked(month=Month.parse(month), actor=actor_by_id(staff_id, Door.JOB), at=now())
