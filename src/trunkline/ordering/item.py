"""A service item is a declaration: channels, papers, guards, effects, fee, time, records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.types import ItemAction, OrderRequest, PaperKind
from trunkline.party.types import HandlerView, OrganizationView
from trunkline.security.types import Actor, BranchView, Channel

Facts = TypeVar("Facts")


class Origin(StrEnum):
    """Where a rule comes from: the text that survives, or inference (domain 0.1)."""

    SOURCE = "source"
    INFERRED = "inferred"


class TakesEffect(StrEnum):
    """When the effects take place (domain 1.2)."""

    IMMEDIATELY = "immediately"
    WITHIN_24_HOURS = "within_24_hours"
    ON_CONDITION = "on_condition"


class Record(StrEnum):
    """What is kept as evidence (X-R1, X-R2)."""

    SIGNED_SLIP = "signed_slip"
    COPIES = "copies"
    SERVICE_RECORD = "service_record"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper the counter asks for. `alternative` may be shown in its place (S01-G1)."""

    kind: PaperKind
    clause: str
    original: bool = False
    sealed: bool = False
    alternative: PaperKind | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is the same for every item: who applies for whom, where, when.

    `keys` are the lines chosen when the order was placed; empty while it is being judged for the first time.
    """

    request: OrderRequest
    organization: OrganizationView
    handler: HandlerView
    branch: BranchView
    channel: Channel
    at: datetime
    keys: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Guard(Generic[Facts]):
    """One reason against, as a pure function of the circumstances and the item's facts."""

    code: str
    clause: str
    text: Text
    check: Callable[[Circumstances, Facts], Sequence[Refusal]]
    origin: Origin = Origin.SOURCE


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One line of the order before it is carried out. `key` is the item's own id for it."""

    key: int
    action: ItemAction
    number: str
    user_name: str
    plan_name: str
    first_month_mode: str


@dataclass(frozen=True, slots=True)
class ServiceItem(Generic[Facts]):
    """服务项目. The engine does the rest: papers, locks, facts, guards, fee, effects, audit, slip.

    `load` locks and reads the facts of all lines with one query a fact; `plan` says which lines the order has;
    `effects` writes them set-based and returns the line ids in the order of the plan; `notices` are sentences
    that the slip must print.
    """

    code: str
    title: Text
    clause: str
    channels: frozenset[Channel]
    papers: tuple[Paper, ...]
    guards: tuple[Guard[Facts], ...]
    load: Callable[[Circumstances], Facts]
    plan: Callable[[Circumstances, Facts], Sequence[PlannedLine]]
    effects: Callable[[Circumstances, Facts, Actor], Sequence[int]]
    fee: str
    takes_effect: TakesEffect
    records: frozenset[Record]
    notices: tuple[Text, ...] = ()
    origin: Origin = Origin.SOURCE

    def as_dict(self) -> Mapping[str, Any]:
        """The declaration in primitives, for listings."""
        return {
            "code": self.code,
            "title": self.title.zh,
            "title_en": self.title.en,
            "clause": self.clause,
            "origin": str(self.origin),
            "channels": sorted(self.channels),
            "papers": [
                {
                    "kind": paper.kind,
                    "clause": paper.clause,
                    "original": paper.original,
                    "sealed": paper.sealed,
                }
                for paper in self.papers
            ],
            "guards": [
                {
                    "code": g.code,
                    "clause": g.clause,
                    "text_zh": g.text.zh,
                    "text_en": g.text.en,
                    "origin": str(g.origin),
                }
                for g in self.guards
            ],
            "fee": self.fee,
            "takes_effect": str(self.takes_effect),
            "records": sorted(self.records),
        }
