"""退国际业务预付款 (S05-G4, S08-G2): at an own hall, the way it was paid, also after the line has ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trunkline.billing.operations import refund_prepayments
from trunkline.billing.queries import prepayments_to_refund
from trunkline.billing.types import PrepaymentView
from trunkline.counter.papers import SIGNED, handler_papers
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import (
    Circumstances,
    Guard,
    InitialPrice,
    LineGuard,
    Origin,
    Paper,
    PlannedLine,
    ServiceItem,
    TakesEffect,
)
from trunkline.ordering.types import Change, ItemAction, PaperKind
from trunkline.party.types import PAYMENT_METHOD_NAMES
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions.types import SERVICE_NAMES, ServiceCode

NOTHING_WAITS = Refusal(
    "international.nothing_waits",
    "S05-G4",
    Text(
        "没有待退的国际业务预付款，须先关闭国际漫游业务",
        "No international prepayment waits to be refunded: international roaming is closed first",
    ),
)
NOT_SETTLED = Refusal(
    "international.not_settled",
    "S08-G2",
    Text(
        "号码{subject}的预付款正与境外运营商结算，{refundable_on}起可退，最迟{due_on}",
        "The prepayment of {subject} is being settled abroad: from {refundable_on}, at the latest on {due_on}",
    ),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """The prepayments asked for: of one number, or all of the organisation that can be refunded."""

    prepayments: tuple[PrepaymentView, ...]


def _settled(view: PrepaymentView, today: date) -> bool:
    return view.refundable_on is not None and view.refundable_on <= today


def _load(around: Circumstances) -> Facts:
    number = around.request.details.get("number", "")
    found = prepayments_to_refund(around.organization.id, number=number, ids=around.keys, lock=around.locking)
    if number:
        return Facts(found)
    return Facts(tuple(view for view in found if _settled(view, local_date(around.at))))


def _something_waits(_: Circumstances, facts: Facts) -> Iterable[Refusal]:
    return () if facts.prepayments else (NOTHING_WAITS,)


def _settled_abroad(around: Circumstances, _: Facts, view: PrepaymentView) -> Iterable[Refusal]:
    if _settled(view, local_date(around.at)):
        return ()
    return (NOT_SETTLED.about(view.number, refundable_on=view.refundable_on, due_on=view.due_on),)


def _plan(_: Circumstances, __: Facts, view: PrepaymentView) -> PlannedLine:
    return PlannedLine(
        key=view.id,
        action=ItemAction.MODIFY,
        number=view.number,
        user_name="",
        plan_name=SERVICE_NAMES[ServiceCode(view.service)].zh,
        changes=(
            Change(
                Text("国际业务预付款（预存款）", "International prepayment (deposit)"),
                f"{view.amount}元",
                f"0.00元（{PAYMENT_METHOD_NAMES[view.method].zh}退还）",
            ),
        ),
    )


def _refund(around: Circumstances, _: Facts, chosen: Sequence[PrepaymentView], actor: Actor) -> Sequence[int]:
    refund_prepayments(ids=[view.id for view in chosen], actor=actor, at=around.at)
    return [view.line_id for view in chosen]


ITEM: ServiceItem[Facts, PrepaymentView] = ServiceItem(
    code="international_prepayment_refund",
    title=Text("退国际业务预付款", "Refund of international prepayment"),
    clause="S08",
    channels=frozenset({Channel.OWN_HALL}),
    papers=(
        *handler_papers("S08-A1", origin=Origin.INFERRED),
        Paper(
            PaperKind.DEPOSIT_RECEIPT,
            "S08-F",
            original=True,
            alternative=PaperKind.LOSS_CERTIFICATE,
            origin=Origin.INFERRED,
        ),
    ),
    fields=(
        Field(
            "number",
            Text("号码", "Number"),
            FieldKind.NUMBER,
            required=False,
            clause="S05-G4",
            help=Text(
                "不填则退该单位全部可退的预付款", "Empty: all of the organisation that can be refunded"
            ),
        ),
    ),
    guards=(Guard("something_waits", "S05-G4", NOTHING_WAITS.text, _something_waits),),
    line_guards=(LineGuard("settled_abroad", "S08-G2", NOT_SETTLED.text, _settled_abroad),),
    load=_load,
    subjects=lambda facts: facts.prepayments,
    plan=_plan,
    effects=_refund,
    fee="international_prepayment_refund",
    prices=(
        InitialPrice(
            "international_prepayment_refund",
            Text("退国际业务预付款手续费", "Refund of international prepayment"),
            Decimal("0.00"),
            "标准 八（三）",
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED,
)
