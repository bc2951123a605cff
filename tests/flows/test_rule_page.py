"""Rules are adjusted by date on their page; what the standard's own text says stays on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.items import application
from tests.lines import connect
from tests.support import snapshot
from tests.world import World, logins
from trunkline.counter import desk
from trunkline.counter.registry import service_item, service_items
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.kernel import clock
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refused
from trunkline.ordering.item import Origin
from trunkline.ordering.settings import (
    ENABLED,
    adjust_rule,
    rule_settings,
    settings_on,
)
from trunkline.security.audit import acting
from trunkline.security.types import Actor

NOW = datetime.fromisoformat("2026-12-12T10:00:00+08:00")
TODAY = local_date(NOW)
#: An item with an inferred guard and one with a guard of the text.
ITEM = "customer_record_change"
GUARD = "something_changes"


@pytest.fixture
def login(world: World) -> Callable[[str], Client]:
    def enter(role: str) -> Client:
        client = Client(SERVER_NAME="localhost")
        branch = "HF"
        client.post(reverse("staff:login"), {"username": logins(role, branch), "password": DEMO_PASSWORD})
        return client

    return enter


def sent(client: Client, **changes: Any) -> Any:
    asked = {
        "what": f"guard:{GUARD}",
        "setting": "off",
        "hours": "",
        "valid_from": str(TODAY),
        "valid_to": "",
        "reference": "皖集客〔2026〕12号",
    }
    with clock.at_time(NOW):
        return client.post(reverse("counter:rule", args=[ITEM]), asked | changes)


def test_an_inferred_guard_is_switched_off_from_a_day_and_on_again(
    world: World, login: Callable[[str], Client], actor: Actor
) -> None:
    manager, item = login("department_manager"), service_item(ITEM)
    guard = next(guard for guard in item.all_guards() if guard.code == GUARD)
    tomorrow = TODAY + timedelta(days=1)
    assert sent(manager).status_code == 302
    assert sent(manager, setting="on", valid_from=str(tomorrow)).status_code == 302
    with acting(actor):
        assert not settings_on(TODAY).enabled(item, guard)
        assert settings_on(tomorrow).enabled(item, guard)
    with clock.at_time(NOW):
        page = manager.get(reverse("counter:rule", args=[ITEM])).content.decode()
    assert "皖集客〔2026〕12号" in page
    assert "已停用" in page


def test_a_time_limit_is_set_in_hours_and_orders_are_due_by_it(
    world: World, login: Callable[[str], Client], make_actor: Callable[..., Actor], actor: Actor
) -> None:
    assert sent(login("department_manager"), what="limit", hours="6").status_code == 302
    lines = connect(world, actor, NOW - timedelta(days=60), 1)
    clerk = make_actor(role="clerk", branch="HF")
    placed = desk.place(request=application(world, ITEM, lines), actor=clerk, at=NOW)
    assert placed.due_at == NOW + timedelta(hours=6)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reference": " "}, "须注明依据"),
        ({"valid_to": str(TODAY)}, "截止日期须晚于开始日期"),
        ({"valid_from": str(TODAY - timedelta(days=1))}, "设置不得自过去的日期起"),
    ],
)
def test_what_cannot_be_set_is_refused_in_place(
    world: World, login: Callable[[str], Client], actor: Actor, changes: dict[str, str], code: str
) -> None:
    manager = login("department_manager")
    with acting(actor):
        before = snapshot()
    answer = sent(manager, **changes)
    assert answer.status_code == 409
    assert code in answer.content.decode()
    assert 'name="reference"' in answer.content.decode()
    with acting(actor):
        assert snapshot() == before


def test_a_setting_for_days_that_have_one_already_is_refused(
    world: World, login: Callable[[str], Client], actor: Actor
) -> None:
    manager = login("department_manager")
    assert sent(manager).status_code == 302
    with acting(actor):
        before = snapshot()
    assert "该日期内已有设置" in sent(manager).content.decode()
    with acting(actor):
        assert snapshot() == before


def test_a_limit_without_hours_is_asked_for_at_its_field(
    world: World, login: Callable[[str], Client]
) -> None:
    assert "请填写时限" in sent(login("department_manager"), what="limit").content.decode()


def test_a_rule_of_the_text_is_neither_offered_nor_switched_off(
    world: World, login: Callable[[str], Client], actor: Actor
) -> None:
    item = next(
        item for item in service_items().values() if any(g.origin is Origin.SOURCE for g in item.all_guards())
    )
    guard = next(guard for guard in item.all_guards() if guard.origin is Origin.SOURCE)
    with clock.at_time(NOW):
        page = login("department_manager").get(reverse("counter:rule", args=[item.code])).content.decode()
    assert f'value="guard:{guard.code}"' not in page
    with pytest.raises(Refused) as refused:
        adjust_rule(
            item=item,
            guard=guard,
            name=ENABLED,
            value=False,
            valid_from=TODAY,
            valid_to=None,
            reference="x",
            actor=actor,
            at=NOW,
        )
    assert [refusal.code for refusal in refused.value.refusals] == ["rule.fixed"]


def test_a_clerk_reads_the_rules_and_adjusts_none(
    world: World, login: Callable[[str], Client], actor: Actor
) -> None:
    clerk = login("clerk")
    assert 'name="reference"' not in clerk.get(reverse("counter:rule", args=[ITEM])).content.decode()
    assert sent(clerk).status_code == 403
    with acting(actor):
        assert rule_settings([ITEM]) == ()
