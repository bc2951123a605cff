"""Organisations and handlers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from tests.codes import uscc
from tests.support import snapshot
from tests.world import World, handler_details
from trunkline.kernel.refusals import Refused
from trunkline.party import operations as party
from trunkline.party import queries
from trunkline.party.types import CustomerClass, IdentityStatus, Industry, NeedLevel, Segment
from trunkline.security.audit import acting
from trunkline.security.models import AuditChange, AuditOperation
from trunkline.security.types import Actor


def register(world: World, actor: Actor, at: datetime, *, code: str | None, notice: str = "") -> int:
    return party.register_organization(
        branch_id=world.branches["HF"],
        name="合肥新城物流有限公司",
        uscc=code,
        pre_approval_notice=notice,
        customer_class=CustomerClass.ENTERPRISE,
        segment=Segment.SME,
        industry=Industry.LOGISTICS,
        need_level=NeedLevel.VOICE,
        address="安徽省合肥市长江路1号",
        legal_representative="何守正",
        actor=actor,
        at=at,
    )


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in refused.value.refusals]


def test_an_organisation_is_found_by_name_pinyin_initials_and_code(
    world: World, actor: Actor, at: datetime
) -> None:
    made = register(world, actor, at, code=uscc("91340100MA", 9001))
    for text in (
        "新城物流",
        "xinchengwuliu",
        "hfxcwl",
        uscc("91340100MA", 9001),
        queries.organization(made).code,
    ):
        assert made in [found.id for found in queries.find_organizations(text)], text


def test_a_wrong_check_digit_is_refused_and_nothing_changes(world: World, actor: Actor, at: datetime) -> None:
    right = uscc("91340100MA", 9002)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    before = snapshot()
    with pytest.raises(Refused) as refused:
        register(world, actor, at, code=wrong)
    assert codes(refused) == ["organization.uscc_invalid"]
    assert snapshot() == before


def test_a_code_registered_in_another_branch_is_refused(
    world: World, make_actor: Callable[..., Actor], at: datetime
) -> None:
    with acting(make_actor()):
        taken = queries.organization(world.organizations["WH"][0]).uscc
    manager = make_actor(role="account_manager", branch="HF")
    with pytest.raises(Refused) as refused:
        register(world, manager, at, code=taken)
    assert codes(refused) == ["organization.uscc_taken"]


def test_without_a_licence_the_customer_is_provisional_for_two_months(
    world: World, actor: Actor, at: datetime
) -> None:
    made = queries.organization(register(world, actor, at, code=None, notice="皖名预核〔2026〕1号"))
    assert (made.identity_status, made.identity_due_on) == (IdentityStatus.PROVISIONAL, date(2026, 12, 12))
    party.complete_identity(organization_id=made.id, uscc=uscc("91340100MA", 9003), actor=actor, at=at)
    assert queries.organization(made.id).identity_status == IdentityStatus.COMPLETE


def test_without_licence_or_notice_registration_is_refused(world: World, actor: Actor, at: datetime) -> None:
    with pytest.raises(Refused) as refused:
        register(world, actor, at, code=None)
    assert codes(refused) == ["organization.identity_missing"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", " ", "handler.field_missing"),
        ("phone", "", "handler.field_missing"),
        ("phone", "12345", "handler.field_wrong"),
        ("email", "nobody", "handler.field_wrong"),
        ("postal_address", "", "handler.field_missing"),
        ("postcode", "23000", "handler.field_wrong"),
        ("id_number", "340102198001010010", "person.id_invalid"),
    ],
)
def test_a_handler_needs_all_five_fields_and_a_valid_document(
    world: World, actor: Actor, at: datetime, field: str, value: str, code: str
) -> None:
    from dataclasses import replace

    organization = world.organizations["HF"][0]
    before = snapshot()
    with pytest.raises(Refused) as refused:
        party.register_handler(
            organization_id=organization,
            details=replace(handler_details(), **{field: value}),
            actor=actor,
            at=at,
        )
    assert codes(refused) == [code]
    assert snapshot() == before


def test_a_branch_sees_only_its_own_organisations(world: World, make_actor: Callable[..., Actor]) -> None:
    with acting(make_actor(role="account_manager", branch="HF")):
        assert {o.branch_id for o in queries.find_organizations()} == {world.branches["HF"]}
        with pytest.raises(Refused):
            queries.organization(world.organizations["WH"][0])


def test_every_write_leaves_who_when_which_door_before_and_after(
    world: World, actor: Actor, at: datetime
) -> None:
    made = register(world, actor, at, code=None, notice="皖名预核〔2026〕2号")
    party.complete_identity(organization_id=made, uscc=uscc("91340100MA", 9004), actor=actor, at=at)
    row = AuditOperation.objects.filter(verb="organization.complete_identity").get()
    assert (row.staff_id, row.door, row.at) == (actor.staff_id, "web", at)
    change = AuditChange.objects.get(operation=row)
    assert (change.table_name, change.row_id) == ("party_organization", str(made))
    assert change.before["uscc"] is None
    assert change.after["uscc"] == uscc("91340100MA", 9004)


def test_a_write_outside_an_operation_is_refused_by_the_database(world: World, actor: Actor) -> None:
    from django.db import DatabaseError, transaction

    from trunkline.party.models import Organization

    with acting(actor), pytest.raises(DatabaseError, match="outside an operation"), transaction.atomic():
        Organization.objects.filter(pk=world.organizations["HF"][0]).update(name="改名")


def test_a_role_without_the_permission_is_refused(
    world: World, make_actor: Callable[..., Actor], at: datetime
) -> None:
    clerk = make_actor(role="clerk", branch="HF")
    before = snapshot()
    with pytest.raises(Refused) as refused:
        register(world, clerk, at, code=uscc("91340100MA", 9005))
    assert codes(refused) == ["permission.missing"]
    assert snapshot() == before
