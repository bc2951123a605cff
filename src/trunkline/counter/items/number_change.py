"""三、改号/换号 (S03): the line keeps everything but its number; the old one is frozen (REG-11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import (
    no_arrears,
    no_marketing_policy,
    no_number_arrangement,
    no_premium_rule,
    no_subsidy,
    not_lost,
    not_suspended,
)
from trunkline.counter.lines import line_item
from trunkline.counter.papers import ELECTRONIC, SIGNED_OR_RECORDED, THREE_CHANNELS, handler_papers
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.numbering.leases.rules import customer_holder
from trunkline.numbering.operations import assign_numbers, freeze_numbers, reserve_numbers
from trunkline.numbering.queries import leases, numbers
from trunkline.numbering.rules import SHORTEST_FREEZE, reserve_refusals
from trunkline.numbering.types import NumberView
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, InitialPrice, LineGuard, Origin, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import change_numbers

WANTED_TWICE = Refusal(
    "number.wanted_twice",
    "S03",
    Text("新号码{subject}被选了两次", "The new number {subject} is wanted twice"),
)
PREMIUM_WANTED = Refusal(
    "number.premium_wanted",
    "REG-25",
    Text(
        "新号码{subject}是靓号，须先在协议中约定预存",
        "The new number {subject} is premium and needs a commitment in an agreement first",
    ),
)
NOT_FREE = Text("新号码须空闲且属于本分公司", "The new number must be idle and of this branch's stock")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The new numbers as the inventory has them, how often each is wanted, and which the counter keeps for them."""

    inventory: dict[str, NumberView]
    counts: Counter[str]
    kept: frozenset[str]


def _load(around: Circumstances, chosen: Sequence[LineFacts]) -> _Wanted:
    wanted = [one.values["new_number"] for one in chosen if "new_number" in one.values]
    customer = customer_holder(around.organization.id)
    kept = frozenset(number for number, lease in leases(wanted).items() if lease.holder == customer)
    return _Wanted(numbers(wanted), Counter(wanted), kept)


def _new_number_free(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    wanted = chosen.values.get("new_number")
    if wanted is None:
        return ()
    more: _Wanted = facts.more
    view = more.inventory.get(wanted)
    found = list(reserve_refusals([wanted], more.inventory, {around.organization.branch_id}, more.kept))
    if more.counts[wanted] > 1:
        found.append(WANTED_TWICE.about(wanted))
    if view is not None and view.grade:
        found.append(PREMIUM_WANTED.about(wanted))
    return found


def _changes(_: Circumstances, __: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    return (Change(Text("号码", "Number"), chosen.line.number, chosen.values.get("new_number", "")),)


def _change(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    fresh = [one.values["new_number"] for one in chosen]
    holder = f"number_change:{around.organization.id}"
    reserve_numbers(
        numbers=fresh,
        purpose="number_change",
        holder=holder,
        expires_at=around.at + timedelta(hours=1),
        customer=customer_holder(around.organization.id),
        actor=actor,
        at=around.at,
    )
    assign_numbers(numbers=fresh, holder=holder, actor=actor, at=around.at)
    change_numbers(
        changes={one.line.id: one.values["new_number"] for one in chosen}, actor=actor, at=around.at
    )
    freeze_numbers(
        numbers=[one.line.number for one in chosen],
        until=around.at + SHORTEST_FREEZE,
        actor=actor,
        at=around.at,
    )


ITEM = line_item(
    code="number_change",
    title=Text("改号/换号", "Number change"),
    clause="S03",
    channels=THREE_CHANNELS | ELECTRONIC,
    inferred_channels=ELECTRONIC,
    papers=handler_papers("S03-A1"),
    line_fields=(Field("new_number", Text("新号码", "New number"), FieldKind.NUMBER, clause="S03"),),
    line_guards=(
        no_arrears("S03-G1"),
        no_number_arrangement("S03-G2"),
        no_marketing_policy("S03-G3"),
        no_premium_rule("S03-G3"),
        no_subsidy("S03-G3"),
        not_suspended("S03", origin=Origin.INFERRED),
        not_lost("S03", origin=Origin.INFERRED),
        LineGuard("new_number_free", "S03", NOT_FREE, _new_number_free, Origin.INFERRED),
    ),
    more=_load,
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_change,
    fee="number_change",
    prices=(
        InitialPrice("number_change", Text("改号手续费", "Number change"), Decimal("0.00"), "标准 三（三）"),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED_OR_RECORDED,
)
