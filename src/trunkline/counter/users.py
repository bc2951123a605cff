"""What items share that the user of a line applies for himself, by his card or his service password (S24, S30, S32)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import ids_of
from trunkline.kernel.periods import SHANGHAI
from trunkline.kernel.refusals import Refusal
from trunkline.ordering.item import Circumstances, LineGuard, Paper, ServiceItem
from trunkline.ordering.types import PaperKind, VerificationKind
from trunkline.subscriptions.queries import lives
from trunkline.subscriptions.rules import NOT_PREPAID, life_now
from trunkline.subscriptions.types import LIFE_PHASE_NAMES, Life

CARD_OR_PASSWORD = frozenset({VerificationKind.USER_CARD, VerificationKind.SERVICE_PASSWORD})


def copied_card(clause: str) -> tuple[Paper, ...]:
    """客户若选择用户卡认证，营业员须复印用户卡一并存档 (S30-A1, S32-A1)."""
    return (Paper(PaperKind.USER_CARD, clause, with_proof=VerificationKind.USER_CARD),)


def for_individuals(
    item: ServiceItem[LinesFacts, LineFacts],
) -> ServiceItem[LinesFacts, LineFacts]:
    """针对集团客户中的个人客户 (S30-D, S32-D): lines in an individual's name are not turned away (X-A2)."""
    return replace(
        item, line_guards=tuple(guard for guard in item.line_guards if guard.code != "organisation_name")
    )


def lives_of(_: Circumstances, chosen: Sequence[LineFacts]) -> dict[int, Life]:
    """Where the lines chosen stand in their life cycle; postpaid ones are left out."""
    return lives(ids_of(chosen))


def _prepaid(_: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    return () if chosen.line.id in facts.more else (NOT_PREPAID.about(chosen.line.number),)


#: S32-1: only prepaid lines have a life cycle. `LinesFacts.more` holds what `lives_of` loads.
PREPAID = LineGuard("prepaid", "S32-1", NOT_PREPAID.text, _prepaid)


def _minute(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def phase_in_words(around: Circumstances, life: Life | None) -> str:
    """A phase with its end, by the clock, as slips and screens write it."""
    if life is None:
        return ""
    life = life_now(life, around.at)
    name, open_until = LIFE_PHASE_NAMES[life.phase].zh, life.open_until(around.at)
    if open_until:
        return f"{name}（已解锁，{_minute(open_until)}前可充值）"
    return f"{name}（至{_minute(life.ends_at)}）" if life.ends_at else name
