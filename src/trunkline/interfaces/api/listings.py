"""What can be looked up, as it is answered: service items, the rulebook, organisations, lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, cast

from trunkline.kernel.text import Text
from trunkline.ordering.item import ServiceItem
from trunkline.party.types import (
    CustomerClass,
    HandlerView,
    IdentityStatus,
    Industry,
    OrganizationView,
    Segment,
    ServiceGrade,
)
from trunkline.subscriptions.types import DetailType, LifePhase, LineState, LineView, ServiceCode, StopCause

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
