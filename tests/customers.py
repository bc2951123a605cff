"""Customers of the portal for tests: lines with service passwords, and a handler whose telephone is one of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from tests.lines import Connected, connect
from tests.world import World, handler_details
from trunkline.billing.operations import issue_bills
from trunkline.billing.queries import bills_of_organization
from trunkline.billing.types import BillDraft, ChargeKind, ChargeLine
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text
from trunkline.party.operations import register_handler
from trunkline.party.queries import organization
from trunkline.security.audit import acting
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import adopt_passwords, deposit_password

PASSWORD, NEW, WRONG = "394817", "850276", "111213"


@dataclass(frozen=True)
class Customers:
    """A bank with a handler at the portal (the first line) and a colleague; a stranger in another branch."""

    bank: int
    code: str
    handler: Connected
    colleague: Connected
    stranger: Connected
    bill: int
    colleagues_bill: int
    strangers_bill: int


def give(line: Connected, password: str, actor: Actor, at: datetime) -> None:
    deposit = deposit_password(line_id=line.line_id, password=password, actor=actor, at=at)
    adopt_passwords(deposits=[deposit], actor=actor, at=at)


def bill_of(line: Connected, world: World, branch: str, actor: Actor) -> int:
    charge = ChargeLine(
        line_id=line.line_id,
        number=line.number,
        kind=ChargeKind.RECURRING,
        code="plan.3G-46",
        title=Text("3G基本套餐46元 月租费", "3G Basic 46 monthly fee"),
        price_version_id=None,
        price_reference="皖通信资费备〔2026〕1号",
        quantity=1,
        unit="month",
        allowance_used=0,
        unit_price=Decimal("46.00"),
        amount=Decimal("46.00"),
        tax_class="basic_telecom",
        tax_rate=Decimal("0.09"),
        explanation={
            "price_version": 1,
            "valid_from": "2026-01-01",
            "formula_zh": "46.00元 × 1月 = 46.00元",
            "formula_en": "46.00 yuan × 1 month = 46.00 yuan",
            "rounding": "exact",
            "rule": "P2-06",
        },
    )
    owner = world.organizations[branch][0]
    draft = BillDraft(line.account_id, owner, world.branches[branch], 30, (charge,))
    issue_bills(
        month=Month.of(date(2026, 9, 1)), drafts=[draft], actor=actor, at=datetime(2026, 10, 1, 1, tzinfo=UTC)
    )
    with acting(actor):
        return next(b.id for b in bills_of_organization(owner) if b.account_id == line.account_id)


def customers(world: World, actor: Actor, at: datetime) -> Customers:
    bank = world.organizations["HF"][0]
    first, second = connect(world, actor, at, 2)
    (stranger,) = connect(world, actor, at, 1, branch="WH")
    for line in (first, second, stranger):
        give(line, PASSWORD, actor, at)
    details = replace(handler_details(7), phone=first.number)
    register_handler(organization_id=bank, details=details, actor=actor, at=at)
    with acting(actor):
        code = organization(bank).code
    return Customers(
        bank,
        code,
        first,
        second,
        stranger,
        bill_of(first, world, "HF", actor),
        bill_of(second, world, "HF", actor),
        bill_of(stranger, world, "WH", actor),
    )
