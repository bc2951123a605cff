"""Items that work on lines there are: what each line is judged on, loaded with one query a fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from trunkline.agreements.queries import binding_agreements, premium_schedule
from trunkline.billing.queries import debts_of_accounts, free_deposits
from trunkline.catalog.queries import offerings
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import ALWAYS
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import local_date
from trunkline.numbering.queries import numbers
from trunkline.ordering.item import Circumstances, LineGuard, PlannedLine, ServiceItem
from trunkline.ordering.types import Change, ItemAction
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import lines, locked_lines

More = Callable[[Circumstances, Sequence[LineFacts]], Any]


def load_lines(around: Circumstances, more: More | None = None) -> LinesFacts:
    """The facts of the lines chosen, in the order they were chosen; under locks where they are asked for."""
    values = {choice.line_id: choice.values for choice in around.request.lines}
    wanted = list(around.keys or values)
    found = locked_lines(wanted) if around.locking else lines(wanted)
    views = [found[id_] for id_ in wanted if id_ in found]
    accounts = [view.account_id for view in views]
    today = local_date(around.at)
    debts, deposits = debts_of_accounts(accounts, today), free_deposits(accounts)
    agreements = binding_agreements(found)
    inventory = numbers([view.number for view in views])
    premiums = premium_schedule([view.number for view in views])
    plans = {offering.id: offering for offering in offerings()}
    facts = tuple(
        LineFacts(
            line=view,
            plan=plans.get(view.offering_id),
            overdue=debts[view.account_id][0],
            owed=debts[view.account_id][1],
            deposit=deposits.get(view.account_id, ZERO),
            agreement=agreements.get(view.id),
            premium=view.number in premiums,
            number=inventory.get(view.number),
            values=values.get(view.id, {}),
        )
        for view in views
    )
    unknown = tuple(id_ for id_ in wanted if id_ not in found)
    return LinesFacts(facts, unknown, more(around, facts) if more else None)


Changes = Callable[[Circumstances, LinesFacts, LineFacts], Iterable[Change]]
Effects = Callable[[Circumstances, LinesFacts, Sequence[LineFacts], Actor], None]


def line_item(
    *,
    action: ItemAction,
    changes: Changes,
    effects: Effects,
    line_guards: Sequence[LineGuard[LinesFacts, LineFacts]] = (),
    more: More | None = None,
    **declared: Any,
) -> ServiceItem[LinesFacts, LineFacts]:
    """A service item on lines there are. Every one of them has the guards of `guards.ALWAYS` first."""

    def plan(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> PlannedLine:
        return PlannedLine(
            key=chosen.line.id,
            action=action,
            number=chosen.line.number,
            user_name=chosen.line.user_name,
            plan_name=chosen.plan.name if chosen.plan else "",
            changes=tuple(changes(around, facts, chosen)),
        )

    def carry_out(
        around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor
    ) -> Sequence[int]:
        effects(around, facts, chosen, actor)
        return [one.line.id for one in chosen]

    order_guards, each_line = ALWAYS
    return ServiceItem(
        guards=(*order_guards, *declared.pop("guards", ())),
        line_guards=(*each_line, *line_guards),
        load=lambda around: load_lines(around, more),
        subjects=lambda facts: facts.lines,
        plan=plan,
        effects=carry_out,
        **declared,
    )


def ids_of(chosen: Iterable[LineFacts]) -> list[int]:
    """The ids of the lines."""
    return [one.line.id for one in chosen]
