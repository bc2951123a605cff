"""Copies of bills handed out or mailed (S21)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trunkline.billing.models import BillCopy
from trunkline.billing.queries import UNKNOWN_BILL, bills_by_id
from trunkline.billing.types import CopyDelivery
from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.refusals import raise_if_any
from trunkline.security.audit import operation
from trunkline.security.types import Actor


@operation("bill.copy")
def copy_bills(*, bill_ids: Sequence[int], delivery: CopyDelivery, actor: Actor, at: datetime) -> int:
    """Keep that a copy of each bill goes out, printed or by mail; returns how many. `Refused`: a bill unknown."""
    found = bills_by_id(bill_ids)
    raise_if_any(UNKNOWN_BILL.about(str(key)) for key in bill_ids if key not in found)
    insert_rows(
        BillCopy._meta.db_table,
        ("branch_id", "bill_id", "delivery", "made_at", "made_by_id"),
        ((found[key].branch_id, key, delivery, at, actor.staff_id) for key in bill_ids),
    )
    return len(bill_ids)
