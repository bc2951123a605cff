"""What each tab of an organisation's page shows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from trunkline.agreements import queries as agreements
from trunkline.billing import invoicing
from trunkline.billing import queries as billing
from trunkline.billing.types import BillState
from trunkline.care import queries as care
from trunkline.care.types import TicketFilter
from trunkline.catalog import queries as catalog
from trunkline.counter.registry import item_titles
from trunkline.interfaces.web.care.rows import ticket_rows
from trunkline.interfaces.web.page import StaffRequest, leafed, paged
from trunkline.interfaces.web.party.forms import IdentityForm
from trunkline.kernel.clock import local_date
from trunkline.ordering import queries as ordering
from trunkline.party import queries as party
from trunkline.party.types import IdentityStatus, OrganizationView
from trunkline.security.queries import staff_names
from trunkline.subscriptions import queries as subscriptions

Tab = Callable[[StaffRequest, OrganizationView], dict[str, Any]]


def _overview(request: StaffRequest, organization: OrganizationView) -> dict[str, Any]:
    on = local_date(request.at)
    manager = organization.account_manager_id
    return {
        "agreements": agreements.agreements_of(organization.id),
        "line_counts": subscriptions.count_lines(organization.id),
        "arrears": billing.arrears([organization.id], on).get(organization.id),
        "open_orders": ordering.orders_of_organization(organization.id, open_only=True),
        "bills": billing.bills_of_organization(organization.id)[:6],
        "handlers": party.handlers(organization.id)[:1],
        "manager": staff_names({manager})[manager] if manager else "",
    }


def _people(request: StaffRequest, organization: OrganizationView) -> dict[str, Any]:
    return {"handlers": party.handlers(organization.id), "contacts": party.contacts(organization.id)}


def _agreements(request: StaffRequest, organization: OrganizationView) -> dict[str, Any]:
    return {"agreements": agreements.agreements_of(organization.id)}


def _lines(request: StaffRequest, organization: OrganizationView) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()
    return {
        **leafed(
            request,
            lambda limit, offset: subscriptions.lines_of_organization(
                organization.id, text=text, limit=limit, offset=offset
            ),
        ),
        "offerings": {o.id: o for o in catalog.offerings()},
        "text": text,
        "line_counts": subscriptions.count_lines(organization.id),
    }


def _bills(request: StaffRequest, organization: OrganizationView) -> dict[str, Any]:
    bills = billing.bills_of_organization(organization.id)
    invoices = invoicing.invoices_of_organization(organization.id, limit=50)
    accounts = party.accounts(organization.id)
    return {
        **paged(request, bills),
        "invoices": invoices,
        "documents": invoicing.documents_of(invoices),
        "payments": billing.payments_of_organization(organization.id)[:50],
        "accounts": {account.id: account for account in accounts},
        "owed": sum((b.cash_due - b.paid for b in bills if b.state is BillState.OPEN), Decimal(0)),
        "today": local_date(request.at),
    }


def _work(request: StaffRequest, organization: OrganizationView) -> dict[str, Any]:
    on = local_date(request.at)
    due = organization.identity_status is IdentityStatus.PROVISIONAL
    overdue = [
        b
        for b in billing.bills_of_organization(organization.id)
        if b.state is BillState.OPEN and b.due_on < on
    ]
    return {
        "open_orders": ordering.orders_of_organization(organization.id, open_only=True),
        "titles": item_titles(),
        "identity_due": due,
        "identity_form": IdentityForm(request.POST or None),
        "overdue": overdue,
        "arrears": billing.arrears([organization.id], on).get(organization.id),
        "today": on,
    }


def _tickets(request: StaffRequest, organization: OrganizationView) -> dict[str, Any]:
    wanted = TicketFilter(organization_id=organization.id)
    return ticket_rows(
        request, lambda limit, offset: care.find_tickets(wanted, at=request.at, limit=limit, offset=offset)
    )


def tabs() -> dict[str, tuple[str, Tab]]:
    """The tabs by the last part of their address, with their titles in the session's language."""
    return {
        "overview": (_("总览"), _overview),
        "people": (_("联系人与经办人"), _people),
        "agreements": (_("协议"), _agreements),
        "lines": (_("号码与用户"), _lines),
        "bills": (_("账单与收款"), _bills),
        "tickets": (_("工单档案"), _tickets),
        "work": (_("待办"), _work),
    }
