"""The portal over HTTP: who gets in, what is his own, and that nothing can be found out or done beyond it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests import support
from tests.customers import NEW, PASSWORD, WRONG, Customers, customers, give
from tests.lines import person
from tests.world import World, logins
from trunkline.counter import portal
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.interfaces.web.portal.door import COOKIE
from trunkline.kernel import clock
from trunkline.ordering.queries import orders_of_organization
from trunkline.ordering.types import OrderState
from trunkline.rating.queries import detail_accesses
from trunkline.rating.types import DetailWay
from trunkline.security.audit import acting
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import StopCause

NOW = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
SAME_WORDS = "号码、服务密码或单位编码不对"


@pytest.fixture
def known(world: World, actor: Actor, at: datetime) -> Customers:
    return customers(world, actor, at - timedelta(days=1))


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at_time(NOW):
        yield


def guess(client: Client, number: str, password: str, code: str = "") -> int:
    sent = {"number": number, "password": password, "organization": code}
    return client.post(reverse("portal:login"), sent).status_code


def enter(number: str, code: str = "", password: str = PASSWORD) -> Client:
    client = Client(SERVER_NAME="localhost")
    assert guess(client, number, password, code) == 302
    return client


def places(known: Customers, actor: Actor, order: int) -> dict[str, str]:
    """Every page of the portal that an address alone opens, for the handler."""
    return {
        "home": reverse("portal:home"),
        "lines": reverse("portal:lines"),
        "line": reverse("portal:line", args=[known.colleague.line_id]),
        "apply": reverse("portal:apply", args=["suspension"]) + f"?line={known.colleague.line_id}",
        "password": reverse("portal:password"),
        "again": reverse("portal:again"),
        "orders": reverse("portal:orders"),
        "order": reverse("portal:order", args=[order]),
        "bills": reverse("portal:bills"),
        "bill": reverse("portal:bill", args=[known.bill]),
        "bill_pdf": reverse("portal:bill_pdf", args=[known.bill]),
    }


def apply(client: Client, item: str, line: int, key: str = "k", **more: str) -> tuple[int, str, str]:
    page = reverse("portal:apply", args=[item]) + f"?line={line}"
    answer = client.post(page, {"idempotency_key": key, **more})
    return answer.status_code, answer.content.decode(), answer.get("Location", "")


def own_order(known: Customers, actor: Actor) -> int:
    with acting(actor):
        return orders_of_organization(known.bank)[0].id


def snapshot(actor: Actor) -> str:
    with acting(actor):
        return support.snapshot()


def test_a_handler_suspends_a_line_of_his_organisation_and_every_page_opens(
    known: Customers, actor: Actor
) -> None:
    client = enter(known.handler.number, known.code)
    code, shown, _ = apply(client, "suspension", known.colleague.line_id)
    assert code == 200
    assert "确认办理" in shown
    assert "停机保号手续费" in shown
    with acting(actor):
        assert orders_of_organization(known.bank) == ()
    code, _, to = apply(client, "suspension", known.colleague.line_id, confirm="1")
    assert code == 302
    assert "停机保号" in client.get(to).content.decode()
    with acting(actor):
        assert lines([known.colleague.line_id])[known.colleague.line_id].stop_causes == (StopCause.VOLUNTARY,)
    pages = places(known, actor, own_order(known, actor))
    assert {name: client.get(page).status_code for name, page in pages.items()} == dict.fromkeys(pages, 200)
    for page in pages.values():
        assert client.get(page)["Cache-Control"] == "no-store"
    named = {name.removeprefix("portal:") for name in _portal_names()} - {"login", "logout", "status"}
    # What an order opens, and invoices, have tests of their own.
    named -= {"details", "details_sheet", "invoices", "invoice", "invoice_pdf"}
    assert named == set(pages)


def test_a_handler_reads_the_details_his_order_opens_and_nobody_else_does(
    known: Customers, actor: Actor
) -> None:
    handler = enter(known.handler.number, known.code)
    month = {"ask_month": f"{NOW:%Y-%m}", "ask_delivery": "screen"}
    code, words, _ = apply(handler, "detail_query", known.colleague.line_id, confirm="1", **month)
    assert code == 302, words
    order = own_order(known, actor)
    shown = reverse("portal:details", args=[order])
    assert shown in handler.get(reverse("portal:order", args=[order])).content.decode()
    assert handler.get(shown).status_code == 200
    sheet = handler.get(reverse("portal:details_sheet", args=[order]))
    assert sheet.status_code == 200
    assert sheet.content.startswith(b"PK")
    with acting(actor):
        assert {look.way for look in detail_accesses(order)} == {DetailWay.PAGE, DetailWay.SHEET}
    assert enter(known.stranger.number).get(shown).status_code == 404


def _portal_names() -> set[str]:
    from tests.architecture.test_web import pages

    return {name for name in pages() if name.startswith("portal:")}


def test_a_visitor_of_the_portal_is_led_to_its_login(known: Customers) -> None:
    visitor = Client(SERVER_NAME="localhost")
    for page in places(known, None, 1).values():  # type: ignore[arg-type]
        answer = visitor.get(page)
        assert (answer.status_code, answer["Location"]) == (302, reverse("portal:login"))


def test_what_belongs_to_somebody_else_is_not_found(known: Customers, actor: Actor) -> None:
    handler = enter(known.handler.number, known.code)
    apply(handler, "suspension", known.colleague.line_id, confirm="1")
    order = own_order(known, actor)
    stranger, handler_as_user = enter(known.stranger.number), enter(known.handler.number)
    theirs = [
        reverse("portal:line", args=[known.colleague.line_id]),
        reverse("portal:apply", args=["suspension"]) + f"?line={known.colleague.line_id}",
        reverse("portal:order", args=[order]),
        reverse("portal:bill", args=[known.colleagues_bill]),
        reverse("portal:bill_pdf", args=[known.colleagues_bill]),
    ]
    for client in (stranger, handler_as_user):
        assert [client.get(page).status_code for page in theirs] == [404] * len(theirs)
    foreign = [
        reverse("portal:line", args=[known.stranger.line_id]),
        reverse("portal:bill", args=[known.strangers_bill]),
        reverse("portal:bill_pdf", args=[known.strangers_bill]),
        reverse("portal:apply", args=["suspension"]) + f"?line={known.stranger.line_id}",
        reverse("portal:apply", args=["termination"]),
        reverse("portal:order", args=[10**6]),
    ]
    assert [handler.get(page).status_code for page in foreign] == [404] * len(foreign)


def test_a_number_of_another_organisation_reads_like_none_at_all(known: Customers, actor: Actor) -> None:
    client, before = enter(known.handler.number, known.code), snapshot(actor)
    page = reverse("portal:apply", args=["suspension"])
    for number in (known.stranger.number, "18600000000"):
        shown = client.post(page, {"rows": number, "idempotency_key": "k", "confirm": "1"}).content.decode()
        assert f"没有这些在用号码：{number}" in shown
    assert snapshot(actor) == before


def test_a_refused_order_shows_its_reasons_and_changes_nothing(known: Customers, actor: Actor) -> None:
    client = enter(known.handler.number, known.code)
    apply(client, "suspension", known.colleague.line_id, confirm="1")
    before = snapshot(actor)
    code, shown, _ = apply(client, "suspension", known.colleague.line_id, key="other")
    assert code == 200
    assert "已停机保号" in shown
    assert "确认办理" not in shown
    code, shown, _ = apply(client, "suspension", known.colleague.line_id, key="other", confirm="1")
    assert code == 409
    assert "已停机保号" in shown
    assert snapshot(actor) == before


def test_only_a_lines_own_user_changes_its_password_and_then_logs_in_anew(
    known: Customers, actor: Actor
) -> None:
    client = enter(known.colleague.number)
    page, sent = reverse("portal:password"), {"idempotency_key": "p", "new": NEW, "repeated": NEW}
    before = snapshot(actor)
    weak = client.post(page, {**sent, "password": PASSWORD, "new": "123456", "repeated": "123456"})
    assert weak.status_code == 409
    assert snapshot(actor) == before
    assert "服务密码不对" in client.post(page, {**sent, "password": WRONG}).content.decode()
    assert client.post(page, {**sent, "password": PASSWORD})["Location"] == reverse("portal:login")
    assert client.get(reverse("portal:home")).status_code == 302
    assert guess(Client(SERVER_NAME="localhost"), known.colleague.number, PASSWORD) == 200
    enter(known.colleague.number, password=NEW)
    assert NEW not in json.dumps(_audit())


def _audit() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT arguments::text FROM security_auditoperation")
        return [str(row[0]) for row in cursor.fetchall()]


def test_whatever_is_wrong_is_said_in_the_same_words_and_locks_alike(known: Customers) -> None:
    answers = {}
    for number, code in ((known.colleague.number, ""), ("18600000000", ""), (known.handler.number, "X-1")):
        client = Client(SERVER_NAME="localhost", REMOTE_ADDR=f"10.0.0.{len(answers) + 1}")
        found = []
        for _ in range(6):
            sent = {"number": number, "password": WRONG, "organization": code}
            shown = client.post(reverse("portal:login"), sent)
            found.append((shown.status_code, SAME_WORDS in shown.content.decode()))
        answers[number] = found
    assert set(map(tuple, answers.values())) == {((200, True),) * 4 + ((429, False),) * 2}
    assert guess(Client(SERVER_NAME="localhost"), known.colleague.number, PASSWORD) == 429
    with clock.at_time(NOW + timedelta(hours=1, minutes=1)):
        enter(known.colleague.number)


def test_an_address_that_tries_many_numbers_is_shut_out(known: Customers) -> None:
    client = Client(SERVER_NAME="localhost", REMOTE_ADDR="10.9.9.9")
    answers = [guess(client, f"1860000{n:04d}", WRONG) for n in range(20)]
    assert answers == [200] * 19 + [429]
    assert guess(client, known.handler.number, PASSWORD) == 429


def test_a_handlers_telephone_must_be_a_line_of_his_organisation(known: Customers) -> None:
    visitor = Client(SERVER_NAME="localhost")
    assert guess(visitor, known.colleague.number, PASSWORD, known.code) == 200
    assert guess(visitor, known.stranger.number, PASSWORD, known.code) == 200
    assert guess(visitor, known.handler.number, PASSWORD, known.code) == 302


def test_a_session_is_over_when_it_was_not_used_left_or_its_password_changed(
    known: Customers, actor: Actor
) -> None:
    home = reverse("portal:home")
    idle, left, changed = (enter(known.colleague.number) for _ in range(3))
    with clock.at_time(NOW + timedelta(minutes=14)):
        assert idle.get(home).status_code == 200
    with clock.at_time(NOW + timedelta(minutes=28)):
        assert idle.get(home).status_code == 200
    with clock.at_time(NOW + timedelta(minutes=43)):
        assert idle.get(home).status_code == 302
    assert left.post(reverse("portal:logout")).status_code == 302
    assert left.get(home).status_code == 302
    give(known.colleague, NEW, actor, NOW + timedelta(seconds=1))
    with clock.at_time(NOW + timedelta(seconds=2)):
        assert changed.get(home).status_code == 302


def test_an_order_asks_for_the_password_again_when_it_was_given_long_ago(known: Customers) -> None:
    client, page = enter(known.colleague.number), reverse("portal:apply", args=["loss_report"])
    for minutes in (14, 28):
        with clock.at_time(NOW + timedelta(minutes=minutes)):
            assert client.get(reverse("portal:home")).status_code == 200
    with clock.at_time(NOW + timedelta(minutes=31)):
        again = client.get(page)["Location"]
        assert again.startswith(reverse("portal:again"))
        assert client.post(again, {"password": WRONG}).status_code == 200
        assert client.post(again, {"password": PASSWORD})["Location"] == page
        assert apply(client, "loss_report", known.colleague.line_id, confirm="1")[0] == 302
        outside = reverse("portal:again") + "?next=//example.com/portal/"
        assert client.post(outside, {"password": PASSWORD})["Location"] == reverse("portal:home")


def test_the_portal_and_the_desk_do_not_know_each_others_logins(known: Customers) -> None:
    customer, clerk = enter(known.handler.number, known.code), Client(SERVER_NAME="localhost")
    clerk.post(reverse("staff:login"), {"username": logins("clerk", "HF"), "password": DEMO_PASSWORD})
    assert customer.get(reverse("staff:home"))["Location"].startswith("/login/")
    assert clerk.get(reverse("portal:home"))["Location"] == reverse("portal:login")
    cookie = customer.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/portal/")
    assert guess(Client(SERVER_NAME="localhost"), "web:HF", "!") == 200
    nobody = {"username": "web:HF", "password": "!"}
    assert Client(SERVER_NAME="localhost").post(reverse("staff:login"), nobody).status_code == 200


def test_a_forged_or_foreign_cookie_opens_nothing(known: Customers, world: World) -> None:
    client = enter(known.handler.number, known.code)
    good = client.cookies[COOKIE].value
    branch, _, secret = good.partition(".")
    for forged in (
        "",
        "x",
        f"{branch}.",
        f"{world.branches['WH']}.{secret}",
        f"{branch}.{secret}x",
        f"9{good}",
    ):
        client.cookies[COOKIE] = forged
        assert client.get(reverse("portal:home")).status_code == 302


def test_writes_carry_a_token_and_what_is_typed_is_shown_as_text(known: Customers) -> None:
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    for page in (reverse("portal:login"), reverse("portal:status")):
        assert strict.post(page, {"number": known.handler.number}).status_code == 403
    strict.cookies = enter(known.handler.number, known.code).cookies
    strict.cookies.pop("csrftoken", None)
    for page in (reverse("portal:logout"), reverse("portal:apply", args=["suspension"])):
        assert strict.post(page).status_code == 403
    evil = "<script>alert(1)</script>"
    client = enter(known.handler.number, known.code)
    sent = {"number": evil, "password": "x", "last_four": evil[:4], "rows": evil, "idempotency_key": evil}
    for page in (
        reverse("portal:lines") + f"?q={evil}",
        reverse("portal:orders") + f"?q={evil}",
        reverse("portal:apply", args=["suspension"]) + f"?line={evil}",
    ):
        assert evil not in client.get(page).content.decode()
        assert evil not in client.post(page, sent).content.decode()
    for page in (reverse("portal:login"), reverse("portal:status")):
        assert evil not in client.post(page, sent).content.decode()


def test_an_individuals_line_sees_itself_and_is_told_that_other_rules_apply(
    known: Customers, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal.Visitor, "public", property(lambda _: True))
    client = enter(known.colleague.number)
    assert "按照公众业务规则办理" in client.get(reverse("portal:home")).content.decode()
    assert client.get(reverse("portal:apply", args=["suspension"])).status_code == 404


def test_the_status_of_an_order_needs_its_second_factor(known: Customers, actor: Actor) -> None:
    handler = enter(known.handler.number, known.code)
    apply(handler, "suspension", known.colleague.line_id, confirm="1")
    with acting(actor):
        order = orders_of_organization(known.bank)[0]
    assert order.state is OrderState.COMPLETED

    def ask(number: str, digits: str, address: str = "10.0.0.1") -> tuple[int, str]:
        visitor = Client(SERVER_NAME="localhost", REMOTE_ADDR=address)
        answer = visitor.post(reverse("portal:status"), {"number": number, "last_four": digits})
        return answer.status_code, answer.content.decode()

    for right in (known.handler.number[-4:], known.colleague.number[-4:]):
        code, shown = ask(order.number, right)
        assert (code, "停机保号" in shown, "竣工" in shown) == (200, True, True)
        assert not any(one in shown for one in ("冯立群", "刘思源", "示范银行", known.colleague.number))
    wrong, unknown = ask(order.number, "0000"), ask("HF2026101299999999", "0000")
    assert "没有查到" in wrong[1]
    assert "没有查到" in unknown[1]
    for number in (order.number, "HF2026101299999999"):
        for n in range(4):
            ask(number, "0000", f"10.1.{n}.{len(number)}")
        assert ask(number, known.handler.number[-4:], "10.2.0.1")[0] == 429


def said(number: str, **more: str) -> dict[str, str]:
    facts = {"proof_number": number, "proof_name": "刘思源", "proof_id_number": person(number)}
    return {"proof_kind": "three_checks", **facts, **more}


@pytest.fixture
def agent(known: Customers) -> Callable[[str], Client]:
    def enter_desk(role: str) -> Client:
        client = Client(SERVER_NAME="localhost")
        client.post(reverse("staff:login"), {"username": logins(role, "HF"), "password": DEMO_PASSWORD})
        return client

    return enter_desk


def test_the_hotline_shows_nothing_before_the_caller_proved_who_he_is(
    known: Customers, agent: Callable[[str], Client]
) -> None:
    client = agent("hotline_agent")
    number = known.colleague.number
    wrong = client.post(reverse("hotline:enter"), said(number, proof_name="王五")).content.decode()
    nobody = client.post(reverse("hotline:enter"), said("18600000000")).content.decode()
    for shown in (wrong, nobody):
        assert "所报信息与登记资料不符" in shown
        assert "示范银行" not in shown
        assert person(number) not in shown
    to = client.post(reverse("hotline:enter"), said(number))["Location"]
    card = client.get(to).content.decode()
    assert "示范银行" in card
    assert "立即挂失" in card
    assert person(number) not in card
    other = agent("hotline_10019_agent")
    assert other.get(to).status_code == 404
    with clock.at_time(NOW + timedelta(minutes=31)):
        assert client.get(to).status_code == 404


def test_the_dedicated_line_takes_faults_and_nothing_else(
    known: Customers, agent: Callable[[str], Client], actor: Actor
) -> None:
    client = agent("hotline_10019_agent")
    to = client.post(reverse("hotline:enter"), said(known.colleague.number))["Location"]
    card = client.get(to).content.decode()
    assert "本热线只受理障碍申告" in card
    assert "立即挂失" not in card
    before = snapshot(actor)
    assert client.post(to + "loss/", {"idempotency_key": "k"}).status_code == 403
    assert client.post(to + "fault/", {"subject": "无信号", "reporter_phone": "abc"}).status_code == 409
    assert snapshot(actor) == before
    opened = client.post(to + "fault/", {"subject": "无信号", "reporter_phone": known.colleague.number})
    assert opened["Location"] == to
    assert "无信号" in client.get(to).content.decode()


def test_the_web_halls_proof_is_no_callers_and_without_the_role_there_is_no_desk(
    known: Customers, agent: Callable[[str], Client], actor: Actor
) -> None:
    enter(known.colleague.number)
    with connection.cursor() as cursor, acting(actor):
        cursor.execute("SELECT max(id) FROM ordering_verification")
        proof = cursor.fetchone()[0]
    assert agent("hotline_agent").get(reverse("hotline:caller", args=[proof])).status_code == 404
    assert agent("clerk").get(reverse("hotline:enter")).status_code == 403
