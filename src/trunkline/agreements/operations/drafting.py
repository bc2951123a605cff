"""Drafting and revising an agreement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast

from django.db import connection

from trunkline.agreements import queries
from trunkline.agreements.clauses.parameters import value_refusals, written
from trunkline.agreements.clauses.queries import template_for, templates_in_force
from trunkline.agreements.clauses.types import TemplateVersionView
from trunkline.agreements.models import Agreement, PremiumCommitment, PremiumRelease
from trunkline.agreements.operations.shared import locked, release, reserve
from trunkline.agreements.rules.business import business_refusals
from trunkline.agreements.rules.terms import (
    ANOTHER_ORGANIZATION,
    PREMIUM_IN_USE,
    TermsFacts,
    schedule_of,
    state_refusals,
    terms_refusals,
)
from trunkline.agreements.types import (
    TEMPLATE_RESTRICTIONS,
    AgreementState,
    AgreementTerms,
    PremiumTerms,
)
from trunkline.catalog import queries as catalog
from trunkline.catalog.types import OfferingView
from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.numbering import queries as numbering
from trunkline.numbering.leases.rules import customer_holder
from trunkline.party.queries import organization
from trunkline.security.audit import operation
from trunkline.security.queries import branch
from trunkline.security.types import Actor

TEMPLATE_NOT_IN_FORCE = Refusal(
    "agreement.template_not_in_force",
    "P2-08",
    Text(
        "协议模板“{subject}”第{version}版目前不在使用中",
        "Version {version} of the agreement template “{subject}” is not in force",
    ),
)


@operation("agreement.draft")
def draft_agreement(*, terms: AgreementTerms, actor: Actor, at: datetime) -> int:
    """Draft an agreement and return its id. Its premium numbers are reserved, their releases planned.

    Amounts in yuan. `Refused` names everything against the terms (P2-01 … P2-17, P2-27).
    """
    customer = organization(terms.organization_id)
    template = _template(terms.template_id, kept=None, at=at)
    offering_id = _judge(terms, customer.branch_id, template=template, held=(), at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('agreements_agreement', 'id'))")
        identity = int(cursor.fetchone()[0])
    row = Agreement(
        pk=identity,
        branch_id=customer.branch_id,
        organization_id=customer.id,
        number=f"{branch(customer.branch_id).code}-{local_date(at).year}-{identity:06d}",
        state=AgreementState.DRAFT,
        restrictions=[*TEMPLATE_RESTRICTIONS],
        drafted_by_id=actor.staff_id,
        drafted_at=at,
    )
    _set_terms(row, terms, offering_id, template)
    row.save(force_insert=True)
    _commit_premiums(row, terms.premiums)
    reserve(row, [premium.number for premium in terms.premiums], actor, at)
    return identity


@operation("agreement.revise")
def revise_agreement(*, agreement_id: int, terms: AgreementTerms, actor: Actor, at: datetime) -> None:
    """Put new terms in place of a draft's; premium numbers that are no longer in them are given back."""
    row = locked(agreement_id)
    raise_if_any(state_refusals(AgreementState(row.state), (AgreementState.DRAFT,)))
    if terms.organization_id != row.organization_id:
        raise Refused(ANOTHER_ORGANIZATION)
    old = {premium.number for premium in queries.premiums(agreement_id)}
    new = {premium.number for premium in terms.premiums}
    held = {
        reservation.number for reservation in numbering.open_reservations(queries.holder_of(agreement_id))
    }
    template = _template(terms.template_id or row.template_id, kept=row.template_id, at=at)
    offering_id = _judge(terms, row.branch_id, template=template, held=held, at=at)
    used = {member.number for member in queries.members(agreement_id)}
    raise_if_any(PREMIUM_IN_USE.about(number) for number in sorted((old - new) & used))
    _set_terms(row, terms, offering_id, template)
    row.revision += 1
    row.revised_by_id = actor.staff_id
    row.save()
    _commit_premiums(row, terms.premiums)
    release(row, (old - new) & held, actor, at)
    reserve(row, [premium.number for premium in terms.premiums if premium.number not in held], actor, at)


def _template(template_id: int | None, *, kept: int | None, at: datetime) -> TemplateVersionView:
    """The template version to draft by: one in force, or the one the draft has had."""
    today = local_date(at)
    found = template_for(template_id, today)
    if found.id != kept and found.id not in {template.id for template in templates_in_force(today)}:
        raise Refused(TEMPLATE_NOT_IN_FORCE.about(found.title.zh, version=found.version))
    return found


def _judge(
    terms: AgreementTerms,
    branch_id: int,
    *,
    template: TemplateVersionView,
    held: Collection[str],
    at: datetime,
) -> int:
    """Refuse terms that cannot be agreed; otherwise the id of their plan."""
    plan = catalog.offering_by_code(terms.plan_code)
    customer = customer_holder(terms.organization_id)
    facts = TermsFacts(
        branch_id=branch_id,
        plan=plan,
        priced=plan is not None and plan.id in catalog.price_versions([plan.id], local_date(at)),
        terminals=catalog.terminal_models(),
        inventory=numbering.numbers({premium.number for premium in terms.premiums}),
        held={*held, *(kept.number for kept in numbering.open_reservations(customer))},
        grades={grade.code: grade for grade in numbering.grades()},
    )
    raise_if_any(
        [
            *terms_refusals(terms, facts),
            *business_refusals(terms, facts.terminals),
            *value_refusals(template.parameters, terms.clause_values),
        ]
    )
    return cast(OfferingView, plan).id


def _set_terms(
    row: Agreement, terms: AgreementTerms, offering_id: int, template: TemplateVersionView
) -> None:
    row.template_id = template.id
    row.clause_values = written(terms.clause_values)
    row.business_kind = terms.business_kind
    row.business_terms = terms.business_terms
    row.business_values = written(terms.business_values)
    row.offering_id = offering_id
    row.first_month_mode = terms.first_month_mode or None
    row.term_years = terms.term_years
    row.minimum_members = terms.minimum_members
    row.data_cap_gb = terms.data_cap_gb
    row.terminal_model = terms.terminal_model
    row.unsupported_features = list(terms.unsupported_features)


def _commit_premiums(row: Agreement, premiums: Sequence[PremiumTerms]) -> None:
    """The commitments of the present revision, with their releases."""
    ids = insert_rows(
        PremiumCommitment._meta.db_table,
        [
            "agreement_id",
            "branch_id",
            "revision",
            "number",
            "grade",
            "prepayment",
            "months",
            "minimum_monthly",
            "approval",
        ],
        (
            (
                row.pk,
                row.branch_id,
                row.revision,
                p.number,
                p.grade,
                p.prepayment,
                p.months,
                p.minimum_monthly,
                p.approval.strip(),
            )
            for p in premiums
        ),
        returning="id",
    )
    insert_rows(
        PremiumRelease._meta.db_table,
        ["commitment_id", "branch_id", "ordinal", "amount"],
        (
            (commitment, row.branch_id, ordinal, amount)
            for commitment, premium in zip(ids, premiums, strict=True)
            for ordinal, amount in enumerate(schedule_of(premium), start=1)
        ),
    )
