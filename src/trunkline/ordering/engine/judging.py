"""What would happen: every reason against, line by line, and the fees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from trunkline.catalog.queries import fees_on
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ordering.fields import cleaned, field_refusals, well_written
from trunkline.ordering.item import Circumstances, Guard, LineGuard, PlannedLine, ServiceItem
from trunkline.ordering.rules import (
    channel_refusals,
    handler_refusals,
    paper_refusals,
    papers_wanted,
    sees_no_papers,
    verification_refusals,
)
from trunkline.ordering.scans import scan_refusals, with_copies
from trunkline.ordering.settings import Settings, settings_on
from trunkline.ordering.types import Completion, FeeLine, LineChoice, OrderRequest
from trunkline.ordering.verification import verification
from trunkline.party import queries as party
from trunkline.security.queries import branch
from trunkline.security.types import Channel

FOREIGN_HANDLER = Refusal(
    "order.foreign_handler",
    "X-A1",
    Text("经办人不属于该集团客户", "The handler does not belong to the organisation"),
)
NO_LINES = Refusal("order.no_lines", "", Text("没有可办理的号码", "There is no line to work on"))
LINE_REPEATED = Refusal(
    "order.line_repeated", "", Text("号码被选了两次：{subject}", "The line is chosen twice: {subject}")
)
ITEM_OFF = Refusal(
    "order.item_off",
    "",
    Text("本业务目前停止受理：{item}", "This item is not taken at present: {item_en}"),
)


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A line with every reason against it."""

    line: PlannedLine
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What would happen.

    `refusals` speak against the order as a whole, `lines` hold those of each line; `fees` are for the lines that
    pass; `notices` must be printed on the slip; `due_at` is when a lasting item must be through.
    """

    refusals: tuple[Refusal, ...]
    lines: tuple[JudgedLine, ...]
    fees: tuple[FeeLine, ...]
    notices: tuple[Text, ...]
    due_at: datetime | None = None

    @property
    def passing(self) -> tuple[PlannedLine, ...]:
        """The lines nothing speaks against."""
        return tuple(judged.line for judged in self.lines if not judged.refusals)

    @property
    def refused(self) -> tuple[JudgedLine, ...]:
        """The lines something speaks against."""
        return tuple(judged for judged in self.lines if judged.refusals)

    def reasons(self, completion: Completion) -> tuple[Refusal, ...]:
        """Why the order cannot be taken: the lines' reasons count when all must pass, or when none does."""
        if completion is Completion.WHAT_PASSES and self.passing:
            return self.refusals
        return (*self.refusals, *(refusal for judged in self.lines for refusal in judged.refusals))


def circumstances(
    request: OrderRequest,
    channel: Channel,
    at: datetime,
    keys: tuple[int, ...] = (),
    *,
    locking: bool = False,
) -> Circumstances:
    """Load what every item needs; `Refused` when the organisation or the handler is unknown or do not match."""
    organization = party.organization(request.organization_id)
    handler = party.handler(request.handler_id) if request.handler_id is not None else None
    if handler is not None and handler.organization_id != organization.id:
        raise Refused(FOREIGN_HANDLER)
    return Circumstances(
        request, organization, handler, branch(organization.branch_id), channel, at, keys, locking
    )


def tidied(item: ServiceItem[Any, Any], request: OrderRequest) -> OrderRequest:
    """The request with its answers as they are kept (`fields.cleaned`), and copies kept of what was scanned."""
    return replace(
        request,
        papers=with_copies(request),
        details=cleaned(item.asked(request.details), request.details),
        lines=tuple(
            LineChoice(choice.line_id, cleaned(item.line_fields, choice.values)) for choice in request.lines
        ),
    )


def _reliable(item: ServiceItem[Any, Any], around: Circumstances) -> Circumstances:
    """The circumstances with only those answers that rules may rely on."""
    request = around.request
    return replace(
        around,
        request=replace(
            request,
            details=well_written(item.asked(request.details), request.details),
            lines=tuple(
                LineChoice(choice.line_id, well_written(item.line_fields, choice.values))
                for choice in request.lines
            ),
        ),
    )


