"""Points for bills that are paid on time (REG-31)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection

from trunkline.billing.rules import without_credit
from trunkline.billing.types import BillState, PaymentPurpose
from trunkline.catalog.types import TaxClass
from trunkline.kernel.periods import Month, local_date
from trunkline.ledger.points.operations import earn_points
from trunkline.ledger.points.types import Consumption
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import LineState

#: What each line consumed on paid bills that are not overdue, and what of the bill was met with credit for points.
_CONSUMED = """
SELECT b.number, b.month, b.organization_id, l.line_id, sum(l.amount), (
    SELECT coalesce(sum(a.amount), 0) FROM billing_paymentallocation a
    JOIN billing_payment y ON y.id = a.payment_id WHERE a.bill_id = b.id AND y.purpose = %(credit)s
)
FROM billing_bill b JOIN billing_billline l ON l.bill_id = b.id
WHERE b.id = ANY(%(bills)s) AND b.state = %(paid)s AND b.due_on >= %(today)s
    AND l.line_id IS NOT NULL AND l.tax_class <> %(goods)s
GROUP BY b.id, l.line_id HAVING sum(l.amount) > 0 ORDER BY b.id, l.line_id
"""


def earn_points_of_bills(bill_ids: Sequence[int], *, actor: Actor, at: datetime) -> None:
    """Grant lines the points of bills that have just been paid, if on time; part of paying them (REG-31).

    A yuan of telecom consumption is a point; goods, and what was paid with points, earn none, and a line that went
    to another organisation earns none from its former owner's bill (S02). Safe to repeat.
    """
    if not bill_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _CONSUMED,
            {
                "credit": PaymentPurpose.POINTS_CREDIT,
                "bills": list(bill_ids),
                "paid": BillState.PAID,
                "today": local_date(at),
                "goods": TaxClass.GOODS,
            },
        )
        rows = cursor.fetchall()
    if not rows:
        return
    holders = lines({line for _, _, _, line, _, _ in rows})
    credit: dict[str, Decimal] = {}
    bought = []
    for number, month, organization, line, amount, credited in rows:
        eligible, credit[number] = without_credit(amount, credit.get(number, credited))
        holder = holders.get(line)
        if (
            holder is not None
            and holder.organization_id == organization
            and holder.state is not LineState.TERMINATED
        ):
            bought.append(Consumption(line, Month.of(month), eligible, True, number))
    if bought:
        earn_points(consumption=bought, actor=actor, at=at)
