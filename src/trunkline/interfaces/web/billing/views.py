"""Pages of bills and accounts."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from trunkline.billing import documents, queries
from trunkline.interfaces.web.billing.forms import BillFilter
from trunkline.interfaces.web.page import StaffRequest, file_response, page, paged
from trunkline.ledger import queries as ledger
from trunkline.party import queries as party

_LISTED = 2000


@page("bill.view")
def list_bills(request: StaffRequest) -> HttpResponse:
    """Bills by month, state and text."""
    form = BillFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {"q": "", "month": None, "state": None}
    found = queries.find_bills(chosen["month"], chosen["state"], chosen["q"], limit=_LISTED)
    context = {
        **paged(request, found),
        "form": form,
        "organizations": party.organizations({b.organization_id for b in found}),
        "totals": queries.bill_totals(chosen["month"]) if chosen["month"] else None,
        "month": chosen["month"],
        "limit": _LISTED if len(found) == _LISTED else 0,
    }
    return render(request, "billing/list.html", context)


@page("bill.view")
def show(request: StaffRequest, bill_id: int) -> HttpResponse:
    """A bill, with the reason of every amount."""
    bill = queries.bill(bill_id)
    premiums = ledger.premium_balances([bill.account_id])
    context = {
        "bill": bill,
        "owed": bill.cash_due - bill.paid,
        "lines": queries.bill_lines(bill_id),
        "taxes": queries.tax_lines(bill_id),
        "payments": queries.payments_of_bill(bill_id),
        "organization": party.organization(bill.organization_id),
        "account": party.account(bill.account_id),
        "premiums": [(number, balance) for (_account, number), balance in premiums.items()],
    }
    return render(request, "billing/show.html", context)


@page("bill.view")
def pdf(request: StaffRequest, bill_id: int) -> HttpResponse:
    """The bill as it is printed."""
    number = queries.bill(bill_id).number
    return file_response(documents.bill_document(bill_id, request.at), f"{number}.pdf", "application/pdf")


@page("ledger.view")
def account(request: StaffRequest, account_id: int) -> HttpResponse:
    """An account: what is owed and held, its bills, and the ledger's postings."""
    found = party.account(account_id)
    premiums = ledger.premium_balances([account_id])
    context = {
        "account": found,
        "organization": party.organization(found.organization_id),
        "balance": queries.account_balance(account_id),
        "bills": queries.bills_of_account(account_id),
        "premiums": [(number, balance) for (_account, number), balance in premiums.items()],
        **paged(request, ledger.postings(account_id, limit=_LISTED)),
    }
    return render(request, "billing/account.html", context)
