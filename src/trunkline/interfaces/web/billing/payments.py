"""Taking payments, and receipts."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from trunkline.billing import documents, operations, queries
from trunkline.billing.types import BillState, BillView
from trunkline.interfaces.web.billing.forms import PaymentForm
from trunkline.interfaces.web.page import StaffRequest, done, file_response, page, paged, submitted
from trunkline.kernel.clock import local_date
from trunkline.kernel.periods import Month
from trunkline.party import queries as party
from trunkline.security.queries import staff_names

#: An organisation of 50,000 lines has as many accounts and bills a month.
_OPEN_BILLS = 100_000
_BILLS_SHOWN = 300
_ACCOUNTS_OFFERED = 300


def _by_month(bills: tuple[BillView, ...]) -> list[dict[str, Any]]:
    groups: dict[Month, list[BillView]] = defaultdict(list)
    for bill in bills:
        groups[bill.month].append(bill)
    return [
        {
            "month": month,
            "bills": group[:_BILLS_SHOWN],
            "count": len(group),
            "owed": sum(b.cash_due - b.paid for b in group),
            "due_on": min(b.due_on for b in group),
        }
        for month, group in sorted(groups.items())
    ]


@page("payment.take", methods=("GET", "HEAD", "POST"))
def pay(request: StaffRequest, organization_id: int) -> HttpResponse:
    """Take a payment: the oldest bills first; a surplus becomes a deposit of the account that is named."""
    organization = party.organization(organization_id)
    open_bills = queries.bills_of_organization(organization_id, state=BillState.OPEN, limit=_OPEN_BILLS)
    accounts = party.accounts(organization_id)[:_ACCOUNTS_OFFERED]
    initial = {"account_id": request.GET.get("account")}
    form = PaymentForm(request.POST or None, open_bills=open_bills, accounts=accounts, initial=initial)
    if submitted(request, form):
        values = form.cleaned_data
        taken = operations.take_payment(
            organization_id=organization_id,
            account_id=values["account_id"],
            bill_ids=form.bill_ids(
                lambda: queries.bills_of_organization(
                    organization_id, state=BillState.PAID, limit=_OPEN_BILLS
                )
            ),
            amount=values["amount"],
            method=values["method"],
            reference=values["reference"],
            idempotency_key=values["idempotency_key"],
            actor=request.actor,
            at=request.at,
        )
        return done(
            request, _("已收款，收据号 %(n)s。") % {"n": taken.receipt_number}, "billing:payment", taken.id
        )
    context = {
        "form": form,
        "organization": organization,
        "months": _by_month(open_bills),
        "chosen_months": request.POST.getlist("months"),
        "chosen_bills": request.POST.getlist("bills") or request.GET.getlist("bill"),
        "today": local_date(request.at),
    }
    return render(request, "billing/pay.html", context)


@page("payment.view")
def show(request: StaffRequest, payment_id: int) -> HttpResponse:
    """A payment with the bills it met."""
    payment = queries.payment(payment_id)
    leaf = paged(request, payment.allocations)
    context = {
        **leaf,
        "payment": payment,
        "organization": party.organization(payment.organization_id),
        "account": party.account(payment.account_id) if payment.account_id else None,
        "bills": queries.bills_by_id(bill_id for bill_id, _amount in leaf["page_obj"]),
        "taken_by": staff_names({payment.taken_by_id}).get(payment.taken_by_id, ""),
        "surplus": payment.amount - sum(amount for _bill, amount in payment.allocations),
    }
    return render(request, "billing/payment.html", context)


@page("payment.view")
def receipt(request: StaffRequest, payment_id: int) -> HttpResponse:
    """The receipt as it is printed."""
    number = queries.payment(payment_id).receipt_number
    content = documents.receipt_document(payment_id, request.at)
    return file_response(content, f"{number}.pdf", "application/pdf")
