"""五、销户/拆机 (S05): the retention talk first, everything settled, then the line ends and its number is frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trunkline.billing.types import AdvancePayment
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import no_agreement_in_term, settled
from trunkline.counter.leaving import end_lines, refund_arranged, refund_method, roaming_closed
from trunkline.counter.lines import line_item
from trunkline.counter.papers import SIGNED, THREE_CHANNELS, handler_papers
from trunkline.counter.rewards import LEAVING, LinePoints, points_facts, redeem_for_credit
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ledger.points.rules import redemption_refusals, yuan_of
from trunkline.numbering.operations import freeze_numbers
from trunkline.numbering.rules import SHORTEST_FREEZE
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard, InitialPrice, LineGuard, Origin, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import line_by_number
from trunkline.subscriptions.types import LineView

REASONS = (
    ("price", Text("资费", "Price")),
    ("coverage", Text("网络质量", "Coverage")),
    ("service", Text("服务", "Service")),
    ("competitor", Text("转用其他运营商", "Gone to another operator")),
    ("no_need", Text("不再需要", "No longer needed")),
    ("other", Text("其他", "Other")),
)
OUTCOMES = (
    ("failed", Text("挽留不成功", "The customer leaves")),
    ("kept", Text("挽留成功", "The customer stays")),
)
CUSTOMER_STAYS = Refusal(
    "termination.customer_stays",
    "S05-G1",
    Text(
        "挽留成功的，不进入销户/拆机流程；挽留不成功方可办理",
        "A customer who was kept does not leave: only after a failed retention is a line ended",
    ),
)


NO_POINTS_TARGET = Refusal(
    "termination.points_target",
    "S05-G6",
    Text(
        "积分兑换的话费须转入同一集团客户的其他在用号码",
        "Credit for points goes to another line of the organisation",
    ),
)


@dataclass(frozen=True, slots=True)
class Leaving:
    """The points of the lines that end, and the line that gets the credit for them, if one is named and there."""

    lines: Mapping[int, LinePoints]
    target: LineView | None


def _retention_failed(around: Circumstances, _: LinesFacts) -> Iterable[Refusal]:
    return (CUSTOMER_STAYS,) if around.request.details.get("retention") == "kept" else ()


def _load(around: Circumstances, chosen: Sequence[LineFacts]) -> Leaving:
    return Leaving(
        points_facts(around, chosen, item_code="termination"),
        line_by_number(around.request.details.get("points_to", "")),
    )


def _points(facts: LinesFacts, chosen: LineFacts) -> int:
    """The points of a line that can be redeemed as it ends, in whole steps."""
    total: int = facts.more.lines[chosen.line.id].balance.total
    return total - total % LEAVING.step


def _points_target(around: Circumstances, facts: LinesFacts) -> Iterable[Refusal]:
    if "points_to" not in around.request.details:
        return ()
    target: LineView | None = facts.more.target
    ends = {one.line.account_id for one in facts.lines}
    fits = (
        target is not None
        and target.organization_id == around.organization.id
        and target.account_id not in ends
    )
    return () if fits else (NO_POINTS_TARGET,)


def _redeemable(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    if "points_to" not in around.request.details or not (points := _points(facts, chosen)):
        return ()
    line: LinePoints = facts.more.lines[chosen.line.id]
    return redemption_refusals(
        points=points,
        valid=line.balance.total,
        redeemed_this_month=line.redeemed_this_month,
        facts=line.facts,
        policy=LEAVING,
    )


def _changes(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    yield Change(Text("用户状态", "Line"), "在用", "已销户")
    total = facts.more.lines[chosen.line.id].balance.total
    if total:
        points = _points(facts, chosen) if "points_to" in around.request.details else 0
        after = f"兑换{points}分，剩余{total - points}分作废"
        yield Change(Text("积分", "Points"), f"{total}分", after)
    if chosen.deposit > ZERO:
        yield Change(Text("账户余额退还", "Balance refunded"), f"{chosen.deposit}元", "0.00元")


def _redeem_points(
    around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor
) -> None:
    """S05-G6: the points of lines that end, as credit for the line named."""
    redeemed = {one.line.id: points for one in chosen if (points := _points(facts, one))}
    redeem_for_credit(
        redeemed=redeemed,
        facts=facts.more.lines,
        credit=[AdvancePayment(facts.more.target.account_id, yuan_of(sum(redeemed.values())))],
        source="termination",
        policy=LEAVING,
        actor=actor,
        at=around.at,
    )


def _terminate(around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    details = around.request.details
    if "points_to" in details:
        _redeem_points(around, facts, chosen, actor)
    end_lines(around, chosen, actor, source="termination", reason=details.get("reason", ""))
    freeze_numbers(
        numbers=[one.line.number for one in chosen],
        until=around.at + SHORTEST_FREEZE,
        actor=actor,
        at=around.at,
    )


ITEM = line_item(
    code="termination",
    title=Text("销户/拆机", "Termination"),
    clause="S05",
    channels=THREE_CHANNELS,
    papers=handler_papers("S05-A1"),
    fields=(
        Field("reason", Text("退网原因", "Reason for leaving"), FieldKind.CHOICE, REASONS, clause="S05-G1"),
        Field("reason_words", Text("客户原话", "The customer's words"), FieldKind.LONG_TEXT, required=False),
        Field("offer", Text("挽留措施", "What was offered"), FieldKind.LONG_TEXT, clause="S05-G1"),
        Field("retention", Text("挽留结果", "Outcome"), FieldKind.CHOICE, OUTCOMES, clause="S05-G1"),
        refund_method("S05-G5"),
        Field(
            "points_to",
            Text("积分兑换话费转入号码", "Line that gets the credit for points"),
            FieldKind.NUMBER,
            required=False,
            clause="S05-G6",
        ),
    ),
    guards=(
        Guard("retention_failed", "S05-G1", CUSTOMER_STAYS.text, _retention_failed),
        Guard("points_target", "S05-G6", NO_POINTS_TARGET.text, _points_target),
    ),
    line_guards=(
        no_agreement_in_term("S05-G2"),
        settled("S05-G3"),
        roaming_closed("S05-G4"),
        refund_arranged("S05-G5"),
        LineGuard(
            "points_redeemable",
            "REG-31",
            Text("积分须符合兑换规则", "The points must be such as can be redeemed"),
            _redeemable,
            Origin.INFERRED,
        ),
    ),
    more=_load,
    action=ItemAction.DELETE,
    changes=_changes,
    effects=_terminate,
    fee="termination",
    prices=(
        InitialPrice("termination", Text("销户手续费", "Termination"), Decimal("0.00"), "标准 五（三）"),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED,
)
