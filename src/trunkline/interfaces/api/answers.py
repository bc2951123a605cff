"""What the API answers: one class for each answer, from which both the JSON and its schema are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypedDict, cast

from trunkline.kernel.periods import SHANGHAI
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.engine import Judgement
from trunkline.ordering.item import ServiceItem
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
from trunkline.party.types import (
    CustomerClass,
    HandlerView,
    IdentityStatus,
    Industry,
    OrganizationView,
    Segment,
    ServiceGrade,
)
from trunkline.security.types import Channel
from trunkline.subscriptions.types import DetailType, LifePhase, LineState, LineView, ServiceCode, StopCause


def jsonable(value: Any) -> Any:
    """A value in JSON's own types: amounts as strings, instants in ISO 8601 with Shanghai's offset."""
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
        return change_as_dict(value)
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


# Service items.


class PaperDeclared(TypedDict):
    """A paper the item asks for."""

    kind: str
    clause: str
    original: bool
    sealed: bool
    alternative: str | None
    origin: str


class GuardDeclared(TypedDict):
    """A guard of the item: the words are a template."""

    code: str
    clause: str
    text_zh: str
    text_en: str
    origin: str
    scope: str


class FieldDeclared(TypedDict):
    """A field the item asks for, once or for each line."""

    name: str
    label: str
    label_en: str
    kind: str
    required: bool
    each_line: bool


class Item(TypedDict):
    """A service item as it is declared."""

    code: str
    title: str
    title_en: str
    clause: str
    origin: str
    channels: list[str]
    inferred_channels: list[str]
    papers: list[PaperDeclared]
    guards: list[GuardDeclared]
    fields: list[FieldDeclared]
    fee: str
    takes_effect: str
    records: list[str]


@dataclass(frozen=True, slots=True)
class Items:
    """Service items in the order of their clauses."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A code with its words."""

    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The standard as it runs. `matrix` has, by item and guard, the clause; an inferred one ends in ``*``."""

    channels: tuple[Named, ...]
    papers: tuple[Named, ...]
    guards: tuple[str, ...]
    matrix: Mapping[str, Mapping[str, str]]
    items: tuple[Item, ...]


def item_answer(item: ServiceItem[Any, Any]) -> Item:
    """The declaration in primitives."""
    return cast(Item, item.as_dict())


# Orders.


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
        details={name: str(value) for name, value in view.details.items()},
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
        fees=tuple(Fee(fee.title, fee.amount, fee.reference) for fee in judged.fees),
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


# Customers and lines.


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation."""

    id: int
    code: str
    name: str
    uscc: str
    customer_class: CustomerClass
    segment: Segment
    industry: Industry
    grade: ServiceGrade
    identity_status: IdentityStatus
    blacklisted: bool
    address: str


@dataclass(frozen=True, slots=True)
class Organizations:
    """Organisations found."""

    organizations: tuple[Organization, ...]


@dataclass(frozen=True, slots=True)
class Handler:
    """Someone who may apply for the organisation (S01-R1); his document stays here."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class OrganizationDetail:
    """An organisation with who applies for it and how many lines it has in each state."""

    organization: Organization
    handlers: tuple[Handler, ...]
    lines: Mapping[str, int]


def organization_answer(view: OrganizationView) -> Organization:
    """An organisation."""
    return Organization(
        view.id,
        view.code,
        view.name,
        view.uscc,
        view.customer_class,
        view.segment,
        view.industry,
        view.grade,
        view.identity_status,
        view.blacklisted,
        view.address,
    )


def handler_answer(view: HandlerView) -> Handler:
    """A handler without his document and telephone."""
    return Handler(view.id, view.name)


@dataclass(frozen=True, slots=True)
class Line:
    """A line. The user's identity number does not leave by this door."""

    id: int
    number: str
    organization: int
    state: LineState
    user_name: str
    plan: str
    iccid: str
    activated_at: datetime | None
    terminated_at: datetime | None
    stop_causes: tuple[StopCause, ...]
    services: tuple[ServiceCode, ...]
    phase: LifePhase | None
    masks: tuple[DetailType, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """A stretch of an organisation's lines."""

    organization: str
    total: int
    offset: int
    lines: tuple[Line, ...]


def line_answer(view: LineView, plans: Mapping[int, str]) -> Line:
    """A line with the code of its plan, empty without one."""
    return Line(
        view.id,
        view.number,
        view.organization_id,
        view.state,
        view.user_name,
        plans.get(view.offering_id, ""),
        view.iccid,
        view.activated_at,
        view.terminated_at,
        view.stop_causes,
        view.services,
        view.phase,
        view.masks,
    )
