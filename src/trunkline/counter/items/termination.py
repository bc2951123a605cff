"""五、销户/拆机 (S05): the retention talk first, everything settled, then the line ends and its number is frozen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.billing.operations import refund_deposits
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import guard, no_agreement_in_term, settled
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import SIGNED, THREE_CHANNELS, handler_papers
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.numbering.operations import freeze_numbers
from trunkline.numbering.rules import SHORTEST_FREEZE
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard, InitialPrice, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.party.types import PAYMENT_METHOD_NAMES, PaymentMethod
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import terminate_lines
from trunkline.subscriptions.types import ROAMING_SERVICES

REASONS = (
    ("price", Text("资费", "Price")),
    ("coverage", Text("网络质量", "Coverage")),
    ("service", Text("服务", "Service")),
    ("competitor", Text("转用其他运营商", "Gone to another operator")),
    ("no_need", Text("不再需要", "No longer needed")),
    ("other", Text("其他", "Other")),
)
OUTCOMES = (
    ("failed", Text("挽留不成功", "The customer leaves")),
    ("kept", Text("挽留成功", "The customer stays")),
)
CUSTOMER_STAYS = Refusal(
    "termination.customer_stays",
    "S05-G1",
    Text(
        "挽留成功的，不进入销户/拆机流程；挽留不成功方可办理",
        "A customer who was kept does not leave: only after a failed retention is a line ended",
    ),
)


def _retention_failed(around: Circumstances, _: LinesFacts) -> Iterable[Refusal]:
    return (CUSTOMER_STAYS,) if around.request.details.get("retention") == "kept" else ()


def _changes(_: Circumstances, __: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    yield Change(Text("用户状态", "Line"), "在用", "已销户")
    if chosen.deposit > ZERO:
        yield Change(Text("账户余额退还", "Balance refunded"), f"{chosen.deposit}元", "0.00元")


def _terminate(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    details = around.request.details
    refundable = {one.line.account_id: one.deposit for one in chosen if one.deposit > ZERO}
    if refundable:
        refund_deposits(
            organization_id=around.organization.id,
            amounts=refundable,
            method=PaymentMethod(details["refund_method"]),
            reason="S05-G5",
            reference=details.get("reason", ""),
            actor=actor,
            at=around.at,
        )
    terminate_lines(line_ids=ids_of(chosen), actor=actor, at=around.at)
    freeze_numbers(
        numbers=[one.line.number for one in chosen],
        until=around.at + SHORTEST_FREEZE,
        actor=actor,
        at=around.at,
    )


ITEM = line_item(
    code="termination",
    title=Text("销户/拆机", "Termination"),
    clause="S05",
    channels=THREE_CHANNELS,
    papers=handler_papers("S05-A1"),
    fields=(
        Field("reason", Text("退网原因", "Reason for leaving"), FieldKind.CHOICE, REASONS, clause="S05-G1"),
        Field("reason_words", Text("客户原话", "The customer's words"), FieldKind.LONG_TEXT, required=False),
        Field("offer", Text("挽留措施", "What was offered"), FieldKind.LONG_TEXT, clause="S05-G1"),
        Field("retention", Text("挽留结果", "Outcome"), FieldKind.CHOICE, OUTCOMES, clause="S05-G1"),
        Field(
            "refund_method",
            Text("余额退还方式", "How the balance is refunded"),
            FieldKind.CHOICE,
            tuple((str(method), name) for method, name in PAYMENT_METHOD_NAMES.items()),
            required=False,
            clause="S05-G5",
        ),
    ),
    guards=(Guard("retention_failed", "S05-G1", CUSTOMER_STAYS.text, _retention_failed),),
    line_guards=(
        no_agreement_in_term("S05-G2"),
        settled("S05-G3"),
        guard(
            "roaming_closed",
            "S05-G4",
            Text(
                "号码{number}须先关闭国际漫游业务，预付款方可退还",
                "International roaming of {number} must be closed before its prepayment is refunded",
            ),
            lambda _, one: bool({*ROAMING_SERVICES} & {*one.line.services}),
        ),
        guard(
            "refund_arranged",
            "S05-G5",
            Text(
                "号码{number}账户尚有余额{amount}元，须选择退还方式",
                "The account of {number} holds {amount} yuan: say how it is refunded",
            ),
            lambda around, one: one.deposit > ZERO and "refund_method" not in around.request.details,
            amount=lambda one: one.deposit,
        ),
    ),
    action=ItemAction.DELETE,
    changes=_changes,
    effects=_terminate,
    fee="termination",
    prices=(
        InitialPrice("termination", Text("销户手续费", "Termination"), Decimal("0.00"), "标准 五（三）"),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED,
)
