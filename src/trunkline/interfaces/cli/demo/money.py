"""Bills and payments of the demo."""

from __future__ import annotations

from datetime import datetime

from trunkline.billing.operations import take_payment
from trunkline.billing.queries import bills_of_organization
from trunkline.billing.types import BillState
from trunkline.interfaces.cli.demo.contracts import BranchDesk
from trunkline.interfaces.cli.demo.customers import Registered
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month
from trunkline.runs.billrun import run_month
from trunkline.runs.types import BillRunView, RunState
from trunkline.security.audit import acting
from trunkline.security.types import Actor

#: More bills than an organisation has in the demo.
_ALL = 100_000


def bill_month(month: Month, *, actor: Actor, at: datetime) -> BillRunView:
    """Rate and bill a month; everything must come out."""
    run = run_month(month=month, actor=actor, at=at)
    if run.state is not RunState.CLOSED or run.parked:
        raise RuntimeError(f"the bill run of {month} did not close: {run}")
    return run


def pay_month(month: Month, made: Registered, desk: BranchDesk, at: datetime) -> None:
    """The organisation pays all its bills of a month in one sum."""
    with acting(desk.clerk):
        due = [
            bill
            for bill in bills_of_organization(made.organization_id, state=BillState.OPEN, limit=_ALL)
            if bill.month == month
        ]
    owed = sum((bill.cash_due - bill.paid for bill in due), ZERO)
    if owed:
        take_payment(
            organization_id=made.organization_id,
            account_id=None,
            bill_ids=tuple(bill.id for bill in due),
            amount=owed,
            method=made.customer.payment,
            reference=f"{month} {made.customer.name}",
            idempotency_key=f"demo-{month}-{made.organization_id}",
            actor=desk.clerk,
            at=at,
        )
