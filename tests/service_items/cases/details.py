"""Cases of the items that give usage details out (S22, S23)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.items import with_card
from tests.lines import Connected, accounts, connect
from tests.service_items import Cases
from tests.service_items.scene import Scene, apply_for
from tests.service_items.states import asks
from trunkline.ordering.queries import order_items, orders_of_organization
from trunkline.ordering.types import OrderRequest
from trunkline.rating.queries import detail_accesses
from trunkline.subscriptions import operations as subscriptions
from trunkline.subscriptions.types import LineView

CASES = Cases()
#: Well before the months that are asked for.
LONG_AGO = datetime.fromisoformat("2026-10-20T10:00:00+08:00")
NEXT_DAY = LONG_AGO + timedelta(days=1)
NO_CARD = "G12345678"


def show_a_passport(scene: Scene) -> None:
    scene.details["card"] = NO_CARD


def of_another_organisation(scene: Scene) -> None:
    """A line that the organisation never held is asked for, too."""
    owner = scene.world.organizations["HF"][1]
    account = accounts(scene.world, scene.actor, scene.before(), 1, organization=owner)[0]
    (line,) = connect(scene.world, scene.actor, LONG_AGO, 1)
    subscriptions.transfer_lines(
        accounts={line.line_id: account}, organization_id=owner, users={}, actor=scene.actor, at=NEXT_DAY
    )
    scene.lines.append(line)


def applied(item_code: str) -> Callable[[Scene], OrderRequest]:
    def make(scene: Scene) -> OrderRequest:
        card = scene.details.pop("card", "")
        request = apply_for(scene, item_code)
        return with_card(request, card) if card else request

    return make


for _item in ("detail_query", "detail_print"):
    CASES.applied[_item] = applied(_item)
    for _guard, _prepare in (
        ("known_lines", lambda scene: scene.lines.append(Connected(999_999, "", 0))),
        ("held_in_the_months", of_another_organisation),
        ("months_in_order", asks(last_month="2026-11")),
        ("months_kept", asks(month="2026-06")),
        ("handler_shows_id_card", show_a_passport),
    ):
        CASES.refused[_item, _guard] = _prepare


@CASES.shows("detail_query")
@CASES.shows("detail_print")
def _(scene: Scene, after: list[LineView]) -> None:
    order = orders_of_organization(scene.bank)[0]
    assert [item.changes[0].after for item in order_items(order.id)] == ["2026-12"] * len(after)
    assert detail_accesses(order.id) == (), "nothing has been looked at yet"
