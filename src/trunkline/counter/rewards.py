"""Redeeming points for telephone credit (S19, S05-G6, REG-31): the policy, and what a line is judged on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from trunkline.billing.operations import credit_points
from trunkline.billing.types import AdvancePayment
from trunkline.counter.facts import LineFacts
from trunkline.counter.lines import ids_of
from trunkline.kernel.periods import Month, local_date
from trunkline.ledger.points.operations import redeem_points_of_lines
from trunkline.ledger.points.queries import points_of_lines, redeemed_in
from trunkline.ledger.points.types import LineRedemption, PointsBalance, PointsPolicy, RedemptionFacts
from trunkline.ordering.item import Circumstances
from trunkline.ordering.queries import numbers_in_open_orders
from trunkline.security.types import Actor
from trunkline.subscriptions.types import StopCause

#: Steps of 100, 300, 500 and 1000 points, ten yuan a month (from 2025-11-26).
POLICY = PointsPolicy(step=100, monthly_limit=1000)
#: Who leaves redeems what he has: there is no other month (S05-G6).
LEAVING = PointsPolicy(step=100)
_ARREARS = frozenset({StopCause.CREDIT_ONEWAY, StopCause.CREDIT_TWOWAY})


@dataclass(frozen=True, slots=True)
class LinePoints:
    """What a redemption for one line is judged on."""

    balance: PointsBalance
    redeemed_this_month: int
    facts: RedemptionFacts


def whole_months(since: datetime | None, today: date) -> int:
    """How many whole months lie between an instant and a day."""
    if since is None:
        return 0
    first = local_date(since)
    return (today.year - first.year) * 12 + today.month - first.month - (today.day < first.day)


def points_facts(
    around: Circumstances, chosen: Sequence[LineFacts], *, item_code: str
) -> Mapping[int, LinePoints]:
    """By line; orders of `item_code` itself do not count as unfinished ones."""
    today = local_date(around.at)
    balances = points_of_lines(ids_of(chosen), today, policy=POLICY)
    redeemed = redeemed_in(ids_of(chosen), Month.of(today))
    busy = numbers_in_open_orders([one.line.number for one in chosen], apart_from=item_code)
    return {
        one.line.id: LinePoints(
            balances[one.line.id],
            redeemed.get(one.line.id, 0),
            RedemptionFacts(
                months_on_net=whole_months(one.line.activated_at, today),
                stopped_for_arrears=bool(_ARREARS & set(one.line.stop_causes)),
                blacklisted=around.organization.blacklisted,
                open_order=one.line.number in busy,
                frozen=balances[one.line.id].frozen > 0,
            ),
        )
        for one in chosen
    }


def redeem_for_credit(
    *,
    redeemed: Mapping[int, int],
    facts: Mapping[int, LinePoints],
    credit: Sequence[AdvancePayment],
    source: str,
    policy: PointsPolicy,
    actor: Actor,
    at: datetime,
) -> None:
    """Take points of lines and give the credit for them to accounts."""
    redeem_points_of_lines(
        redemptions=[
            LineRedemption(line, points, facts[line].facts, f"{line}:{at.isoformat()}")
            for line, points in redeemed.items()
        ],
        source=source,
        policy=policy,
        actor=actor,
        at=at,
    )
    credit_points(credit=[each for each in credit if each.amount > Decimal(0)], actor=actor, at=at)
