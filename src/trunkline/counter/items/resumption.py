"""六、复机 (S06): a suspended line comes back with all its services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import stopped_by
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import ELECTRONIC, SIGNED_OR_RECORDED, THREE_CHANNELS, handler_papers
from trunkline.kernel.text import Text
from trunkline.ordering.item import Circumstances, InitialPrice, Origin, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import lift_stops
from trunkline.subscriptions.types import STOP_CAUSE_NAMES, StopCause


def _changes(_: Circumstances, __: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    left = [STOP_CAUSE_NAMES[c].zh for c in chosen.line.stop_causes if c is not StopCause.VOLUNTARY]
    return (Change(Text("用户状态", "Line"), "停机保号", "、".join(left) or "在用"),)


def _resume(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    lift_stops(line_ids=ids_of(chosen), cause=StopCause.VOLUNTARY, actor=actor, at=around.at)


ITEM = line_item(
    code="resumption",
    title=Text("复机", "Resumption"),
    clause="S06",
    place=2,
    channels=THREE_CHANNELS | ELECTRONIC,
    inferred_channels=frozenset(THREE_CHANNELS | ELECTRONIC),
    papers=handler_papers("S06-A1", origin=Origin.INFERRED),
    line_guards=(
        stopped_by("S06", StopCause.VOLUNTARY, Text("号码{number}没有停机保号", "{number} is not suspended")),
    ),
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_resume,
    fee="resumption",
    prices=(
        InitialPrice(
            "resumption", Text("复机手续费（免收）", "Resumption, waived"), Decimal("0.00"), "标准 六（三）"
        ),
    ),
    takes_effect=TakesEffect.WITHIN_24_HOURS,
    records=SIGNED_OR_RECORDED,
    notices=(
        Text(
            "从复机开始正常计费；定购套餐的，复机当月收取套餐使用费，按整月或按天收取。",
            "Charging begins with resumption; in its month the plan fee is charged, whole or by the day.",
        ),
    ),
)
