"""What an agreement's lines were given, for a breach to take back (P2-20)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from trunkline.agreements.clauses.parameters import read_all
from trunkline.agreements.clauses.queries import template_version
from trunkline.agreements.models import Agreement, Member
from trunkline.agreements.rules.business import (
    BUSINESS_FIELDS,
    HandsetOffer,
    LineBenefit,
    business_of,
    line_benefit,
)
from trunkline.agreements.types import BusinessKind
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import local_date
from trunkline.subscriptions.queries import lines

#: The clause parameter that says what a handset given back within its months costs (P2-23).
RETURN_PENALTY = "return_penalty"


def benefits_of(agreement_id: int, on: date) -> tuple[LineBenefit, ...]:
    """What each connected line of an agreement was given by the day `on`, in yuan, by member; empty where its kind
    of business gives no handset, and before it takes effect (P2-03, P2-20).

    A line has the handset where the attachment names the offer's model for it (号码及终端办理明细, P2-31). Its
    months run from the day it was activated, and not before the agreement took effect. What a breach takes back of
    each is `rules.business.clawed_back`.
    """
    row = Agreement.objects.filter(pk=agreement_id, effective_on__isnull=False).first()
    if row is None or row.effective_on is None or row.template_id is None:
        return ()
    template = template_version(row.template_id)
    penalty = read_all(template.parameters, row.clause_values).get(RETURN_PENALTY)
    kind = BusinessKind(row.business_kind)
    offer = business_of(kind, read_all(BUSINESS_FIELDS[kind], row.business_values))
    if not isinstance(offer, HandsetOffer):
        return ()
    found = (
        Member.objects.filter(sheet__agreement_id=agreement_id, terminal_model=offer.model)
        .order_by("sheet__version", "row")
        .values_list("id", "line_id", "number")
    )
    members = [(member, line, number) for member, line, number in found if line is not None]
    activated = {
        line.id: local_date(line.activated_at)
        for line in lines(line for _, line, _ in members).values()
        if line.activated_at
    }
    return tuple(
        line_benefit(
            offer,
            kind=kind,
            member_id=member,
            line_id=line,
            number=number,
            since=max(activated[line], row.effective_on),
            on=on,
            return_penalty=penalty if isinstance(penalty, Decimal) else ZERO,
            claw_back=template.settings.claw_back,
        )
        for member, line, number in members
        if line in activated
    )
