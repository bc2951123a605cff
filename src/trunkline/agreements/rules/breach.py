"""What a customer owes after a breach, and what meets it (P2-20 … P2-23)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from trunkline.catalog.parameters import Parameter, decimal_number, switch, whole_number
from trunkline.kernel.money import ZERO, fen_half_up
from trunkline.kernel.text import Text

#: 3‰ a day of what is overdue (REG-01, domain 2.2).
DAILY_RATE = Decimal("0.003")
OVERDUE_RATE = Parameter(
    "breach.overdue_rate",
    "REG-01",
    Text("逾期违约金日费率", "Overdue penalty a day, as a part of what is owed"),
    decimal_number(Decimal(0), Decimal("0.01")),
    default=DAILY_RATE,
)
#: 民法典 585: an excessive penalty can be reduced.
OVERDUE_CAPPED = Parameter(
    "breach.overdue_capped",
    "P2-20",
    Text("逾期违约金不超过欠费本金", "The overdue penalty is no more than what is owed"),
    switch(),
    default=True,
)
TOP_UP_DAYS = Parameter(
    "breach.top_up_days",
    "P2-22",
    Text("违约款项一次性补足的期限", "Days in which a breach is made good in one sum"),
    whole_number(1, 365),
    default=15,
    unit=Text("天", "days"),
)


@dataclass(frozen=True, slots=True)
class BreachClaim:
    """What is claimed for one number, in yuan: the overdue penalty, the subsidy and benefits taken back, the penalty
    for a handset given back early, and other losses shown.
    """

    number: str
    overdue_penalty: Decimal = ZERO
    benefits: Decimal = ZERO
    handset_penalty: Decimal = ZERO
    losses: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.overdue_penalty + self.benefits + self.handset_penalty + self.losses


@dataclass(frozen=True, slots=True)
class BreachSettlement:
    """How a claim is met: `offset` from the number's un-released deposit, `top_up` in one sum (P2-22)."""

    claim: BreachClaim
    offset: Decimal
    top_up: Decimal


def overdue_penalty(
    owed: Decimal, days: int, *, daily_rate: Decimal = DAILY_RATE, capped: bool = True
) -> Decimal:
    """The penalty for `owed` yuan paid `days` late: simple, by the day, and no more than what is owed where `capped`
    (an excessive penalty can be reduced). ValueError for negative days or yuan.
    """
    if days < 0 or owed < 0:
        raise ValueError(f"{owed} yuan, {days} days")
    penalty = fen_half_up(owed * daily_rate * days)
    return min(penalty, owed) if capped else penalty


def settlement(claim: BreachClaim, unreleased: Decimal) -> BreachSettlement:
    """Offset a claim from the un-released deposit of its own number only; what was released stays (P2-21, P2-22)."""
    offset = min(claim.total, unreleased)
    return BreachSettlement(claim, offset, claim.total - offset)
