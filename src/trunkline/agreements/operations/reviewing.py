"""From draft to the printed text: handing in, reviewing by somebody else, printing."""

from __future__ import annotations

from datetime import datetime

from trunkline.agreements import queries
from trunkline.agreements.models import Agreement, Review
from trunkline.agreements.operations.shared import locked, move
from trunkline.agreements.rules.reviewing import (
    APPROVED_ALREADY,
    NOT_APPROVED,
    approved,
    review_refusals,
    terms_digest,
)
from trunkline.agreements.rules.terms import event_refusals, state_refusals
from trunkline.agreements.types import AgreementEvent, AgreementState, ReviewDecision, ReviewSubject
from trunkline.kernel.refusals import Refused, raise_if_any
from trunkline.security.audit import operation
from trunkline.security.types import Actor


@operation("agreement.submit")
def submit_agreement(*, agreement_id: int, actor: Actor, at: datetime) -> None:
    """Hand a draft over for review."""
    move(locked(agreement_id), AgreementEvent.SUBMIT)


@operation("agreement.review")
def review_agreement(
    *, agreement_id: int, approve: bool, note: str = "", actor: Actor, at: datetime
) -> AgreementState:
    """Approve an agreement in review, so that it may be printed, or give it back as a draft with the reason.

    `Refused` when its author reviews it (``review.four_eyes``), and for a return without a reason. What was read
    is kept by its hash.
    """
    row = locked(agreement_id)
    state = AgreementState(row.state)
    raise_if_any(state_refusals(state, (AgreementState.REVIEW,)))
    decision = ReviewDecision.APPROVE if approve else ReviewDecision.RETURN
    authors = {row.revised_by_id or row.drafted_by_id, row.drafted_by_id}
    raise_if_any(review_refusals(decision, note, reviewer=actor.staff_id, not_by=authors))
    if approve and approved(queries.reviews(agreement_id), row.revision):
        raise Refused(APPROVED_ALREADY)
    record_review(row, ReviewSubject.TERMS, row.revision, decision=decision, note=note, actor=actor, at=at)
    return state if approve else move(row, AgreementEvent.RETURN)


@operation("agreement.print")
def print_agreement(*, agreement_id: int, actor: Actor, at: datetime) -> None:
    """Release a reviewed agreement for printing in six originals; its terms are fixed from now on (P2-28).

    `Refused` (``agreement.not_approved``) unless the present revision was approved.
    """
    row = locked(agreement_id)
    raise_if_any(event_refusals(AgreementState(row.state), AgreementEvent.PRINT))
    if not approved(queries.reviews(agreement_id), row.revision):
        raise Refused(NOT_APPROVED.filled(revision=row.revision))
    row.printed_at = at
    move(row, AgreementEvent.PRINT)


def record_review(
    row: Agreement,
    subject: ReviewSubject,
    revision: int,
    *,
    decision: ReviewDecision,
    note: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Keep who decided what, on which text."""
    Review.objects.create(
        agreement=row,
        branch_id=row.branch_id,
        subject=subject,
        revision=revision,
        decision=decision,
        note=note.strip(),
        sha256=terms_digest(queries.terms(row.pk)),
        reviewed_by_id=actor.staff_id,
        reviewed_at=at,
    )
