"""From the hotline's card of a caller to an order on the proof he gave (S24-3, X-R2), over HTTP."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.lines import Connected, connect
from tests.support import snapshot
from tests.world import World, logins
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.kernel import clock
from trunkline.ordering.models import Order
from trunkline.ordering.queries import orders_of_organization
from trunkline.ordering.types import OrderState
from trunkline.security.audit import acting
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import adopt_passwords, deposit_password
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import StopCause

ITEM = "suspension"
PASSWORD = "394817"


@pytest.fixture
def line(world: World, actor: Actor, at: datetime) -> Connected:
    """A line whose user has a service password."""
    found = connect(world, actor, at - timedelta(days=1), 1)[0]
    deposit = deposit_password(line_id=found.line_id, password=PASSWORD, actor=actor, at=at)
    adopt_passwords(deposits=[deposit], actor=actor, at=at)
    return found


@pytest.fixture
def agent(world: World) -> Client:
    client = Client(SERVER_NAME="localhost")
    said = {"username": logins("hotline_agent", "HF"), "password": DEMO_PASSWORD}
    assert client.post(reverse("staff:login"), said).status_code == 302
    return client


def proved(agent: Client, line: Connected, **changes: str) -> HttpResponse:
    """Check the caller by his service password."""
    said = {"proof_kind": "service_password", "proof_number": line.number, "proof_password": PASSWORD}
    return agent.post(reverse("hotline:enter"), said | changes)


def link_of(card: str, bank: int, item: str = ITEM) -> str:
    """The address the card gives for an item."""
    found = re.search(rf'href="({reverse("counter:apply", args=[bank, item])}\?[^"]+)"', card)
    assert found is not None
    return html.unescape(found[1])


def sent_from(page: str) -> dict[str, str]:
    """What a browser sends of the form as it was opened."""
    hidden = dict(
        re.findall(r'<input type="hidden" name="(verification|idempotency_key)" value="([^"]+)"', page)
    )
    rows = re.search(r'<textarea name="rows"[^>]*>\s*([^<]*)</textarea>', page)
    assert rows is not None
    return {**hidden, "rows": rows[1].strip(), "completion": "all_or_nothing"}


def test_the_card_leads_to_an_order_on_the_proof_that_was_given(
    world: World, line: Connected, agent: Client, actor: Actor, at: datetime
) -> None:
    bank = world.organizations["HF"][0]
    with clock.at_time(at):
        entered = proved(agent, line)
        assert entered.status_code == 302
        card = agent.get(entered["Location"]).content.decode()
        link = link_of(card, bank)
        form = agent.get(link)
        page = form.content.decode()
        assert "身份核验通过" in page
        assert "证件资料" not in page, "no papers can be shown on the telephone"
        fields = sent_from(page)
        assert fields["rows"] == line.number
        check = agent.post(
            reverse("counter:check_application", args=[bank, ITEM]), fields, headers={"hx-request": "true"}
        ).content.decode()
        assert "可为 1 户办理" in check
        assert " disabled" not in check
        placed = agent.post(link, fields)
        assert placed.status_code == 302
        assert agent.get(placed["Location"]).status_code == 200
        again = agent.get(entered["Location"])
    assert again.status_code == 200
    proof = int(fields["verification"])
    with acting(actor):
        (order,) = orders_of_organization(bank)
        assert (order.item_code, order.state) == (ITEM, OrderState.COMPLETED)
        assert Order.objects.get(pk=order.id).verification_id == proof
        assert lines([line.line_id])[line.line_id].stop_causes == (StopCause.VOLUNTARY,)


def test_after_half_an_hour_the_link_opens_without_the_proof_and_nothing_is_placed(
    world: World, line: Connected, agent: Client, actor: Actor, at: datetime
) -> None:
    bank = world.organizations["HF"][0]
    with clock.at_time(at):
        entered = proved(agent, line)
        link = link_of(agent.get(entered["Location"]).content.decode(), bank)
        fields = sent_from(agent.get(link).content.decode())
    with clock.at_time(at + timedelta(minutes=31)):
        assert agent.get(entered["Location"]).status_code == 404
        with acting(actor):
            before = snapshot()
        late = agent.get(link)
        assert late.status_code == 200
        assert "身份核验通过" not in late.content.decode()
        refused = agent.post(link, fields)
        assert refused.status_code == 409
        assert "X-R2" in refused.content.decode()
        with acting(actor):
            assert snapshot() == before


def test_a_check_without_a_kind_is_by_the_first_that_is_offered(
    world: World, line: Connected, agent: Client, actor: Actor, at: datetime
) -> None:
    with clock.at_time(at):
        assert proved(agent, line, proof_kind="").status_code == 302
        nothing = agent.post(reverse("counter:verify", args=["relocation"]), {"proof_kind": ""})
    assert nothing.status_code == 200
    assert 'name="verification"' not in nothing.content.decode()
