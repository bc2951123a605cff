"""Cases of the new installation of products (S99)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.numbers_400 import ORDINARY, PREMIUM, keep_400, stock_400
from tests.products import product_order
from tests.service_items import Cases, Prepare
from tests.service_items.scene import Scene
from tests.service_items.states import blacklist
from tests.signing import member_rows, signed_agreement
from trunkline.counter import desk
from trunkline.installations.queries import find_installations, tasks_of
from trunkline.installations.types import InstallationState, TaskState
from trunkline.numbering.leases.operations import lease_number
from trunkline.ordering.queries import orders_of_organization
from trunkline.ordering.types import OrderRequest, OrderState, PaperKind, ShownPaper
from trunkline.party.queries import accounts_by_id
from trunkline.security.types import Channel
from trunkline.subscriptions.types import LineView

CASES = Cases()
ITEM = "product_installation"


def _application(scene: Scene) -> OrderRequest:
    """What a case has changed stands in the scene's details; `_papers` and `_agreement` go past them."""
    details = {"requested_on": "2027-01-20", **scene.details}
    notice, agreement = details.pop("_notice", None), details.pop("_agreement", None)
    request = product_order(scene.world, details.pop("product", "sdh_circuit"), **details)
    if notice:
        papers = [paper for paper in request.papers if paper.kind is not PaperKind.REGISTRATION_CERTIFICATE]
        shown = ShownPaper(PaperKind.PRE_APPROVAL_NOTICE, "Y-1", True, True, True)
        request = replace(request, papers=(*papers, shown))
    return replace(request, agreement_id=agreement)


CASES.applied[ITEM] = _application


@CASES.shows(ITEM)
def _installed(scene: Scene, _: list[LineView]) -> None:
    (made,) = find_installations(organization_ids=[scene.bank])
    assert made.number.startswith("HF-SDH-")
    assert (made.state, made.monthly_fee) == (InstallationState.ORDERED, Decimal("3100.00"))
    assert accounts_by_id([made.account_id])[made.account_id].organization_id == scene.bank
    assert [task.state for task in tasks_of(made.id)] == [TaskState.OPEN, *[TaskState.WAITING] * 5]
    order = next(o for o in orders_of_organization(scene.bank) if o.id == made.order_id)
    assert order.state is OrderState.IN_PROGRESS


def _says(**details: object) -> Prepare:
    return lambda scene: scene.details.update(details)


def _anothers_agreement(scene: Scene) -> None:
    other = scene.world.organizations["HF"][1]
    agreement = signed_agreement(other, member_rows(1, start=80), actor=scene.actor, at=scene.before())
    scene.details["_agreement"] = agreement


def _switchboard_of_a_debtor(scene: Scene) -> None:
    scene.details["product"] = "switchboard"
    blacklist(scene, scene.bank)


def _of_400(number: str = ORDINARY, **details: object) -> Prepare:
    """A 400 number that is kept for the organisation, with something changed."""

    def prepare(scene: Scene) -> None:
        keep_400(scene.bank, number, at=scene.before())
        scene.details.update({"product": "service_400", "number": number, **details})

    return prepare


def _kept_for_somebody_else(scene: Scene) -> None:
    keep_400(scene.world.organizations["HF"][1], ORDINARY, at=scene.before())
    scene.details.update(product="service_400")


def _has_five(scene: Scene) -> None:
    """The most that an organisation may have (REG-16), all on order."""
    for place in range(5):
        number = f"400655130{place}"
        keep_400(scene.bank, number, at=scene.before())
        desk.place(
            request=product_order(scene.world, "service_400", requested_on="2027-01-20", number=number),
            actor=replace(scene.actor, channel=Channel.OWN_HALL),
            at=scene.before(),
        )
    scene.details.update(product="service_400")
    stock_400(scene.world.branches["HF"], ORDINARY, at=scene.before())
    lease_number(number=ORDINARY, organization_id=scene.bank, actor=scene.actor, at=scene.before())


CASES.refused.update(
    {
        (ITEM, "agreement_of_the_organisation"): _anothers_agreement,
        (ITEM, "account_of_the_organisation"): _says(account="A-999"),
        (ITEM, "requested_date_to_come"): _says(requested_on="2026-12-11"),
        (ITEM, "billing_rule_complete"): _says(billing_rule="notice"),
        (ITEM, "discount_approved"): _says(discount="20"),
        (ITEM, "records_enough"): _says(
            product="mpls_vpn",
            **{f"sites.{n}.{name}": None for n in (2, 3) for name in ("site", "address", "contact", "phone")},
            **{f"sites.{n}.bandwidth": None for n in (2, 3)},
        ),
        (ITEM, "records_distinct"): _says(product="mpls_vpn", **{"sites.3.site": "总行"}),
        (ITEM, "goods_within_fee"): _says(product="system_integration", goods_fee="5000.01"),
        (ITEM, "bank_data_complete"): _says(payment_method="bank_collection"),
        (ITEM, "notice_only_without_licence"): _says(_notice=True),
        (ITEM, "key_service_not_blacklisted"): _switchboard_of_a_debtor,
        (ITEM, "number_kept"): _kept_for_somebody_else,
        (ITEM, "answered_by_the_organisation"): _of_400(**{"answers.2.proof": None}),
        (ITEM, "routing_complete"): _of_400(**{"answers.2.share": "39"}),
        (ITEM, "commitment_enough"): _of_400(PREMIUM, minimum_consumption="0.00"),
        (ITEM, "within_limit"): _has_five,
    }
)
