"""四、移机 (S04, inferred): a fixed line is installed elsewhere, on a day appointed within the time limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from trunkline.agreements.types import Restriction
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import guard, no_arrears, not_suspended
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import SIGNED, THREE_CHANNELS, handler_papers
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.numbering.operations import arrange_numbers
from trunkline.numbering.types import Arrangement, NumberKind
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import (
    Circumstances,
    Guard,
    InitialPrice,
    Origin,
    TakesEffect,
    TimeLimit,
)
from trunkline.ordering.types import Change, Condition, ItemAction, Waits
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import relocate_lines
from trunkline.subscriptions.queries import addresses
from trunkline.subscriptions.types import Address

CLAUSE = "S04"
SAME_PREMISES, SAME_EXCHANGE, OTHER_AREA, OTHER_CITY = (
    "same_premises",
    "same_exchange",
    "other_area",
    "other_city",
)
KINDS = (
    (SAME_PREMISES, Text("同址移机", "Within the premises")),
    (SAME_EXCHANGE, Text("同局移机", "Within the exchange area")),
    (OTHER_AREA, Text("跨局移机", "To another exchange area")),
    (OTHER_CITY, Text("跨市移机", "To another city")),
)
AREAS = (("urban", Text("城镇", "Urban")), ("rural", Text("农村", "Rural")))
RESOURCES = (
    ("ready", Text("具备资源", "There are resources")),
    ("missing", Text("不具备资源", "There are none")),
)
#: The longest a move may take (domain 4.3); dated settings of the item.
LIMITS: Mapping[str, TimeLimit] = {
    "urban": TimeLimit("urban_hours", 25 * 24),
    "rural": TimeLimit("rural_hours", 30 * 24),
}
#: On average it is done by then: the day offered to the customer lies no later.
AVERAGE_DAYS = {"urban": 15, "rural": 20}
#: How long an order is kept after its day, while works are late.
GRACE = timedelta(days=60)

NO_RESOURCES = Refusal(
    "relocation.no_resources",
    CLAUSE,
    Text("新址资源核查未通过，不能移机", "There are no resources at the new address"),
)
NUMBER_STAYS = Refusal(
    "relocation.number_stays",
    CLAUSE,
    Text("跨市移机不能保留原号码", "A number is not kept in another city"),
)
BAD_DAY = Refusal(
    "relocation.bad_day",
    CLAUSE,
    Text("上门日期须在今天至{last}之间", "The day of the move lies between today and {last}"),
)
KEEPING_BARRED = Text(
    "号码{number}为移机不改号或携入号码，不能再次跨局保留号码",
    "{number} is kept in another exchange area or ported in already, and cannot be kept in one more",
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the lines are installed now, as far as it is known."""

    now: Mapping[int, Address]


def _load(_: Circumstances, chosen: Sequence[LineFacts]) -> Places:
    return Places(addresses(ids_of(chosen)))


def _details(around: Circumstances, name: str) -> str:
    return str(around.request.details.get(name, ""))


def _keeps_across(around: Circumstances) -> bool:
    return _details(around, "kind") == OTHER_AREA and bool(_details(around, "keep_number"))


def _resources_ready(around: Circumstances, _: LinesFacts) -> Iterable[Refusal]:
    return () if _details(around, "resource_check") == "ready" else (NO_RESOURCES,)


def _number_stays(around: Circumstances, _: LinesFacts) -> Iterable[Refusal]:
    wrong = _details(around, "kind") == OTHER_CITY and bool(_details(around, "keep_number"))
    return (NUMBER_STAYS,) if wrong else ()


def _appointed(around: Circumstances) -> date | None:
    written = _details(around, "appointed_on")
    return date.fromisoformat(written) if written else None


def _appointed_in_time(around: Circumstances, _: LinesFacts) -> Iterable[Refusal]:
    """Judged when the order is taken: works that are late are carried out all the same."""
    day, area = _appointed(around), _details(around, "area")
    if day is None or area not in AVERAGE_DAYS or around.keys:
        return ()
    today = local_date(around.at)
    last = today + timedelta(days=AVERAGE_DAYS[area])
    return () if today <= day <= last else (BAD_DAY.filled(last=last),)


def _waits(around: Circumstances, _: LinesFacts) -> Condition | None:
    day = _appointed(around)
    if day is None or day <= local_date(around.at):
        return None
    return Condition(Waits.DATE, day, day + GRACE)


