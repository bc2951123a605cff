"""The members of an agreement: the sheet, its dry run, and those accepted."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trunkline.agreements import members, operations, queries
from trunkline.agreements.types import MemberCheck
from trunkline.interfaces.web.agreements.forms import SheetForm
from trunkline.interfaces.web.page import XLSX, StaffRequest, done, file_response, page, paged, submitted
from trunkline.party import queries as party

#: Problems shown on the screen; the downloaded sheet has them all.
_PROBLEMS_SHOWN = 200


@page("agreement.view")
def show(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """The members, and where a further sheet is taken."""
    return render(request, "agreements/members.html", _context(request, agreement_id, SheetForm()))


def _context(request: StaffRequest, agreement_id: int, form: SheetForm) -> dict[str, object]:
    agreement = queries.agreement(agreement_id)
    found = queries.members(agreement_id)
    text = request.GET.get("q", "").strip()
    chosen = [m for m in found if text in m.name or text in m.number] if text else found
    return {
        **paged(request, chosen),
        "agreement": agreement,
        "organization": party.organization(agreement.organization_id),
        "form": form,
        "text": text,
        "total": len(found),
    }


def _checked(request: StaffRequest, agreement_id: int) -> tuple[SheetForm, MemberCheck | None]:
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return form, None
    content = form.cleaned_data["sheet"].read()
    return form, members.check_members(agreement_id=agreement_id, content=content, at=request.at)


@page("agreement.accept_members", methods=("POST",))
def check(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """The dry run: every problem of every row, nothing written."""
    form, result = _checked(request, agreement_id)
    context = {"form": form, "check": result, "shown": _PROBLEMS_SHOWN, "agreement_id": agreement_id}
    return render(request, "agreements/check.html", context)


@page("agreement.accept_members", methods=("POST",))
def problems(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """The problems of a sheet as a sheet."""
    form, result = _checked(request, agreement_id)
    if result is None:
        return render(request, "agreements/members.html", _context(request, agreement_id, form))
    content = members.problems_xlsx(result, get_language() or "zh-hans")
    return file_response(content, "problems.xlsx", XLSX, download=True)


@page("agreement.accept_members", methods=("POST",))
def accept(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """Take the sheet: every row passes or none is taken; an attachment is made of it."""
    form = SheetForm(request.POST, request.FILES)
    if submitted(request, form):
        content = form.cleaned_data["sheet"].read()
        operations.accept_members(
            agreement_id=agreement_id, content=content, actor=request.actor, at=request.at
        )
        return done(request, _("已接收子用户号码表，并生成附件。"), "agreements:show", agreement_id)
    return render(request, "agreements/members.html", _context(request, agreement_id, form))


@page("agreement.view")
def template(request: StaffRequest, agreement_id: int) -> HttpResponse:
    """An empty sub-user number table, made for one agreement: it carries its number (P2-30)."""
    number = queries.agreement(agreement_id).number
    content = members.template_xlsx(get_language() or "zh-hans", number)
    return file_response(content, f"members-{number}.xlsx", XLSX, download=True)
