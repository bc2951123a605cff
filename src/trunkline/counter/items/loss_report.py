"""七、挂失 (S07): easy to report, even in arrears or on the blacklist (X-G1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import not_stopped_by
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import SIGNED_OR_RECORDED, THREE_CHANNELS, handler_papers
from trunkline.kernel.text import Text
from trunkline.ordering.item import Circumstances, InitialPrice, TakesEffect
from trunkline.ordering.types import Change, ItemAction, VerificationKind
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions.operations import stop_lines
from trunkline.subscriptions.types import StopCause


def _changes(_: Circumstances, __: LinesFacts, ___: LineFacts) -> Iterable[Change]:
    return (Change(Text("挂失", "Reported lost"), "否", "是"),)


def _report(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    stop_lines(line_ids=ids_of(chosen), cause=StopCause.LOSS, actor=actor, at=around.at)


ITEM = line_item(
    code="loss_report",
    title=Text("挂失", "Loss report"),
    clause="S07",
    channels=THREE_CHANNELS | {Channel.WEB_HALL, Channel.HOTLINE_10010},
    papers=handler_papers("S07-A1"),
    verifications=frozenset({VerificationKind.SERVICE_PASSWORD, VerificationKind.THREE_CHECKS}),
    line_guards=(
        not_stopped_by(
            "S07", StopCause.LOSS, Text("号码{number}已挂失", "{number} is reported lost already")
        ),
    ),
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_report,
    fee="loss_report",
    prices=(
        InitialPrice("loss_report", Text("挂失手续费", "Loss report"), Decimal("0.00"), "标准 七（三）"),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED_OR_RECORDED,
)
