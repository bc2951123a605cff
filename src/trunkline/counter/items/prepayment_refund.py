"""十三、退预付款 (S13): what is held and free goes back the way it came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from trunkline.billing.operations import refund_deposits
from trunkline.billing.queries import last_payment_methods
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import guard, no_agreement_in_term
from trunkline.counter.lines import line_item
from trunkline.counter.papers import SIGNED, THREE_CHANNELS, handler_papers
from trunkline.kernel.money import ZERO
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field
from trunkline.ordering.item import Circumstances, InitialPrice, Origin, Paper, TakesEffect
from trunkline.ordering.types import Change, ItemAction, PaperKind
from trunkline.party.types import PAYMENT_METHOD_NAMES, PaymentMethod
from trunkline.security.types import Actor


def refundable(chosen: LineFacts) -> Decimal:
    """What is held for the account beyond what it owes (inferred: debts are netted off), in yuan."""
    return max(chosen.deposit - chosen.owed, ZERO)


def _load(_: Circumstances, chosen: Sequence[LineFacts]) -> Mapping[int, PaymentMethod]:
    return last_payment_methods([one.line.account_id for one in chosen])


def _changes(_: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    method = facts.more.get(chosen.line.account_id, PaymentMethod.CASH)
    after = f"{chosen.deposit - refundable(chosen)}元（{PAYMENT_METHOD_NAMES[method].zh}退还）"
    return (Change(Text("预存款", "Prepayment"), f"{chosen.deposit}元", after),)


def _refund(around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    by_method: dict[PaymentMethod, dict[int, Decimal]] = defaultdict(dict)
    for one in chosen:
        method = facts.more.get(one.line.account_id, PaymentMethod.CASH)
        by_method[method][one.line.account_id] = refundable(one)
    for method, amounts in by_method.items():
        refund_deposits(
            organization_id=around.organization.id,
            amounts=amounts,
            method=method,
            reason="S13-G2",
            reference=around.request.details.get("reason", "")[:60],
            actor=actor,
            at=around.at,
        )


ITEM = line_item(
    code="prepayment_refund",
    title=Text("退预付款", "Refund of prepayment"),
    clause="S13",
    channels=THREE_CHANNELS,
    papers=(
        *handler_papers("S13-A1"),
        Paper(PaperKind.PAYMENT_INVOICE, "S13-G1", original=True, alternative=PaperKind.LOSS_CERTIFICATE),
    ),
    fields=(Field("reason", Text("退款原因", "Reason"), clause="S13"),),
    line_guards=(
        no_agreement_in_term("S13-G3"),
        guard(
            "something_to_refund",
            "S13-G2",
            Text(
                "号码{number}没有可退的预付款（预存{held}元，欠{owed}元）",
                "There is nothing to refund for {number} ({held} yuan held, {owed} owed)",
            ),
            lambda _, one: refundable(one) <= ZERO,
            origin=Origin.INFERRED,
            held=lambda one: one.deposit,
            owed=lambda one: one.owed,
        ),
    ),
    more=_load,
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_refund,
    fee="prepayment_refund",
    prices=(
        InitialPrice(
            "prepayment_refund", Text("退预付款手续费", "Refund of prepayment"), Decimal("0.00"), "标准 十三"
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED,
)
