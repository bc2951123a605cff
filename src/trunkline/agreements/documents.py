"""The agreement and its attachments as PDF: the data gathered for `printing`."""

from __future__ import annotations

from datetime import datetime

from trunkline.agreements import queries
from trunkline.agreements.clauses.parameters import in_words
from trunkline.agreements.clauses.queries import template_for
from trunkline.agreements.models import Agreement
from trunkline.agreements.printing import (
    AgreementPrint,
    AttachmentPrint,
    MemberPrint,
    PremiumPrint,
    agreement_pdf,
    attachment_pdf,
)
from trunkline.agreements.rules.business import business_words
from trunkline.agreements.rules.terms import schedule_of
from trunkline.agreements.types import AgreementTerms, PremiumTerms, Side, SignatureView, SignerRole
from trunkline.catalog import queries as catalog
from trunkline.catalog.types import FirstMonthMode, feature_name
from trunkline.kernel.periods import local_date
from trunkline.kernel.text import Text
from trunkline.numbering.queries import grades
from trunkline.party.queries import organization
from trunkline.security.queries import branch, company_name

#: The form gives the address of 乙方 in Hefei (Q-15); others write theirs by hand.
_ADDRESSES = {"3401": "安徽省合肥市马鞍山路68号联通大厦"}
_ROLES = {
    SignerRole.LEGAL_REPRESENTATIVE: Text("法定代表人", "legal representative"),
    SignerRole.AUTHORISED_REPRESENTATIVE: Text("授权代表", "authorised representative"),
    SignerRole.HANDLER: Text("经办人", "handler"),
}


def agreement_document(agreement_id: int, at: datetime) -> bytes:
    """The agreement as PDF, with the price of its plan on the day it was printed (P2-32).

    Before the signatures are recorded their lines are empty, to be signed by hand.
    """
    terms = queries.terms(agreement_id)
    row = Agreement.objects.get(pk=agreement_id)
    customer = organization(row.organization_id)
    plan = catalog.offering(row.offering_id)
    template = template_for(row.template_id, local_date(row.drafted_at))
    terminal = catalog.terminal_models().get(terms.terminal_model)
    signed = {s.side: s for s in queries.signatures(agreement_id) if s.attachment is None}
    customer_signer, customer_role = _signer(signed.get(Side.CUSTOMER))
    operator_signer, operator_role = _signer(signed.get(Side.OPERATOR))
    grade_names = {grade.code: grade.name for grade in grades()}
    return agreement_pdf(
        AgreementPrint(
            number=row.number,
            customer_name=customer.name,
            customer_address=customer.address,
            customer_signer=customer_signer,
            customer_signer_role=customer_role,
            operator_name=company_name(row.branch_id),
            operator_address=_ADDRESSES.get(branch(row.branch_id).city_code, ""),
            operator_signer=operator_signer,
            operator_signer_role=operator_role,
            business_kind=terms.business_kind,
            business_terms=_business(terms),
            plan_name=plan.name,
            plan_price=catalog.price_version(plan.id, local_date(row.printed_at or at)).monthly_fee,
            first_month_mode=FirstMonthMode(terms.first_month_mode) if terms.first_month_mode else None,
            premiums=tuple(_premium(p, grade_names.get(p.grade, p.grade)) for p in terms.premiums),
            data_cap_gb=terms.data_cap_gb,
            terminal_model=terminal.name if terminal else "",
            unsupported_features=tuple(feature_name(f).zh for f in terms.unsupported_features),
            term_years=terms.term_years,
            minimum_members=terms.minimum_members,
            clauses=tuple(clause.body for clause in template.clauses),
            values={
                name: in_words(value)
                for name, value in {**terms.business_values, **terms.clause_values}.items()
            },
        ),
        at=at,
    )


def attachment_document(agreement_id: int, ordinal: int, at: datetime) -> bytes:
    """An attachment as PDF: its numbers and terminals, and its hash (P2-30, P2-31)."""
    view = queries.agreement(agreement_id)
    paper = queries.attachment(agreement_id, ordinal)
    plans = {plan.code: plan.name for plan in catalog.offerings()}
    return attachment_pdf(
        AttachmentPrint(
            agreement_number=view.number,
            ordinal=ordinal,
            customer_name=organization(view.organization_id).name,
            operator_name=company_name(view.branch_id),
            sha256=paper.sha256,
            members=tuple(
                MemberPrint(
                    row=m.row,
                    name=m.name,
                    id_number=m.id_number,
                    number=m.number,
                    plan_name=plans[m.plan_code],
                    first_month_mode=FirstMonthMode(m.first_month_mode) if m.first_month_mode else None,
                    terminal_model=m.terminal_model,
                    imei=m.imei,
                )
                for m in queries.members_of_attachment(agreement_id, ordinal)
            ),
        ),
        at=at,
    )


def _signer(signature: SignatureView | None) -> tuple[str, str]:
    return (signature.signer_name, _ROLES[signature.signer_role].zh) if signature else ("", "")


def _business(terms: AgreementTerms) -> str:
    """The kind of business in words, with what was said beside its fields (P2-03)."""
    values = terms.business_values
    model = catalog.terminal_models().get(str(values.get("handset_model", "")))
    told = business_words(terms.business_kind, values, model.name if model else "")
    return "".join(part for part in (told.zh if told else "", terms.business_terms) if part)


def _premium(premium: PremiumTerms, grade: str) -> PremiumPrint:
    schedule = schedule_of(premium)
    return PremiumPrint(
        number=premium.number,
        grade=grade,
        prepayment=premium.prepayment,
        monthly_release=schedule[0],
        last_release=schedule[-1],
        months=premium.months,
        minimum_monthly=premium.minimum_monthly,
        releases=premium.releases,
    )
