"""十四、交费/充值 (S14): money for lines' accounts; the oldest bill first, the rest is held, prepaid lines recharge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.billing.operations import take_advance_payments
from trunkline.billing.types import AdvancePayment
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import line_item
from trunkline.counter.papers import THREE_CHANNELS
from trunkline.counter.recharging import METHOD_FIELDS, NOTHING_PAID, REFERENCE_GIVEN
from trunkline.counter.users import for_individuals, lives_of, phase_in_words
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ledger.queries import customer_deposits
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, InitialPrice, LineGuard, Origin, Record, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.party.types import PaymentMethod
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import recharge_lines
from trunkline.subscriptions.rules import LOCKED, life_now, recharge_refusal, recharged


def _amount(around: Circumstances, chosen: LineFacts) -> Decimal:
    """The sum for this line, else the one that is the same for each."""
    return Decimal(chosen.values.get("line_amount") or around.request.details.get("amount", "0"))


def _paid(around: Circumstances, _: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    return () if _amount(around, chosen) > ZERO else (NOTHING_PAID,)


def _rechargeable(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    life = facts.more.get(chosen.line.id)
    refusal = recharge_refusal(life_now(life, around.at), around.at) if life is not None else None
    return (refusal.about(chosen.line.number),) if refusal is not None else ()


def _changes(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    amount = _amount(around, chosen)
    left = max(amount - chosen.owed, ZERO)
    yield Change(Text("欠费", "Owed"), f"{chosen.owed}元", f"{max(chosen.owed - amount, ZERO)}元")
    yield Change(Text("预存款", "Prepayment"), f"{chosen.deposit}元", f"{chosen.deposit + left}元")
    life = facts.more.get(chosen.line.id)
    if life is not None:
        after = recharged(life_now(life, around.at), amount, chosen.deposit + left, around.at)
        name = Text("生命周期阶段", "Phase of the life cycle")
        yield Change(name, phase_in_words(around, life), phase_in_words(around, after))


def _take(around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    details = around.request.details
    take_advance_payments(
        organization_id=around.organization.id,
        advances=[AdvancePayment(one.line.account_id, _amount(around, one)) for one in chosen],
        method=PaymentMethod(details["method"]),
        reference=details.get("reference", "")[:60],
        actor=actor,
        at=around.at,
    )
    prepaid = [one for one in chosen if one.line.id in facts.more]
    held = customer_deposits([one.line.account_id for one in prepaid])
    recharge_lines(
        recharges={
            one.line.id: (_amount(around, one), held.get(one.line.account_id, ZERO)) for one in prepaid
        },
        actor=actor,
        at=around.at,
    )


ITEM = for_individuals(
    line_item(
        code="payment",
        title=Text("交费/充值", "Payment and recharge"),
        clause="S14",
        origin=Origin.INFERRED,
        channels=THREE_CHANNELS,
        inferred_channels=THREE_CHANNELS,
        papers=(),
        needs_handler=False,
        fields=(
            Field(
                "amount",
                Text("每户金额（元）", "Yuan for each line"),
                FieldKind.MONEY,
                required=False,
                clause="S14",
            ),
            *METHOD_FIELDS,
        ),
        line_fields=(
            Field("line_amount", Text("金额（元）", "Yuan"), FieldKind.MONEY, required=False, clause="S14"),
        ),
        guards=(REFERENCE_GIVEN,),
        line_guards=(
            LineGuard("amount_given", "S14", NOTHING_PAID.text, _paid, Origin.INFERRED),
            LineGuard("rechargeable", "S30-E1", LOCKED.text, _rechargeable),
        ),
        more=lives_of,
        action=ItemAction.MODIFY,
        changes=_changes,
        effects=_take,
        fee="payment",
        prices=(
            InitialPrice("payment", Text("交费充值（免费）", "Payment, free"), Decimal("0.00"), "标准 十四"),
        ),
        takes_effect=TakesEffect.IMMEDIATELY,
        records=frozenset({Record.SERVICE_RECORD}),
    )
)