def _new_address(around: Circumstances) -> Address:
    return Address(
        province=_details(around, "province"),
        city=_details(around, "city"),
        district=_details(around, "district"),
        street=_details(around, "street"),
        rural=_details(around, "area") == "rural",
    )


def _changes(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    before = facts.more.now.get(chosen.line.id)
    yield Change(Text("装机地址", "Address"), str(before) if before else "", str(_new_address(around)))
    if _keeps_across(around):
        yield Change(Text("号码", "Number"), chosen.line.number, f"{chosen.line.number}（移机不改号）")


def _relocate(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    relocate_lines(line_ids=ids_of(chosen), address=_new_address(around), actor=actor, at=around.at)
    if _keeps_across(around):
        arrange_numbers(
            numbers=[one.line.number for one in chosen],
            arrangement=Arrangement.MOVED_NEW,
            actor=actor,
            at=around.at,
        )


def _text(name: str, label: Text, help_: Text | None = None) -> Field:
    return Field(name, label, clause=CLAUSE, help=help_)


ITEM = line_item(
    code="relocation",
    title=Text("移机", "Relocation"),
    clause=CLAUSE,
    origin=Origin.INFERRED,
    channels=THREE_CHANNELS,
    inferred_channels=THREE_CHANNELS,
    papers=handler_papers("S04-A1", origin=Origin.INFERRED),
    fields=(
        Field("kind", Text("移机类型", "Kind of move"), FieldKind.CHOICE, KINDS, clause=CLAUSE),
        _text("province", Text("省", "Province")),
        _text("city", Text("市", "City")),
        _text("district", Text("区（县）", "District")),
        _text(
            "street",
            Text("标准地址", "Standard address"),
            Text("道路、门牌、楼栋、单元、房号", "Road, house, building, unit, room"),
        ),
        Field("area", Text("城乡", "Area"), FieldKind.CHOICE, AREAS, clause=CLAUSE),
        Field(
            "resource_check",
            Text("资源核查结果", "Resource check"),
            FieldKind.CHOICE,
            RESOURCES,
            clause=CLAUSE,
        ),
        _text("resource_reference", Text("资源核查单号", "Reference of the resource check")),
        Field("appointed_on", Text("上门日期", "Day of the move"), FieldKind.DATE, clause=CLAUSE),
        Field(
            "keep_number",
            Text("移机不改号", "Keep the number"),
            FieldKind.FLAG,
            required=False,
            clause=CLAUSE,
        ),
    ),
    guards=(
        Guard("resources_ready", CLAUSE, NO_RESOURCES.text, _resources_ready, Origin.INFERRED),
        Guard("number_stays", CLAUSE, NUMBER_STAYS.text, _number_stays, Origin.INFERRED),
        Guard("appointed_in_time", CLAUSE, BAD_DAY.text, _appointed_in_time, Origin.INFERRED),
    ),
    line_guards=(
        guard(
            "fixed_line",
            CLAUSE,
            Text("号码{number}不是固定电话，不能移机", "{number} is no fixed line"),
            lambda _, one: one.number is None or one.number.kind is not NumberKind.FIXED,
            origin=Origin.INFERRED,
        ),
        no_arrears(CLAUSE, origin=Origin.INFERRED),
        not_suspended(CLAUSE, origin=Origin.INFERRED),
        guard(
            "agreement_allows_leaving",
            CLAUSE,
            Text(
                "号码{number}在协议{agreement}的协议期内，不能跨市移机",
                "Agreement {agreement} of {number} does not let it leave the city",
            ),
            lambda around, one: (
                _details(around, "kind") == OTHER_CITY
                and one.agreement is not None
                and Restriction.TERMINATE in one.agreement.restrictions
            ),
            origin=Origin.INFERRED,
            agreement=lambda one: one.agreement.number if one.agreement else "",
        ),
        guard(
            "number_can_be_kept",
            CLAUSE,
            KEEPING_BARRED,
            lambda around, one: (
                _keeps_across(around)
                and one.number is not None
                and one.number.arrangement is not Arrangement.NONE
            ),
            origin=Origin.INFERRED,
        ),
    ),
    more=_load,
    waits=_waits,
    time_limit=lambda around: LIMITS.get(_details(around, "area"), LIMITS["urban"]),
    pays_when_late=True,
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_relocate,
    fee="relocation",
    prices=(
        InitialPrice("relocation", Text("移机手续费", "Relocation"), Decimal("100.00"), "标准 四（三）"),
    ),
    takes_effect=TakesEffect.ON_CONDITION,
    records=SIGNED,
)
