"""Parameters of rules are set by date, on their page and by command; what is no value is refused in place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse

from tests.support import snapshot
from tests.world import World, logins
from trunkline.agreements.rules.fair_use import TOLD_SHARES
from trunkline.catalog.queries import parameter_on
from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.kernel import clock
from trunkline.kernel.periods import local_date
from trunkline.security.audit import acting
from trunkline.security.types import Actor

NOW = datetime.fromisoformat("2026-12-12T10:00:00+08:00")
TODAY = local_date(NOW)
TOMORROW = TODAY + timedelta(days=1)


def enter(role: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.post(reverse("staff:login"), {"username": logins(role, "HF"), "password": DEMO_PASSWORD})
    return client


def sent(client: Client, **changes: str) -> Any:
    asked = {
        "code": TOLD_SHARES.code,
        "value": "60,90",
        "valid_from": str(TOMORROW),
        "reference": "皖集客〔2026〕12号",
    }
    with clock.at_time(NOW):
        return client.post(reverse("catalog:parameters"), asked | changes)


def test_a_parameter_is_set_from_a_day_and_the_page_tells_on_whose_word(world: World, actor: Actor) -> None:
    manager = enter("product_manager")
    assert sent(manager).status_code == 302
    with acting(actor):
        assert parameter_on(TOLD_SHARES, TODAY) == TOLD_SHARES.default
        assert parameter_on(TOLD_SHARES, TOMORROW) == (60, 90)
    with clock.at_time(NOW):
        page = manager.get(reverse("catalog:parameters")).content.decode()
    assert "皖集客〔2026〕12号" in page
    assert "60,90" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": "90,60"}, "须为由小到大"),
        ({"valid_from": str(TODAY - timedelta(days=1))}, "参数不得自过去的日期起调整"),
        ({"reference": "  "}, "这个字段是必填项"),
        ({"code": "other"}, "other"),
    ],
)
def test_what_cannot_be_set_is_refused_in_place(
    world: World, actor: Actor, changes: dict[str, str], words: str
) -> None:
    manager = enter("product_manager")
    with acting(actor):
        before = snapshot()
    answer = sent(manager, **changes)
    assert words in answer.content.decode()
    with acting(actor):
        assert snapshot() == before


def test_a_value_in_force_is_not_changed_backwards(world: World, actor: Actor) -> None:
    manager = enter("product_manager")
    assert sent(manager, valid_from=str(TODAY)).status_code == 302
    with acting(actor):
        before = snapshot()
    assert "已公布的标准不得更改" in sent(manager, valid_from=str(TODAY), value="70").content.decode()
    with acting(actor):
        assert snapshot() == before


def test_who_may_not_set_parameters_sees_them_without_a_form(world: World) -> None:
    clerk = enter("clerk")
    page = clerk.get(reverse("catalog:parameters")).content.decode()
    assert TOLD_SHARES.code in page
    assert 'name="reference"' not in page
    assert sent(clerk).status_code == 403


def test_the_commands_list_and_set(committed_db: World, actor: Actor) -> None:
    day = local_date(clock.now()) + timedelta(days=1)
    run = CliRunner(env={"TRUNKLINE_LANGUAGE": "en"})
    arguments = [TOLD_SHARES.code, "75", "--from", day.isoformat(), "--reference", "通知1号"]
    done = run.invoke(cli, ["parameter", "set", *arguments])
    assert done.exit_code == 0, done.output
    with acting(actor):
        assert parameter_on(TOLD_SHARES, day) == (75,)
    assert "50,80,100" in run.invoke(cli, ["parameter", "list"]).stdout
    refused = run.invoke(cli, ["parameter", "set", "nothing", *arguments[1:]])
    assert (refused.exit_code, "No such parameter: nothing" in refused.output) == (2, True)
