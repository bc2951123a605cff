"""九、资料变更：客户资料 (S09-1): the same legal entity under new data; another entity is a transfer (S02)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.counter.papers import SIGNED, THREE_CHANNELS, handler_papers
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field
from trunkline.ordering.item import (
    Circumstances,
    Guard,
    InitialPrice,
    Origin,
    Paper,
    PlannedLine,
    ServiceItem,
    TakesEffect,
)
from trunkline.ordering.types import Change, ItemAction, PaperKind
from trunkline.party.operations import change_organization
from trunkline.party.types import OrganizationView
from trunkline.security.types import Actor

LABELS = {
    "name": Text("单位名称", "Name"),
    "address": Text("地址", "Address"),
    "legal_representative": Text("法定代表人", "Legal representative"),
}
NOTHING_CHANGES = Refusal(
    "customer.nothing_changes", "S09", Text("须填写要变更的内容", "Say what is to be changed")
)


def _something_changes(around: Circumstances, organization: OrganizationView) -> Iterable[Refusal]:
    changed = [name for name, value in around.request.details.items() if value != getattr(organization, name)]
    return () if changed else (NOTHING_CHANGES,)


def _plan(around: Circumstances, _: OrganizationView, organization: OrganizationView) -> PlannedLine:
    return PlannedLine(
        key=organization.id,
        action=ItemAction.MODIFY,
        number="",
        user_name="",
        plan_name="",
        changes=tuple(
            Change(LABELS[name], getattr(organization, name), value)
            for name, value in around.request.details.items()
        ),
    )


def _change(
    around: Circumstances, organization: OrganizationView, _: Sequence[OrganizationView], actor: Actor
) -> Sequence[int]:
    change_organization(
        organization_id=organization.id, values=around.request.details, actor=actor, at=around.at
    )
    return [0]


ITEM: ServiceItem[OrganizationView, OrganizationView] = ServiceItem(
    code="customer_record_change",
    title=Text("资料变更（客户资料）", "Change of customer records"),
    clause="S09",
    channels=THREE_CHANNELS,
    papers=(
        *handler_papers("S09-A1", origin=Origin.INFERRED),
        Paper(PaperKind.PROOF_OF_CHANGE, "S09-A1", sealed=True, origin=Origin.INFERRED),
    ),
    fields=tuple(Field(name, label, required=False) for name, label in LABELS.items()),
    guards=(Guard("something_changes", "S09", NOTHING_CHANGES.text, _something_changes, Origin.INFERRED),),
    load=lambda around: around.organization,
    subjects=lambda organization: (organization,),
    plan=_plan,
    effects=_change,
    fee="customer_record_change",
    prices=(
        InitialPrice(
            "customer_record_change", Text("资料变更手续费", "Change of records"), Decimal("0.00"), "标准 九"
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED,
)
