"""Who may review what, and what a review must say (domain 8.4, P2-27)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from decimal import Decimal

from trunkline.agreements.types import AgreementTerms, ReviewDecision, ReviewSubject, ReviewView
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text

FOUR_EYES = Refusal(
    "review.four_eyes",
    "8.4",
    Text("起草、修改或上一步审核的人不能审核", "Whoever wrote or last reviewed it cannot be its reviewer"),
)
REASON_MISSING = Refusal(
    "review.reason_missing",
    "8.4",
    Text("退回或提出异议须写明原因", "A return or an objection needs its reason"),
)
NOT_APPROVED = Refusal(
    "agreement.not_approved",
    "8.4",
    Text("本稿（第{revision}稿）还没有审核通过", "This revision ({revision}) has not been approved"),
)
APPROVED_ALREADY = Refusal(
    "review.approved_already", "8.4", Text("本稿已审核通过", "This revision is approved already")
)

#: Decisions that say no, and so must say why.
REFUSING = (ReviewDecision.RETURN, ReviewDecision.OBJECT)


def review_refusals(
    decision: ReviewDecision, note: str, *, reviewer: int, not_by: Collection[int]
) -> tuple[Refusal, ...]:
    """Why `reviewer` cannot decide so; `not_by` are those whose work is reviewed."""
    found = [FOUR_EYES] if reviewer in not_by else []
    if decision in REFUSING and not note.strip():
        found.append(REASON_MISSING)
    return tuple(found)


def approved(reviews: Sequence[ReviewView], revision: int) -> bool:
    """Whether the terms of `revision` were approved; `reviews` in the order recorded, the last one counts."""
    mine = [r for r in reviews if r.subject is ReviewSubject.TERMS and r.revision == revision]
    return bool(mine) and mine[-1].decision is ReviewDecision.APPROVE


def terms_digest(terms: AgreementTerms) -> str:
    """SHA-256 of everything that is agreed, so that what was reviewed is what is printed."""
    told = json.dumps(_plain(asdict(terms)), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value
