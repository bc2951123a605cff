"""Verbs on agreements. Each locks the agreement's row first."""

from trunkline.agreements.operations.breaching import breach_agreement, settle_agreement
from trunkline.agreements.operations.drafting import draft_agreement, revise_agreement
from trunkline.agreements.operations.membership import accept_members, link_members
from trunkline.agreements.operations.reviewing import print_agreement, review_agreement, submit_agreement
from trunkline.agreements.operations.signing import (
    move_original,
    register_original,
    sign_agreement,
    sign_attachment,
)
from trunkline.agreements.operations.term import (
    decide_renewal,
    end_agreement,
    mark_expiring,
    renew_agreement,
    review_renewal,
    settle_terms,
)

__all__ = [
    "accept_members",
    "breach_agreement",
    "decide_renewal",
    "draft_agreement",
    "end_agreement",
    "link_members",
    "mark_expiring",
    "move_original",
    "print_agreement",
    "register_original",
    "renew_agreement",
    "review_agreement",
    "review_renewal",
    "revise_agreement",
    "settle_agreement",
    "settle_terms",
    "sign_agreement",
    "sign_attachment",
    "submit_agreement",
]
