"""E-details (S22): what an order of the visitor's opens."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from trunkline.counter.detail_files import details_workbook
from trunkline.interfaces.web.details import details_context
from trunkline.interfaces.web.page import XLSX, file_response
from trunkline.interfaces.web.portal.door import PortalRequest, own_order, portal_page


@portal_page("detail.view")
def show(request: PortalRequest, order_id: int) -> HttpResponse:
    """The details, leaf by leaf."""
    own_order(request, order_id)
    return render(request, "portal/details.html", details_context(request, order_id))


@portal_page("detail.view")
def sheet(request: PortalRequest, order_id: int) -> HttpResponse:
    """All of them as .xlsx."""
    found = own_order(request, order_id)
    content = details_workbook(order_id, actor=request.actor, at=request.at)
    return file_response(content, f"details-{found.number}.xlsx", XLSX, download=True)
