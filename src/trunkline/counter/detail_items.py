"""What 详单查询 (S22) and 详单打印 (S23) share: whose details of which months are asked for, and what speaks against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trunkline.counter.guards import INDIVIDUAL_NAME, LINE_UNKNOWN
from trunkline.counter.papers import ELECTRONIC
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard, LineGuard, PlannedLine, ServiceItem
from trunkline.ordering.queries import order_items
from trunkline.ordering.types import Change, ItemAction, OrderState, PaperKind
from trunkline.ordering.verification import verification
from trunkline.party.rules import resident_id_refusals
from trunkline.security.types import Actor
from trunkline.subscriptions.holdings import holdings
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import LineView, NameType

#: Months before the running one of which the usage is kept (REG-08).
MONTHS_KEPT = 5
#: The key of an order's one line when no line was chosen: the details of all users of the organisation (S22-A1).
WHOLE = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """One line asked for, None for all of the organisation's; `held` says that it held it in one of the months."""

    line: LineView | None
    held: bool

    @property
    def number(self) -> str:
        return self.line.number if self.line else ""


@dataclass(frozen=True, slots=True)
class DetailFacts:
    """The lines asked for.

    `of_one_line` says that all users' details are asked for on the proof of one line's user; `more` is what the item
    loads beyond.
    """

    asked: tuple[Asked, ...]
    unknown: tuple[int, ...]
    of_one_line: bool = False
    more: Any = None


FIELDS = (
    Field("month", Text("详单月份（如2026-10）", "Month (as 2026-10)"), FieldKind.MONTH, clause="S22-A1"),
    Field(
        "last_month",
        Text("至（不填即同一个月）", "Through (empty: that month only)"),
        FieldKind.MONTH,
        required=False,
        clause="S22-A1",
    ),
)


def months_of(details: Mapping[str, Any]) -> tuple[Month, ...]:
    """The months asked for, in their order; none where the first is missing or the last comes before it."""
    if "month" not in details:
        return ()
    first = Month.parse(details["month"])
    last = Month.parse(details.get("last_month") or details["month"])
    found: list[Month] = []
    while first <= last and len(found) <= 12:
        found.append(first)
        first = first.next()
    return tuple(found)


def kept_from(at: datetime) -> Month:
    """The earliest month of which the usage is kept (REG-08)."""
    return Month.of(at).next(-MONTHS_KEPT)


MONTHS_REVERSED = Refusal(
    "detail.months_reversed",
    "S22-A1",
    Text("截止月份不能早于起始月份", "The last month lies before the first"),
)
NOT_KEPT = Refusal(
    "detail.not_kept",
    "REG-08",
    Text(
        "{month}的详单不能查询：原始话单保留5个月，现可查{earliest}至{latest}",
        "No details of {month}: they are kept for 5 months, from {earliest} to {latest} now",
    ),
)
NOT_HELD = Refusal(
    "detail.not_held",
    "S02",
    Text(
        "号码{subject}在所查月份不属于该集团客户",
        "{subject} was not one of the organisation's lines in these months",
    ),
)
NO_ID_CARD = Refusal(
    "detail.no_id_card",
    "S22-A1",
    Text(
        "经办人须出示本人有效居民身份证原件，登记的号码不是居民身份证号码",
        "The handler must show his resident identity card: the number taken down is not one's",
    ),
)
NOT_HIS_CARD = Refusal(
    "detail.not_his_card",
    "S22-A1",
    Text(
        "经办人须出示本人有效身份证原件，登记的号码与经办人{subject}的登记资料不符",
        "The handler must show his own identity card: the number taken down is not that of {subject} on record",
    ),
)

ONE_LINE_PROVED = Refusal(
    "detail.one_line_proved",
    "X-R2",
    Text(
        "凭一个号码的服务密码只能查询该号码的详单，查询单位全体用户的详单须到营业厅或由客户经理办理",
        "The service password of one line opens that line's details only; for those of all users a hall or an "
        "account manager sees the papers",
    ),
)


def month_refusals(months: Sequence[Month], at: datetime) -> tuple[Refusal, ...]:
    """Months of which nothing is kept any more, or which have not begun (REG-08)."""
    earliest, latest = kept_from(at), Month.of(at)
    return tuple(
        NOT_KEPT.filled(month=str(month), earliest=str(earliest), latest=str(latest))
        for month in months
        if not earliest <= month <= latest
    )


def _known(_: Circumstances, facts: DetailFacts) -> Iterable[Refusal]:
    return [LINE_UNKNOWN.about(str(id_)) for id_ in facts.unknown]


def _in_order(around: Circumstances, _: DetailFacts) -> Iterable[Refusal]:
    details = around.request.details
    return (MONTHS_REVERSED,) if "month" in details and not months_of(details) else ()


def _kept(around: Circumstances, _: DetailFacts) -> Iterable[Refusal]:
    return month_refusals(months_of(around.request.details), around.at)


