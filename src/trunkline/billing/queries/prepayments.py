"""Reads of prepayments of international services (S08)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from trunkline.billing.models import InternationalPrepayment
from trunkline.billing.types import (
    PrepaymentState,
    PrepaymentView,
)
from trunkline.party.types import PaymentMethod


def _prepayments(rows: QuerySet[InternationalPrepayment]) -> tuple[PrepaymentView, ...]:
    return tuple(
        PrepaymentView(
            id=row.pk,
            organization_id=row.organization_id,
            account_id=row.account_id,
            line_id=row.line_id,
            number=row.number,
            service=row.service,
            amount=row.amount,
            method=PaymentMethod(row.payment.method),
            receipt_number=row.payment.receipt_number,
            state=PrepaymentState(row.state),
            closed_on=row.closed_on,
            refundable_on=row.refundable_on,
            due_on=row.due_on,
            refunded_at=row.refunded_at,
        )
        for row in rows.select_related("payment")
    )


def prepayments_held(line_ids: Iterable[int], service: str) -> dict[int, PrepaymentView]:
    """国际业务预付款 held for a service, by line; lines without one are left out (S08-F)."""
    rows = InternationalPrepayment.objects.filter(
        line_id__in=list(line_ids), service=service, state=PrepaymentState.HELD
    )
    return {view.line_id: view for view in _prepayments(rows)}


def prepayments_to_refund(
    organization_id: int | None = None,
    *,
    number: str = "",
    ids: Iterable[int] = (),
    lock: bool = False,
) -> tuple[PrepaymentView, ...]:
    """Those that have become deposits and wait to be refunded, the first limit first (S08-G2)."""
    rows = InternationalPrepayment.objects.filter(
        state__in=[PrepaymentState.CONVERTED, PrepaymentState.REFUND_DUE]
    ).order_by("due_on", "id")
    if organization_id is not None:
        rows = rows.filter(organization_id=organization_id)
    if number:
        rows = rows.filter(number=number)
    if wanted := list(ids):
        rows = rows.filter(pk__in=wanted)
    return _prepayments(rows.select_for_update(of=("self",)) if lock else rows)


def prepayments_falling_due(today: date) -> bool:
    """Whether any has to be marked as to be refunded."""
    return InternationalPrepayment.objects.filter(
        state=PrepaymentState.CONVERTED, refundable_on__lte=today
    ).exists()
