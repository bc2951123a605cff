"""Cases of moving fixed lines (S04)."""

from __future__ import annotations

from datetime import date

from tests.lines import connect
from tests.service_items import Cases
from tests.service_items.scene import Scene
from tests.service_items.states import asks, both, in_agreement, owes, stopped
from trunkline.numbering import operations as numbering
from trunkline.numbering.queries import numbers
from trunkline.numbering.types import Arrangement, NumberKind
from trunkline.subscriptions.queries import addresses
from trunkline.subscriptions.types import LineView, StopCause

CASES = Cases()
FIXED = ("055165100001", "055165100002", "055165100003")


def fixed_lines(scene: Scene) -> None:
    """Fixed lines instead of the mobile ones."""
    numbering.define_range(
        prefix="0551",
        kind=NumberKind.FIXED,
        use="fixed",
        valid_from=date(2026, 1, 1),
        actor=scene.actor,
        at=scene.before(),
    )
    numbering.stock_numbers(
        numbers=FIXED,
        kind=NumberKind.FIXED,
        stock_id=scene.world.branches["HF"],
        actor=scene.actor,
        at=scene.before(),
    )
    numbering.reserve_numbers(
        numbers=FIXED,
        purpose="agreement",
        holder="test:fixed",
        expires_at=scene.at,
        actor=scene.actor,
        at=scene.before(),
    )
    numbering.assign_numbers(numbers=FIXED, holder="test:fixed", actor=scene.actor, at=scene.before())
    scene.lines = connect(scene.world, scene.actor, scene.before(), 3, numbers=FIXED)


def one_mobile(scene: Scene) -> None:
    scene.lines += connect(scene.world, scene.actor, scene.before(), 1)


def kept_before(scene: Scene) -> None:
    numbering.arrange_numbers(
        numbers=[scene.one.number],
        arrangement=Arrangement.MOVED_NEW,
        actor=scene.actor,
        at=scene.before(),
    )


CASES.ready["relocation"] = fixed_lines


@CASES.shows("relocation")
def _(scene: Scene, after: list[LineView]) -> None:
    assert {str(place) for place in addresses([line.id for line in after]).values()} == {
        "安徽省合肥市蜀山区科学大道9号3幢1201室"
    }
    # Kept across exchange areas, a number is not changed for another (S03-G2).
    assert {view.arrangement for view in numbers(FIXED).values()} == {Arrangement.MOVED_NEW}


CASES.refused.update(
    {
        ("relocation", "resources_ready"): asks(resource_check="missing"),
        ("relocation", "number_stays"): asks(kind="other_city"),
        ("relocation", "appointed_in_time"): asks(appointed_on="2027-01-20"),
        ("relocation", "fixed_line"): one_mobile,
        ("relocation", "no_arrears"): owes,
        ("relocation", "not_suspended"): stopped(StopCause.VOLUNTARY),
        ("relocation", "agreement_allows_leaving"): both(
            in_agreement, asks(kind="other_city", keep_number=False)
        ),
        ("relocation", "number_can_be_kept"): kept_before,
    }
)
