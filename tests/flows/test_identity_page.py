"""Proving who the customer is at the desk, and the order that needs it (S24-3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.lines import Connected, connect, person
from tests.support import snapshot
from tests.world import World, logins
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.kernel import clock
from trunkline.ordering.queries import orders_of_organization
from trunkline.ordering.types import OrderState, VerificationKind
from trunkline.ordering.verification import record_verification
from trunkline.security.audit import acting
from trunkline.security.types import Actor

ITEM = "service_password_reset"


@pytest.fixture
def line(world: World, actor: Actor, at: datetime) -> Connected:
    return connect(world, actor, at, 1)[0]


@pytest.fixture
def clerk(world: World) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.post(reverse("staff:login"), {"username": logins("clerk", "HF"), "password": DEMO_PASSWORD})
    return client


def said(line: Connected, **changes: str) -> dict[str, str]:
    return {
        "proof_kind": "three_checks",
        "proof_number": line.number,
        "proof_name": "刘思源",
        "proof_id_number": person(line.number),
    } | changes


def test_a_line_gets_its_password_after_three_checks(
    world: World, line: Connected, clerk: Client, actor: Actor
) -> None:
    bank = world.organizations["HF"][0]
    page = clerk.get(reverse("counter:apply", args=[bank, ITEM]))
    assert page.status_code == 200
    assert "身份核验" in page.content.decode()
    proof = clerk.post(reverse("counter:verify", args=[ITEM]), said(line))
    found = re.search(r'name="verification" value="(\d+)"', proof.content.decode())
    assert found is not None
    assert proof["HX-Trigger-After-Swap"] == "proved"
    sent = clerk.post(
        reverse("counter:apply", args=[bank, ITEM]),
        {
            "rows": line.number,
            "completion": "all_or_nothing",
            "idempotency_key": "visit-1",
            "verification": found[1],
        },
    )
    assert sent.status_code == 302
    with acting(actor):
        (order,) = orders_of_organization(bank)
    assert (order.item_code, order.state) == (ITEM, OrderState.COMPLETED)


@pytest.mark.parametrize(
    "wrong",
    [{"proof_name": "刘思明"}, {"proof_id_number": "340102198001010018"}, {"proof_number": "18600000000"}],
)
def test_a_wrong_fact_proves_nothing_and_says_not_which(
    world: World, line: Connected, clerk: Client, wrong: dict[str, str]
) -> None:
    answer = clerk.post(reverse("counter:verify", args=[ITEM]), said(line, **wrong)).content.decode()
    assert "所报信息与登记资料不符" in answer
    assert 'name="verification"' not in answer


def test_without_a_proof_the_order_is_refused_with_its_clause(
    world: World, line: Connected, clerk: Client, make_actor: Callable[..., Actor]
) -> None:
    bank = world.organizations["HF"][0]
    with acting(make_actor()):
        before = snapshot()
    sent = clerk.post(
        reverse("counter:apply", args=[bank, ITEM]),
        {"rows": line.number, "completion": "all_or_nothing", "idempotency_key": "visit-2"},
    )
    assert sent.status_code == 409
    assert "X-R2" in sent.content.decode()
    with acting(make_actor()):
        assert snapshot() == before


@pytest.mark.parametrize(
    ("flaw", "taken"), [("", True), ("failed", False), ("late", False), ("other customer", False)]
)
def test_a_proof_made_at_another_desk_is_brought_along_while_it_is_good(
    world: World,
    line: Connected,
    clerk: Client,
    make_actor: Callable[..., Actor],
    at: datetime,
    flaw: str,
    taken: bool,
) -> None:
    bank, other = world.organizations["HF"][:2]
    proof = record_verification(
        organization_id=other if flaw == "other customer" else bank,
        branch_id=world.branches["HF"],
        line_id=line.line_id,
        kind=VerificationKind.THREE_CHECKS,
        passed=flaw != "failed",
        actor=make_actor(role="clerk", branch="HF"),
        at=at,
    )
    late = timedelta(minutes=31 if flaw == "late" else 5)
    with clock.at_time(at + late):
        page = clerk.get(reverse("counter:apply", args=[bank, ITEM]), {"verification": str(proof)})
    assert (f'name="verification" value="{proof}"' in page.content.decode()) is taken
    for nonsense in ("x", "999999999", "9" * 40):
        assert clerk.get(page.request["PATH_INFO"], {"verification": nonsense}).status_code == 200
