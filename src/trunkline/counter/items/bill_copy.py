"""二十一、账单打印、邮寄 (S21): the first copy of a bill in a month is free, later ones have their price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trunkline.billing.operations import copy_bills
from trunkline.billing.queries import bills_of_accounts, copied_in
from trunkline.billing.types import COPY_DELIVERY_NAMES, BillView, CopyDelivery
from trunkline.counter.entitlement import PASSWORD, entitled, user_or_handler_papers
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import line_item
from trunkline.counter.papers import SIGNED_OR_RECORDED, THREE_CHANNELS
from trunkline.counter.users import for_individuals
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, InitialPrice, LineGuard, Origin, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor

NO_BILL = Refusal(
    "bill.none_this_month", "S21", Text("号码{subject}该月没有账单", "There is no bill of {subject} for it")
)
CODE, AGAIN = "bill_copy", "bill_copy_again"


@dataclass(frozen=True, slots=True)
class Copying:
    """The bills of the month by account, and those of which a copy went out this calendar month."""

    bills: Mapping[int, BillView]
    copied: frozenset[int]


def _load(around: Circumstances, chosen: Sequence[LineFacts]) -> Copying:
    month = around.request.details.get("month")
    if month is None:
        return Copying({}, frozenset())
    bills = bills_of_accounts([one.line.account_id for one in chosen], Month.parse(month))
    return Copying(bills, copied_in([bill.id for bill in bills.values()], Month.of(around.at)))


def _billed(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    if "month" not in around.request.details or chosen.line.account_id in facts.more.bills:
        return ()
    return (NO_BILL.about(chosen.line.number),)


def _wanted(facts: LinesFacts, chosen: Sequence[LineFacts]) -> list[int]:
    """The bills to copy, each once, however many of its lines are chosen."""
    found = (facts.more.bills.get(one.line.account_id) for one in chosen)
    return list(dict.fromkeys(bill.id for bill in found if bill is not None))


def _fees(_: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts]) -> Mapping[str, int]:
    wanted = _wanted(facts, chosen)
    again = sum(bill in facts.more.copied for bill in wanted)
    counts = {CODE: len(wanted) - again, AGAIN: again}
    return {code: count for code, count in counts.items() if count}


def _changes(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    bill = facts.more.bills.get(chosen.line.account_id)
    delivery = around.request.details.get("delivery")
    if bill is not None and delivery is not None:
        yield Change(
            Text("账单", "Bill"), "", f"{bill.number}（{COPY_DELIVERY_NAMES[CopyDelivery(delivery)].zh}）"
        )


def _copy(around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    copy_bills(
        bill_ids=_wanted(facts, chosen),
        delivery=CopyDelivery(around.request.details["delivery"]),
        actor=actor,
        at=around.at,
    )


ITEM = for_individuals(
    line_item(
        code=CODE,
        title=Text("账单打印、邮寄", "Copy of a bill"),
        clause="S21",
        origin=Origin.INFERRED,
        channels=THREE_CHANNELS,
        inferred_channels=THREE_CHANNELS,
        papers=user_or_handler_papers("S21-A1", origin=Origin.INFERRED),
        needs_handler=False,
        verifications=PASSWORD,
        fields=(
            Field("month", Text("账期", "Month"), FieldKind.MONTH, clause="S21"),
            Field(
                "delivery",
                Text("取得方式", "How it is delivered"),
                FieldKind.CHOICE,
                tuple((str(way), name) for way, name in COPY_DELIVERY_NAMES.items()),
                clause="S21",
            ),
        ),
        line_guards=(
            entitled("S21", origin=Origin.INFERRED),
            LineGuard("billed", "S21", NO_BILL.text, _billed, Origin.INFERRED),
        ),
        more=_load,
        action=ItemAction.NO_CHANGE,
        changes=_changes,
        effects=_copy,
        fee=CODE,
        fees=_fees,
        prices=(
            InitialPrice(
                CODE,
                Text("账单当月首次打印、邮寄（免费）", "First copy, free"),
                Decimal("0.00"),
                "标准 二十一（三）",
            ),
            InitialPrice(
                AGAIN, Text("账单当月再次打印、邮寄", "Copy again"), Decimal("1.00"), "标准 二十一（三）"
            ),
        ),
        takes_effect=TakesEffect.IMMEDIATELY,
        records=SIGNED_OR_RECORDED,
    )
)
