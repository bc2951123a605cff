"""Reserving, extending, waiting and releasing by pages and by commands (P1-07)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from django.test import Client
from django.urls import reverse

from tests.numbers_400 import ORDINARY, OTHER, stock_400
from tests.support import snapshot
from tests.world import STOCK, World, logins, number_of
from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.interfaces.cli.door import REFUSED
from trunkline.kernel import clock
from trunkline.numbering import queries
from trunkline.numbering.operations import assign_numbers, reserve_numbers
from trunkline.numbering.porting import port_out_numbers
from trunkline.numbering.types import NumberState
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
        return answered("clerk", "number", *arguments, status=status)

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


def test_a_wish_goes_from_the_unit_to_the_desk_and_back_by_pages_and_commands(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    stock_400(committed_db.branches["HF"], ORDINARY, OTHER, at=at)
    with acting(actor):
        bank = organizations(committed_db.organizations["HF"][:1])[committed_db.organizations["HF"][0]]
    unit, desk = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
    for client, login in ((unit, logins("clerk", "HF")), (desk, "office")):
        sent = client.post(reverse("staff:login"), {"username": login, "password": DEMO_PASSWORD})
        assert sent.status_code == 302
    said = {
        "organization": bank.name,
        "wanted": "4006*97",
        "purpose": "客户服务热线",
        "contact_name": "何守正",
        "contact_phone": "13855101234",
    }
    with clock.at_time(at):
        refused = unit.post(reverse("numbers:report"), said | {"wanted": "4008123456"})
        assert (refused.status_code, "4000、4006号段" in refused.content.decode()) == (409, True)
        made = unit.post(reverse("numbers:report"), said)
        page = made.headers["Location"]
        assert "预占号码" not in unit.get(page).content.decode()
        assert ORDINARY in desk.get(page).content.decode()
        assert unit.post(page + "reserve/", {"number": ORDINARY}).status_code == 403
        assert desk.post(page + "issue/", {"words": ""}).status_code == 200
        assert desk.post(page + "issue/", {"words": "该号码等级较高"}).status_code == 302
        assert "该号码等级较高" in unit.get(page).content.decode()
        assert unit.post(page + "remark/", {"words": "客户同意"}).status_code == 302
        assert desk.post(page + "reserve/", {"number": ORDINARY, "words": ""}).status_code == 302
        assert "data-until=" in unit.get(page).content.decode()
        assert desk.get(page + "nothing/").status_code == 405
        assert desk.post(page + "nothing/").status_code == 404
        assert bank.name in desk.get(reverse("numbers:requests")).content.decode()

    def say(role: str, *arguments: object, status: int = 0) -> Any:
        return answered(role, "wish", *arguments, status=status)

    (first,) = say("clerk", "list", "--state", "reserved")
    assert (first["number"], first["answer_due"]) == (ORDINARY, "unit")
    contact = ("--purpose", "订货专线", "--contact", "何守正", "--phone", "13855101234")
    second = say("clerk", "report", OTHER, "--organization", bank.id, *contact)["id"]
    say("clerk", "reserve", second, OTHER, status=REFUSED)
    say("department_administrator", "issue", second, "另有单位意向")
    say("clerk", "remark", second, "请优先")
    assert say("department_administrator", "reserve", second, OTHER)["number"] == OTHER
    assert say("clerk", "withdraw", second, "客户不要了")["state"] == "released"
    assert [entry["event"] for entry in say("clerk", "thread", second)] == [
        *("report", "raise", "remark", "reserve", "release")
    ]


def test_a_number_is_brought_in_and_one_of_ours_taken_back_by_pages_and_commands(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    bank = committed_db.organizations["HF"][0]
    with acting(actor):
        name = organizations([bank])[bank].name
    clerk, desk = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
    for client, login in ((clerk, logins("clerk", "HF")), (desk, "office")):
        sent = client.post(reverse("staff:login"), {"username": login, "password": DEMO_PASSWORD})
        assert sent.status_code == 302
    said = {"organization": name, "number": "13805519876", "donor": "china_mobile", "code": "12"}
    refused = clerk.post(reverse("numbers:port_in"), said)
    assert (refused.status_code, "授权码为4至8位数字" in refused.content.decode()) == (409, True)
    made = clerk.post(reverse("numbers:port_in"), said | {"code": "123456"})
    assert made.headers["Location"] == reverse("numbers:show", args=["13805519876"])
    assert name in clerk.get(made.headers["Location"]).content.decode()
    coming = ("--from", "china_telecom", "--code", "654321", "--organization", bank)
    assert answered("clerk", "number", "port-in", "13305511234", *coming)["number"] == "13305511234"
    answered("clerk", "number", "port-in", "13305511234", *coming, status=REFUSED)
    for number in (NUMBER, number_of("HF", 96)):
        reserve_numbers(
            numbers=[number], purpose="x", holder="x:1", expires_at=at + timedelta(1), actor=actor, at=at
        )
        assign_numbers(numbers=[number], holder="x:1", actor=actor, at=at)
        port_out_numbers(numbers=[number], actor=actor, at=at)
    taking = reverse("numbers:take_back", args=[NUMBER])
    assert "收回并冻结" in desk.get(reverse("numbers:show", args=[NUMBER])).content.decode()
    assert (clerk.post(taking).status_code, desk.post(taking).status_code) == (403, 302)
    assert desk.post(taking).status_code == 409
    back = answered("department_administrator", "number", "take-back", number_of("HF", 96))
    assert back["number"] == number_of("HF", 96)


def test_the_inventory_is_kept_on_its_page(committed_db: World, actor: Actor) -> None:
    product = Client(SERVER_NAME="localhost")
    sent = product.post(
        reverse("staff:login"), {"username": logins("product_manager", "HF"), "password": DEMO_PASSWORD}
    )
    assert sent.status_code == 302
    grade = {
        "code": "LAST95",
        "name": "吉祥号",
        "pattern": "(95",
        "rank": "50",
        "prepayment": "100",
        "months": "12",
        "minimum_monthly": "39",
    }
    with acting(actor):
        before = snapshot()
    assert product.post(reverse("numbers:define_grade"), grade).status_code == 409
    stretch = {"digits": "176", "kind": "mobile", "use": "mobile", "valid_from": "2026-01-01"}
    wrong = product.post(reverse("numbers:define_range"), stretch | {"valid_to": "2025-12-31"})
    assert (wrong.status_code, "失效日须晚于生效日" in wrong.content.decode()) == (409, True)
    with acting(actor):
        assert snapshot() == before
    assert product.post(reverse("numbers:define_range"), stretch).status_code == 302
    assert product.post(reverse("numbers:define_grade"), grade | {"pattern": "95$"}).status_code == 302
    hefei = committed_db.branches["HF"]
    assert product.post(reverse("numbers:regrade", args=[hefei])).status_code == 302
    shown = product.get(reverse("numbers:inventory")).content.decode()
    assert all(words in shown for words in ("吉祥号", "95$", ">176<", "合肥市分公司"))
    with acting(actor):
        assert queries.numbers([NUMBER])[NUMBER].grade == "LAST95"
        counts = queries.grade_counts([hefei])
        assert counts["LAST95", NumberState.IDLE] == 4
        stock = queries.stock_counts([hefei])
    assert stock == {(hefei, NumberState.IDLE): STOCK}


def test_the_inventory_is_kept_by_commands(committed_db: World, actor: Actor, tmp_path: Path) -> None:
    def say(*arguments: object, status: int = 0) -> Any:
        return answered("product_manager", "inventory", *arguments, status=status)

    commitment = ("--prepayment", "600", "--months", 12, "--minimum", "59")
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("4007120021\n4007123456\n", encoding="utf-8")
    taking = ("stock", numbers, "--kind", "service_400", "--branch", "HF")
    with acting(actor):
        before = snapshot()
    say(*taking, status=REFUSED)
    say("regrade", "--branch", "XX", status=REFUSED)
    say("define-grade", "BAD", "--name", "坏", "--pattern", "(", "--rank", 90, *commitment, status=REFUSED)
    answered("clerk", "inventory", *taking, status=REFUSED)
    with acting(actor):
        assert snapshot() == before
    said = ("--kind", "service_400", "--use", "service_400", "--from", "2020-01-01")
    say("define-range", "4007", *said, "--until", "2040-01-01")
    assert {"prefix": "4007", "valid_to": "2040-01-01"}.items() <= next(
        one for one in say("ranges") if one["prefix"] == "4007"
    ).items()
    assert say(*taking) == {"stocked": 2}
    say("define-grade", "ABCCBA", "--name", "回文号", "--pattern", "120021$", "--rank", 90, *commitment)
    assert "ABCCBA" in [one["code"] for one in say("grades")]
    assert say("regrade", "--branch", "HF") == {"changed": 1}
    with acting(actor):
        assert queries.numbers(["4007120021"])["4007120021"].grade == "ABCCBA"


def answered(role: str, *arguments: object, status: int = 0) -> Any:
    """What a command of somebody of HF prints as JSON, or nothing where it is to be refused."""
    words = ["--as", logins(role, "HF"), *map(str, arguments), "--json"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == status, f"{done.output} {done.exception!r}"
    return json.loads(done.stdout) if status == 0 else None
