"""What becomes of points and of invoiced money when lines end, change hands, or are paid back at the counter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.items import application
from tests.lines import Connected, connect
from tests.operations.test_billing import OCTOBER, charge, draft
from tests.service_items.cases.lines import CASES
from tests.service_items.scene import Scene
from tests.support import check_deferred, snapshot
from tests.world import World
from trunkline.billing.checks import CHECKS as BILLING
from trunkline.billing.invoicing import invoice_in_force, invoices_of_organization, red_letter_of
from trunkline.billing.operations import issue_bills, issue_invoice, take_payment
from trunkline.billing.queries import bills_of_account, free_deposits, payments_of_organization
from trunkline.billing.types import (
    BillState,
    InvoiceKind,
    InvoiceRequest,
    InvoiceState,
    InvoiceView,
    PaymentPurpose,
    PaymentView,
)
from trunkline.counter import desk
from trunkline.counter.desk import INLINE_LINES
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refused
from trunkline.ledger.checks import CHECKS as LEDGER
from trunkline.ledger.points.operations import earn_points
from trunkline.ledger.points.queries import movements, points_of_lines
from trunkline.ledger.points.types import Consumption, MovementKind
from trunkline.ledger.queries import customer_deposits
from trunkline.ordering.queries import order_items
from trunkline.ordering.types import OrderRequest, OrderState, OrderView, PaperKind
from trunkline.party.types import PaymentMethod
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions.queries import lines as line_views
from trunkline.subscriptions.types import LineState

EARNED = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
#: Half a year after the lines came.
NOW = datetime(2027, 4, 20, 2, 0, tzinfo=UTC)


def with_points(world: World, actor: Actor, at: datetime, *points: int) -> tuple[Connected, ...]:
    """A line for each number of points, all earned in October."""
    found = connect(world, actor, at, len(points))
    bought = [
        Consumption(line.line_id, OCTOBER, Decimal(each), True, "B1")
        for line, each in zip(found, points, strict=True)
    ]
    earn_points(consumption=bought, actor=actor, at=EARNED)
    return tuple(found)


def left(*lines: Connected) -> list[int]:
    found = points_of_lines([line.line_id for line in lines], local_date(NOW))
    return [found[line.line_id].total for line in lines]


def moved(line: Connected) -> list[tuple[MovementKind, int]]:
    """Movements since the points were earned, the oldest first."""
    return [(one.kind, one.points) for one in reversed(movements(line.line_id))][1:]


def carried_out(request: OrderRequest, actor: Actor, at: datetime = NOW) -> OrderView:
    hall = replace(actor, channel=Channel.OWN_HALL)
    placed = desk.place(request=request, actor=hall, at=at)
    if placed.state is not OrderState.COMPLETED:
        placed = desk.execute(order_id=placed.id, actor=hall, at=at)
    check_deferred()
    assert placed.state is OrderState.COMPLETED
    return placed


def broken() -> list[str]:
    return [f"{check.code}: {place}" for check in (*LEDGER, *BILLING) for place in check.find()]


def test_a_line_that_ends_gives_its_points_to_another_and_loses_the_rest(
    world: World, actor: Actor, at: datetime
) -> None:
    first, second, stays = with_points(world, actor, at, 1250, 99, 500)
    request = application(world, "termination", [first, second], details={"points_to": stays.number})
    placed = carried_out(request, actor)
    assert {line.state for line in line_views([first.line_id, second.line_id]).values()} == {
        LineState.TERMINATED
    }
    assert moved(first) == [(MovementKind.REDEEMED, -1200), (MovementKind.ADJUSTED, -50)]
    assert moved(second) == [(MovementKind.ADJUSTED, -99)]
    assert left(first, second, stays) == [0, 0, 500]
    (credit,) = payments_of_organization(world.organizations["HF"][0])
    assert (credit.purpose, credit.amount, credit.account_id) == (
        PaymentPurpose.POINTS_CREDIT,
        Decimal("12.00"),
        stays.account_id,
    )
    assert customer_deposits([stays.account_id]) == {stays.account_id: Decimal("12.00")}
    told = [
        change.after for item in order_items(placed.id) for change in item.changes if change.name.zh == "积分"
    ]
    assert sorted(told) == ["兑换0分，剩余99分作废", "兑换1200分，剩余50分作废"]
    assert broken() == []


def test_the_credit_of_a_line_that_ends_pays_what_the_other_owes(
    world: World, actor: Actor, at: datetime
) -> None:
    leaves, stays = with_points(world, actor, at, 1200, 0)
    issue_bills(
        month=OCTOBER,
        drafts=[draft(world, stays.account_id, charge("66.00"))],
        actor=actor,
        at=OCTOBER.end,
    )
    carried_out(application(world, "termination", [leaves], details={"points_to": stays.number}), actor)
    (bill,) = bills_of_account(stays.account_id)
    assert (bill.state, bill.paid) == (BillState.OPEN, Decimal("12.00"))
    assert broken() == []


def test_a_line_that_ends_without_asking_loses_all_its_points(
    world: World, actor: Actor, at: datetime
) -> None:
    leaves, stays = with_points(world, actor, at, 1250, 500)
    carried_out(application(world, "termination", [leaves]), actor)
    assert moved(leaves) == [(MovementKind.ADJUSTED, -1250)]
    assert left(leaves, stays) == [0, 500]
    assert payments_of_organization(world.organizations["HF"][0]) == ()
    assert broken() == []


def test_points_do_not_go_over_with_a_number(world: World, actor: Actor, at: datetime) -> None:
    goes, stays = with_points(world, actor, at, 1250, 500)
    owner = world.organizations["HF"][1]
    scene = Scene(world, actor, NOW, [goes])
    CASES.ready["transfer_of_ownership"](scene)
    request = application(world, "transfer_of_ownership", [goes], details=scene.details, values=scene.values)
    carried_out(request, actor)
    assert line_views([goes.line_id])[goes.line_id].organization_id == owner
    assert moved(goes) == [(MovementKind.ADJUSTED, -1250)]
    assert left(goes, stays) == [0, 500]
    assert payments_of_organization(owner) == ()
    assert broken() == []


def prepaid(world: World, actor: Actor, line: Connected, amount: str) -> PaymentView:
    return take_payment(
        organization_id=world.organizations["HF"][0],
        account_id=line.account_id,
        bill_ids=[bill.id for bill in bills_of_account(line.account_id)],
        amount=Decimal(amount),
        method=PaymentMethod.CASH,
        actor=actor,
        at=EARNED,
    )


def invoiced(payment: PaymentView, actor: Actor) -> InvoiceView:
    asked = InvoiceRequest(InvoiceKind.ORDINARY, "合肥示范银行", "", payment_id=payment.id)
    return issue_invoice(request=asked, actor=actor, at=EARNED)


def test_an_invoiced_prepayment_goes_back_with_a_red_letter_invoice(
    world: World, actor: Actor, at: datetime
) -> None:
    line, other = connect(world, actor, at, 2)
    made, untouched = (invoiced(prepaid(world, actor, each, "50.00"), actor) for each in (line, other))
    carried_out(application(world, "prepayment_refund", [line]), actor)
    red = red_letter_of(made.id)
    assert red is not None
    assert (red.amount, red.tax, red.state, red.reason) == (
        Decimal("-50.00"),
        Decimal("0.00"),
        InvoiceState.RED_LETTER,
        "退预付款",
    )
    assert [(one.id, one.state) for one in invoices_of_organization(world.organizations["HF"][0])] == [
        (red.id, InvoiceState.RED_LETTER),
        (untouched.id, InvoiceState.ISSUED),
        (made.id, InvoiceState.RED),
    ]
    assert customer_deposits([line.account_id, other.account_id]) == {other.account_id: Decimal("50.00")}
    assert broken() == []


def test_what_was_spent_of_an_invoiced_payment_can_be_invoiced_again(
    world: World, actor: Actor, at: datetime
) -> None:
    (line,) = connect(world, actor, at, 1)
    issue_bills(
        month=OCTOBER, drafts=[draft(world, line.account_id, charge("66.00"))], actor=actor, at=OCTOBER.end
    )
    payment = prepaid(world, actor, line, "80.00")
    first = invoiced(payment, actor)
    carried_out(application(world, "prepayment_refund", [line]), actor)
    red = red_letter_of(first.id)
    assert red is not None
    assert red.amount == Decimal("-80.00")
    again = invoiced(payment, actor)
    assert (again.amount, again.tax) == (Decimal("66.00"), Decimal("5.45"))
    assert invoice_in_force(payment_id=payment.id, bill_id=None) == again
    assert broken() == []


def test_an_invoiced_prepayment_stays_while_its_invoice_is_not_handed_back(
    world: World, actor: Actor, at: datetime
) -> None:
    (line,) = connect(world, actor, at, 1)
    made = invoiced(prepaid(world, actor, line, "50.00"), actor)
    asked = application(world, "prepayment_refund", [line])
    kept = tuple(
        paper
        for paper in asked.papers
        if paper.kind not in (PaperKind.PAYMENT_INVOICE, PaperKind.LOSS_CERTIFICATE)
    )
    before = snapshot()
    with pytest.raises(Refused) as refused:
        desk.place(
            request=replace(asked, papers=kept), actor=replace(actor, channel=Channel.OWN_HALL), at=NOW
        )
    assert [(one.code, one.clause) for one in refused.value.refusals] == [("order.paper_missing", "S13-G1")]
    assert snapshot() == before
    assert invoice_in_force(payment_id=made.payment_id, bill_id=None) == made
    assert list(free_deposits([line.account_id]).values()) == [Decimal("50.00")]


def test_points_of_sixty_are_rewarded_in_as_many_statements_as_those_of_a_third(
    all_staged: None, world: World, actor: Actor, at: datetime
) -> None:
    hall = replace(actor, channel=Channel.OWN_HALL)

    def statements(chosen: Sequence[Connected], key: str) -> int:
        asked = application(world, "points_reward", chosen, details={"reward": "1000"}, key=key)
        with CaptureQueriesContext(connection) as captured:
            placed = desk.place(request=asked, actor=hall, at=NOW)
            assert placed.state is OrderState.ACKNOWLEDGED
            placed = desk.execute(order_id=placed.id, actor=hall, at=NOW)
        assert placed.state is OrderState.COMPLETED
        return len(captured)

    few = with_points(world, actor, at, *[3000] * (INLINE_LINES + 1))
    many = with_points(world, actor, at + timedelta(minutes=1), *[3000] * 60)
    assert statements(few, "few") == statements(many, "many")
    check_deferred()
    assert left(*few, *many) == [2000] * (INLINE_LINES + 61)
    assert set(customer_deposits([line.account_id for line in many]).values()) == {Decimal("10.00")}
    assert broken() == []
