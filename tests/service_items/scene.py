"""The scene of a case: three plain lines of an organisation, and the application made for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.items import application
from tests.lines import Connected
from tests.world import World
from trunkline.catalog import operations as catalog
from trunkline.catalog.types import OfferingKind, PaymentMode, TaxClass
from trunkline.ordering.types import OrderRequest
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import (
    lines,
)
from trunkline.subscriptions.types import (
    LineView,
)

#: A day after the bills of October fell due.
LATER = datetime.fromisoformat("2026-12-12T10:00:00+08:00")


@dataclass
class Scene:
    """What a case may change before the application: three plain lines of the first Hefei organisation."""

    world: World
    actor: Actor
    at: datetime
    lines: list[Connected]
    details: dict[str, Any] = field(default_factory=dict)
    values: dict[int, dict[str, str]] = field(default_factory=dict)
    verification: int | None = None
    steps: int = 0

    def before(self) -> datetime:
        """A moment before the application, each later than the last."""
        self.steps += 1
        return self.at - timedelta(hours=1) + timedelta(minutes=self.steps)

    @property
    def one(self) -> Connected:
        return self.lines[0]

    @property
    def bank(self) -> int:
        return self.world.organizations["HF"][0]


def product(actor: Actor, at: datetime) -> None:
    offering = catalog.define_offering(
        code="VAS-CALL",
        name="来电提醒",
        name_en="Missed-call notice",
        kind=OfferingKind.VALUE_ADDED,
        payment_mode=PaymentMode.POSTPAID,
        technology="3G",
        actor=actor,
        at=at,
    )
    catalog.publish_price_version(
        offering_id=offering,
        valid_from=date(2026, 1, 1),
        reference="皖通信管〔2026〕2号",
        monthly_fee=Decimal("3.00"),
        tax_class=TaxClass.VALUE_ADDED_TELECOM,
        allowances=(),
        usage_prices=(),
        actor=actor,
        at=at,
    )
    catalog.define_offering(
        code="VAS-BARE",
        name="未定价产品",
        name_en="Product without a price",
        kind=OfferingKind.VALUE_ADDED,
        payment_mode=PaymentMode.POSTPAID,
        technology="3G",
        actor=actor,
        at=at,
    )


def view(line: Connected) -> LineView:
    return lines([line.line_id])[line.line_id]


def apply_for(scene: Scene, item_code: str, **more: Any) -> OrderRequest:
    return application(
        scene.world,
        item_code,
        scene.lines,
        details=scene.details,
        values=scene.values,
        **{"verification": scene.verification} | more,
    )
