"""十八、积分查询 (S18): the points of a line, as the ledger has them today. Nothing changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from trunkline.counter.entitlement import PASSWORD, entitled, user_or_handler_papers
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import ELECTRONIC, THREE_CHANNELS
from trunkline.counter.rewards import POLICY
from trunkline.counter.users import for_individuals
from trunkline.kernel.periods import local_date
from trunkline.kernel.text import Text
from trunkline.ledger.points.queries import points_of_lines, valid_lots
from trunkline.ledger.points.types import Lot, PointsBalance
from trunkline.ordering.item import Circumstances, InitialPrice, Record, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor

Points = tuple[Mapping[int, PointsBalance], Mapping[int, tuple[Lot, ...]]]


def _load(around: Circumstances, chosen: Sequence[LineFacts]) -> Points:
    today = local_date(around.at)
    return points_of_lines(ids_of(chosen), today, policy=POLICY), valid_lots(ids_of(chosen), today)


def _answer(_: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    balances, lots = facts.more
    points: PointsBalance = balances[chosen.line.id]
    answers = [
        (Text("可兑换积分", "Redeemable"), f"{points.redeemable}分"),
        (Text("可应用积分", "Applicable"), f"{points.applicable}分"),
        (Text("积分总额", "Total"), f"{points.total}分"),
        (Text("冻结积分", "Frozen"), f"{points.frozen}分"),
    ]
    first = next(iter(lots.get(chosen.line.id, ())), None)
    if first is not None:
        answers.append((Text("最早到期", "First to run out"), f"{first.left}分（{first.expires_on}起失效）"))
    return [Change(name, words, words) for name, words in answers]


def _nothing(_: Circumstances, __: LinesFacts, ___: Sequence[LineFacts], ____: Actor) -> None:
    """A query: what was answered stands in the order itself (系统保存有关服务记录)."""


ITEM = for_individuals(
    line_item(
        code="points_query",
        title=Text("积分查询", "Points query"),
        clause="S18",
        channels=THREE_CHANNELS | ELECTRONIC,
        papers=user_or_handler_papers("S18-A1"),
        needs_handler=False,
        verifications=PASSWORD,
        line_guards=(entitled("S18-G1"),),
        more=_load,
        action=ItemAction.NO_CHANGE,
        changes=_answer,
        effects=_nothing,
        fee="points_query",
        prices=(
            InitialPrice(
                "points_query",
                Text("积分查询（免费）", "Points query, free"),
                Decimal("0.00"),
                "标准 十八（三）",
            ),
        ),
        takes_effect=TakesEffect.IMMEDIATELY,
        records=frozenset({Record.SERVICE_RECORD}),
    )
)
