"""Reads of breaches, and of what one would come to (P2-20 … P2-22)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from trunkline.agreements.queries import benefits_of
from trunkline.agreements.rules.breach import (
    OVERDUE_CAPPED,
    OVERDUE_RATE,
    BreachClaim,
    overdue_penalty,
)
from trunkline.agreements.rules.business import clawed_back
from trunkline.billing.models import Bill, BreachCase
from trunkline.billing.types import BillState, BreachState, BreachView, OverdueBill
from trunkline.catalog.queries import parameter_on
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text

UNKNOWN_BREACH = Refusal(
    "breach.unknown", "P2-20", Text("没有这个违约处理：{subject}", "No such breach: {subject}")
)


def overdue_bills(account_id: int, on: date) -> tuple[OverdueBill, ...]:
    """The bills of an account that are overdue on a day, each with its penalty (REG-01); a penalty bears none."""
    rate, capped = parameter_on(OVERDUE_RATE, on), parameter_on(OVERDUE_CAPPED, on)
    rows = Bill.objects.filter(account_id=account_id, state=BillState.OPEN, due_on__lt=on).order_by("month")
    found = []
    for row in rows:
        owed, days = row.total - row.from_deposit - row.paid, (on - row.due_on).days
        penalty = overdue_penalty(owed, days, daily_rate=rate, capped=capped)
        found.append(OverdueBill(row.number, owed, days, rate, penalty))
    return tuple(found)


def benefits_taken_back(agreement_id: int, number: str | None, on: date) -> Decimal:
    """What a breach on a day takes back of what a number was given under an agreement, in yuan (P2-20).

    Without a number it is the whole agreement that is broken, and what all of its lines were given.
    """
    given = (one for one in benefits_of(agreement_id, on) if number in {None, one.number})
    return sum((clawed_back(one) for one in given), ZERO)


def breach(case_id: int) -> BreachView:
    """One breach; `Refused` (``breach.unknown``) when there is none."""
    row = BreachCase.objects.filter(pk=case_id).first()
    if row is None:
        raise Refused(UNKNOWN_BREACH.about(str(case_id)))
    return view_of(row)


def breaches_of_agreement(agreement_id: int) -> tuple[BreachView, ...]:
    """The breaches of an agreement, the newest first."""
    return _views(BreachCase.objects.filter(agreement_id=agreement_id).order_by("-id"))


def find_breaches(state: BreachState | None = None, limit: int = 200) -> tuple[BreachView, ...]:
    """Breaches in the visible branches, of a state or of all, the newest first."""
    rows = BreachCase.objects.order_by("-id")
    return _views((rows.filter(state=state) if state else rows)[:limit])


def _views(rows: Iterable[BreachCase]) -> tuple[BreachView, ...]:
    return tuple(view_of(row) for row in rows)


def view_of(row: BreachCase) -> BreachView:
    """A row as others see it."""
    return BreachView(
        id=row.pk,
        case_number=row.case_number,
        agreement_id=row.agreement_id,
        organization_id=row.organization_id,
        account_id=row.account_id,
        state=BreachState(row.state),
        broken_on=row.broken_on,
        grounds=row.grounds,
        whole_agreement=row.whole_agreement,
        claim=BreachClaim(row.number, row.overdue_penalty, row.benefits, row.handset_penalty, row.losses),
        overdue=tuple(_overdue(each) for each in row.overdue),
        offset=row.offset,
        top_up=row.top_up,
        due_on=row.due_on,
        proposed_by_id=row.proposed_by_id,
        proposed_at=row.proposed_at,
        decided_by_id=row.decided_by_id,
        decided_at=row.decided_at,
        reason=row.reason,
    )


def _overdue(kept: dict[str, Any]) -> OverdueBill:
    return OverdueBill(
        kept["bill_number"],
        Decimal(kept["owed"]),
        kept["days"],
        Decimal(kept["rate"]),
        Decimal(kept["penalty"]),
    )
