"""A service item is a declaration: channels, papers, guards, effects, fee, time, records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from trunkline.catalog.types import TaxClass
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, Records
from trunkline.ordering.types import (
    Change,
    Condition,
    ItemAction,
    OrderRequest,
    PaperKind,
    PlacedOrder,
    VerificationKind,
)
from trunkline.party.types import HandlerView, OrganizationView
from trunkline.security.types import Actor, BranchView, Channel

Facts = TypeVar("Facts")
#: What one line of the order is judged on.
Subject = TypeVar("Subject")


class Origin(StrEnum):
    """Where a rule comes from: the text that survives, or inference (domain 0.1)."""

    SOURCE = "source"
    INFERRED = "inferred"


class TakesEffect(StrEnum):
    """When the effects take place (domain 1.2)."""

    IMMEDIATELY = "immediately"
    WITHIN_24_HOURS = "within_24_hours"
    ON_CONDITION = "on_condition"
    WHEN_ACCEPTED = "when_accepted"


TAKES_EFFECT_NAMES = {
    TakesEffect.IMMEDIATELY: Text("立即生效", "Immediately"),
    TakesEffect.WITHIN_24_HOURS: Text("24小时内生效", "Within 24 hours"),
    TakesEffect.ON_CONDITION: Text("预约条件达到时生效", "When its condition is met"),
    TakesEffect.WHEN_ACCEPTED: Text("客户验收后生效", "When the customer has accepted it"),
}


class Record(StrEnum):
    """What is kept as evidence (X-R1, X-R2)."""

    SIGNED_SLIP = "signed_slip"
    COPIES = "copies"
    SERVICE_RECORD = "service_record"


RECORD_NAMES = {
    Record.SIGNED_SLIP: Text("业务受理单签字确认", "Signed acceptance slip"),
    Record.COPIES: Text("复印留存相关证件", "Copies of the papers"),
    Record.SERVICE_RECORD: Text("系统保留服务记录", "Service record"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper the counter asks for.

    `alternative` may be shown in its place (S01-G1); `with_proof` is the proof of identity it belongs to, where it
    is asked for with that one only (S30-A1). One that is `waived_by_proof` is not asked of a user who proves who he
    is (S18-3).
    """

    kind: PaperKind
    clause: str
    original: bool = False
    sealed: bool = False
    alternative: PaperKind | None = None
    origin: Origin = Origin.SOURCE
    with_proof: VerificationKind | None = None
    waived_by_proof: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is the same for every item: who applies for whom, where, when.

    `keys` are the lines to work on now, the item's own ids as its plan named them; empty while it is being judged
    for the first time. `locking` asks `load` for row locks, in the order of ids. `order` is known to the effects.
    """

    request: OrderRequest
    organization: OrganizationView
    handler: HandlerView | None
    branch: BranchView
    channel: Channel
    at: datetime
    keys: tuple[int, ...] = ()
    locking: bool = False
    order: PlacedOrder | None = None


@dataclass(frozen=True, slots=True)
class Guard(Generic[Facts]):
    """One reason against the order as a whole, a pure function of the circumstances and the item's facts."""

    code: str
    clause: str
    text: Text
    check: Callable[[Circumstances, Facts], Iterable[Refusal]]
    origin: Origin = Origin.SOURCE


@dataclass(frozen=True, slots=True)
class LineGuard(Generic[Facts, Subject]):
    """One reason against a line of the order."""

    code: str
    clause: str
    text: Text
    check: Callable[[Circumstances, Facts, Subject], Iterable[Refusal]]
    origin: Origin = Origin.SOURCE


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One line of the order before it is carried out. `key` is the item's own id for it."""

    key: int
    action: ItemAction
    number: str
    user_name: str
    plan_name: str
    first_month_mode: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """时限 of an order: the name of its dated setting, and the hours it starts with (domain 4.3)."""

    setting: str
    hours: int


@dataclass(frozen=True, slots=True)
class InitialPrice:
    """The price an item starts with; the catalogue holds it, dated, from then on (X-F1, X-F2)."""

    code: str
    title: Text
    amount: Decimal
    reference: str
    tax_class: TaxClass = TaxClass.BASIC_TELECOM


class Variant(Protocol):
    """What an item asks for besides when one of its choices is made (S99-1): fields, and records of fields."""

    @property
    def records(self) -> Records | None: ...

    def asked_once(self) -> tuple[Field, ...]:
        """What is asked for one time, whatever is answered."""
        ...

    def asked(self, values: Mapping[str, Any]) -> tuple[Field, ...]:
        """Everything that is asked for, given how many records were answered."""
        ...


