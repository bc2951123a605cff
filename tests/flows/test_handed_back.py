"""What passed of an order is done; what was handed back is listed by itself, with reasons, and as a sheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from tests.items import application
from tests.lines import Connected, connect
from tests.world import World, logins
from trunkline.counter import desk
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.interfaces.web.formats import spaced_number
from trunkline.kernel.sheets import Column, read_sheet
from trunkline.kernel.text import Text
from trunkline.ordering.types import Completion, OrderState, OrderView
from trunkline.security.types import Actor

TITLES = (("number", "号码"), ("user", "使用人"), ("clause", "条款"), ("reason", "原因"))
COLUMNS = tuple(Column(key, Text(zh, key)) for key, zh in TITLES)


@pytest.fixture
def clerk(world: World) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.post(reverse("staff:login"), {"username": logins("clerk", "HF"), "password": DEMO_PASSWORD})
    return client


@pytest.fixture
def lines(world: World, actor: Actor, at: datetime) -> list[Connected]:
    return connect(world, actor, at, 3)


@pytest.fixture
def partly(world: World, lines: list[Connected], make_actor: Callable[..., Actor], at: datetime) -> OrderView:
    """Of three lines one was suspended before, so that it is handed back."""
    actor = make_actor(role="clerk", branch="HF")
    desk.place(request=application(world, "suspension", lines[:1]), actor=actor, at=at)
    request = application(world, "suspension", lines, completion=Completion.WHAT_PASSES)
    placed = desk.place(request=request, actor=actor, at=at)
    assert placed.state is OrderState.PARTIAL
    return placed


def test_the_page_lists_only_what_was_handed_back_when_asked(
    clerk: Client, lines: list[Connected], partly: OrderView
) -> None:
    page = clerk.get(reverse("counter:show", args=[partly.id])).content.decode()
    assert "只看退回的 1 户" in page
    only = clerk.get(reverse("counter:show", args=[partly.id]), {"handed_back": "1"}).content.decode()
    shown = [spaced_number(line.number) in only for line in lines]
    assert shown == [True, False, False]


def test_the_sheet_gives_each_line_with_its_clause_and_reason(
    clerk: Client, lines: list[Connected], partly: OrderView
) -> None:
    answer = clerk.get(reverse("counter:handed_back", args=[partly.id]))
    assert answer["Content-Disposition"].startswith("attachment")
    (row,) = read_sheet(answer.content, columns=COLUMNS, max_rows=10).rows
    assert row.values["number"] == lines[0].number
    assert row.values["clause"].startswith("S06")
    assert row.values["reason"]
