"""六、停机保号 (S06): a line is stopped at the customer's wish and keeps its number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.agreements.types import Restriction
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import (
    guard,
    no_arrears,
    no_premium_rule,
    not_lost,
    not_restricted,
    not_stopped_by,
)
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import ELECTRONIC, SIGNED_OR_RECORDED, THREE_CHANNELS, handler_papers
from trunkline.kernel.text import Text
from trunkline.ordering.item import Circumstances, InitialPrice, Origin, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import stop_lines
from trunkline.subscriptions.types import ROAMING_SERVICES, StopCause


def _changes(_: Circumstances, __: LinesFacts, ___: LineFacts) -> Iterable[Change]:
    return (Change(Text("用户状态", "Line"), "在用", "停机保号"),)


def _stop(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    stop_lines(line_ids=ids_of(chosen), cause=StopCause.VOLUNTARY, actor=actor, at=around.at)


ITEM = line_item(
    code="suspension",
    title=Text("停机保号", "Suspension keeping the number"),
    clause="S06",
    channels=THREE_CHANNELS | ELECTRONIC,
    inferred_channels=frozenset(THREE_CHANNELS | ELECTRONIC),
    papers=handler_papers("S06-A1", origin=Origin.INFERRED),
    line_guards=(
        not_stopped_by(
            "S06", StopCause.VOLUNTARY, Text("号码{number}已停机保号", "{number} is suspended already")
        ),
        not_restricted(
            "S06-G1",
            Restriction.SUSPEND,
            Text(
                "号码{number}受协议{agreement}限制，协议期内不能停机保号",
                "Agreement {agreement} does not let {number} be suspended in its term",
            ),
        ),
        no_premium_rule("S06-G1", origin=Origin.INFERRED),
        no_arrears("S06-G1", origin=Origin.INFERRED),
        not_lost("S06-G1", origin=Origin.INFERRED),
        guard(
            "roaming_closed",
            "S06-G1",
            Text("号码{number}须先关闭国际漫游", "International roaming of {number} must be closed first"),
            lambda _, one: bool({*ROAMING_SERVICES} & {*one.line.services}),
            origin=Origin.INFERRED,
        ),
    ),
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_stop,
    fee="suspension",
    prices=(
        InitialPrice(
            "suspension",
            Text("停机保号手续费（免收）", "Suspension, waived"),
            Decimal("0.00"),
            "标准 六（三）",
        ),
    ),
    takes_effect=TakesEffect.WITHIN_24_HOURS,
    records=SIGNED_OR_RECORDED,
    notices=(
        Text(
            "停机保号期间按批准的资费标准收取停机保号月租费。",
            "The approved monthly rent for keeping the number is charged while the line is suspended.",
        ),
    ),
)
