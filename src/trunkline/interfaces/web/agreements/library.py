"""Pages of the clause library: clauses with their versions, and the templates made of them (P2-08)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from trunkline.agreements.clauses import operations, queries
from trunkline.agreements.clauses.parameters import defaults, in_words
from trunkline.agreements.clauses.rules import PrintedClause, printed_clauses
from trunkline.agreements.clauses.types import AGREEMENT_FIELDS, ClauseDraft, TemplateVersionView
from trunkline.interfaces.web.agreements.library_forms import ClauseForm, ParameterForms, TemplateForm
from trunkline.interfaces.web.page import StaffRequest, done, page, submitted
from trunkline.interfaces.web.templatetags.desk import words_of
from trunkline.kernel.periods import local_date
from trunkline.security.queries import staff_names

FORM = ("GET", "HEAD", "POST")
#: Sent by whoever wants to see the text filled in before it is published.
PREVIEW = "preview"


def _example(parameters: Any) -> dict[str, str]:
    """Every blank with something in it: the default of a parameter, the name of a field of the agreement."""
    named = {name: f"〔{words_of(title)}〕" for name, title in AGREEMENT_FIELDS.items()}
    own = {p.name: f"〔{words_of(p.title)}〕" for p in parameters}
    return {**named, **own, **{name: in_words(value) for name, value in defaults(parameters).items()}}


def _shown(template: TemplateVersionView) -> tuple[PrintedClause, ...]:
    return printed_clauses([clause.body for clause in template.clauses], _example(template.parameters))


@page("template.view")
def library(request: StaffRequest) -> HttpResponse:
    """Templates in force and the last version of every clause."""
    context = {
        "templates": queries.templates_in_force(local_date(request.at)),
        "clauses": queries.clauses(),
    }
    return render(request, "agreements/library.html", context)


@page("template.view")
def show_template(request: StaffRequest, code: str) -> HttpResponse:
    """A template's versions, the newest filled in with examples."""
    versions = queries.template_versions(code)
    context = {
        "versions": versions,
        "template": versions[0],
        "text": _shown(versions[0]),
        "names": staff_names({version.published_by for version in versions}),
        "today": local_date(request.at),
    }
    return render(request, "agreements/template.html", context)


@page("template.publish", methods=FORM)
def compose(request: StaffRequest, code: str = "") -> HttpResponse:
    """Compose a template, or the next version of one, of clause versions in the order of the text."""
    last = queries.template_versions(code)[0] if code else None
    form = TemplateForm(
        request.POST or None, last=last, clauses=queries.clauses(), today=local_date(request.at)
    )
    if submitted(request, form):
        draft = form.draft()
        operations.publish_template(draft=draft, actor=request.actor, at=request.at)
        return done(request, _("协议模板已发布。"), "agreements:template", draft.code)
    return render(request, "agreements/compose.html", {"form": form, "last": last})


@page("template.view")
def show_clause(request: StaffRequest, code: str) -> HttpResponse:
    """A clause's versions with their parameters."""
    versions = queries.clause_versions(code)
    texts = [(one, printed_clauses([one.body], _example(one.parameters))[0]) for one in versions]
    names = staff_names({version.published_by for version in versions})
    return render(request, "agreements/clause.html", {"clause": versions[0], "texts": texts, "names": names})


@page("clause.publish", methods=FORM)
def write_clause(request: StaffRequest, code: str = "") -> HttpResponse:
    """Write a clause, or the next version of one, with its parameters as rows; preview it, then publish it."""
    last = queries.clause_versions(code)[0] if code else None
    form = ClauseForm(request.POST or None, last=last)
    rows = ParameterForms(
        request.POST or None,
        prefix="parameter",
        initial=None if request.POST else ParameterForms.rows_of(last),
    )
    draft = _written(form, rows) if request.method == "POST" else None
    if draft is not None and PREVIEW not in request.POST and not request.refusals:
        operations.publish_clause(draft=draft, actor=request.actor, at=request.at)
        return done(request, _("条款已发布。"), "agreements:clause", draft.code)
    preview = printed_clauses([draft.body], _example(draft.parameters))[0] if draft else None
    context = {"form": form, "rows": rows, "last": last, "preview": preview, "fields": AGREEMENT_FIELDS}
    return render(request, "agreements/write_clause.html", context)


def _written(form: ClauseForm, rows: ParameterForms) -> ClauseDraft | None:
    """What was written, where it can be read at all."""
    both = [form.is_valid(), rows.is_valid()]
    return form.draft(rows.parameters()) if all(both) else None
