"""Cases of opening and closing international services, and of the refund of their prepayment."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.service_items import Cases, Prepare
from tests.service_items.scene import Scene, apply_for
from tests.service_items.states import asks, both, owes, stopped
from trunkline.billing.operations import convert_prepayments, take_international_prepayments
from trunkline.billing.queries import prepayments_held, prepayments_to_refund
from trunkline.billing.types import NewPrepayment
from trunkline.ledger.queries import balances, customer_deposits, international_prepayments
from trunkline.ledger.types import GeneralAccount
from trunkline.party.types import PaymentMethod
from trunkline.subscriptions import operations as subscriptions
from trunkline.subscriptions.types import LineView, ServiceCode, StopCause

CASES = Cases()
shows = CASES.shows
ROAMING = ServiceCode.INTERNATIONAL_ROAMING


def with_service(*services: ServiceCode) -> Prepare:
    def prepare(scene: Scene) -> None:
        for service in services:
            subscriptions.open_services(
                line_ids=[line.line_id for line in scene.lines],
                service=service,
                actor=scene.actor,
                at=scene.before(),
            )

    return prepare


def prepaid(scene: Scene) -> None:
    """All lines roam, with 500 yuan held for each, paid by card."""
    with_service(ROAMING)(scene)
    take_international_prepayments(
        prepayments=[
            NewPrepayment(line.line_id, line.account_id, line.number, ROAMING, Decimal("500.00"))
            for line in scene.lines
        ],
        method=PaymentMethod.POS,
        actor=scene.actor,
        at=scene.before(),
    )


def closed(days: int) -> Prepare:
    """All lines stopped roaming an hour ago; settlement abroad takes some days."""

    def prepare(scene: Scene) -> None:
        prepaid(scene)
        line_ids = [line.line_id for line in scene.lines]
        subscriptions.close_services(line_ids=line_ids, service=ROAMING, actor=scene.actor, at=scene.before())
        convert_prepayments(
            line_ids=line_ids,
            service=ROAMING,
            settlement_days=days,
            actor=scene.actor,
            at=scene.before(),
        )

    return prepare


CASES.ready.update(
    {
        "roaming_opening": with_service(ServiceCode.THREE_WAY),
        "roaming_closing": prepaid,
        "international_prepayment_refund": closed(0),
    }
)
CASES.applied["international_prepayment_refund"] = lambda scene: replace(
    apply_for(scene, "international_prepayment_refund"), lines=()
)


@shows("roaming_opening")
def _(scene: Scene, after: list[LineView]) -> None:
    assert {line.services for line in after} == {(ROAMING,)}
    held = prepayments_held([line.id for line in after], ROAMING)
    assert {view.amount for view in held.values()} == {Decimal("500.00")}
    assert international_prepayments([line.account_id for line in after]) == {
        (line.account_id, line.number): Decimal("500.00") for line in after
    }
    assert customer_deposits([line.account_id for line in after]) == {}


@shows("roaming_closing")
def _(scene: Scene, after: list[LineView]) -> None:
    assert {line.services for line in after} == {()}
    accounts = [line.account_id for line in after]
    assert international_prepayments(accounts) == {}
    assert {found[GeneralAccount.CUSTOMER_DEPOSIT] for found in balances(accounts).values()} == {
        Decimal("500.00")
    }
    # It is no free money: bills and other refunds do not reach it.
    assert customer_deposits(accounts) == {}
    waiting = prepayments_to_refund(scene.bank)
    assert [str(view.due_on) for view in waiting] == ["2027-02-12"] * 3


@shows("international_prepayment_refund")
def _(scene: Scene, after: list[LineView]) -> None:
    assert prepayments_to_refund(scene.bank) == ()
    found = balances([line.account_id for line in after]).values()
    assert {each[GeneralAccount.CUSTOMER_DEPOSIT] for each in found} == {Decimal("0.00")}


CASES.refused.update(
    {
        ("roaming_opening", "destination_open"): asks(destinations="日本、古巴"),
        ("roaming_opening", "customer_informed"): asks(informed=False),
        ("roaming_opening", "prepayment_arranged"): asks(payment_method=""),
        ("roaming_opening", "no_arrears"): owes,
        ("roaming_opening", "not_suspended"): stopped(StopCause.VOLUNTARY),
        ("roaming_opening", "not_lost"): stopped(StopCause.LOSS),
        ("roaming_opening", "not_open_yet"): with_service(ROAMING),
        ("roaming_closing", "customer_informed"): asks(informed=False),
        ("roaming_closing", "is_open"): asks(service="hmt_roaming"),
        ("roaming_closing", "three_way_free"): both(
            with_service(ServiceCode.HMT_CALLS), asks(reopen_three_way=True)
        ),
        ("international_prepayment_refund", "something_waits"): asks(number="18600000000"),
        ("international_prepayment_refund", "settled_abroad"): both(
            closed(30), lambda scene: scene.details.update(number=scene.one.number)
        ),
    }
)
