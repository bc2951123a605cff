"""七、解挂 (S07): the line opens again; the slip says that the plan fee of the month is due (S07-E1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import stopped_by
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import SIGNED_OR_RECORDED, THREE_CHANNELS, handler_papers
from trunkline.kernel.text import Text
from trunkline.ordering.item import Circumstances, InitialPrice, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions.operations import lift_stops
from trunkline.subscriptions.types import StopCause


def _changes(_: Circumstances, __: LinesFacts, ___: LineFacts) -> Iterable[Change]:
    return (Change(Text("挂失", "Reported lost"), "是", "否"),)


def _lift(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    lift_stops(line_ids=ids_of(chosen), cause=StopCause.LOSS, actor=actor, at=around.at)


ITEM = line_item(
    code="loss_lift",
    title=Text("解挂", "Loss report lifted"),
    clause="S07",
    place=2,
    channels=THREE_CHANNELS | {Channel.WEB_HALL, Channel.HOTLINE_10010},
    papers=handler_papers("S07-A1"),
    line_guards=(
        stopped_by("S07", StopCause.LOSS, Text("号码{number}没有挂失", "{number} is not reported lost")),
    ),
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_lift,
    fee="loss_lift",
    prices=(
        InitialPrice("loss_lift", Text("解挂手续费", "Loss report lifted"), Decimal("0.00"), "标准 七（三）"),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED_OR_RECORDED,
    notices=(
        Text(
            "开机确认后开始正常收费；使用公司套餐业务的，在开机当月收取套餐使用费。",
            "Charging begins when the line is open again; the plan fee of that month is charged.",
        ),
    ),
)
