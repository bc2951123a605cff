"""一站式受理 and chosen lines over HTTP: a choice that is over a day old is said in words and can be taken out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.items import papers_of
from tests.lines import Connected, connect
from tests.support import snapshot
from tests.world import World, logins
from trunkline.counter.choosing import LineFilter, select_matching
from trunkline.counter.registry import service_item
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.kernel import clock
from trunkline.kernel.sheets import write_sheet
from trunkline.ordering.visits import draft
from trunkline.security.audit import acting
from trunkline.security.types import Actor

ITEM = "suspension"
GONE = "选号已过一天"


@pytest.fixture
def lines(world: World, actor: Actor, at: datetime) -> list[Connected]:
    return connect(world, actor, at - timedelta(days=1), 3)


@pytest.fixture
def clerk(world: World, make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="clerk", branch="HF")


@pytest.fixture
def client(world: World) -> Client:
    entered = Client(SERVER_NAME="localhost")
    entered.post(reverse("staff:login"), {"username": logins("clerk", "HF"), "password": DEMO_PASSWORD})
    return entered


def filled_in(world: World, item: str = ITEM, **more: str) -> dict[str, str]:
    """The form of an item with all papers right."""
    bank = world.organizations["HF"][0]
    fields = {"handler": str(world.handlers[bank]), "completion": "all_or_nothing", "idempotency_key": "key"}
    for paper in papers_of(item):
        fields[f"paper_{paper.kind}_reference"] = paper.reference
        fields |= {f"paper_{paper.kind}_{mark}": "on" for mark in ("original_seen", "sealed", "copy_kept")}
    return fields | more


@pytest.fixture
def chosen(world: World, lines: list[Connected], clerk: Actor, at: datetime) -> str:
    """All lines of the bank, chosen by filter."""
    wanted = LineFilter(world.organizations["HF"][0])
    return str(select_matching(item_code=ITEM, wanted=wanted, actor=clerk, at=at))


def test_a_stale_choice_in_a_draft_is_said_in_words_and_taken_out(
    world: World, lines: list[Connected], clerk: Actor, client: Client, chosen: str, at: datetime
) -> None:
    bank = world.organizations["HF"][0]
    with clock.at_time(at):
        for key, more in (("by choice", {"selection": chosen}), ("by hand", {"rows": lines[0].number})):
            added = client.post(
                reverse("counter:add_to_visit", args=[bank, ITEM]),
                filled_in(world, idempotency_key=key, **more),
            )
            assert added.status_code == 302
        fresh = client.get(added["Location"]).content.decode()
    assert GONE not in fresh
    draft_id = int(added["Location"].rstrip("/").split("/")[-1])
    check = reverse("counter:check_draft", args=[draft_id])
    with clock.at_time(at + timedelta(days=1)):
        page = client.get(added["Location"])
        assert page.status_code == 200
        assert page.content.decode().count(GONE) == 1
        assert reverse("counter:choose_lines", args=[bank, ITEM]) in page.content.decode()
        with acting(clerk):
            before = snapshot()
        judged = client.post(check, filled_in(world), headers={"hx-request": "true"})
        placed = client.post(added["Location"], filled_in(world))
        for answer in (judged, placed):
            assert answer.status_code == 409
            assert f"第 1 项“{service_item(ITEM).title.zh}”的选号已过一天" in answer.content.decode()
            assert "P4-40" in answer.content.decode()
        with acting(clerk):
            assert snapshot() == before
        out = client.post(reverse("counter:move_in_draft", args=[draft_id, 0, "remove"]), follow=True)
        assert GONE not in out.content.decode()
        again = client.post(check, filled_in(world), headers={"hx-request": "true"})
        assert (again.status_code, 'class="allowed"' in again.content.decode()) == (200, True)
    with acting(clerk):
        (left,) = draft(draft_id, actor=clerk).orders
    assert left.selection_id is None


def test_an_application_for_a_stale_choice_opens_and_asks_for_the_lines_again(
    world: World, lines: list[Connected], clerk: Actor, client: Client, chosen: str, at: datetime
) -> None:
    bank = world.organizations["HF"][0]
    page = reverse("counter:apply", args=[bank, ITEM])
    with clock.at_time(at):
        assert "已选 3 户" in client.get(page, {"selection": chosen}).content.decode()
    with clock.at_time(at + timedelta(days=1)), acting(clerk):
        before = snapshot()
    with clock.at_time(at + timedelta(days=1)):
        opened = client.get(page, {"selection": chosen})
        assert opened.status_code == 200
        assert GONE in opened.content.decode()
        for address in (page, reverse("counter:add_to_visit", args=[bank, ITEM])):
            sent = client.post(address, filled_in(world, selection=chosen))
            assert sent.status_code == 404
            shown = sent.content.decode()
            assert "请重新选择号码" in shown
            assert 'value="letter_of_introduction-1"' in shown, "what was filled in stays"
            assert 'name="selection"' not in shown
    with acting(clerk):
        assert snapshot() == before


def test_a_sheet_with_faults_is_refused_row_by_row_and_what_is_no_sheet_at_its_field(
    world: World, lines: list[Connected], clerk: Actor, client: Client
) -> None:
    bank = world.organizations["HF"][0]
    page = reverse("counter:choose_lines", args=[bank, ITEM])
    with acting(clerk):
        before = snapshot()
    faulty = write_sheet(("号码",), [(lines[0].number,), ("18600000000",), (lines[0].number,)])
    sent = {"by_sheet": "1", "sheet": SimpleUploadedFile("lines.xlsx", faulty)}
    refused = client.post(page, sent)
    shown = refused.content.decode()
    assert refused.status_code == 409
    assert [f"第 {row} 行" in shown for row in (1, 2, 3)] == [True, True, True]
    text = client.post(page, {"by_sheet": "1", "sheet": SimpleUploadedFile("lines.csv", b"a")})
    assert (text.status_code, "只接受这些文件" in text.content.decode()) == (200, True)
    with acting(clerk):
        assert snapshot() == before
