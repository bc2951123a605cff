"""The end of an agreement's term: in sight, renewed or over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import cast

from trunkline.agreements.models import Agreement
from trunkline.agreements.operations.reviewing import record_review
from trunkline.agreements.operations.shared import locked, move
from trunkline.agreements.queries import holder_of
from trunkline.agreements.queries.standing import renewal_facts
from trunkline.agreements.rules.renewal import (
    NOTHING_TO_DECIDE,
    REVIEWED_ALREADY,
    RenewalStanding,
    end_refusals,
    renewal_refusals,
)
from trunkline.agreements.rules.reviewing import review_refusals
from trunkline.agreements.rules.signing import renewed_end
from trunkline.agreements.rules.terms import event_refusals, state_refusals
from trunkline.agreements.types import (
    AGREEMENT_LIFE,
    END_IN_SIGHT_DAYS,
    AgreementEvent,
    AgreementState,
    ReviewDecision,
    ReviewSubject,
)
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.numbering.operations import release_numbers
from trunkline.security.audit import operation
from trunkline.security.types import Actor

NOT_OVER = Refusal(
    "agreement.not_over",
    "P2-27",
    Text("协议有效期至{until}，未到期不能终止", "The term runs until {until}: it cannot be ended before"),
)


@operation("agreement.mark_expiring")
def mark_expiring(*, actor: Actor, at: datetime) -> int:
    """Mark the agreements that end within 60 days, for review before renewal (P2-27). Returns how many."""
    return Agreement.objects.filter(
        state__in=AGREEMENT_LIFE.sources(AgreementEvent.NEAR_END),
        ends_on__lte=local_date(at) + timedelta(days=END_IN_SIGHT_DAYS),
    ).update(state=AGREEMENT_LIFE.target(AgreementEvent.NEAR_END))


@operation("agreement.renew")
def renew_agreement(*, agreement_id: int, actor: Actor, at: datetime) -> date:
    """Extend an agreement by one year after its review (P2-27, Q-09); returns its new last day.

    `Refused` unless it is near its end and its template's rule of renewal is met.
    """
    row = locked(agreement_id)
    raise_if_any(event_refusals(AgreementState(row.state), AgreementEvent.RENEW))
    raise_if_any(renewal_refusals(renewal_facts(row)))
    return _extend(row)


@operation("renewal.review")
def review_renewal(*, agreement_id: int, renew: bool, note: str = "", actor: Actor, at: datetime) -> None:
    """Say before the end of the term whether something speaks against the renewal (特殊情况, P2-27).

    An objection needs its reason. What was said counts once `decide_renewal` has approved it.
    """
    row = locked(agreement_id)
    raise_if_any(state_refusals(AgreementState(row.state), (AgreementState.EXPIRING,)))
    if renewal_facts(row).standing is not RenewalStanding.NOT_REVIEWED:
        raise Refused(REVIEWED_ALREADY)
    decision = ReviewDecision.RECOMMEND if renew else ReviewDecision.OBJECT
    raise_if_any(review_refusals(decision, note, reviewer=actor.staff_id, not_by=()))
    _record(row, decision, note, actor, at)


@operation("renewal.decide")
def decide_renewal(*, agreement_id: int, approve: bool, note: str = "", actor: Actor, at: datetime) -> None:
    """Approve what the account manager said of the renewal, or give it back with the reason (P2-27)."""
    row = locked(agreement_id)
    raise_if_any(state_refusals(AgreementState(row.state), (AgreementState.EXPIRING,)))
    facts = renewal_facts(row)
    if facts.standing not in (RenewalStanding.RECOMMENDED, RenewalStanding.OBJECTED):
        raise Refused(NOTHING_TO_DECIDE)
    decision = ReviewDecision.APPROVE if approve else ReviewDecision.RETURN
    before = {facts.reviews[-1].reviewed_by}
    raise_if_any(review_refusals(decision, note, reviewer=actor.staff_id, not_by=before))
    _record(row, decision, note, actor, at)


@operation("agreement.settle_terms")
def settle_terms(*, actor: Actor, at: datetime) -> int:
    """Renew what runs out today or has run out, as far as its review and its template allow; end what was objected to
    or cannot be renewed again, once its last day is over. Returns how many; what nobody reviewed stays (P2-27).
    """
    today = local_date(at)
    due = Agreement.objects.filter(state=AgreementState.EXPIRING, ends_on__lte=today).order_by("id")
    settled = 0
    for row in due.select_for_update():
        facts = renewal_facts(row)
        if not renewal_refusals(facts):
            _extend(row)
        elif not end_refusals(facts) and today > facts.ends_on:
            _end(row, actor, at)
        else:
            continue
        settled += 1
    return settled


@operation("agreement.end")
def end_agreement(*, agreement_id: int, actor: Actor, at: datetime) -> None:
    """End an agreement whose term is over and that is not to be renewed; numbers still reserved for it are given back.

    `Refused` before its last day is over, and where nothing approved speaks against its renewal (P2-27).
    """
    row = locked(agreement_id)
    raise_if_any(event_refusals(AgreementState(row.state), AgreementEvent.END))
    if row.ends_on is not None and local_date(at) <= row.ends_on:
        raise Refused(NOT_OVER.filled(until=row.ends_on.isoformat()))
    raise_if_any(end_refusals(renewal_facts(row)))
    _end(row, actor, at)


def _extend(row: Agreement) -> date:
    ends_on = renewed_end(cast(date, row.ends_on))
    row.ends_on = ends_on
    row.renewals += 1
    move(row, AgreementEvent.RENEW)
    return ends_on


def _end(row: Agreement, actor: Actor, at: datetime) -> None:
    move(row, AgreementEvent.END)
    release_numbers(holder=holder_of(row.pk), actor=actor, at=at)


def _record(row: Agreement, decision: ReviewDecision, note: str, actor: Actor, at: datetime) -> None:
    number = row.renewals + 1
    record_review(row, ReviewSubject.RENEWAL, number, decision=decision, note=note, actor=actor, at=at)
