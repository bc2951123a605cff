"""二十、话费查询 (S20): last bills, the month so far, what is owed and overdue, and what is held. Nothing changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trunkline.billing.queries import last_bills
from trunkline.billing.types import BILL_STATE_NAMES, BillView, ChargeLine
from trunkline.counter.entitlement import PASSWORD, entitled, user_or_handler_papers
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import ELECTRONIC, THREE_CHANNELS
from trunkline.counter.users import for_individuals
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import Month, local_date
from trunkline.kernel.text import Text
from trunkline.ledger.queries import customer_deposits
from trunkline.ordering.item import Circumstances, InitialPrice, Origin, Record, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.runs.spending import charges_so_far
from trunkline.security.types import Actor


@dataclass(frozen=True, slots=True)
class Money:
    """By account: the last bills and what is held; by line: what the month has come to, where it was used."""

    bills: Mapping[int, tuple[BillView, ...]]
    held: Mapping[int, Decimal]
    so_far: Mapping[int, tuple[ChargeLine, ...]]


def _load(around: Circumstances, chosen: Sequence[LineFacts]) -> Money:
    accounts = [one.line.account_id for one in chosen]
    month = Month.of(local_date(around.at))
    return Money(
        last_bills(accounts), customer_deposits(accounts), charges_so_far(set(ids_of(chosen)), month)
    )


def _answer(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    money: Money = facts.more
    answers = [
        (
            Text(f"{bill.month}账单", f"Bill of {bill.month}"),
            f"{bill.total}元（{BILL_STATE_NAMES[bill.state].zh}）",
        )
        for bill in money.bills.get(chosen.line.account_id, ())
    ]
    charges = money.so_far.get(chosen.line.id, ())
    if charges:
        month = Month.of(local_date(around.at))
        amount = sum((charge.amount for charge in charges), ZERO)
        answers.append((Text(f"{month}实时话费", f"{month} so far"), f"{amount}元（未出账）"))
    answers += [
        (Text("未缴合计", "Owed"), f"{chosen.owed}元"),
        (Text("其中已逾期", "Overdue"), f"{chosen.overdue}元"),
        (Text("账户余额", "Balance"), f"{money.held.get(chosen.line.account_id, ZERO)}元"),
    ]
    return [Change(name, words, words) for name, words in answers]


def _nothing(_: Circumstances, __: LinesFacts, ___: Sequence[LineFacts], ____: Actor) -> None:
    """A query: what was answered stands in the order itself."""


ITEM = for_individuals(
    line_item(
        code="balance_query",
        title=Text("话费查询", "Balance query"),
        clause="S20",
        origin=Origin.INFERRED,
        channels=THREE_CHANNELS | ELECTRONIC,
        inferred_channels=THREE_CHANNELS | ELECTRONIC,
        papers=user_or_handler_papers("S20-A1", origin=Origin.INFERRED),
        needs_handler=False,
        verifications=PASSWORD,
        line_guards=(entitled("S20", origin=Origin.INFERRED),),
        more=_load,
        action=ItemAction.NO_CHANGE,
        changes=_answer,
        effects=_nothing,
        fee="balance_query",
        prices=(
            InitialPrice(
                "balance_query", Text("话费查询（免费）", "Balance query, free"), Decimal("0.00"), "标准 二十"
            ),
        ),
        takes_effect=TakesEffect.IMMEDIATELY,
        records=frozenset({Record.SERVICE_RECORD}),
    )
)
