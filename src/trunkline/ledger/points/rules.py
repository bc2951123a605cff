"""Pure rules of loyalty points (REG-31)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from trunkline.kernel.money import fen_down
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ledger.points.types import (
    STANDARD,
    Consumption,
    Lot,
    Moved,
    MovementKind,
    PointsBalance,
    PointsPolicy,
    RedemptionFacts,
)

#: 100 points are worth one yuan.
POINTS_A_YUAN = 100
#: How far ahead points are told to run out.
EXPIRING_MONTHS = 3

NOT_A_STEP = Refusal(
    "points.not_a_step",
    "REG-31",
    Text(
        "积分须按{step}分的整数倍兑换，不能兑换{points}分",
        "Points are redeemed in multiples of {step}; {points} cannot be redeemed",
    ),
)
INSUFFICIENT = Refusal(
    "points.insufficient",
    "REG-31",
    Text("积分不足：有效积分{valid}分", "Not enough points: {valid} are valid"),
)
OVER_THE_MONTH = Refusal(
    "points.over_the_month",
    "REG-31",
    Text(
        "每月最多兑换{limit}分，本月已兑换{redeemed}分",
        "At most {limit} points are redeemed in a month; {redeemed} have been this month",
    ),
)
TOO_NEW = Refusal(
    "points.too_new",
    "REG-31",
    Text(
        "在网满{needed}个月方可兑换积分，现在网{months}个月",
        "Points are redeemed after {needed} months on the network; so far it is {months}",
    ),
)
STOPPED_FOR_ARREARS = Refusal(
    "points.stopped_for_arrears",
    "REG-31",
    Text("欠费停机期间不能兑换积分", "Points are not redeemed while the line is stopped for arrears"),
)
BLACKLISTED = Refusal(
    "points.blacklisted",
    "REG-31",
    Text("黑名单客户不能兑换积分", "A blacklisted customer does not redeem points"),
)
OPEN_ORDER = Refusal(
    "points.open_order",
    "REG-31",
    Text("有未完工的订单，不能兑换积分", "Points are not redeemed while another order is unfinished"),
)
FROZEN = Refusal(
    "points.frozen",
    "REG-31",
    Text(
        "停机或预销户期间积分冻结（不作废），恢复后可兑换",
        "Points are frozen, not lost, while the line is stopped or in pre-cancellation",
    ),
)
USED = Refusal(
    "points.used",
    "",
    Text(
        "该笔积分已有使用，仅余{left}分，不能冲正",
        "Points of this grant have been used, {left} are left: it cannot be reversed",
    ),
)
RUN_OUT = Refusal(
    "points.run_out",
    "REG-31",
    Text("积分已过有效期，不能冲正", "The points have run out: nothing is left to reverse"),
)


def months_later(day: date, months: int) -> date:
    """The same day `months` later, or the last of that month where it is shorter."""
    month = Month.of(day).next(months)
    return month.first_day.replace(day=min(day.day, month.last_day.day))


def first_invalid_day(month: Month, policy: PointsPolicy = STANDARD) -> date:
    """The day from which points of a month are no longer valid: after `valid_months` whole months that follow."""
    return month.next(policy.valid_months + 1).first_day


def points_earned(consumption: Consumption, on: date, policy: PointsPolicy = STANDARD) -> int:
    """One point for each whole yuan; none where it was paid late, or so late that they would have run out."""
    if not consumption.paid_on_time or first_invalid_day(consumption.month, policy) <= on:
        return 0
    return max(int(consumption.eligible), 0)


def yuan_of(points: int) -> Decimal:
    """What points are worth: 100 to the yuan."""
    return fen_down(Decimal(points) / POINTS_A_YUAN)


def balance(lots: Iterable[Lot], on: date, *, frozen: bool, policy: PointsPolicy = STANDARD) -> PointsBalance:
    """The balances of a line from its lots (S18-2); lots whose day has come count no more."""
    valid = [lot for lot in lots if lot.expires_on > on]
    total = sum(lot.left for lot in valid)
    applicable = 0 if frozen else total
    horizon = months_later(on, EXPIRING_MONTHS)
    return PointsBalance(
        total=total,
        redeemable=applicable - applicable % policy.step,
        applicable=applicable,
        frozen=total - applicable,
        expiring=sum(lot.left for lot in valid if lot.expires_on <= horizon),
    )


def redemption_refusals(
    *,
    points: int,
    valid: int,
    redeemed_this_month: int,
    facts: RedemptionFacts,
    policy: PointsPolicy = STANDARD,
) -> tuple[Refusal, ...]:
    """All reasons against redeeming `points` of a line that has `valid` ones."""
    refusals: list[Refusal] = []
    if points < policy.step or points % policy.step:
        refusals.append(NOT_A_STEP.filled(step=policy.step, points=points))
    if points > valid:
        refusals.append(INSUFFICIENT.filled(valid=valid))
    if policy.monthly_limit is not None and redeemed_this_month + points > policy.monthly_limit:
        refusals.append(OVER_THE_MONTH.filled(limit=policy.monthly_limit, redeemed=redeemed_this_month))
    if facts.months_on_net < policy.months_on_net:
        refusals.append(TOO_NEW.filled(needed=policy.months_on_net, months=facts.months_on_net))
    if facts.stopped_for_arrears:
        refusals.append(STOPPED_FOR_ARREARS)
    if facts.blacklisted:
        refusals.append(BLACKLISTED)
    if facts.open_order:
        refusals.append(OPEN_ORDER)
    if facts.frozen:
        refusals.append(FROZEN)
    return tuple(refusals)


def taken_oldest_first(lots: Iterable[Lot], points: int) -> tuple[tuple[int, int], ...]:
    """How many points each lot gives, those that run out first before all others: (lot, points) pairs.

    ValueError when the lots hold fewer than `points`.
    """
    taken: list[tuple[int, int]] = []
    missing = points
    for lot in sorted(lots, key=lambda lot: (lot.expires_on, lot.id)):
        if missing == 0:
            break
        share = min(lot.left, missing)
        if share:
            taken.append((lot.id, share))
        missing -= share
    if missing:
        raise ValueError(f"{missing} of {points} points are not there")
    return tuple(taken)


def reversal_refusals(moved: Sequence[Moved], on: date) -> tuple[Refusal, ...]:
    """Why what a source moved cannot be undone: a grant of which points were used, or nothing that is still valid."""
    if all(m.lot.expires_on <= on for m in moved):
        return (RUN_OUT,)
    return tuple(
        USED.filled(left=m.lot.left) for m in moved if m.kind is MovementKind.EARNED and m.lot.left < m.points
    )


def reversed_movements(moved: Iterable[Moved], on: date) -> tuple[tuple[int, int], ...]:
    """The opposite of what a source moved, as (lot, points); points whose day has come do not come back."""
    return tuple((m.lot.id, -m.points) for m in moved if m.lot.expires_on > on)
