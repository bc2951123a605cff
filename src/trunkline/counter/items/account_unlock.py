"""三十、账户解锁 (S30): a prepaid line in its lock phase may recharge for 24 hours; not past the phase (S30-G1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import SIGNED
from trunkline.counter.users import (
    CARD_OR_PASSWORD,
    PREPAID,
    copied_card,
    for_individuals,
    lives_of,
    phase_in_words,
)
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.item import Circumstances, InitialPrice, LineGuard, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions.operations import unlock_lines
from trunkline.subscriptions.rules import (
    NOT_LOCKED,
    PAST_LOCK,
    UNLOCKED_ALREADY,
    life_now,
    unlock_refusal,
    unlocked,
)


def _against(*reasons: Refusal) -> LineGuard[LinesFacts, LineFacts]:
    """A guard that speaks up where the rules of unlocking give one of these reasons."""
    codes = {reason.code for reason in reasons}

    def check(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
        found = unlock_refusal(facts.more.get(chosen.line.id), around.at)
        return (found.about(chosen.line.number),) if found is not None and found.code in codes else ()

    return LineGuard(reasons[0].code.removeprefix("life."), reasons[0].clause, reasons[0].text, check)


def _changes(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    life = facts.more.get(chosen.line.id)
    if life is None:
        return ()
    after = unlocked(life_now(life, around.at), around.at)
    name = Text("生命周期阶段", "Phase of the life cycle")
    return (Change(name, phase_in_words(around, life), phase_in_words(around, after)),)


def _unlock(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    unlock_lines(line_ids=ids_of(chosen), actor=actor, at=around.at)


ITEM = for_individuals(
    line_item(
        code="account_unlock",
        title=Text("账户解锁", "Account unlock"),
        clause="S30",
        channels=frozenset({Channel.OWN_HALL}),
        papers=copied_card("S30-A1"),
        needs_handler=False,
        verifications=CARD_OR_PASSWORD,
        verified_everywhere=True,
        line_guards=(PREPAID, _against(NOT_LOCKED, UNLOCKED_ALREADY), _against(PAST_LOCK)),
        more=lives_of,
        action=ItemAction.MODIFY,
        changes=_changes,
        effects=_unlock,
        fee="account_unlock",
        prices=(
            InitialPrice(
                "account_unlock",
                Text("账户解锁（免费）", "Account unlock, free"),
                Decimal("0.00"),
                "标准 三十（三）",
            ),
        ),
        takes_effect=TakesEffect.IMMEDIATELY,
        records=SIGNED,
        notices=(
            Text(
                "请在解锁后24小时内充值，逾期账户将再次锁定；充值后余额大于0，进入有效期。",
                "Recharge within 24 hours, or the account is locked again; with a balance it is valid anew.",
            ),
        ),
    )
)
