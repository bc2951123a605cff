"""Publishing clauses and templates: a version stands for ever, a change is the next one (P2-08)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from django.db import connection

from trunkline.agreements.clauses import queries
from trunkline.agreements.clauses.rules import (
    clause_digest,
    clause_refusals,
    parameter_record,
    template_digest,
    template_refusals,
)
from trunkline.agreements.clauses.standard import INSTALLED_CLAUSES, REFERENCE, TEMPLATES
from trunkline.agreements.clauses.types import STANDARD_TEMPLATE, ClauseDraft, TemplateDraft
from trunkline.agreements.models import Agreement, Clause, ClauseVersion, TemplateClause, TemplateVersion
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import raise_if_any
from trunkline.security.audit import operation
from trunkline.security.types import Actor

#: From this day the installed templates hold: before any agreement of this program.
_SINCE = date(2000, 1, 1)


@operation("clause.publish")
def publish_clause(*, draft: ClauseDraft, actor: Actor, at: datetime) -> int:
    """Publish a clause, or the next version of the one that has its code; returns the version's id.

    Templates and agreements keep the version they have. `Refused` names everything against it (P2-08).
    """
    Clause.objects.get_or_create(code=draft.code, defaults={"heading": draft.body.heading})
    clause = Clause.objects.select_for_update().get(code=draft.code)
    earlier = ClauseVersion.objects.filter(clause=clause)
    last = queries.clause_versions(draft.code)[0] if earlier.exists() else None
    raise_if_any(clause_refusals(draft, last))
    version = last.version + 1 if last else 1
    return ClauseVersion.objects.create(
        clause=clause,
        version=version,
        title_zh=draft.title.zh,
        title_en=draft.title.en,
        caption=draft.body.caption,
        text=draft.body.text,
        parameters=[parameter_record(parameter) for parameter in draft.parameters],
        sha256=clause_digest(draft.code, version, draft.body, draft.parameters),
        published_at=at,
        published_by_id=actor.staff_id,
    ).pk


@operation("template.publish")
def publish_template(*, draft: TemplateDraft, actor: Actor, at: datetime) -> int:
    """Publish a template, or the next version of the one that has its code; returns the version's id.

    Drafts name it from its day on; agreements keep the version they were drafted by. `Refused` names everything
    against it (P2-08, P2-27).
    """
    return _publish(draft, today=local_date(at), actor=actor, at=at)


@operation("template.install")
def install_templates(*, actor: Actor, at: datetime) -> int:
    """Publish the clauses and templates that come with the program, as far as they are new; returns how many.

    Agreements from before there were templates take the standard one, whose words are those they were printed with.
    """
    made = 0
    known = {clause.code: clause for clause in queries.clauses()}
    for draft in INSTALLED_CLAUSES:
        if draft.code not in known:
            publish_clause(draft=draft, actor=actor, at=at)
            made += 1
    newest = {clause.code: clause.id for clause in queries.clauses()}
    there = {template.code for template in queries.templates_in_force(local_date(at))}
    for code, title, codes in TEMPLATES:
        if code not in there:
            chosen = tuple(newest[each] for each in codes)
            _publish(TemplateDraft(code, title, _SINCE, chosen, REFERENCE), today=_SINCE, actor=actor, at=at)
            made += 1
    first = TemplateVersion.objects.get(code=STANDARD_TEMPLATE, version=1)
    Agreement.objects.filter(template__isnull=True).update(template=first)
    return made


def _publish(draft: TemplateDraft, *, today: date, actor: Actor, at: datetime) -> int:
    clauses = queries.clauses_by_id(draft.clause_versions)
    with connection.cursor() as cursor:
        # Two who publish the same template follow each other, also when it is new and has no row to lock.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"agreement template {draft.code}"])
    last = TemplateVersion.objects.filter(code=draft.code).order_by("-version").first()
    raise_if_any(template_refusals(draft, clauses, today=today, last_from=last.valid_from if last else None))
    version = last.version + 1 if last else 1
    settings = asdict(draft.settings)
    row = TemplateVersion.objects.create(
        code=draft.code,
        version=version,
        title_zh=draft.title.zh,
        title_en=draft.title.en,
        valid_from=draft.valid_from,
        **settings,
        reference=draft.reference.strip(),
        sha256=template_digest(
            draft.code, version, draft.valid_from, [clause.sha256 for clause in clauses], settings
        ),
        published_at=at,
        published_by_id=actor.staff_id,
    )
    TemplateClause.objects.bulk_create(
        TemplateClause(template=row, ordinal=ordinal, clause_id=clause.id)
        for ordinal, clause in enumerate(clauses, 1)
    )
    return row.pk
