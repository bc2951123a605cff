"""What the items that open tickets share: 障碍申告, 投诉 and 咨询 (S25; 26 and 27 inferred)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from trunkline.care.operations import open_tickets
from trunkline.care.queries import numbers_of_order
from trunkline.care.rules.opening import FAULT_CHANNELS, open_refusals
from trunkline.care.types import Reception, TicketRequest, TicketView
from trunkline.counter.guards import LINE_UNKNOWN
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Choices, Field, FieldKind
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
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import LineView

#: Complaints and enquiries are heard wherever they are made, day and night (P1-03); the pages are lost, so inferred.
#: 10019 takes faults down and nothing else (S25).
EVERYWHERE = (FAULT_CHANNELS - {Channel.HOTLINE_10019}) | {Channel.WEB_HALL, Channel.SMS_HALL}

TICKET = Text("工单", "Ticket")

ONE_LINE = Refusal(
    "ticket.one_line",
    "S25-1",
    Text(
        "一张工单只登记一个号码，其他号码请写入内容",
        "One ticket names one line: put the others into the description",
    ),
)
LINE_ELSEWHERE = Refusal(
    "ticket.line_elsewhere",
    "X-A1",
    Text("号码{subject}不属于该集团客户", "{subject} is not one of the organisation's lines"),
)


def named(names: Mapping[Any, Text]) -> Choices:
    """Coded values as choices."""
    return tuple((str(code), text) for code, text in names.items())


#: Who can be called back (S25-1).
CONTACT = (
    Field("contact_name", Text("联系人", "Contact"), clause="S25-1"),
    Field(
        "contact_phone",
        Text("联系电话", "Phone to call back"),
        clause="S25-1",
        help=Text("反馈处理结果用", "The outcome is told there"),
    ),
)
DESCRIPTION = Field(
    "description", Text("详细情况", "Description"), FieldKind.LONG_TEXT, required=False, clause="S25-1"
)


def free(code: str, title: Text, clause: str) -> tuple[InitialPrice, ...]:
    """A ticket costs the customer nothing."""
    return (InitialPrice(code, title, Decimal("0.00"), clause),)


Asks = Callable[[Circumstances, int | None], TicketRequest | None]


def well_recorded(asks: Asks, chosen: Callable[[Any], Iterable[LineView]], origin: Origin) -> Guard[Any]:
    """完整记录 (S25-1): whatever speaks against the ticket as it would be opened.

    `asks` makes the request, or None while a field it needs is missing, which the form says itself.
    """

    def check(around: Circumstances, facts: Any) -> Iterable[Refusal]:
        held = {line.id: line for line in chosen(facts) if line.organization_id == around.organization.id}
        found: dict[Refusal, None] = {}
        for line in held.values() or (None,):
            request = asks(around, line.id if line else None)
            if request is not None:
                against = open_refusals(request, channel=around.channel, at=around.at, line=line)
                found.update(dict.fromkeys(against))
        return tuple(refusal for refusal in found if refusal.code != "ticket.channel")

    text = Text("登记内容须完整、可回复", "What is recorded must be complete, and can be answered")
    return Guard("well_recorded", "S25-1", text, check, origin)


@dataclass(frozen=True, slots=True)
class Named:
    """The line a complaint or enquiry names, if it names one."""

    lines: tuple[LineView, ...]
    unknown: tuple[int, ...]


def load_named(around: Circumstances) -> Named:
    """The lines chosen. A ticket that names none stands under the key 0."""
    wanted = [choice.line_id for choice in around.request.lines if choice.line_id]
    found = lines(wanted)
    return Named(
        tuple(found[id_] for id_ in wanted if id_ in found),
        tuple(id_ for id_ in wanted if id_ not in found),
    )


def _line_known(around: Circumstances, facts: Named) -> Iterable[Refusal]:
    yield from (LINE_UNKNOWN.about(str(id_)) for id_ in facts.unknown)
    for line in facts.lines:
        if line.organization_id != around.organization.id:
            yield LINE_ELSEWHERE.about(line.number)


def _one_line(_: Circumstances, facts: Named) -> Iterable[Refusal]:
    return (ONE_LINE,) if len(facts.lines) + len(facts.unknown) > 1 else ()


#: Guards of the line that a complaint or enquiry may name.
OF_ONE_LINE: tuple[Guard[Named], ...] = (
    Guard("line_known", "X-A1", LINE_ELSEWHERE.text, _line_known, Origin.INFERRED),
    Guard("one_line", "S25-1", ONE_LINE.text, _one_line, Origin.INFERRED),
)


def _planned(line: LineView | None, changes: Iterable[Change]) -> PlannedLine:
    """What stands on the order for a ticket."""
    return PlannedLine(
        key=line.id if line else 0,
        action=ItemAction.NO_CHANGE,
        number=line.number if line else "",
        user_name=line.user_name if line else "",
        plan_name="",
        changes=tuple(changes),
    )


def spoken_item(
    *,
    asks: Asks,
    guard: Guard[Named],
    changes: Callable[[Mapping[str, Any]], Iterable[Change]],
    then: Callable[[Circumstances, TicketView, Actor], None] | None = None,
    **declared: Any,
) -> ServiceItem[Named, LineView | None]:
    """投诉 or 咨询, which anyone may bring without papers, about one line or none; the pages are lost, so inferred.

    `asks` makes the ticket, `changes` says from the answers what stands on the order, `then` goes on with the ticket.
    """

    def carry_out(
        around: Circumstances, _: Named, chosen: Sequence[LineView | None], actor: Actor
    ) -> Sequence[int]:
        asked = [asks(around, line.id if line else None) for line in chosen]
        made = opened(around, [request for request in asked if request is not None], actor)
        if then:
            for ticket in made:
                then(around, ticket, actor)
        return [ticket.line_id or 0 for ticket in made]

    return ServiceItem(
        origin=Origin.INFERRED,
        channels=EVERYWHERE,
        inferred_channels=EVERYWHERE,
        papers=(),
        needs_handler=False,
        guards=(*OF_ONE_LINE, guard, well_recorded(asks, lambda facts: facts.lines, Origin.INFERRED)),
        load=load_named,
        subjects=lambda facts: facts.lines or (None,),
        plan=lambda around, _, line: _planned(line, changes(around.request.details)),
        effects=carry_out,
        outcomes=lambda around, chosen: ticket_numbers(
            around, [line.id if line else None for line in chosen]
        ),
        takes_effect=TakesEffect.IMMEDIATELY,
        records=frozenset({Record.SERVICE_RECORD}),
        **declared,
    )


def opened(around: Circumstances, requests: Sequence[TicketRequest], actor: Actor) -> tuple[TicketView, ...]:
    """Open tickets as the order was placed: its time starts the clock, its taker stays answerable (S25-1, S25-2)."""
    order = around.order
    received = Reception(
        around.channel,
        order.placed_by_id if order else actor.staff_id,
        order.placed_at if order else around.at,
        order.id if order else None,
    )
    return open_tickets(requests=requests, received=received, actor=actor, at=around.at)


def ticket_numbers(around: Circumstances, line_ids: Sequence[int | None]) -> list[tuple[Change, ...]]:
    """The ticket that the order opened for each line, by its number."""
    if around.order is None:
        return [() for _ in line_ids]
    found = numbers_of_order(around.order.id)
    return [(Change(TICKET, "", found[line_id]),) for line_id in line_ids]
