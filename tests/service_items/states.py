"""States that speak for or against an application, each brought about by operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.lines import Connected, accounts
from tests.operations.test_billing import OCTOBER, charge, draft
from tests.service_items.scene import Scene
from tests.signing import FIVE_PAPERS, installation, member_rows, premium, signed_agreement
from trunkline.billing.operations import issue_bills, take_payment
from trunkline.catalog.queries import offering_by_code
from trunkline.counter import desk
from trunkline.numbering import operations as numbering
from trunkline.numbering.types import NumberKind
from trunkline.ordering.queries import order_items
from trunkline.ordering.types import VerificationKind
from trunkline.ordering.verification import record_verification
from trunkline.party.operations import blacklist_organization
from trunkline.party.types import PaymentMethod
from trunkline.security.types import Channel
from trunkline.subscriptions import operations as subscriptions
from trunkline.subscriptions.queries import (
    lines,
)
from trunkline.subscriptions.types import (
    ServiceCode,
    StopCause,
)


def owes(scene: Scene) -> None:
    made = draft(scene.world, scene.one.account_id, charge("66.00"))
    issue_bills(month=OCTOBER, drafts=[made], actor=scene.actor, at=OCTOBER.end)


def hold_money(scene: Scene, owners: Sequence[Connected]) -> None:
    for line in owners:
        take_payment(
            organization_id=scene.bank,
            account_id=line.account_id,
            bill_ids=(),
            amount=Decimal("20.00"),
            method=PaymentMethod.CASH,
            reference="",
            actor=scene.actor,
            at=scene.before(),
        )


def holds_money(scene: Scene) -> None:
    hold_money(scene, scene.lines[:1])


def stopped(cause: StopCause) -> Callable[[Scene], None]:
    def prepare(scene: Scene) -> None:
        subscriptions.stop_lines(
            line_ids=[scene.one.line_id], cause=cause, actor=scene.actor, at=scene.before()
        )

    return prepare


def roams(scene: Scene) -> None:
    subscriptions.open_services(
        line_ids=[scene.one.line_id],
        service=ServiceCode.INTERNATIONAL_ROAMING,
        actor=scene.actor,
        at=scene.before(),
    )


def ended(scene: Scene) -> None:
    subscriptions.terminate_lines(line_ids=[scene.one.line_id], actor=scene.actor, at=scene.before())


def in_agreement(scene: Scene, *premiums: str) -> None:
    """The first line is one that was connected under an agreement, with a premium number if one is named."""
    rows = member_rows(1, start=900)
    if premiums:
        rows[0][2] = premiums[0]
    agreement = signed_agreement(
        scene.bank,
        rows,
        premiums=tuple(premium(number) for number in premiums),
        actor=scene.actor,
        at=scene.before(),
    )
    request = installation(scene.world, agreement, scene.bank, papers=FIVE_PAPERS)
    hall = replace(scene.actor, channel=Channel.OWN_HALL)
    placed = desk.place(request=request, actor=hall, at=scene.before())
    desk.execute(order_id=placed.id, actor=scene.actor, at=scene.before())
    (item,) = order_items(placed.id)
    assert item.line_id is not None
    made = lines([item.line_id])[item.line_id]
    scene.lines[0] = Connected(made.id, made.number, made.account_id)


def premium_number(scene: Scene) -> None:
    numbering.stock_numbers(
        numbers=["18655118888"],
        kind=NumberKind.MOBILE,
        stock_id=scene.world.branches["HF"],
        actor=scene.actor,
        at=scene.before(),
    )
    in_agreement(scene, "18655118888")


def another_organisation(scene: Scene) -> None:
    accounts = {scene.one.line_id: scene.one.account_id}
    subscriptions.transfer_lines(
        accounts=accounts,
        organization_id=scene.world.organizations["HF"][1],
        users={},
        actor=scene.actor,
        at=scene.before(),
    )


def blacklist(scene: Scene, organization_id: int) -> None:
    blacklist_organization(
        organization_id=organization_id, reason="恶意欠费", actor=scene.actor, at=scene.before()
    )


def new_owner_owes(scene: Scene) -> None:
    owner = scene.world.organizations["HF"][1]
    (account,) = accounts(scene.world, scene.actor, scene.before(), 1, organization=owner)
    made = replace(draft(scene.world, account, charge("66.00")), organization_id=owner)
    issue_bills(month=OCTOBER, drafts=[made], actor=scene.actor, at=OCTOBER.end)


def asks(**details: Any) -> Callable[[Scene], None]:
    return lambda scene: scene.details.update(details)


def answers(**values: str) -> Callable[[Scene], None]:
    return lambda scene: scene.values.setdefault(scene.one.line_id, {}).update(values)


def both(*steps: Callable[[Scene], None]) -> Callable[[Scene], None]:
    def prepare(scene: Scene) -> None:
        for step in steps:
            step(scene)

    return prepare


def has_product(scene: Scene) -> None:
    found = offering_by_code("VAS-CALL")
    assert found is not None
    subscriptions.open_offerings(
        line_ids=[line.line_id for line in scene.lines],
        offering_id=found.id,
        actor=scene.actor,
        at=scene.before(),
    )


def verified(kind: VerificationKind) -> Callable[[Scene], None]:
    """The customer proves in the hall, ten minutes before, who he is."""

    def prepare(scene: Scene) -> None:
        scene.verification = record_verification(
            organization_id=scene.bank,
            branch_id=scene.world.branches["HF"],
            line_id=None,
            kind=kind,
            passed=True,
            actor=replace(scene.actor, channel=Channel.OWN_HALL),
            at=scene.at - timedelta(minutes=10),
        )

    return prepare
