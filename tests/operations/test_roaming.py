"""Roaming destinations as dated catalogue data, and prepayments from the opening to the refund (S08, S05-G4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.items import application
from tests.lines import connect
from tests.support import check_deferred, snapshot
from tests.world import World
from trunkline.billing.operations import mark_prepayments_due
from trunkline.billing.operations.international import refund_days
from trunkline.billing.queries import prepayments_to_refund
from trunkline.billing.types import PrepaymentState
from trunkline.catalog.operations import publish_roaming_destination
from trunkline.catalog.queries import roaming_destinations
from trunkline.counter import desk
from trunkline.kernel.refusals import Refused
from trunkline.ordering.queries import order_items
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import open_services
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import LineState, ServiceCode

OPENED = datetime.fromisoformat("2026-12-31T10:00:00+08:00")


@pytest.mark.parametrize(
    ("closed", "days", "refundable", "due"),
    [
        ("2026-12-31", 45, "2027-02-14", "2027-02-28"),
        ("2026-12-31", 90, "2027-02-28", "2027-02-28"),
        ("2026-10-10", 0, "2026-10-10", "2026-12-10"),
        ("2027-12-30", 60, "2028-02-28", "2028-02-29"),
    ],
)
def test_a_refund_comes_within_two_months_of_closing(
    closed: str, days: int, refundable: str, due: str
) -> None:
    assert refund_days(date.fromisoformat(closed), days) == (
        date.fromisoformat(refundable),
        date.fromisoformat(due),
    )


@pytest.mark.parametrize("text", ["日本", "riben", "rb", "jp", "Japan"])
def test_a_destination_is_found_by_name_pinyin_initials_and_code(world: World, db: None, text: str) -> None:
    found = roaming_destinations(date(2026, 10, 1), text=text)
    assert "JP" in {view.details.code for view in found}


def test_a_new_publication_closes_the_one_before(world: World, actor: Actor, at: datetime) -> None:
    (before,) = roaming_destinations(date(2026, 10, 1), text="古巴")
    opened = replace(before.details, sms=True, message_price=Decimal("1.50"))
    publish_roaming_destination(details=opened, valid_from=date(2027, 1, 1), actor=actor, at=at)
    (last,) = roaming_destinations(date(2026, 12, 31), text="古巴")
    (first,) = roaming_destinations(date(2027, 1, 1), text="古巴")
    assert (last.details.is_open, last.valid_to) == (False, date(2027, 1, 1))
    assert (first.details.is_open, first.valid_to) == (True, None)


def test_a_destination_needs_reference_prices_and_dialling(world: World, actor: Actor, at: datetime) -> None:
    (japan,) = roaming_destinations(date(2026, 10, 1), text="日本")
    wrong = replace(
        japan.details, code="jp", reference=" ", home_price=None, dialling="", data_price=Decimal(-1)
    )
    before = snapshot()
    with pytest.raises(Refused) as refused:
        publish_roaming_destination(details=wrong, valid_from=date(2027, 1, 1), actor=actor, at=at)
    assert snapshot() == before
    assert {refusal.code for refusal in refused.value.refusals} == {
        *(
            "price.no_reference",
            "roaming.bad_code",
            "price.negative",
            "roaming.unpriced",
            "roaming.no_dialling",
        )
    }


def test_a_prepayment_goes_from_the_opening_to_the_refund_after_the_line_has_ended(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    clerk = make_actor(role="clerk", branch="HF")
    (line,) = connect(world, actor, at, 1)
    open_services(line_ids=[line.line_id], service=ServiceCode.THREE_WAY, actor=actor, at=at)
    bank = world.organizations["HF"][0]

    def apply(item: str, when: datetime, **details: object) -> int:
        chosen = [] if item == "international_prepayment_refund" else [line]
        placed = desk.place(request=application(world, item, chosen, details=details), actor=clerk, at=when)
        check_deferred()
        return placed.id

    opening = apply("roaming_opening", OPENED)
    (item,) = order_items(opening)
    assert ("三方通话", "开通", "自动关闭") in {(c.name.zh, c.before, c.after) for c in item.changes}
    with pytest.raises(Refused, match="S05-G4"):
        apply("termination", OPENED + timedelta(hours=1))
    closed = OPENED + timedelta(hours=2)
    apply("roaming_closing", closed)
    # Three-way calling does not come back unasked, and what became a deposit is no balance of the line.
    assert lines([line.line_id])[line.line_id].services == ()
    apply("termination", closed + timedelta(hours=1))
    assert lines([line.line_id])[line.line_id].state is LineState.TERMINATED
    with pytest.raises(Refused, match="S08-G2"):
        apply("international_prepayment_refund", closed + timedelta(days=44), number=line.number)
    assert mark_prepayments_due(actor=actor, at=closed + timedelta(days=45)) == 1
    (waiting,) = prepayments_to_refund(bank)
    assert (waiting.state, waiting.due_on) == (PrepaymentState.REFUND_DUE, date(2027, 2, 28))
    apply("international_prepayment_refund", closed + timedelta(days=45))
    assert prepayments_to_refund(bank) == ()
    with pytest.raises(Refused, match="S05-G4"):
        apply("international_prepayment_refund", closed + timedelta(days=46))


def test_three_way_calling_comes_back_when_it_is_asked_for(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    clerk = make_actor(role="clerk", branch="HF")
    (line,) = connect(world, actor, at, 1)
    calls = {"service": "international_calls"}
    opened = application(world, "roaming_opening", [line], details=calls)
    desk.place(request=opened, actor=clerk, at=OPENED)
    closed = application(world, "roaming_closing", [line], details=calls | {"reopen_three_way": True})
    desk.place(request=closed, actor=clerk, at=OPENED + timedelta(hours=1))
    assert lines([line.line_id])[line.line_id].services == (ServiceCode.THREE_WAY,)
    assert prepayments_to_refund() == ()
