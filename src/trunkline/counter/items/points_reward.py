"""十九、积分回馈 (S19): points for telephone credit, by a price list that is data (REG-31)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trunkline.billing.types import AdvancePayment
from trunkline.catalog.queries import fee_codes, fees_in_force
from trunkline.counter.entitlement import PASSWORD, entitled, user_or_handler_papers
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import line_item
from trunkline.counter.papers import SIGNED_OR_RECORDED, THREE_CHANNELS
from trunkline.counter.rewards import POLICY, LinePoints, points_facts, redeem_for_credit
from trunkline.counter.users import for_individuals
from trunkline.kernel.money import FEN
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ledger.points.rules import (
    BLACKLISTED,
    FROZEN,
    INSUFFICIENT,
    OPEN_ORDER,
    OVER_THE_MONTH,
    POINTS_A_YUAN,
    STOPPED_FOR_ARREARS,
    TOO_NEW,
    redemption_refusals,
)
from trunkline.ordering.fields import Choices, Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard, InitialPrice, LineGuard, Origin, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor

CODE = "points_reward"
#: A reward is a price of the catalogue: ``points_reward.1000`` says what credit 1000 points are.
_REWARD = f"{CODE}."
NOT_PRICED = Refusal(
    "points.reward_not_in_force",
    "S19",
    Text("所选回馈目前没有生效的标准", "The reward has no value in force today"),
)


@dataclass(frozen=True, slots=True)
class Rewarding:
    """The reward chosen, its credit in yuan (None while it has no value in force), and each line's points."""

    points: int
    credit: Decimal | None
    lines: Mapping[int, LinePoints]


def reward_choices() -> Choices:
    """Every reward of the price list, the smallest first."""
    points = sorted(int(code.removeprefix(_REWARD)) for code in fee_codes() if code.startswith(_REWARD))
    return tuple((str(each), Text(f"{each}分", f"{each} points")) for each in points)


def _load(around: Circumstances, chosen: Sequence[LineFacts]) -> Rewarding:
    points = int(around.request.details.get("reward", "0"))
    code = f"{_REWARD}{points}"
    price = fees_in_force([code], local_date(around.at)).get(code)
    return Rewarding(points, price.amount if price else None, points_facts(around, chosen, item_code=CODE))


def _in_force(around: Circumstances, facts: LinesFacts) -> Iterable[Refusal]:
    return (NOT_PRICED,) if facts.more.points and facts.more.credit is None else ()


def _against(reason: Refusal) -> LineGuard[LinesFacts, LineFacts]:
    """A guard that speaks up where the rules of redeeming give this reason."""

    def check(_: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
        asked: Rewarding = facts.more
        line = asked.lines[chosen.line.id]
        found = redemption_refusals(
            points=asked.points,
            valid=line.balance.total,
            redeemed_this_month=line.redeemed_this_month,
            facts=line.facts,
            policy=POLICY,
        )
        return [refusal for refusal in found if refusal.code == reason.code]

    return LineGuard(reason.code.removeprefix("points."), reason.clause, reason.text, check, Origin.INFERRED)


def _changes(_: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    asked: Rewarding = facts.more
    total = asked.lines[chosen.line.id].balance.total
    yield Change(Text("积分", "Points"), f"{total}分", f"{total - asked.points}分")
    yield Change(Text("赠送话费", "Credit"), "", f"{asked.credit or 0}元")


def _redeem(around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    asked: Rewarding = facts.more
    credit = asked.credit or Decimal(0)
    redeem_for_credit(
        redeemed={one.line.id: asked.points for one in chosen},
        facts=asked.lines,
        credit=[AdvancePayment(one.line.account_id, credit) for one in chosen],
        source=CODE,
        policy=POLICY,
        actor=actor,
        at=around.at,
    )


_REASONS = (
    INSUFFICIENT,
    OVER_THE_MONTH,
    TOO_NEW,
    STOPPED_FOR_ARREARS,
    BLACKLISTED,
    OPEN_ORDER,
    FROZEN,
)


def _reward(points: int) -> InitialPrice:
    title = Text(f"积分{points}分兑换话费", f"Credit for {points} points")
    credit = (Decimal(points) / POINTS_A_YUAN).quantize(FEN)
    return InitialPrice(f"{_REWARD}{points}", title, credit, f"标准 十九（积分{POINTS_A_YUAN}分兑换1元）")


ITEM = for_individuals(
    line_item(
        code=CODE,
        title=Text("积分回馈", "Points reward"),
        clause="S19",
        channels=THREE_CHANNELS,
        papers=user_or_handler_papers("S19", origin=Origin.INFERRED),
        needs_handler=False,
        verifications=PASSWORD,
        fields=(
            Field("reward", Text("兑换积分", "Points"), FieldKind.CHOICE, reward_choices, clause="REG-31"),
        ),
        guards=(Guard("reward_in_force", "S19", NOT_PRICED.text, _in_force, Origin.INFERRED),),
        line_guards=(
            entitled("S18-G1", origin=Origin.INFERRED),
            *(_against(reason) for reason in _REASONS),
        ),
        more=_load,
        action=ItemAction.MODIFY,
        changes=_changes,
        effects=_redeem,
        fee=CODE,
        prices=(
            InitialPrice(CODE, Text("积分回馈（免费）", "Points reward, free"), Decimal("0.00"), "标准 十九"),
            *(_reward(points) for points in (100, 300, 500, 1000)),
        ),
        takes_effect=TakesEffect.IMMEDIATELY,
        records=SIGNED_OR_RECORDED,
        notices=(
            Text(
                "积分兑换的话费只用于抵扣账单，不退现金。",
                "Credit for points pays bills and is not paid out.",
            ),
        ),
    )
)
