"""What the page of an agreement shows, gathered from the contexts' queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from trunkline.agreements import queries
from trunkline.agreements.clauses.parameters import ClauseParameter, in_words
from trunkline.agreements.clauses.queries import template_for
from trunkline.agreements.rules.business import business_words
from trunkline.agreements.types import (
    ORIGINALS,
    ORIGINALS_PER_SIDE,
    AgreementState,
    AgreementTerms,
    AgreementView,
    Side,
    SignatureView,
    SignerRole,
)
from trunkline.catalog import queries as catalog
from trunkline.interfaces.web.agreements.forms import OriginalForm, ReviewForm, SignatureForm
from trunkline.interfaces.web.fields import iso
from trunkline.interfaces.web.page import StaffRequest
from trunkline.interfaces.web.templatetags.desk import words_of
from trunkline.kernel.clock import local_date
from trunkline.numbering import queries as numbering
from trunkline.party import queries as party
from trunkline.security.queries import staff_names

_S = AgreementState
_PHASES = (
    (_S.DRAFT,),
    (_S.REVIEW,),
    (_S.PRINTED, _S.SIGNED_BY_CUSTOMER, _S.SIGNED_BY_OPERATOR),
    (_S.EFFECTIVE, _S.EXPIRING, _S.RENEWED),
    (_S.ENDED, _S.BREACHED, _S.SETTLED),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way of an agreement: past, now, or to come."""

    title: str
    standing: str


def steps(state: AgreementState) -> tuple[Step, ...]:
    """The way of an agreement with the place where it stands."""
    titles = [_("起草"), _("审核"), _("打印与签署"), _("生效"), _("终止")]
    place = next(index for index, phase in enumerate(_PHASES) if state in phase)
    found = []
    for index, title in enumerate(titles):
        standing = "past" if index < place else "now" if index == place else ""
        if standing == "now" and state is _S.BREACHED:
            standing = "off"
        found.append(Step(title, standing))
    return tuple(found)


def missing_sides(signatures: tuple[SignatureView, ...], attachment: int | None) -> tuple[Side, ...]:
    """The sides that have not signed the agreement, or one of its attachments."""
    signed = {s.side for s in signatures if s.attachment == attachment}
    return tuple(side for side in Side if side not in signed)


def _signature_form(
    request: StaffRequest, sides: tuple[Side, ...], role: SignerRole, name: str, auto_id: str = "id_%s"
) -> SignatureForm:
    today = iso(local_date(request.at))
    initial = {
        "side": sides[0] if sides else None,
        "signer_role": role,
        "signer_name": name if sides and sides[0] is Side.CUSTOMER else "",
        "signed_on": today,
        "sealed_on": today,
    }
    return SignatureForm(initial=initial, auto_id=auto_id)


def _originals(agreement_id: int) -> list[dict[str, Any]]:
    registered = {original.ordinal: original for original in queries.originals(agreement_id)}
    return [{"ordinal": n, "original": registered.get(n)} for n in range(1, ORIGINALS + 1)]


def timeline(agreement: AgreementView, signatures: tuple[SignatureView, ...]) -> list[tuple[date, str, str]]:
    """What has happened to an agreement by day: the day, what, and by whom."""
    events = [
        (
            max(s.signed_on, s.sealed_on),
            _("甲方签署") if s.side is Side.CUSTOMER else _("乙方签署"),
            (_("附件 %(n)s · ") % {"n": s.attachment} if s.attachment else "") + s.signer_name,
        )
        for s in signatures
    ]
    if agreement.effective_on:
        events.append((agreement.effective_on, _("协议生效"), ""))
    if agreement.ends_on:
        events.append((agreement.ends_on, _("有效期届满"), _("到期如无特殊情况自动顺延壹年（P2-27）")))
    return sorted(events, key=lambda event: event[0])


def agreement_day(agreement: AgreementView, request: StaffRequest) -> date:
    """The day by which an agreement without a template is read."""
    return agreement.effective_on or local_date(request.at)


def _business(terms: AgreementTerms) -> str:
    """The kind of business in words, with what was said beside its fields."""
    model = catalog.terminal_models().get(str(terms.business_values.get("handset_model", "")))
    told = business_words(terms.business_kind, terms.business_values, model.name if model else "")
    return " ".join(part for part in (words_of(told), terms.business_terms) if part)


def _values(terms: AgreementTerms, on: date) -> list[tuple[ClauseParameter, str]]:
    """The parameters of the template's clauses with what was filled in."""
    declared = template_for(terms.template_id, on).parameters
    return [(p, in_words(terms.clause_values[p.name])) for p in declared if p.name in terms.clause_values]


def _reviews(request: StaffRequest, agreement_id: int) -> dict[str, Any]:
    """What was decided, by whom, whether these terms may be printed, and what the renewal would be."""
    recorded = queries.reviews(agreement_id)
    return {
        "reviews": recorded,
        "reviewers": staff_names({review.reviewed_by for review in recorded}),
        "printable": queries.printable(agreement_id),
        "renewal": queries.renewal(agreement_id, local_date(request.at)),
        "review_form": ReviewForm(),
        "renewal_form": ReviewForm(auto_id="renewal_%s"),
    }


def agreement_context(request: StaffRequest, agreement_id: int, **forms: Any) -> dict[str, Any]:
    """The context of the agreement's page. `forms` replaces a form by one that was sent and refused."""
    agreement, terms = queries.agreement(agreement_id), queries.terms(agreement_id)
    organization = party.organization(agreement.organization_id)
    signatures = queries.signatures(agreement_id)
    unsigned = missing_sides(signatures, None)
    attachments = queries.attachments(agreement_id)
    originals = _originals(agreement_id)
    next_original = next((o["ordinal"] for o in originals if o["original"] is None), None)
    handlers = party.handlers(agreement.organization_id)
    side = Side.CUSTOMER if next_original and next_original <= ORIGINALS_PER_SIDE else Side.OPERATOR
    return {
        "agreement": agreement,
        "organization": organization,
        "plan": catalog.offering_by_code(agreement.plan_code),
        "steps": steps(agreement.state),
        "signatures": [s for s in signatures if s.attachment is None],
        "unsigned": unsigned,
        "sign_form": _signature_form(
            request, unsigned, SignerRole.LEGAL_REPRESENTATIVE, organization.legal_representative
        ),
        "attachments": [
            {
                "attachment": each,
                "signatures": [s for s in signatures if s.attachment == each.ordinal],
                "unsigned": missing_sides(signatures, each.ordinal),
                "form": _signature_form(
                    request,
                    missing_sides(signatures, each.ordinal),
                    SignerRole.HANDLER,
                    handlers[0].name if handlers else "",
                    f"attachment_{each.ordinal}_%s",
                ),
            }
            for each in attachments
        ],
        "premiums": terms.premiums,
        "template": template_for(terms.template_id, agreement_day(agreement, request)),
        "business": _business(terms),
        "values": _values(terms, agreement_day(agreement, request)),
        **_reviews(request, agreement_id),
        "grades": {g.code: g for g in numbering.grades()},
        "originals": originals,
        "original_form": OriginalForm(
            initial={"ordinal": next_original, "side": side}, auto_id="original_%s"
        ),
        "next_original": next_original,
        "timeline": timeline(agreement, signatures),
        "why_not": queries.why_not_connectable(agreement_id),
        "today": local_date(request.at),
        **forms,
    }
