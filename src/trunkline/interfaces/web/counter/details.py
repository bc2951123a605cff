"""Pages of the usage details that an order opens (S22, S23)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from trunkline.counter.detail_files import details_pdf, details_workbook
from trunkline.interfaces.web.details import details_context, month_asked, place_asked
from trunkline.interfaces.web.page import XLSX, StaffRequest, file_response, page
from trunkline.ordering.queries import order
from trunkline.party.queries import organization


@page("detail.view")
def show(request: StaffRequest, order_id: int) -> HttpResponse:
    """The details, leaf by leaf, of one month, of one number and kind where they are chosen."""
    request.actor.require("order.view")
    context = details_context(request, order_id)
    whose = organization(order(order_id).organization_id)
    return render(request, "counter/details.html", {**context, "organization": whose})


@page("detail.view")
def sheet(request: StaffRequest, order_id: int) -> HttpResponse:
    """All details of the order as .xlsx."""
    request.actor.require("order.view")
    content = details_workbook(order_id, actor=request.actor, at=request.at)
    return file_response(content, f"details-{order(order_id).number}.xlsx", XLSX, download=True)


@page("detail.view")
def paper(request: StaffRequest, order_id: int) -> HttpResponse:
    """A month, or a part of it, as PDF."""
    request.actor.require("order.view")
    content = details_pdf(
        order_id,
        month=month_asked(request),
        part=place_asked(request, "part"),
        actor=request.actor,
        at=request.at,
    )
    return file_response(content, f"details-{order(order_id).number}.pdf", "application/pdf")
