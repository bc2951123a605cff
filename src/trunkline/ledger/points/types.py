"""Words of loyalty points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from trunkline.kernel.periods import Month


class MovementKind(StrEnum):
    """What moved points of a lot; its sign says which way."""

    #: 产生: the whole lot, when it is granted.
    EARNED = "earned"
    #: 兑换.
    REDEEMED = "redeemed"
    #: 到期清零.
    EXPIRED = "expired"
    #: 调整: taken back for another reason, as when the line changes hands.
    ADJUSTED = "adjusted"
    #: 冲正: the opposite of what another source did.
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class PointsPolicy:
    """What operators have set differently over the years (REG-31).

    `step` is the fewest points that can be redeemed, and what every redemption is a multiple of (档位).
    `months_on_net` is how long a line must have been on the network. `valid_months` counts whole months after the
    one the points are earned for. `monthly_limit` is the most points a line may redeem in a calendar month, None
    for no limit.
    """

    step: int = 1000
    months_on_net: int = 6
    valid_months: int = 36
    monthly_limit: int | None = None

    def __post_init__(self) -> None:
        if self.step < 1 or self.valid_months < 1 or self.months_on_net < 0:
            raise ValueError(f"not a policy of points: {self}")


STANDARD = PointsPolicy()


@dataclass(frozen=True, slots=True)
class Consumption:
    """What one line has paid of one bill, in yuan.

    `eligible` is telecom consumption alone: late fees, and what a discount took off, are not in it. `bill` names
    what was paid; (bill, line) earns points at most once.
    """

    line_id: int
    month: Month
    eligible: Decimal
    paid_on_time: bool
    bill: str


@dataclass(frozen=True, slots=True)
class RedemptionFacts:
    """What decides whether a line's points may be redeemed (REG-31).

    `open_order` is another order than the one that redeems (S05-G6 redeems while the line is being ended).
    `frozen`: the line is stopped for any cause, or in pre-cancellation.
    """

    months_on_net: int
    stopped_for_arrears: bool
    blacklisted: bool
    open_order: bool
    frozen: bool


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of the points earned at once. From the day `expires_on` they are no longer valid."""

    id: int
    expires_on: date
    left: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement of one source as it stands, and the lot it moved."""

    lot: Lot
    kind: MovementKind
    points: int


@dataclass(frozen=True, slots=True)
class PointsChange:
    """How many lots an operation moved, and how many points in them (never negative)."""

    lots: int
    points: int


@dataclass(frozen=True, slots=True)
class LineRedemption:
    """Points to be redeemed for a line; `source_id` names what for, and redeems once."""

    line_id: int
    points: int
    facts: RedemptionFacts
    source_id: str


@dataclass(frozen=True, slots=True)
class Redemption:
    """积分回馈 (S19): the points taken, what they are worth in yuan, and the valid points left on the line."""

    points: int
    yuan: Decimal
    left: int


@dataclass(frozen=True, slots=True)
class PointsBalance:
    """The points of a line on a day (S18-2).

    `total` are all that are valid. `frozen` of them cannot be used while the line is stopped or in
    pre-cancellation; `applicable` (可应用积分) are the rest; `redeemable` (可兑换积分) are as many of these as make
    up whole steps. `expiring` of the total run out within three months.
    """

    total: int
    redeemable: int
    applicable: int
    frozen: int
    expiring: int


@dataclass(frozen=True, slots=True)
class MovementView:
    """A movement of a line's points with the month they were earned for and the day they run out."""

    at: datetime
    kind: MovementKind
    points: int
    month: Month
    expires_on: date
    source: str
    source_id: str
