"""What becomes of an agreement at the end of its term (P2-27, Q-09)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from trunkline.agreements.clauses.types import RenewalRule, TemplateSettings
from trunkline.agreements.rules.signing import renewed_end
from trunkline.agreements.rules.terms import state_refusals
from trunkline.agreements.types import AgreementState, ReviewDecision, ReviewSubject, ReviewView
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text


class RenewalStanding(StrEnum):
    """How far the review of a renewal has come."""

    NOT_REVIEWED = "not_reviewed"
    RECOMMENDED = "recommended"
    OBJECTED = "objected"
    TO_RENEW = "to_renew"
    TO_END = "to_end"


RENEWAL_STANDING_NAMES = {
    RenewalStanding.NOT_REVIEWED: Text("待客户经理审核", "To be reviewed by the account manager"),
    RenewalStanding.RECOMMENDED: Text("建议顺延，待批准", "Renewal recommended, to be approved"),
    RenewalStanding.OBJECTED: Text("有特殊情况，待批准", "Special circumstances, to be approved"),
    RenewalStanding.TO_RENEW: Text("到期顺延壹年", "To be renewed by one year"),
    RenewalStanding.TO_END: Text("到期终止", "To end at term"),
}

RENEWED_ONCE = Refusal(
    "renewal.once_only",
    "P2-27",
    Text(
        "协议已顺延过一次，模板规定只顺延一次（Q-09）",
        "The agreement was renewed once, as often as its template allows",
    ),
)
RENEWAL_NOT_REVIEWED = Refusal(
    "renewal.not_reviewed",
    "P2-27",
    Text("顺延须先审核并批准", "A renewal needs its review and approval first"),
)
RENEWAL_OBJECTED = Refusal(
    "renewal.objected",
    "P2-27",
    Text("审核认定有特殊情况，到期终止", "The review found special circumstances: it ends at term"),
)
END_NOT_DECIDED = Refusal(
    "renewal.end_not_decided",
    "P2-27",
    Text(
        "没有经批准的特殊情况，协议到期顺延，不能终止",
        "Without approved special circumstances the agreement is renewed and cannot be ended",
    ),
)
NOTHING_TO_DECIDE = Refusal(
    "renewal.nothing_to_decide",
    "P2-27",
    Text("没有待批准的顺延审核", "There is no renewal review to be approved"),
)
REVIEWED_ALREADY = Refusal(
    "renewal.reviewed_already",
    "P2-27",
    Text("本次顺延已审核", "This renewal is reviewed already"),
)

_AFTER_FIRST = {
    ReviewDecision.RECOMMEND: RenewalStanding.RECOMMENDED,
    ReviewDecision.OBJECT: RenewalStanding.OBJECTED,
}
_AFTER_APPROVAL = {
    RenewalStanding.RECOMMENDED: RenewalStanding.TO_RENEW,
    RenewalStanding.OBJECTED: RenewalStanding.TO_END,
}


@dataclass(frozen=True, slots=True)
class RenewalFacts:
    """What a renewal is judged on. `renewals` have been made so far."""

    state: AgreementState
    ends_on: date
    renewals: int
    settings: TemplateSettings
    reviews: tuple[ReviewView, ...]

    @property
    def standing(self) -> RenewalStanding:
        """How far the review of the next renewal has come."""
        return renewal_standing(self.reviews, self.renewals + 1)


@dataclass(frozen=True, slots=True)
class RenewalView:
    """What the renewal would be: its last day, how far its review is, what speaks against it, and days left.

    `overdue` when the last day is past and nothing was decided.
    """

    agreement_id: int
    ends_on: date
    new_end: date
    standing: RenewalStanding
    against: tuple[Refusal, ...]
    days_left: int

    @property
    def overdue(self) -> bool:
        """Whether the term is over without a decision."""
        return self.days_left < 0


def renewal_standing(reviews: Sequence[ReviewView], number: int) -> RenewalStanding:
    """How far the review of renewal `number` has come; `reviews` in the order recorded."""
    standing = RenewalStanding.NOT_REVIEWED
    for review in reviews:
        if review.subject is not ReviewSubject.RENEWAL or review.revision != number:
            continue
        if review.decision is ReviewDecision.RETURN:
            standing = RenewalStanding.NOT_REVIEWED
        elif review.decision is ReviewDecision.APPROVE:
            standing = _AFTER_APPROVAL.get(standing, standing)
        else:
            standing = _AFTER_FIRST[review.decision]
    return standing


def _exhausted(facts: RenewalFacts) -> bool:
    return facts.renewals > 0 and not facts.settings.renewal_repeats


def renewal_refusals(facts: RenewalFacts) -> tuple[Refusal, ...]:
    """Why the term is not extended now: not near its end, renewed often enough, not reviewed, or objected to."""
    found = list(state_refusals(facts.state, (AgreementState.EXPIRING,)))
    if _exhausted(facts):
        found.append(RENEWED_ONCE)
    if facts.standing in (RenewalStanding.OBJECTED, RenewalStanding.TO_END):
        found.append(RENEWAL_OBJECTED)
    elif facts.standing is not RenewalStanding.TO_RENEW:
        unasked = facts.settings.renewal is RenewalRule.UNLESS_OBJECTED
        found += [] if unasked else [RENEWAL_NOT_REVIEWED]
    return tuple(found)


def end_refusals(facts: RenewalFacts) -> tuple[Refusal, ...]:
    """Why it does not end at its term: the text renews it unless special circumstances were approved."""
    ends = _exhausted(facts) or facts.standing is RenewalStanding.TO_END
    return () if ends else (END_NOT_DECIDED,)


def renewal_view(agreement_id: int, facts: RenewalFacts, today: date) -> RenewalView:
    """What the renewal would be, seen from `today`."""
    return RenewalView(
        agreement_id=agreement_id,
        ends_on=facts.ends_on,
        new_end=renewed_end(facts.ends_on),
        standing=facts.standing,
        against=renewal_refusals(facts),
        days_left=(facts.ends_on - today).days,
    )
