"""Pages of the portal: the invoices a customer was given."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from trunkline.billing import documents, invoicing
from trunkline.interfaces.web.billing.invoices import invoice_context
from trunkline.interfaces.web.page import file_response, paged
from trunkline.interfaces.web.portal.door import PortalRequest, own_invoice, own_invoices, portal_page


@portal_page("bill.view")
def list_invoices(request: PortalRequest) -> HttpResponse:
    """The newest first."""
    leaf = paged(request, own_invoices(request), 24)
    numbers = invoicing.documents_of(leaf["page_obj"].object_list)
    return render(request, "portal/invoices.html", {**leaf, "documents": numbers})


@portal_page("bill.view")
def show(request: PortalRequest, invoice_id: int) -> HttpResponse:
    """An invoice, its tax by rate, and what it is for."""
    return render(request, "portal/invoice.html", invoice_context(own_invoice(request, invoice_id)))


@portal_page("bill.view")
def pdf(request: PortalRequest, invoice_id: int) -> HttpResponse:
    """The invoice as it is printed."""
    number = own_invoice(request, invoice_id).number
    content = documents.invoice_document(invoice_id, request.at)
    return file_response(content, f"{number}.pdf", "application/pdf")
