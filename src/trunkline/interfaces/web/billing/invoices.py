"""Pages of invoices (S15)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from trunkline.billing import documents, invoicing
from trunkline.billing.types import InvoiceView
from trunkline.interfaces.web.billing.forms import InvoiceFilter
from trunkline.interfaces.web.page import StaffRequest, file_response, page, paged
from trunkline.party import queries as party
from trunkline.security.queries import staff_names

_LISTED = 2000


def invoice_context(found: InvoiceView) -> dict[str, Any]:
    """An invoice with the number of what it is for, and the one it takes back or is taken back by."""
    return {
        "invoice": found,
        "document": invoicing.documents_of([found])[found.id],
        "other": invoicing.invoice(found.red_of) if found.red_of else invoicing.red_letter_of(found.id),
    }


@page("bill.view")
def list_invoices(request: StaffRequest) -> HttpResponse:
    """Invoices by the month of issue, state and text."""
    form = InvoiceFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {"q": "", "month": None, "state": None}
    found = invoicing.find_invoices(chosen["month"], chosen["state"], chosen["q"], limit=_LISTED)
    leaf = paged(request, found)
    shown = tuple(leaf["page_obj"].object_list)
    context = {
        **leaf,
        "form": form,
        "organizations": party.organizations({one.organization_id for one in shown}),
        "documents": invoicing.documents_of(shown),
        "limit": _LISTED if len(found) == _LISTED else 0,
    }
    return render(request, "billing/invoices.html", context)


@page("bill.view")
def show(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """An invoice, its tax by rate, and what it is for."""
    found = invoicing.invoice(invoice_id)
    context = {
        **invoice_context(found),
        "organization": party.organization(found.organization_id),
        "issued_by": staff_names({found.issued_by_id}).get(found.issued_by_id, ""),
    }
    return render(request, "billing/invoice.html", context)


@page("bill.view")
def pdf(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """The invoice as it is printed."""
    number = invoicing.invoice(invoice_id).number
    content = documents.invoice_document(invoice_id, request.at)
    return file_response(content, f"{number}.pdf", "application/pdf")
