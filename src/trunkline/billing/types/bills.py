"""Words of bills: charges, drafts, what a bill shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from trunkline.catalog.types import FirstMonthMode, PriceVersionView
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text


class BillState(StrEnum):
    """账单状态."""

    OPEN = "open"
    PAID = "paid"


BILL_STATE_NAMES = {BillState.OPEN: Text("未缴清", "Open"), BillState.PAID: Text("已缴清", "Paid")}


class ChargeKind(StrEnum):
    """What a bill line is for."""

    RECURRING = "recurring"
    USAGE = "usage"
    ONE_OFF = "one_off"
    #: What is given back (REG-04): its amount is negative.
    CREDIT = "credit"
    #: What the operator owes for opening late (REG-03): its amount is negative.
    COMPENSATION = "compensation"


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One charge before it is billed: a pure value made from recurring prices, rated usage or a fee.

    `quantity` and `allowance_used` count `unit`s; `unit_price` is yuan; `amount` is yuan, tax included, rounded
    where `explanation["rounding"]` says. `explanation` holds what the bill page shows for "why this amount".
    """

    line_id: int | None
    number: str
    kind: ChargeKind
    code: str
    title: Text
    price_version_id: int | None
    price_reference: str
    quantity: int
    unit: str
    allowance_used: int
    unit_price: Decimal
    amount: Decimal
    tax_class: str
    tax_rate: Decimal
    explanation: dict[str, Any]


class Rounding(StrEnum):
    """How an amount came to whole fen: the value of ``explanation["rounding"]``."""

    EXACT = "exact"
    #: Once, on the sum of the line's usage.
    HALF_UP = "half_up"
    #: In favour of the user (P2-07).
    DOWN = "down"
    #: In favour of the user, of what is given back (REG-04).
    UP = "up"


ROUNDING_NAMES = {
    Rounding.EXACT: Text("不需取整", "Exact"),
    Rounding.HALF_UP: Text("合计后一次四舍五入到分", "The sum rounded half up to the fen, once"),
    Rounding.DOWN: Text("惠及用户，舍去分以下", "In the user's favour: what is below the fen is dropped"),
    Rounding.UP: Text(
        "惠及用户，不足一分的进为一分", "In the user's favour: what is below the fen becomes one"
    ),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the month in which a line had one number, one account and one price version.

    `price` is None where the offering had no price in force; `first_month_mode` is None outside the month of
    entry. Half-open, in UTC; `active_to` is None while it lasts.
    """

    number: str
    account_id: int
    offering: Text
    price: PriceVersionView | None
    first_month_mode: FirstMonthMode | None
    active_from: datetime
    active_to: datetime | None


@dataclass(frozen=True, slots=True)
class LineMonth:
    """What one line was on in a month: at least one stretch, in order of time.

    `resumed_on` is the day the line came back from 停机保号 in this month (S06-E2).
    """

    line_id: int
    stretches: tuple[Stretch, ...]
    resumed_on: date | None = None


@dataclass(frozen=True, slots=True)
class UsageTotal:
    """A line's usage under one price row, summed; `charge` in ten-thousandths of a yuan, exact.

    units = allowance_units + shared_units + capped_units + charged_units, counted as the price row counts: paid by the
    line's allowance, by its pool's, left free above a cap, charged. `relief` is what a cap of money took off `charge`.
    """

    price_row_id: int
    records: int
    quantity: int
    units: int
    allowance_units: int
    charged_units: int
    charge: int
    shared_units: int = 0
    capped_units: int = 0
    relief: int = 0


@dataclass(frozen=True, slots=True)
class WaivedDays:
    """障碍减免 (REG-04): the days of a ticket's fault within one month, half-open."""

    ticket: str
    first_day: date
    end_day: date


@dataclass(frozen=True, slots=True)
class RentWaiver:
    """What is waived of a line's rent of one month, as it stands now.

    `days` counts each day once, however many faults touched it. `rent` is what an earlier bill charged for the
    month, None where the bill being made does; `given` was credited before, on `times` bills.
    """

    line_id: int
    month: Month
    days: int
    spans: tuple[WaivedDays, ...]
    rent: Decimal | None
    given: Decimal
    times: int


@dataclass(frozen=True, slots=True)
class DueRelease:
    """靓号预存款 of one number: what the plan leaves un-released after this month's release (P2-09)."""

    number: str
    left_afterwards: Decimal


@dataclass(frozen=True, slots=True)
class BillDraft:
    """What one account is to be billed for a month. With `billed` False only its deposits are released."""

    account_id: int
    organization_id: int
    branch_id: int
    payment_days: int
    charges: tuple[ChargeLine, ...]
    releases: tuple[DueRelease, ...] = ()
    billed: bool = True


@dataclass(frozen=True, slots=True)
class BillsIssued:
    """What `issue_bills` did: how many bills, and their sum in yuan with tax."""

    bills: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BillView:
    """A bill. `total` includes tax; `from_deposit` was met by released premium deposits; `cash_due` is the rest."""

    id: int
    number: str
    account_id: int
    organization_id: int
    branch_id: int
    month: Month
    state: BillState
    issued_at: datetime
    due_on: date
    total: Decimal
    tax_total: Decimal
    from_deposit: Decimal
    cash_due: Decimal
    paid: Decimal


@dataclass(frozen=True, slots=True)
class BillLineView:
    """A line of a bill with its explanation."""

    id: int
    ordinal: int
    line_id: int | None
    number: str
    kind: ChargeKind
    code: str
    title: Text
    price_version_id: int | None
    price_reference: str
    quantity: int
    unit: str
    allowance_used: int
    unit_price: Decimal
    amount: Decimal
    tax_rate: Decimal
    explanation: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TaxLine:
    """Net, tax and gross at one rate."""

    rate: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