def _proof_is_enough(around: Circumstances, facts: DetailFacts) -> Iterable[Refusal]:
    without_papers = around.channel in ELECTRONIC and not around.keys
    return (ONE_LINE_PROVED,) if without_papers and facts.of_one_line else ()


def _id_card(around: Circumstances, _: DetailFacts) -> Iterable[Refusal]:
    """本人有效身份证: a resident's card, and the one of the handler who applies."""
    papers = (paper for paper in around.request.papers if paper.kind is PaperKind.HANDLER_ID)
    shown = [paper.reference.strip().upper() for paper in papers]
    if any(resident_id_refusals(number) for number in shown):
        return (NO_ID_CARD,)
    handler = around.handler
    if handler is None or all(number == handler.id_number for number in shown):
        return ()
    return (NOT_HIS_CARD.about(handler.name),)


def _held(_: Circumstances, __: DetailFacts, asked: Asked) -> Iterable[Refusal]:
    return () if asked.held else (NOT_HELD.about(asked.number),)


def _organisation_name(_: Circumstances, __: DetailFacts, asked: Asked) -> Iterable[Refusal]:
    if asked.line is None or asked.line.name_type is not NameType.INDIVIDUAL:
        return ()
    return (
        Refusal("line.organisation_name", "X-A2", INDIVIDUAL_NAME.format(number=asked.number), asked.number),
    )


def load_asked(around: Circumstances) -> DetailFacts:
    """The lines asked for, each with whether the organisation held it in one of the months."""
    wanted = tuple(around.keys or (choice.line_id for choice in around.request.lines))
    if not wanted or wanted == (WHOLE,):
        proof = verification(around.request.verification_id) if around.request.verification_id else None
        return DetailFacts((Asked(None, True),), (), proof is not None and proof.line_id is not None)
    held = {
        one.line_id
        for month in months_of(around.request.details)
        for one in holdings(around.organization.id, month, around.at, wanted)
    }
    found = lines(wanted)
    # Lines in an individual's name have details by the rules for the public only: that reason is told, not this.
    asked = (
        Asked(found[id_], id_ in held or found[id_].name_type is NameType.INDIVIDUAL)
        for id_ in wanted
        if id_ in found
    )
    return DetailFacts(tuple(asked), tuple(id_ for id_ in wanted if id_ not in found))


def _plan(around: Circumstances, _: DetailFacts, asked: Asked) -> PlannedLine:
    months = months_of(around.request.details)
    words = "、".join(str(month) for month in months)
    return PlannedLine(
        key=asked.line.id if asked.line else WHOLE,
        action=ItemAction.NO_CHANGE,
        number=asked.number,
        user_name=asked.line.user_name if asked.line else "单位全体用户",
        plan_name="",
        changes=(Change(Text("详单月份", "Months of details"), words, words),),
    )


def _nothing(_: Circumstances, __: DetailFacts, asked: Sequence[Asked], ___: Actor) -> Sequence[int]:
    """A query: what was given out stands in the log of details."""
    return line_ids_of(asked)


def line_ids_of(asked: Sequence[Asked]) -> list[int]:
    """The lines of service by line of the order; 0 where it stands for all."""
    return [one.line.id if one.line else WHOLE for one in asked]


def line_ids_asked(order_id: int) -> tuple[int, ...] | None:
    """The lines whose details an order gives out; None for all of the organisation's."""
    given = [item for item in order_items(order_id) if item.state is OrderState.COMPLETED]
    if any(not item.number for item in given):
        return None
    return tuple(item.line_id for item in given if item.line_id is not None)


ORDER_GUARDS: tuple[Guard[DetailFacts], ...] = (
    Guard("known_lines", "X-A1", LINE_UNKNOWN.text, _known),
    Guard("months_in_order", "S22-A1", MONTHS_REVERSED.text, _in_order),
    Guard("months_kept", "REG-08", NOT_KEPT.text, _kept),
    Guard("handler_shows_id_card", "S22-A1", NO_ID_CARD.text, _id_card),
)
#: For the items that electronic channels take, too.
PROOF_IS_ENOUGH: Guard[DetailFacts] = Guard("proof_is_enough", "X-R2", ONE_LINE_PROVED.text, _proof_is_enough)
LINE_GUARDS: tuple[LineGuard[DetailFacts, Asked], ...] = (
    LineGuard("held_in_the_months", "S02", NOT_HELD.text, _held),
    LineGuard("organisation_name", "X-A2", INDIVIDUAL_NAME, _organisation_name),
)


def detail_item(**declared: Any) -> ServiceItem[DetailFacts, Asked]:
    """A service item that gives details out: of chosen lines or, where none is chosen, of all."""
    return ServiceItem(
        guards=(*ORDER_GUARDS, *declared.pop("guards", ())),
        line_guards=LINE_GUARDS,
        load=declared.pop("load", load_asked),
        subjects=lambda facts: facts.asked,
        plan=_plan,
        effects=declared.pop("effects", _nothing),
        fields=(*FIELDS, *declared.pop("fields", ())),
        **declared,
    )
