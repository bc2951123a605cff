"""Pages of agreements: the list, the draft, and the way to taking effect."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from trunkline.agreements import documents, operations, queries
from trunkline.agreements.clauses.queries import template_for, templates_in_force
from trunkline.agreements.types import PremiumTerms
from trunkline.catalog import queries as catalog
from trunkline.catalog.types import OfferingKind
from trunkline.interfaces.web.agreements.detail import agreement_context
from trunkline.interfaces.web.agreements.forms import (
    BUSINESS,
    CLAUSE,
    AgreementFilter,
    DraftForm,
    OriginalForm,
    PremiumForm,
    PremiumForms,
    ReviewForm,
    SignatureForm,
)
from trunkline.interfaces.web.page import StaffRequest, done, file_response, page, paged, submitted
from trunkline.kernel.periods import local_date
from trunkline.numbering import queries as numbering
from trunkline.party import queries as party

FORM = ("GET", "HEAD", "POST")
POST = ("POST",)
#: Sent by whoever only chooses another kind of business or template, to see its fields.
CHOOSE = "choose"
_LISTED = 500


@page("agreement.view")
def list_agreements(request: StaffRequest) -> HttpResponse:
    """Agreements by number, organisation and state."""
    form = AgreementFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {"q": "", "state": None}
    found = queries.find_agreements(chosen["q"], limit=_LISTED)
    if chosen["state"]:
        found = tuple(a for a in found if a.state is chosen["state"])
    organizations = party.organizations({a.organization_id for a in found})
    return render(
        request,
        "agreements/list.html",
        {**paged(request, found), "form": form, "organizations": organizations},
    )


def _draft_forms(request: StaffRequest, agreement_id: int | None = None) -> tuple[DraftForm, Any]:
    """The form of the terms and the rows of premium numbers: as sent, else as drafted, else as usual.

    Whoever only chooses another kind of business or template gets what was entered back, judged by nobody yet.
    """
    initial: dict[str, Any] = {"organization_id": request.GET.get("organization")}
    premiums: list[dict[str, Any]] = []
    terms = queries.terms(agreement_id) if agreement_id is not None else None
    today = local_date(request.at)
    templates = templates_in_force(today)
    if terms is not None:
        initial = {name: getattr(terms, name) for name in DraftForm.base_fields}
        initial |= {f"{BUSINESS}{name}": value for name, value in terms.business_values.items()}
        initial |= {f"{CLAUSE}{name}": value for name, value in terms.clause_values.items()}
        premiums = [_row_of(p) for p in terms.premiums]
        if terms.template_id not in {template.id for template in templates}:
            templates = (template_for(terms.template_id, today), *templates)
    data = request.POST or None
    if data is not None and CHOOSE in data:
        initial = {**data.dict(), "unsupported_features": data.getlist("unsupported_features")}
        premiums, data = _rows_sent(request), None
    form = DraftForm(
        data,
        organizations=party.find_organizations(limit=_LISTED),
        plans=catalog.offerings(OfferingKind.PLAN),
        terminals=catalog.terminal_models(),
        templates=templates,
        initial=initial,
    )
    rows = PremiumForms(
        data,
        prefix="premium",
        # Rows that were sent stand for themselves: compared with the old ones, an unchanged row would be dropped.
        initial=None if data else premiums,
        form_kwargs={"grades": numbering.grades()},
    )
    return form, rows


def _row_of(premium: PremiumTerms) -> dict[str, Any]:
    fields = {name: getattr(premium, name) for name in PremiumForm.base_fields}
    return {**fields, "releases": " ".join(map(str, premium.releases))}


def _rows_sent(request: StaffRequest) -> list[dict[str, Any]]:
    """The rows of premium numbers as they were sent, unread; those that were dropped from the page are not there."""
    sent = request.POST
    total = sent.get("premium-TOTAL_FORMS", "0")
    names = [f"premium-{n}-" for n in range(min(int(total), 200) if total.isdecimal() else 0)]
    return [
        {name: sent.get(f"{prefix}{name}", "") for name in PremiumForm.base_fields}
        for prefix in names
        if f"{prefix}number" in sent
    ]


def _premiums(rows: Any) -> tuple[PremiumTerms, ...]:
    return tuple(row.terms() for row in rows if row.has_changed())


@page("agreement.draft", methods=FORM)
def draft(request: StaffRequest) -> HttpResponse:
    """Draft an agreement; its premium numbers are reserved with it."""
    form, rows = _draft_forms(request)
    if CHOOSE not in request.POST and submitted(request, form) and rows.is_valid():
        agreement_id = operations.draft_agreement(
            terms=form.terms(_premiums(rows)), actor=request.actor, at=request.at
        )
        return done(request, _("已起草协议。"), "agreements:show", agreement_id)
    return render(request, "agreements/draft.html", {"form": form, "rows": rows})


@page("agreement.revise", methods=FORM)
def revise(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """Change the terms of a draft."""
    form, rows = _draft_forms(request, agreement_id)
    if CHOOSE not in request.POST and submitted(request, form) and rows.is_valid():
        terms = form.terms(_premiums(rows))
        operations.revise_agreement(
            agreement_id=agreement_id, terms=terms, actor=request.actor, at=request.at
        )
        return done(request, _("协议草稿已修改。"), "agreements:show", agreement_id)
    context = {"form": form, "rows": rows, "agreement": queries.agreement(agreement_id)}
    return render(request, "agreements/draft.html", context)


@page("agreement.draft")
def premium_row(request: StaffRequest) -> HttpResponse:
    """A row of the premium numbers, filled in from the number's grade (REG-25)."""
    prefix = next((name.rsplit("-", 1)[0] for name in request.GET if name.endswith("-number")), "premium-0")
    number = request.GET.get(f"{prefix}-number", "").replace(" ", "")
    grades = {g.code: g for g in numbering.grades()}
    found = numbering.numbers([number]).get(number)
    grade = grades.get(found.grade) if found else None
    initial: dict[str, Any] = {"number": number}
    if grade:
        initial |= {
            "grade": grade.code,
            "prepayment": grade.prepayment,
            "months": grade.months,
            "minimum_monthly": grade.minimum_monthly,
        }
    form = PremiumForm(prefix=prefix, initial=initial, grades=tuple(grades.values()))
    return render(request, "agreements/premium_row.html", {"row": form, "found": found, "asked": number})


