"""The prepaid life cycle as time moves it: balances from the ledger, phases, and the end of reclaimed lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trunkline.billing.operations import lapse_deposits
from trunkline.kernel.money import ZERO
from trunkline.ledger.queries import customer_deposits
from trunkline.numbering.operations import freeze_numbers
from trunkline.numbering.rules import SHORTEST_FREEZE
from trunkline.security.audit import operation
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import advance_phases, terminate_lines
from trunkline.subscriptions.queries import accounts_in_use, lines, phases_due
from trunkline.subscriptions.rules import LOCK_PHASE
from trunkline.subscriptions.types import LifePhase

#: Lines that are moved on in one transaction.
PORTION = 10_000


@operation("line.advance_phase")
def advance_due_lines(*, actor: Actor, at: datetime) -> int:
    """Move on the lines whose phases have ended, by what lies on their accounts; returns how many were looked at.

    A line that is past its lock is reclaimed: what is left on its account lapses, it ends, and its number is frozen
    for 90 days (domain 4.4). The rent of a lock that a balance has lengthened is
    taken when that lock ends, as part of what lapses.
    """
    due = phases_due(at, limit=PORTION)
    balances = customer_deposits({each.account_id for each in due})
    accounts = {each.line_id: each.account_id for each in due}
    # A lock beyond its 30 days has lasted for as long as the balance paid its rent: nothing of it is left now.
    used_up = {
        each.line_id
        for each in due
        if each.phase is LifePhase.LOCKED and each.ends_at - each.since > LOCK_PHASE
    }
    reclaimed = advance_phases(
        line_ids=list(accounts),
        balances={
            line: ZERO if line in used_up else balances.get(account, ZERO)
            for line, account in accounts.items()
        },
        actor=actor,
        at=at,
    )
    if reclaimed:
        _end(reclaimed, [accounts[line] for line in reclaimed], actor, at)
    return len(due)


def _end(line_ids: Sequence[int], account_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    """The lines end, their numbers are frozen, and what no other line can use lapses."""
    numbers = [line.number for line in lines(line_ids).values()]
    terminate_lines(line_ids=line_ids, actor=actor, at=at)
    freeze_numbers(numbers=numbers, until=at + SHORTEST_FREEZE, actor=actor, at=at)
    left = set(account_ids) - accounts_in_use(account_ids)
    lapse_deposits(account_ids=sorted(left), actor=actor, at=at)