def judge(item: ServiceItem[Any, Any], around: Circumstances) -> tuple[Judgement, Any, tuple[Any, ...]]:
    """Judge a tidied request on facts as they are now; returns the facts and the subjects that pass, too."""
    settings = settings_on(local_date(around.at))
    refusals = _formal_refusals(item, around, settings)
    answers = {choice.line_id: choice.values for choice in around.request.lines}
    around = _reliable(item, around)
    facts = item.load(around)
    for guard in item.guards:
        if settings.enabled(item, guard):
            refusals += [_claused(refusal, guard) for refusal in guard.check(around, facts)]
    line_guards = [guard for guard in item.line_guards if settings.enabled(item, guard)]
    judged, passing = [], []
    for subject in item.subjects(facts):
        line = item.plan(around, facts, subject)
        against = [
            *field_refusals(item.line_fields, answers.get(line.key, {}), line.number),
            *_line_refusals(line_guards, around, facts, subject, line),
        ]
        judged.append(JudgedLine(line, tuple(against)))
        if not against:
            passing.append(subject)
    if not judged and not refusals:
        refusals.append(NO_LINES)
    try:
        fees = _fees(item, around, facts, passing)
    except Refused as unpriced:
        fees = ()
        refusals += unpriced.refusals
    due_at = item.due(around, facts) if item.due else None
    return Judgement(tuple(refusals), tuple(judged), fees, item.notices, due_at), facts, tuple(passing)


def _formal_refusals(item: ServiceItem[Any, Any], around: Circumstances, settings: Settings) -> list[Refusal]:
    """What can be said before any fact is looked at: channel, papers or proof, fields, lines named twice."""
    request = around.request
    chosen = Counter(choice.line_id for choice in request.lines)
    twice = sorted(id_ for id_, times in chosen.items() if times > 1)
    off = () if settings.enabled(item) else (ITEM_OFF.filled(item=item.title.zh, item_en=item.title.en),)
    proof = verification(request.verification_id) if request.verification_id is not None else None
    return [
        *off,
        *channel_refusals(item.clause, item.channels, around.channel),
        *handler_refusals(item, around),
        *(
            ()
            if sees_no_papers(item, around.channel)
            else paper_refusals(papers_wanted(item, proof), request.papers)
        ),
        *verification_refusals(item, around, proof),
        *field_refusals(item.asked(request.details), request.details),
        *(LINE_REPEATED.about(str(id_)) for id_ in twice),
        *scan_refusals(request),
    ]


def _claused(refusal: Refusal, guard: Guard[Any] | LineGuard[Any, Any]) -> Refusal:
    """Every refusal of a guard rests on a clause: its own, or else the guard's."""
    return refusal if refusal.clause else replace(refusal, clause=guard.clause)


def _line_refusals(
    guards: Sequence[LineGuard[Any, Any]], around: Circumstances, facts: Any, subject: Any, line: PlannedLine
) -> list[Refusal]:
    """Each refusal names its line."""
    return [
        _claused(refusal if refusal.subject else replace(refusal, subject=line.number), guard)
        for guard in guards
        for refusal in guard.check(around, facts, subject)
    ]


def _fees(
    item: ServiceItem[Any, Any], around: Circumstances, facts: Any, passing: Sequence[Any]
) -> tuple[FeeLine, ...]:
    """One line for each price, times the lines it is for; a price of zero is a line too (X-F1)."""
    counts: Mapping[str, int] = item.fees(around, facts, passing) if item.fees else {item.fee: len(passing)}
    prices = fees_on(counts, local_date(around.at))
    return tuple(
        FeeLine(price.id, price.title, price.amount * counts[code], price.reference)
        for code, price in prices.items()
    )
