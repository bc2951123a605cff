"""Verbs on agreements. Each locks the agreement's row first."""

from trunkline.agreements.operations.drafting import draft_agreement, revise_agreement
from trunkline.agreements.operations.membership import accept_members, link_members
from trunkline.agreements.operations.reviewing import print_agreement, review_agreement, submit_agreement
from trunkline.agreements.operations.signing import (
    move_original,
    register_original,
    sign_agreement,
    sign_attachment,
)
from trunkline.agreements.operations.term import end_agreement, mark_expiring, renew_agreement

__all__ = [
    "accept_members",
    "draft_agreement",
    "end_agreement",
    "link_members",
    "mark_expiring",
    "move_original",
    "print_agreement",
    "register_original",
    "renew_agreement",
    "review_agreement",
    "revise_agreement",
    "sign_agreement",
    "sign_attachment",
    "submit_agreement",
]
