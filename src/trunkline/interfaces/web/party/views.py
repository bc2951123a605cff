"""Pages of organisations."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from trunkline.agreements import queries as agreements
from trunkline.catalog import queries as catalog
from trunkline.interfaces.web.page import StaffRequest, done, page, paged, submitted
from trunkline.interfaces.web.party.forms import ContactForm, HandlerForm, IdentityForm, OrganizationForm
from trunkline.interfaces.web.party.tabs import tabs
from trunkline.party import operations, queries
from trunkline.runs.fair_use import data_standing
from trunkline.subscriptions import queries as subscriptions

FORM = ("GET", "HEAD", "POST")
_FOUND_AT_ONCE = 8
_LISTED = 500


@page("organization.view")
def search(request: StaffRequest) -> HttpResponse:
    """What the search box finds as one types: a line by its whole number, organisations by anything."""
    text = request.GET.get("q", "").strip()
    line = subscriptions.line_by_number(text) if text.isdigit() and len(text) >= 7 else None
    found = queries.find_organizations(text, limit=_FOUND_AT_ONCE + 1) if text else ()
    holders = queries.organizations({line.organization_id} if line else set())
    context = {
        "text": text,
        "line": line,
        "holder": holders.get(line.organization_id) if line else None,
        "found": found[:_FOUND_AT_ONCE],
        "more": len(found) > _FOUND_AT_ONCE,
    }
    return render(request, "party/found.html", context)


@page("organization.view")
def list_organizations(request: StaffRequest) -> HttpResponse:
    """Organisations that hold what was searched for."""
    text = request.GET.get("q", "").strip()
    line = subscriptions.line_by_number(text) if text.isdigit() and len(text) >= 7 else None
    found = queries.find_organizations(text, limit=_LISTED)
    return render(request, "party/list.html", {**paged(request, found), "text": text, "line": line})


@page("organization.register", methods=FORM)
def register(request: StaffRequest) -> HttpResponse:
    """Register an organisation in the branch of the person."""
    form = OrganizationForm(request.POST or None)
    if submitted(request, form):
        organization_id = operations.register_organization(
            branch_id=request.actor.branch_id,
            account_manager_id=request.actor.staff_id,
            **form.values(),
            actor=request.actor,
            at=request.at,
        )
        return done(request, _("已登记单位。"), "party:show", organization_id)
    return render(request, "party/register.html", {"form": form})


@page("organization.view")
def show(request: StaffRequest, organization_id: int, tab: str = "overview") -> HttpResponse:
    """An organisation: everything on one page, by tabs."""
    return _show(request, organization_id, tab)


def _show(request: StaffRequest, organization_id: int, tab: str) -> HttpResponse:
    all_tabs = tabs()
    if tab not in all_tabs:
        raise Http404
    organization = queries.organization(organization_id)
    context = {
        "organization": organization,
        "tab": tab,
        "tabs": [(code, title) for code, (title, _build) in all_tabs.items()],
        **all_tabs[tab][1](request, organization),
    }
    return render(request, f"party/{tab}.html", context)


@page("handler.register", methods=FORM)
def register_handler(request: StaffRequest, organization_id: int) -> HttpResponse:
    """Register a handler (S01-R1)."""
    organization = queries.organization(organization_id)
    form = HandlerForm(request.POST or None)
    if submitted(request, form):
        operations.register_handler(
            organization_id=organization_id, details=form.details(), actor=request.actor, at=request.at
        )
        return done(request, _("已登记经办人。"), "party:tab", organization_id, "people")
    return render(request, "party/handler.html", {"form": form, "organization": organization})


@page("organization.add_contact", methods=FORM)
def add_contact(request: StaffRequest, organization_id: int) -> HttpResponse:
    """Add a contact person (P4-04)."""
    organization = queries.organization(organization_id)
    form = ContactForm(request.POST or None)
    if submitted(request, form):
        operations.add_contact(
            organization_id=organization_id, **form.cleaned_data, actor=request.actor, at=request.at
        )
        return done(request, _("已添加联系人。"), "party:tab", organization_id, "people")
    return render(request, "party/contact.html", {"form": form, "organization": organization})


@page("organization.complete_identity", methods=("POST",))
def complete_identity(request: StaffRequest, organization_id: int) -> HttpResponse:
    """Complete a provisional customer's identity (S01-E1)."""
    form = IdentityForm(request.POST)
    if submitted(request, form):
        operations.complete_identity(
            organization_id=organization_id,
            uscc=form.cleaned_data["uscc"],
            actor=request.actor,
            at=request.at,
        )
        return done(request, _("客户身份已补全。"), "party:show", organization_id)
    return _show(request, organization_id, "work")


@page("line.view")
def show_line(request: StaffRequest, line_id: int) -> HttpResponse:
    """One line: whose it is, what it is on, what it may not do, how far it has come with its data."""
    line = subscriptions.lines([line_id]).get(line_id)
    if line is None:
        raise Http404
    context = {
        "line": line,
        "organization": queries.organization(line.organization_id),
        "account": queries.account(line.account_id),
        "offering": catalog.offering(line.offering_id),
        "restrictions": sorted(agreements.restrictions([line_id]).get(line_id, ())),
        "data": data_standing(line, request.at),
    }
    return render(request, "party/line.html", context)
