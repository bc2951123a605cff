"""账户余额转移 (S30-E2): once a locked prepaid line is unlocked, its balance may go to another account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trunkline.billing.operations import move_deposits
from trunkline.billing.operations.holding import OTHER_CUSTOMER, TO_ITSELF
from trunkline.billing.types import DepositMove
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import guard
from trunkline.counter.lines import line_item
from trunkline.counter.papers import SIGNED
from trunkline.counter.users import CARD_OR_PASSWORD, copied_card, for_individuals, lives_of
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, InitialPrice, LineGuard, Origin, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions.queries import lines_by_number
from trunkline.subscriptions.rules import life_now
from trunkline.subscriptions.types import Life, LifePhase, LineView

NOT_UNLOCKED = Refusal(
    "balance.not_unlocked",
    "S30-E2",
    Text("号码{subject}未解锁，不能转移余额", "{subject} is not unlocked: its balance cannot be moved"),
)
NO_TARGET = Refusal(
    "balance.no_target", "S30-E2", Text("没有这个在用号码：{subject}", "No line holds this number: {subject}")
)


@dataclass(frozen=True, slots=True)
class Moving:
    """Where the lines stand in their life cycle, and who holds the numbers their balances go to."""

    lives: Mapping[int, Life]
    targets: Mapping[str, LineView]


def _load(around: Circumstances, chosen: Sequence[LineFacts]) -> Moving:
    numbers = {one.values["to_number"] for one in chosen if "to_number" in one.values}
    return Moving(lives_of(around, chosen), lines_by_number(numbers))


def _free(chosen: LineFacts) -> Decimal:
    """What is held beyond what the account owes, in yuan."""
    return max(chosen.deposit - chosen.owed, ZERO)


def _unlocked(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    life = facts.more.lives.get(chosen.line.id)
    now = life_now(life, around.at) if life is not None else None
    open_ = now is not None and now.phase is LifePhase.LOCKED and now.open_until(around.at) is not None
    return () if open_ else (NOT_UNLOCKED.about(chosen.line.number),)


def _target(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    number = chosen.values.get("to_number")
    if number is None:
        return ()
    target = facts.more.targets.get(number)
    if target is None:
        return (NO_TARGET.about(number),)
    if target.account_id == chosen.line.account_id:
        return (TO_ITSELF.about(number),)
    return () if target.organization_id == around.organization.id else (OTHER_CUSTOMER.about(number),)


def _changes(_: Circumstances, __: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    yield Change(Text("账户余额", "Balance"), f"{chosen.deposit}元", f"{chosen.deposit - _free(chosen)}元")
    yield Change(
        Text("转入号码", "Moved to"), "", f"{chosen.values.get('to_number', '')}（{_free(chosen)}元）"
    )


def _move(around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    targets = facts.more.targets
    move_deposits(
        moves=[
            DepositMove(one.line.account_id, targets[one.values["to_number"]].account_id, _free(one))
            for one in chosen
        ],
        actor=actor,
        at=around.at,
    )


ITEM = for_individuals(
    line_item(
        code="balance_transfer",
        title=Text("账户余额转移", "Balance transfer"),
        clause="S30-E2",
        channels=frozenset({Channel.OWN_HALL}),
        papers=copied_card("S30-A1"),
        needs_handler=False,
        verifications=CARD_OR_PASSWORD,
        verified_everywhere=True,
        line_fields=(
            Field("to_number", Text("转入号码", "Number it goes to"), FieldKind.NUMBER, clause="S30-E2"),
        ),
        line_guards=(
            LineGuard("unlocked", "S30-E2", NOT_UNLOCKED.text, _unlocked),
            LineGuard("target_of_the_organisation", "S30-E2", OTHER_CUSTOMER.text, _target, Origin.INFERRED),
            guard(
                "something_to_move",
                "S30-E2",
                Text("号码{number}没有可转移的余额", "There is no balance of {number} to move"),
                lambda _, one: _free(one) <= ZERO,
                origin=Origin.INFERRED,
            ),
        ),
        more=_load,
        action=ItemAction.MODIFY,
        changes=_changes,
        effects=_move,
        fee="balance_transfer",
        prices=(
            InitialPrice(
                "balance_transfer",
                Text("余额转移（免费）", "Balance transfer, free"),
                Decimal("0.00"),
                "标准 三十（三）",
            ),
        ),
        takes_effect=TakesEffect.IMMEDIATELY,
        records=SIGNED,
    )
)
