"""Words of bills and payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text
from trunkline.party.types import PaymentMethod


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


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment taken."""

    id: int
    receipt_number: str
    account_id: int
    organization_id: int
    method: PaymentMethod
    amount: Decimal
    reference: str
    taken_at: datetime
    taken_by_id: int
    allocations: tuple[tuple[int, Decimal], ...]