@page("agreement.view")
def show(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """An agreement: where it stands and what comes next."""
    return render(request, "agreements/show.html", agreement_context(request, agreement_id))


@page("agreement.submit", methods=POST)
def submit(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """Send a draft to review."""
    if not request.refusals:
        operations.submit_agreement(agreement_id=agreement_id, actor=request.actor, at=request.at)
        return done(request, _("已提交审核。"), "agreements:show", agreement_id)
    return show_again(request, agreement_id)


@page("agreement.review", methods=POST)
def review(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """Approve the terms, or give them back with the reason (domain 8.4)."""
    form, approve = ReviewForm(request.POST), "approve" in request.POST
    if submitted(request, form):
        operations.review_agreement(
            agreement_id=agreement_id,
            approve=approve,
            note=form.cleaned_data["note"],
            actor=request.actor,
            at=request.at,
        )
        said = _("已审核通过，可以打印。") if approve else _("已退回修改。")
        return done(request, said, "agreements:show", agreement_id)
    return show_again(request, agreement_id, review_form=form)


@page("agreement.print", methods=POST)
def print_agreement(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """Fix the text for printing: six originals (P2-28)."""
    if not request.refusals:
        operations.print_agreement(agreement_id=agreement_id, actor=request.actor, at=request.at)
        return done(request, _("文本已固定，可以打印六份原件。"), "agreements:show", agreement_id)
    return show_again(request, agreement_id)


def show_again(request: StaffRequest, agreement_id: int, **forms: Any) -> HttpResponse:
    """The agreement's page with the reasons against what was tried on it."""
    return render(request, "agreements/show.html", agreement_context(request, agreement_id, **forms))


@page("agreement.sign", methods=POST)
def sign(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """Record one side's signature and seal; the second side's makes the agreement effective (P2-29)."""
    form = SignatureForm(request.POST)
    if submitted(request, form):
        operations.sign_agreement(
            agreement_id=agreement_id, **form.cleaned_data, actor=request.actor, at=request.at
        )
        return done(request, _("已登记签署。"), "agreements:show", agreement_id)
    return show_again(request, agreement_id, sign_form=form, sign_open=True)


@page("agreement.sign_attachment", methods=POST)
def sign_attachment(request: StaffRequest, agreement_id: int, ordinal: int) -> HttpResponse:
    """Record one side's signature on an attachment (P2-31)."""
    form = SignatureForm(request.POST, auto_id=f"attachment_{ordinal}_%s")
    if submitted(request, form):
        operations.sign_attachment(
            agreement_id=agreement_id,
            attachment=ordinal,
            **form.cleaned_data,
            actor=request.actor,
            at=request.at,
        )
        return done(request, _("已登记附件签署。"), "agreements:show", agreement_id)
    return show_again(request, agreement_id, refused_attachment=ordinal, refused_form=form)


@page("agreement.register_original", methods=POST)
def register_original(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """Register where one of the six originals is kept (P2-28)."""
    form = OriginalForm(request.POST, auto_id="original_%s")
    if submitted(request, form):
        operations.register_original(
            agreement_id=agreement_id, **form.cleaned_data, actor=request.actor, at=request.at
        )
        return done(request, _("已登记原件。"), "agreements:show", agreement_id)
    return show_again(request, agreement_id, original_form=form)


@page("agreement.view")
def agreement_pdf(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """The agreement as it is printed and signed."""
    number = queries.agreement(agreement_id).number
    return file_response(
        documents.agreement_document(agreement_id, request.at), f"{number}.pdf", "application/pdf"
    )


@page("agreement.view")
def attachment_pdf(request: StaffRequest, agreement_id: int, ordinal: int) -> HttpResponse:
    """An attachment: numbers and terminals (P2-31)."""
    number = queries.agreement(agreement_id).number
    content = documents.attachment_document(agreement_id, ordinal, request.at)
    return file_response(content, f"{number}-{ordinal}.pdf", "application/pdf")