@dataclass(frozen=True, slots=True)
class ServiceItem(Generic[Facts, Subject]):
    """服务项目. The engine does the rest: channel, papers, locks, facts, guards, fee, effects, audit, slip.

    `load` reads (and locks) the facts of all lines with one query a fact; `subjects` are the lines among them,
    `plan` says what would happen to one; `effects` writes for all lines set-based and returns the ids of the lines
    of service in the same order (0 where there is none); `fees` counts prices by fee code, by default the item's
    once a line. `fields` are asked for once, `line_fields` for each line. `waits` gives a booked order its
    condition. `verified_everywhere` items need one of `verifications` in halls, too (S30-A1). `notices` are
    sentences that the slip must print. `inline` orders of few lines are carried out as they are placed.
    `variants` ask for more, by the answer to the field `chosen_by`: those of the product that was chosen. Of a
    `lasting` item the effects only begin what others finish: its order stays in progress until `engine.fulfil`;
    `due` then says by when. `time_limit` is for work that takes days, booked or not; `pays_when_late` says that its
    lateness is compensated (REG-03).
    `outcomes` says what the effects came to for each line, where that was not known before (the number of a ticket).
    `proof_when` narrows a proof of identity to what reveals something of the customer's.
    """

    code: str
    title: Text
    clause: str
    channels: frozenset[Channel]
    papers: tuple[Paper, ...]
    load: Callable[[Circumstances], Facts]
    subjects: Callable[[Facts], Sequence[Subject]]
    plan: Callable[[Circumstances, Facts, Subject], PlannedLine]
    effects: Callable[[Circumstances, Facts, Sequence[Subject], Actor], Sequence[int]]
    fee: str
    takes_effect: TakesEffect
    records: frozenset[Record]
    guards: tuple[Guard[Facts], ...] = ()
    line_guards: tuple[LineGuard[Facts, Subject], ...] = ()
    fees: Callable[[Circumstances, Facts, Sequence[Subject]], Mapping[str, int]] | None = None
    prices: tuple[InitialPrice, ...] = ()
    fields: tuple[Field, ...] = ()
    line_fields: tuple[Field, ...] = ()
    verifications: frozenset[VerificationKind] = frozenset({VerificationKind.SERVICE_PASSWORD})
    verified_everywhere: bool = False
    inferred_channels: frozenset[Channel] = frozenset()
    notices: tuple[Text, ...] = ()
    waits: Callable[[Circumstances, Facts], Condition | None] | None = None
    outcomes: Callable[[Circumstances, Sequence[Subject]], Sequence[Sequence[Change]]] | None = None
    proof_when: Callable[[Circumstances], bool] | None = None
    time_limit: Callable[[Circumstances], TimeLimit] | None = None
    pays_when_late: bool = False
    origin: Origin = Origin.SOURCE
    inline: bool = True
    needs_handler: bool = True
    #: Its place among the items of its clause.
    place: int = 1
    chosen_by: str = ""
    variants: Callable[[], Mapping[str, Variant]] | None = None
    lasting: bool = False
    due: Callable[[Circumstances, Facts], datetime | None] | None = None

    @property
    def permission(self) -> str:
        """What a role must hold to apply for the item."""
        return f"item.{self.code}"

    def asked(self, details: Mapping[str, Any]) -> tuple[Field, ...]:
        """Everything that is asked for once, given what is answered."""
        chosen = self.all_variants().get(str(details.get(self.chosen_by, "")))
        return (*self.fields, *(chosen.asked(details) if chosen else ()))

    def all_variants(self) -> Mapping[str, Variant]:
        """What can be chosen by the answer to `chosen_by`; nothing for items that ask everyone the same."""
        return self.variants() if self.variants else {}

    def all_guards(self) -> tuple[Guard[Facts] | LineGuard[Facts, Subject], ...]:
        """Guards of the order, then those of its lines."""
        return (*self.guards, *self.line_guards)

    def as_dict(self) -> Mapping[str, Any]:
        """The declaration in primitives, for listings."""
        return {
            "code": self.code,
            "title": self.title.zh,
            "title_en": self.title.en,
            "clause": self.clause,
            "origin": str(self.origin),
            "channels": sorted(self.channels),
            "inferred_channels": sorted(self.inferred_channels),
            "papers": [
                {
                    "kind": str(paper.kind),
                    "clause": paper.clause,
                    "original": paper.original,
                    "sealed": paper.sealed,
                    "alternative": str(paper.alternative) if paper.alternative else None,
                    "origin": str(paper.origin),
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
                    "scope": "line" if isinstance(g, LineGuard) else "order",
                }
                for g in self.all_guards()
            ],
            "fields": [
                {
                    "name": f.name,
                    "label": f.label.zh,
                    "label_en": f.label.en,
                    "kind": str(f.kind),
                    "required": f.required,
                    "each_line": each,
                }
                for each, fields in ((False, self.fields), (True, self.line_fields))
                for f in fields
            ],
            "fee": self.fee,
            "takes_effect": str(self.takes_effect),
            "records": sorted(self.records),
        }
