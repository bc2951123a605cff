"""三十二、用户生命周期查询 (S32): which phase a prepaid line is in, and until when. Nothing changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import line_item
from trunkline.counter.papers import THREE_CHANNELS
from trunkline.counter.users import (
    CARD_OR_PASSWORD,
    PREPAID,
    copied_card,
    for_individuals,
    lives_of,
    phase_in_words,
)
from trunkline.kernel.text import Text
from trunkline.ordering.item import Circumstances, InitialPrice, Record, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor, Channel


def _answer(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    words = phase_in_words(around, facts.more.get(chosen.line.id))
    return (Change(Text("生命周期阶段", "Phase of the life cycle"), words, words),)


def _nothing(_: Circumstances, __: LinesFacts, ___: Sequence[LineFacts], ____: Actor) -> None:
    """A query: what was answered stands in the order itself (系统保留相关服务记录)."""


ITEM = for_individuals(
    line_item(
        code="life_cycle_query",
        title=Text("用户生命周期查询", "Life cycle query"),
        clause="S32",
        channels=THREE_CHANNELS | {Channel.WEB_HALL},
        papers=copied_card("S32-A1"),
        needs_handler=False,
        verifications=CARD_OR_PASSWORD,
        verified_everywhere=True,
        line_guards=(PREPAID,),
        more=lives_of,
        action=ItemAction.NO_CHANGE,
        changes=_answer,
        effects=_nothing,
        fee="life_cycle_query",
        prices=(
            InitialPrice(
                "life_cycle_query",
                Text("生命周期查询（免费）", "Life cycle query, free"),
                Decimal("0.00"),
                "标准 三十二",
            ),
        ),
        takes_effect=TakesEffect.IMMEDIATELY,
        records=frozenset({Record.COPIES, Record.SERVICE_RECORD}),
    )
)
