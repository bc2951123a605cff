"""Words of breaches (P2-20 … P2-23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from trunkline.agreements.rules.breach import BreachClaim
from trunkline.kernel.text import Text
from trunkline.kernel.transitions import Transitions


class BreachState(StrEnum):
    """违约处理状态."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class BreachEvent(StrEnum):
    """What can happen to a breach."""

    APPROVE = "approve"
    SETTLE = "settle"
    WITHDRAW = "withdraw"


BREACH_STATE_NAMES = {
    BreachState.PROPOSED: Text("待审批", "Proposed"),
    BreachState.APPROVED: Text("待补足", "To be made good"),
    BreachState.SETTLED: Text("已结清", "Settled"),
    BreachState.WITHDRAWN: Text("已撤销", "Withdrawn"),
}

#: A breach that its deposit meets whole is settled as soon as it is approved.
BREACH_LIFE: Transitions[BreachState, BreachEvent] = Transitions(
    (
        (BreachState.PROPOSED, BreachEvent.APPROVE, BreachState.APPROVED),
        (BreachState.PROPOSED, BreachEvent.WITHDRAW, BreachState.WITHDRAWN),
        (BreachState.APPROVED, BreachEvent.SETTLE, BreachState.SETTLED),
    )
)


@dataclass(frozen=True, slots=True)
class OverdueBill:
    """A bill paid late, or not yet, and its penalty: yuan owed, days late, the rate a day (REG-01)."""

    bill_number: str
    owed: Decimal
    days: int
    rate: Decimal
    penalty: Decimal


@dataclass(frozen=True, slots=True)
class BreachProposal:
    """What is claimed for a number, in yuan. The overdue penalty is that of the account's bills on that day where
    `with_overdue`; `benefits` are the subsidy and whatever else was given (P2-20), `handset_penalty` that of a
    handset given back early (P2-23).
    """

    agreement_id: int
    number: str
    broken_on: date
    grounds: str
    whole_agreement: bool = False
    with_overdue: bool = True
    benefits: Decimal = Decimal(0)
    handset_penalty: Decimal = Decimal(0)
    losses: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class BreachPreview:
    """What a proposal would come to now: the claim, the bills behind it, and how it would be met."""

    claim: BreachClaim
    overdue: tuple[OverdueBill, ...]
    unreleased: Decimal
    offset: Decimal
    top_up: Decimal


@dataclass(frozen=True, slots=True)
class BreachView:
    """A breach. `offset` and `top_up` are None until it is approved; `due_on` is the last day to pay in one sum."""

    id: int
    case_number: str
    agreement_id: int
    organization_id: int
    account_id: int
    state: BreachState
    broken_on: date
    grounds: str
    whole_agreement: bool
    claim: BreachClaim
    overdue: tuple[OverdueBill, ...]
    offset: Decimal | None
    top_up: Decimal | None
    due_on: date | None
    proposed_by_id: int
    proposed_at: datetime
    decided_by_id: int | None
    decided_at: datetime | None
    reason: str
