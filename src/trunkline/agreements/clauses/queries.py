"""Reads of the clause library (P2-08)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from trunkline.agreements.clauses.rules import parameter_of
from trunkline.agreements.clauses.standard import INSTALLED_CLAUSES, TEMPLATES
from trunkline.agreements.clauses.types import (
    STANDARD_TEMPLATE,
    ClauseText,
    ClauseVersionView,
    Heading,
    RenewalRule,
    TemplateSettings,
    TemplateVersionView,
)
from trunkline.agreements.models import Clause, ClauseVersion, TemplateClause, TemplateVersion
from trunkline.agreements.types import ClawBack
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text

UNKNOWN_CLAUSE = Refusal(
    "clause.unknown", "P2-08", Text("没有这个条款：{subject}", "No such clause: {subject}")
)
UNKNOWN_TEMPLATE = Refusal(
    "template.unknown", "P2-08", Text("没有这个协议模板：{subject}", "No such agreement template: {subject}")
)


def _clause(row: ClauseVersion) -> ClauseVersionView:
    return ClauseVersionView(
        id=row.pk,
        code=row.clause.code,
        title=Text(row.title_zh, row.title_en),
        version=row.version,
        body=ClauseText(Heading(row.clause.heading), row.caption, row.text),
        parameters=tuple(parameter_of(record) for record in row.parameters),
        sha256=row.sha256,
        published_at=row.published_at,
        published_by=row.published_by_id,
    )


def _clauses(rows: QuerySet[ClauseVersion]) -> tuple[ClauseVersionView, ...]:
    return tuple(_clause(row) for row in rows.select_related("clause"))


def clauses() -> tuple[ClauseVersionView, ...]:
    """The last version of every clause, by article and code."""
    newest = ClauseVersion.objects.order_by("clause_id", "-version").distinct("clause_id")
    found = _clauses(ClauseVersion.objects.filter(pk__in=newest.values("pk")))
    headings = list(Heading)
    return tuple(sorted(found, key=lambda clause: (headings.index(clause.body.heading), clause.id)))


def clause_versions(code: str) -> tuple[ClauseVersionView, ...]:
    """Every version of a clause, the newest first; `Refused` (``clause.unknown``) when there is none."""
    found = _clauses(ClauseVersion.objects.filter(clause__code=code).order_by("-version"))
    if not found:
        raise Refused(UNKNOWN_CLAUSE.about(code))
    return found


def clauses_by_id(ids: Iterable[int]) -> tuple[ClauseVersionView, ...]:
    """Clause versions in the order of `ids`; unknown ones are left out."""
    wanted = list(ids)
    found = {clause.id: clause for clause in _clauses(ClauseVersion.objects.filter(pk__in=wanted))}
    return tuple(found[one] for one in wanted if one in found)


def _templates(rows: QuerySet[TemplateVersion]) -> tuple[TemplateVersionView, ...]:
    found = list(rows)
    places = TemplateClause.objects.filter(template__in=found).select_related("clause__clause")
    held: dict[int, list[ClauseVersionView]] = {}
    for place in places.order_by("template_id", "ordinal"):
        held.setdefault(place.template_id, []).append(_clause(place.clause))
    return tuple(
        TemplateVersionView(
            id=row.pk,
            code=row.code,
            title=Text(row.title_zh, row.title_en),
            version=row.version,
            valid_from=row.valid_from,
            clauses=tuple(held.get(row.pk, ())),
            settings=TemplateSettings(
                RenewalRule(row.renewal), row.renewal_repeats, ClawBack(row.claw_back), row.warning_days
            ),
            reference=row.reference,
            sha256=row.sha256,
            published_at=row.published_at,
            published_by=row.published_by_id,
        )
        for row in found
    )


def templates_in_force(on: date) -> tuple[TemplateVersionView, ...]:
    """The version of each template in force on a day, the standard one first."""
    newest = TemplateVersion.objects.filter(valid_from__lte=on).order_by("code", "-version").distinct("code")
    found = _templates(TemplateVersion.objects.filter(pk__in=newest.values("pk")).order_by("code"))
    return tuple(sorted(found, key=lambda one: one.code != STANDARD_TEMPLATE))


def all_template_versions() -> tuple[TemplateVersionView, ...]:
    """Every version of every template."""
    return _templates(TemplateVersion.objects.order_by("code", "version"))


def template_versions(code: str) -> tuple[TemplateVersionView, ...]:
    """Every version of a template, the newest first; `Refused` (``template.unknown``) when there is none."""
    found = _templates(TemplateVersion.objects.filter(code=code).order_by("-version"))
    if not found:
        raise Refused(UNKNOWN_TEMPLATE.about(code))
    return found


def template_version(template_id: int) -> TemplateVersionView:
    """One template version; `Refused` (``template.unknown``) when there is none."""
    found = _templates(TemplateVersion.objects.filter(pk=template_id))
    if not found:
        raise Refused(UNKNOWN_TEMPLATE.about(str(template_id)))
    return found[0]


def installed() -> bool:
    """Whether the clauses and templates that come with the program are there."""
    clauses_there = Clause.objects.filter(code__in=[clause.code for clause in INSTALLED_CLAUSES]).count()
    codes = TemplateVersion.objects.filter(code__in=[code for code, _, _ in TEMPLATES])
    return clauses_there == len(INSTALLED_CLAUSES) and codes.values("code").distinct().count() == len(
        TEMPLATES
    )


def template_named(code: str, on: date) -> TemplateVersionView:
    """The version of a template in force on a day, of the standard one without a code."""
    for found in templates_in_force(on):
        if found.code == (code or STANDARD_TEMPLATE):
            return found
    raise Refused(UNKNOWN_TEMPLATE.about(code))


def template_for(template_id: int | None, on: date) -> TemplateVersionView:
    """The template version of that id, or without one the standard template in force on a day."""
    return template_version(template_id) if template_id is not None else template_named("", on)
