"""待退国际业务预付款 (S08-G2): what must go back to customers within two months, the first limit first."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render

from trunkline.billing.queries import prepayments_to_refund
from trunkline.interfaces.web.page import StaffRequest, page, paged
from trunkline.kernel.clock import local_date
from trunkline.kernel.money import ZERO
from trunkline.party.queries import organizations

#: Days before its limit from which a refund is marked as near.
_NEAR = timedelta(days=14)


@page("payment.view")
def waiting(request: StaffRequest) -> HttpResponse:
    """Prepayments that have become deposits and wait to be refunded at an own hall."""
    found, today = prepayments_to_refund(), local_date(request.at)
    leaf = paged(request, found)
    context = {
        **leaf,
        "organizations": organizations({view.organization_id for view in leaf["page_obj"]}),
        "count": len(found),
        "total": sum((view.amount for view in found), ZERO),
        "late": sum(view.due_on is not None and view.due_on < today for view in found),
        "today": today,
        "near": today + _NEAR,
    }
    return render(request, "billing/prepayments.html", context)
