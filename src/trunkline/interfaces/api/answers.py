"""What the API answers: one class for each answer, from which both the JSON and its schema are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from trunkline.kernel.masking import without_ids
from trunkline.kernel.periods import SHANGHAI
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.engine import Judgement
from trunkline.ordering.pictures import change_as_dict, refusal_as_dict
from trunkline.ordering.types import (
    ORDER_STATE_NAMES,
    Change,
    Completion,
    ItemAction,
    OrderItemView,
    OrderRequest,
    OrderState,
    OrderView,
    VerificationKind,
    Waits,
)
from trunkline.security.types import Channel


def jsonable(value: Any) -> Any:
    """A value in JSON's own types: amounts as strings, instants in ISO 8601 with Shanghai's offset.

    Identity numbers are masked where people have written them: in answers and in values before and after.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat()
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, Refusal):
        return refusal_as_dict(value)
    if isinstance(value, Change):
        return {name: without_ids(word) for name, word in change_as_dict(value).items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(jsonable(key)): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    return str(value)


@dataclass(frozen=True, slots=True)
class Errors:
    """Why nothing was done: every reason with its code, the clause it rests on, and words in both languages."""

    errors: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class LineCounts:
    """How many lines an order has, and how many are in each state; states of none are left out."""

    total: int
    by_state: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Booking:
    """What a booked order waits for, and when it is given up (S11-D)."""

    waits: Waits
    until: date | None
    expires_on: date


@dataclass(frozen=True, slots=True)
class Order:
    """An order. `reasons` say why it failed as a whole; those of single lines stand with the lines."""

    number: str
    item: str
    organization: int
    agreement: int | None
    channel: Channel
    state: OrderState
    state_name: Text
    completion: Completion
    booking: Booking | None
    placed_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    fee_total: Decimal
    lines: LineCounts
    reasons: tuple[Refusal, ...]
    details: Mapping[str, str]


def order_answer(view: OrderView, counts: Mapping[OrderState, int]) -> Order:
    """An order with its lines counted."""
    condition = view.condition
    return Order(
        number=view.number,
        item=view.item_code,
        organization=view.organization_id,
        agreement=view.agreement_id,
        channel=view.channel,
        state=view.state,
        state_name=ORDER_STATE_NAMES[view.state],
        completion=view.completion,
        booking=Booking(condition.waits, condition.on, condition.expires_on) if condition else None,
        placed_at=view.placed_at,
        due_at=view.due_at,
        completed_at=view.completed_at,
        fee_total=view.fee_total,
        lines=LineCounts(view.item_count, {state.value: count for state, count in counts.items()}),
        reasons=view.failure,
        details={name: without_ids(str(value)) for name, value in view.details.items()},
    )


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order, with what changes and why it was handed back."""

    ordinal: int
    line: int | None
    number: str
    user_name: str
    plan: str
    action: ItemAction
    state: OrderState
    changes: tuple[Change, ...]
    reasons: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class OrderLines:
    """A stretch of an order's lines."""

    order: str
    total: int
    offset: int
    lines: tuple[OrderLine, ...]


def order_line_answer(view: OrderItemView) -> OrderLine:
    """One line of an order."""
    return OrderLine(
        view.ordinal,
        view.line_id,
        view.number,
        view.user_name,
        view.plan_name,
        view.action,
        view.state,
        view.changes,
        view.reasons,
    )


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """One line of a dry run; nothing speaks against it when `reasons` is empty."""

    number: str
    user_name: str
    plan: str
    action: ItemAction
    changes: tuple[Change, ...]
    reasons: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Fee:
    """One fee with the reference of its price (X-F1)."""

    title: str
    amount: Decimal
    reference: str


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would happen. `accepted` says whether the order would be taken; the fees are for the lines that pass."""

    accepted: bool
    reasons: tuple[Refusal, ...]
    passing: int
    refused: int
    lines: tuple[JudgedLine, ...]
    fees: tuple[Fee, ...]
    fee_total: Decimal
    notices: tuple[Text, ...]


def dry_run_answer(judged: Judgement, request: OrderRequest) -> DryRun:
    """A judgement in the words of the API."""
    return DryRun(
        accepted=not judged.reasons(request.completion),
        reasons=judged.refusals,
        passing=len(judged.passing),
        refused=len(judged.refused),
        lines=tuple(
            JudgedLine(
                one.line.number,
                one.line.user_name,
                one.line.plan_name,
                one.line.action,
                one.line.changes,
                one.refusals,
            )
            for one in judged.lines
        ),
        fees=tuple(Fee(fee.title.zh, fee.amount, fee.reference) for fee in judged.fees),
        fee_total=sum((fee.amount for fee in judged.fees), Decimal("0.00")),
        notices=judged.notices,
    )


@dataclass(frozen=True, slots=True)
class NewVerification:
    """A check of who the customer is, as it was made: for one line or for all of the organisation's (X-R2)."""

    organization: int | str
    kind: VerificationKind
    passed: bool
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """A check that was kept; an order names it by its id."""

    verification: int
