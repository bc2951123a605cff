"""三十一、详单屏蔽 (S31): types of details that queries do not show; rating and bills keep everything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import SIGNED, THREE_CHANNELS, handler_papers
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, InitialPrice, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import set_masks
from trunkline.subscriptions.types import DETAIL_TYPE_NAMES, DetailType


def _wanted(around: Circumstances) -> list[DetailType]:
    return [kind for kind in DetailType if around.request.details.get(f"mask_{kind.value}") == "yes"]


def _changes(around: Circumstances, _: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    before = "、".join(DETAIL_TYPE_NAMES[kind].zh for kind in chosen.line.masks) or "无"
    after = "、".join(DETAIL_TYPE_NAMES[kind].zh for kind in _wanted(around)) or "无"
    return (Change(Text("屏蔽的详单类型", "Masked details"), before, after),)


def _mask(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    set_masks(line_ids=ids_of(chosen), detail_types=_wanted(around), actor=actor, at=around.at)


ITEM = line_item(
    code="detail_masking",
    title=Text("详单屏蔽", "Detail masking"),
    clause="S31",
    channels=THREE_CHANNELS,
    papers=handler_papers("S31-A1"),
    fields=tuple(
        Field(f"mask_{kind.value}", DETAIL_TYPE_NAMES[kind], FieldKind.FLAG, required=False, clause="S31-G1")
        for kind in DetailType
    ),
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_mask,
    fee="detail_masking",
    prices=(
        # the text says both that it is free and that a fee is taken; free until a price is published.
        InitialPrice(
            "detail_masking", Text("详单屏蔽手续费", "Detail masking"), Decimal("0.00"), "标准 三十一（三）"
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED,
)
