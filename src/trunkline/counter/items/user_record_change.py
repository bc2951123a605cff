"""九、资料变更：用户资料 (S09-1): the actual user of a line, by his real name (REG-13, REG-14)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import line_item
from trunkline.counter.papers import SIGNED, THREE_CHANNELS, handler_papers
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field
from trunkline.ordering.item import Circumstances, InitialPrice, LineGuard, Origin, Paper, TakesEffect
from trunkline.ordering.types import Change, ItemAction, PaperKind
from trunkline.party.rules import resident_id_refusals
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import change_users
from trunkline.subscriptions.queries import live_lines_of_persons
from trunkline.subscriptions.rules import MOST_LINES_OF_A_PERSON, person_key

TOO_MANY = Refusal(
    "user.too_many_lines",
    "REG-14",
    Text(
        "使用人{name}名下将有{count}个号码，超过{limit}个", "{name} would hold {count} lines, above {limit}"
    ),
)


def _load(_: Circumstances, chosen: Sequence[LineFacts]) -> tuple[Mapping[str, int], Counter[str]]:
    wanted = Counter(
        person_key(one.values["user_id_number"])
        for one in chosen
        if "user_id_number" in one.values
        and person_key(one.values["user_id_number"]) != one.line.user_id_number
    )
    return live_lines_of_persons(wanted), wanted


def _real_name(_: Circumstances, __: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    number = chosen.values.get("user_id_number")
    return resident_id_refusals(number) if number else ()


def _five_lines(_: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    held, wanted = facts.more
    person = person_key(chosen.values.get("user_id_number", ""))
    count = held.get(person, 0) + wanted[person]
    if not wanted[person] or count <= MOST_LINES_OF_A_PERSON:
        return ()
    name = chosen.values.get("user_name", chosen.line.user_name)
    return (TOO_MANY.filled(name=name, count=count, limit=MOST_LINES_OF_A_PERSON),)


def _changes(_: Circumstances, __: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    if "user_name" in chosen.values:
        yield Change(Text("使用人", "User"), chosen.line.user_name, chosen.values["user_name"])
    if "user_id_number" in chosen.values:
        yield Change(Text("证件号码", "ID number"), "（已登记）", "（已变更）")


def _change(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    change_users(
        users={
            one.line.id: (
                one.values.get("user_name", one.line.user_name),
                one.values.get("user_id_number", one.line.user_id_number),
            )
            for one in chosen
        },
        actor=actor,
        at=around.at,
    )


ITEM = line_item(
    code="user_record_change",
    title=Text("资料变更（用户资料）", "Change of user records"),
    clause="S09",
    place=2,
    channels=THREE_CHANNELS,
    papers=(
        *handler_papers("S09-A1", origin=Origin.INFERRED),
        Paper(PaperKind.PROOF_OF_CHANGE, "S09-A1", origin=Origin.INFERRED),
    ),
    line_fields=(
        Field("user_name", Text("使用人姓名", "User's name"), clause="REG-13"),
        Field("user_id_number", Text("使用人证件号码", "User's ID number"), clause="REG-13"),
    ),
    line_guards=(
        LineGuard("real_name", "REG-13", Text("证件号码须正确", "The ID number must be right"), _real_name),
        LineGuard("five_lines_a_person", "REG-14", TOO_MANY.text, _five_lines),
    ),
    more=_load,
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_change,
    fee="user_record_change",
    prices=(
        InitialPrice(
            "user_record_change", Text("资料变更手续费", "Change of records"), Decimal("0.00"), "标准 九"
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED,
)
