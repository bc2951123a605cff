"""Prepaid lines for tests: connected and activated through the ordinary operations."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from tests.lines import Connected, connect
from tests.world import World
from trunkline.catalog import operations as catalog
from trunkline.catalog.types import OfferingKind, PaymentMode
from trunkline.security.types import Actor
from trunkline.subscriptions import operations as subscriptions

PLAN = "PRE-STANDARD"
#: What the lines of `prepaid_lines` were sold with: 90 days of validity.
SOLD_WITH = Decimal("50.00")
#: Validity and recharge phase of such a line, after which it is locked.
LOCKED_AFTER = timedelta(days=90 + 90)


def prepaid_plan(actor: Actor, at: datetime) -> None:
    catalog.define_offering(
        code=PLAN,
        name="预付费标准产品",
        name_en="Prepaid standard product",
        kind=OfferingKind.PLAN,
        payment_mode=PaymentMode.PREPAID,
        technology="3G",
        actor=actor,
        at=at,
    )


def new_lines(world: World, actor: Actor, at: datetime, count: int) -> list[Connected]:
    """Prepaid lines that were connected at `at` and not activated."""
    prepaid_plan(actor, at)
    return connect(world, actor, at, count, plan=PLAN, mode=None)


def prepaid_lines(world: World, actor: Actor, at: datetime, count: int) -> list[Connected]:
    """Prepaid lines of which validity began at `at`; they were connected the day before."""
    made = new_lines(world, actor, at - timedelta(days=1), count)
    subscriptions.activate_lines(amounts={line.line_id: SOLD_WITH for line in made}, actor=actor, at=at)
    return made
