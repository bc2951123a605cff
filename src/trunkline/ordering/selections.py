"""Lines chosen for an item, by filter or by sheet, kept for a day: pages and orders name the choice by its id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ordering.models import LineSelection
from trunkline.ordering.types import LineChoice, SelectionSource
from trunkline.security.audit import operation
from trunkline.security.types import Actor

#: What was true of the lines when they were chosen is soon no longer so.
KEPT_FOR = timedelta(days=1)
#: Lines of one choice.
MOST = 50_000

UNKNOWN_SELECTION = Refusal(
    "selection.unknown",
    "",
    Text(
        "没有这次选号，或已过一天；请重新选择号码",
        "There is no such choice of lines, or it is over a day old: choose the lines again",
    ),
)
NOTHING_CHOSEN = Refusal("selection.empty", "", Text("没有符合条件的号码", "No line is as was asked for"))
TOO_MANY_CHOSEN = Refusal(
    "selection.too_many",
    "",
    Text("一次最多选择 {limit} 户", "At most {limit} lines can be chosen at once"),
)


@dataclass(frozen=True, slots=True)
class SelectionView:
    """A choice of lines with how many they are."""

    id: int
    organization_id: int
    item_code: str
    source: SelectionSource
    count: int


@operation("order.select", kept={"lines": len})
def select_lines(
    *,
    organization_id: int,
    branch_id: int,
    item_code: str,
    source: SelectionSource,
    lines: Sequence[LineChoice],
    actor: Actor,
    at: datetime,
) -> int:
    """Keep a choice of lines; returns its id. One row, however many lines there are."""
    if not lines:
        raise Refused(NOTHING_CHOSEN)
    if len(lines) > MOST:
        raise Refused(TOO_MANY_CHOSEN.filled(limit=MOST))
    answered = any(line.values for line in lines)
    return LineSelection.objects.create(
        branch_id=branch_id,
        staff_id=actor.staff_id,
        organization_id=organization_id,
        item_code=item_code,
        source=source,
        line_ids=[line.line_id for line in lines],
        answers=[dict(line.values) for line in lines] if answered else [],
        made_at=at,
    ).pk


def _kept(selection_id: int, actor: Actor, at: datetime) -> LineSelection | None:
    return LineSelection.objects.filter(
        pk=selection_id, staff_id=actor.staff_id, made_at__gt=at - KEPT_FOR
    ).first()


def selection(selection_id: int, *, actor: Actor, at: datetime) -> SelectionView | None:
    """A choice this member of staff made within a day; None when there is none, or it is older."""
    row = _kept(selection_id, actor, at)
    if row is None:
        return None
    return SelectionView(
        row.pk, row.organization_id, row.item_code, SelectionSource(row.source), len(row.line_ids)
    )


def selected_lines(
    selection_id: int, *, organization_id: int, item_code: str, actor: Actor, at: datetime
) -> tuple[LineChoice, ...]:
    """The lines of a choice made within a day for this organisation and item; `Refused` (``selection.unknown``)."""
    row = _kept(selection_id, actor, at)
    if row is None or (row.organization_id, row.item_code) != (organization_id, item_code):
        raise Refused(UNKNOWN_SELECTION)
    answers = row.answers or [{}] * len(row.line_ids)
    return tuple(LineChoice(*chosen) for chosen in zip(row.line_ids, answers, strict=True))
