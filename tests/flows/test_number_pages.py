"""Reserving, extending, waiting and releasing by pages and by commands (P1-07)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from click.testing import CliRunner
from django.test import Client
from django.urls import reverse

from tests.support import snapshot
from tests.world import World, logins, number_of
from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.interfaces.cli.door import REFUSED
from trunkline.kernel import clock
from trunkline.numbering import queries
from trunkline.party.queries import organizations
from trunkline.security.audit import acting
from trunkline.security.types import Actor

NUMBER = number_of("HF", 95)


def test_a_clerk_reserves_a_number_extends_it_and_lets_others_wait(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    clerk = Client(SERVER_NAME="localhost")
    said = {"username": logins("clerk", "HF"), "password": DEMO_PASSWORD}
    assert clerk.post(reverse("staff:login"), said).status_code == 302
    with acting(actor):
        first, second = organizations(committed_db.organizations["HF"]).values()

    def send(page: str, *more: object, **said: Any) -> int:
        return clerk.post(reverse(f"numbers:{page}", args=[NUMBER, *more]), said).status_code

    def shown(page: str, *arguments: object) -> str:
        return clerk.get(reverse(f"numbers:{page}", args=arguments)).content.decode()

    with clock.at_time(at):
        assert send("lease", organization="没有这样的单位") == 200
        assert send("lease", organization=first.name) == 302
        assert "data-until=" in shown("show", NUMBER)
        assert send("extend") == 302
        assert send("wait", organization=second.code) == 302
        with acting(actor):
            before = snapshot()
        assert [send("extend"), send("lease", organization=second.name)] == [409, 409]
        with acting(actor):
            assert snapshot() == before
        assert second.name in shown("show", NUMBER)
        assert all(words in shown("mine") for words in (first.name, second.name))
        assert send("release") == 302
        assert "候补到号" in shown("mine")
        assert send("wait", organization=first.name) == 302
        assert send("stop_waiting", first.id) == 302
        assert clerk.get(reverse("numbers:show", args=["18600000000"])).status_code == 404
    with acting(actor):
        lease = queries.reservation_of(NUMBER)
        assert lease is not None
        assert (lease.holder, queries.queue_of(NUMBER)) == (f"organization:{second.id}", ())


def test_the_commands_do_what_the_pages_do(committed_db: World, actor: Actor) -> None:
    first, second = committed_db.organizations["HF"]

    def say(*arguments: object, status: int = 0) -> Any:
        words = ["--as", "hf.clerk", "number", *map(str, arguments), "--json"]
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == status, f"{done.output} {done.exception!r}"
        return json.loads(done.stdout) if status == 0 else None

    assert say("lease", NUMBER, "--organization", first)["holder"] == f"organization:{first}"
    assert say("extend", NUMBER)["number"] == NUMBER
    say("extend", NUMBER, status=REFUSED)
    assert say("wait", NUMBER, "--organization", second)["place"] == 1
    assert [place["organization_id"] for place in say("queue", NUMBER)] == [second]
    assert [lease["number"] for lease in say("mine")] == [NUMBER]
    say("stop-waiting", NUMBER, "--organization", second)
    assert say("queue", NUMBER) == []
    say("release", NUMBER, "--for", f"organization:{first}")
    assert say("mine") == []
