"""What a new installation is judged on (S01)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from trunkline.agreements import queries as agreements
from trunkline.agreements.types import MemberView, PremiumTerms
from trunkline.catalog import queries as catalog
from trunkline.catalog.types import OfferingView, PriceVersionView
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.numbering.queries import leases
from trunkline.ordering.item import Circumstances
from trunkline.subscriptions.queries import live_lines_of_persons, sims_in_stock

#: S01-G2, Q-20: 「一定金额的预付款」 a line, as a dated fee of the catalogue.
SECURITY_FEE = "new_installation_security"


@dataclass(frozen=True, slots=True)
class Facts:
    """What S01 is judged on."""

    agreement_organization_id: int | None
    why_not: tuple[Refusal, ...]
    members: tuple[MemberView, ...]
    reserved: frozenset[str]
    #: Lines wanted by this order, and lines there are, by the user's identity number.
    wanted: Mapping[str, int]
    live_lines: Mapping[str, int]
    offerings: dict[str, OfferingView]
    prices: dict[int, PriceVersionView]
    premiums: dict[str, PremiumTerms]
    security_amount: Decimal
    sims: int


def load(around: Circumstances) -> Facts:
    """The members to connect and all that speaks about them, one query a fact."""
    agreement_id = around.request.agreement_id
    today = local_date(around.at)
    if agreement_id is None:
        return Facts(
            None, (), (), frozenset(), {}, {}, {}, {}, {}, catalog.fee(SECURITY_FEE, today).amount, 0
        )
    agreement = agreements.agreement(agreement_id)
    members = agreements.connectable_members(agreement_id)
    if around.keys:
        chosen = set(around.keys)
        members = tuple(member for member in members if member.id in chosen)
    plans = {m.plan_code for m in members}
    offerings = {o.code: o for o in catalog.offerings() if o.code in plans}
    return Facts(
        agreement_organization_id=agreement.organization_id,
        why_not=agreements.why_not_connectable(agreement_id),
        members=members,
        reserved=_held([m.number for m in members], agreements.holder_of(agreement_id)),
        wanted=Counter(m.id_number for m in members),
        live_lines=live_lines_of_persons([m.id_number for m in members]),
        offerings=offerings,
        prices=catalog.price_versions([o.id for o in offerings.values()], today),
        premiums={terms.number: terms for terms in agreements.premiums(agreement_id)},
        security_amount=catalog.fee(SECURITY_FEE, today).amount,
        sims=sims_in_stock(around.organization.branch_id),
    )


def _held(numbers: Collection[str], holder: str) -> frozenset[str]:
    """Those of `numbers` that `holder` has reserved: of a large agreement only what this order is about."""
    return frozenset(number for number, lease in leases(numbers).items() if lease.holder == holder)
