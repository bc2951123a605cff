"""十四、集团统付 (S14): one sum for the open bills of all an organisation's accounts, the oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trunkline.billing.operations import take_payment
from trunkline.billing.queries import owed_by_organization
from trunkline.billing.rules import MORE_THAN_OWED, NOTHING_OWED
from trunkline.counter.papers import THREE_CHANNELS
from trunkline.counter.recharging import METHOD_FIELDS, NOTHING_PAID, REFERENCE_GIVEN
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import (
    Circumstances,
    Guard,
    InitialPrice,
    Origin,
    PlannedLine,
    Record,
    ServiceItem,
    TakesEffect,
)
from trunkline.ordering.types import Change, ItemAction
from trunkline.party.types import PaymentMethod
from trunkline.security.types import Actor


@dataclass(frozen=True, slots=True)
class Debt:
    """What an organisation owes on open bills, and what is paid now, in yuan."""

    organization_id: int
    owed: Decimal
    amount: Decimal


def _load(around: Circumstances) -> Debt:
    organization = around.organization.id
    amount = Decimal(around.request.details.get("amount", "0"))
    return Debt(organization, owed_by_organization(organization), amount)


def _paid(_: Circumstances, debt: Debt) -> Iterable[Refusal]:
    return () if debt.amount > ZERO else (NOTHING_PAID,)


def _within_owed(_: Circumstances, debt: Debt) -> Iterable[Refusal]:
    if not debt.owed:
        return (NOTHING_OWED,)
    if debt.amount > debt.owed:
        return (MORE_THAN_OWED.filled(amount=debt.amount, owed=debt.owed),)
    return ()


def _plan(_: Circumstances, __: Debt, debt: Debt) -> PlannedLine:
    after = max(debt.owed - debt.amount, ZERO)
    return PlannedLine(
        key=debt.organization_id,
        action=ItemAction.MODIFY,
        number="",
        user_name="",
        plan_name="",
        changes=(Change(Text("全部账户欠费", "Owed by all accounts"), f"{debt.owed}元", f"{after}元"),),
    )


def _take(around: Circumstances, debt: Debt, _: Sequence[Debt], actor: Actor) -> Sequence[int]:
    details = around.request.details
    take_payment(
        organization_id=debt.organization_id,
        amount=debt.amount,
        method=PaymentMethod(details["method"]),
        reference=details.get("reference", "")[:60],
        actor=actor,
        at=around.at,
    )
    return [0]


ITEM: ServiceItem[Debt, Debt] = ServiceItem(
    code="group_payment",
    title=Text("交费（集团统付）", "Payment for a whole organisation"),
    clause="S14",
    origin=Origin.INFERRED,
    channels=THREE_CHANNELS,
    inferred_channels=THREE_CHANNELS,
    papers=(),
    needs_handler=False,
    fields=(
        Field("amount", Text("金额（元）", "Yuan"), FieldKind.MONEY, clause="S14"),
        *METHOD_FIELDS,
    ),
    guards=(
        REFERENCE_GIVEN,
        Guard("amount_given", "S14", NOTHING_PAID.text, _paid, Origin.INFERRED),
        Guard("within_owed", "S14", MORE_THAN_OWED.text, _within_owed, Origin.INFERRED),
    ),
    load=_load,
    subjects=lambda debt: (debt,),
    plan=_plan,
    effects=_take,
    fee="group_payment",
    prices=(
        InitialPrice(
            "group_payment", Text("集团统付（免费）", "Group payment, free"), Decimal("0.00"), "标准 十四"
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=frozenset({Record.SERVICE_RECORD}),
)
