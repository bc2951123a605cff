"""A fault from the hotline's keyboard to the archive, in a browser; and what pages and commands refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from playwright.sync_api import Browser, Page

from tests import support
from tests.browser import Desk, log_in, needs_browser, no_horizontal_scroll
from tests.lines import connect
from tests.world import World, logins
from trunkline.care.operations import open_ticket
from trunkline.care.queries import find_tickets, ticket
from trunkline.care.types import Product, TicketFilter, TicketKind, TicketRequest, TicketView
from trunkline.interfaces.cli import cli
from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD
from trunkline.kernel.clock import at_time
from trunkline.ordering.queries import orders_of_organization
from trunkline.security.audit import acting
from trunkline.security.types import Actor


@pytest.fixture
def fault(world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime) -> TicketView:
    (line,) = connect(world, actor, at, 1)
    asked = TicketRequest(
        TicketKind.FAULT, world.organizations["HF"][0], "冯立群", "13855100001", "不能呼出", "早上起不能呼出"
    )
    clerk = make_actor(role="clerk", branch="HF")
    asked = replace(asked, product=Product.MOBILE, line_id=line.line_id)
    return open_ticket(request=asked, actor=clerk, at=at)


@pytest.fixture
def login(world: World) -> Callable[..., Client]:
    def enter(role: str, branch: str = "HF") -> Client:
        client = Client(SERVER_NAME="localhost")
        said = {"username": logins(role, branch), "password": DEMO_PASSWORD}
        assert client.post(reverse("staff:login"), said).status_code == 302
        return client

    return enter


def act(client: Client, fault: TicketView, code: str, at: datetime, **said: str) -> tuple[int, str]:
    with at_time(at):
        answer = client.post(reverse("care:act", args=[fault.id, code]), said)
    return answer.status_code, answer.content.decode()


def test_every_action_that_cannot_be_done_says_why_and_changes_nothing(
    actor: Actor, fault: TicketView, login: Callable[..., Client], at: datetime
) -> None:
    office, clerk = login("billing_officer"), login("clerk")

    def refused(client: Client, code: str, *clauses: str, status: int = 409, **said: str) -> None:
        with acting(actor):
            before = support.snapshot()
        answered, page = act(client, fault, code, at + timedelta(hours=1), **said)
        assert answered == status, code
        for clause in clauses:
            assert f">{clause}</span>" in page
        with acting(actor):
            assert support.snapshot() == before

    refused(clerk, "take", status=403)
    refused(office, "close", "S25-1", archive_reference="档1")
    refused(office, "close", "S25-1")
    refused(office, "hold", "S25-1", text="等备件")
    refused(office, "note", "S25-1", text="")
    refused(office, "hand-over", "S25-1", text="请处理")
    refused(office, "hand-over", "S25-1", text="请处理", desk="network", to="billing")
    refused(office, "reopen", "S25-1", text="不满意")
    refused(office, "appeal", "REG-09", text="不满意")
    assert act(office, fault, "take", at)[0] == 302
    refused(office, "resolve", "S25-1", resolution="好")
    refused(office, "resolve", "S25-2", resolution="好", cause="断电", restored_at="昨天")
    refused(office, "resolve", "S25-2", resolution="好", cause="断电", restored_at="2026-10-01 09:30")
    assert act(office, fault, "forget", at)[0] == 404


def test_the_page_offers_what_the_state_and_the_role_allow(
    fault: TicketView, login: Callable[..., Client], at: datetime
) -> None:
    def offered(role: str) -> set[str]:
        with at_time(at):
            page = login(role).get(reverse("care:show", args=[fault.id])).content.decode()
        codes = ("take", "feedback", "note", "resolve", "close", "hand-over", "hold", "reopen", "cancel")
        return {code for code in codes if reverse("care:act", args=[fault.id, code]) in page}

    assert offered("clerk") == {"feedback", "note", "hand-over"}
    assert offered("billing_officer") == {"take", "feedback", "note", "hand-over", "cancel"}
    assert offered("auditor") == set()


def test_the_desk_sees_what_is_late_in_red_and_that_it_was_urged(
    actor: Actor, fault: TicketView, login: Callable[..., Client], at: datetime
) -> None:
    from trunkline.care.operations import urge_overdue

    urge_overdue(actor=actor, at=at + timedelta(hours=49))
    clerk = login("clerk")
    with at_time(at + timedelta(hours=50)):
        listed = clerk.get(reverse("care:list") + "?overdue=on").content.decode()
        home = clerk.get(reverse("staff:home")).content.decode()
        archive = clerk.get(reverse("party:tab", args=[fault.organization_id, "tickets"])).content.decode()
        line = clerk.get(reverse("party:line", args=[fault.line_id])).content.decode()
    for page in (listed, archive, line):
        assert fault.number in page
        assert '<span class="nowrap owed">超时 2 小时</span>' in page
        assert "已催办" in page
    assert reverse("care:list") + "?overdue=on" in home
    with at_time(at):
        assert fault.number not in clerk.get(reverse("care:list") + "?overdue=on").content.decode()


def test_a_limit_is_set_on_its_page_by_whoever_may(
    world: World, login: Callable[..., Client], at: datetime
) -> None:
    said = {"product": "mobile", "area": "urban", "grade": "normal", "valid_from": "2026-10-20"}
    manager, clerk = login("department_manager"), login("clerk")
    page = reverse("care:limits")
    with at_time(at):
        whole = {**said, "hours": "24", "reference": "皖网维〔2026〕7号"}
        assert clerk.post(page, whole).status_code == 403
        longer = manager.post(page, {**whole, "hours": "49"})
        assert (longer.status_code, "REG-04" in longer.content.decode()) == (409, True)
        assert manager.post(page, whole).status_code == 302
    with at_time(at + timedelta(days=9)):
        assert "皖网维〔2026〕7号" in manager.get(page).content.decode()


def test_an_orders_tickets_are_shown_by_the_tag(
    fault: TicketView, make_actor: Callable[..., Actor], at: datetime
) -> None:
    request = RequestFactory().get("/")
    request.actor = make_actor(role="clerk", branch="HF")  # type: ignore[attr-defined]
    request.at = at  # type: ignore[attr-defined]
    shown = Template("{% load care %}{% tickets_of order_id=1 %}")
    with acting(request.actor):  # type: ignore[attr-defined]
        assert shown.render(Context({"request": request})).strip() == ""


def test_tickets_are_worked_on_from_the_command_line(actor: Actor, fault: TicketView, at: datetime) -> None:
    def call(*words: str, login: str = "billing", status: int = 0) -> object:
        with at_time(at + timedelta(hours=1)):
            done = CliRunner().invoke(cli, ["--as", login, "ticket", *words, "--json"])
        assert done.exit_code == status, done.output
        return json.loads(done.stdout if status == 0 else done.stderr)

    listed = call("list", "--kind", "fault")
    assert [found["number"] for found in listed] == [fault.number]  # type: ignore[attr-defined]
    assert call("list", "--overdue") == []
    assert call("take", fault.number)["state"] == "inProgress"  # type: ignore[index]
    handed = call("hand-over", fault.number, "--desk", "network", "--text", "请查基站")
    assert handed["desk"] == "network"  # type: ignore[index]
    refused = call("close", fault.number, "--archive-reference", "档1", status=2)
    assert [r["clause"] for r in refused["refusals"]] == ["S25-1"]  # type: ignore[index]
    assert (
        call("take", fault.number, login="hf.clerk", status=2)["refusals"][0]["code"] == "permission.missing"
    )  # type: ignore[index]
    call("feedback", fault.number, "--text", "已告知")
    done = call("resolve", fault.number, "--resolution", "已转接", "--cause", "断电", "--by-workaround")
    assert (done["state"], done["restored_by_workaround"]) == ("resolved", True)  # type: ignore[index]
    assert call("close", fault.number, "--archive-reference", "档1")["state"] == "closed"  # type: ignore[index]
    shown = call("show", fault.number)
    happened = [entry["what"] for entry in shown["timeline"]]  # type: ignore[index]
    assert happened == ["open", "take", "hand_over", "feedback", "resolve", "close"]
    assert len(call("limit", "list")) == 24  # type: ignore[arg-type]
    with at_time(at):
        human = CliRunner().invoke(cli, ["ticket", "show", fault.number])
        rows = CliRunner().invoke(cli, ["--language", "en", "ticket", "list"])
    assert (human.exit_code, rows.exit_code) == (0, 0)
    assert "首问负责人" in human.output
    assert fault.number in rows.output


def fits(page: Page, name: str) -> None:
    """The page stands without a horizontal scroll on a desk and on a telephone."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert no_horizontal_scroll(page), (name, width)
    page.set_viewport_size({"width": 1280, "height": 800})


@needs_browser
def test_the_hotline_reports_a_fault_by_keyboard_and_the_back_office_restores_it(
    desk: Desk, browser: Browser, committed_db: World, actor: Actor
) -> None:
    (line,) = connect(committed_db, actor, datetime(2026, 10, 1, 2, tzinfo=UTC), 1)
    agent = log_in(browser, desk, logins("hotline_agent", "HF"))
    bank = committed_db.organizations["HF"][0]
    agent.goto(f"{desk.address}/orders/apply/{bank}/fault_report/?line={line.line_id}")
    agent.focus("#id_ask_product")
    agent.keyboard.press("ArrowDown")
    for text in ("不能呼出", "早上起所有分机不能呼出", "2026-10-12 09:30", "冯立群", "13855100001"):
        agent.keyboard.press("Tab")
        agent.keyboard.type(text)
    agent.wait_for_selector("#judgement .btn-primary:not([disabled])")
    fits(agent, "report")
    agent.focus("#judgement .btn-primary")
    agent.keyboard.press("Enter")
    agent.wait_for_url("**/orders/*/")
    with acting(actor):
        (order,) = orders_of_organization(bank)
        (made,) = find_tickets(TicketFilter(order_id=order.id), at=order.placed_at)
    assert made.number in agent.content()
    agent.click(".side-link[href='/tickets/']")
    agent.wait_for_selector("table a.strong")
    fits(agent, "list")
    agent.click("table a.strong")
    agent.wait_for_selector(".timeline")
    assert agent.is_visible(f"a[href='/orders/{order.id}/']")
    fits(agent, "show")
    unfold(agent, "hand-over")
    agent.select_option("#hand-over_desk", "network")
    agent.fill("#hand-over_text", "请查基站")
    press(agent, "hand-over")

    desk.move_clock(datetime(2026, 10, 12, 3, 0, tzinfo=UTC))
    office = log_in(browser, desk, logins("billing_officer", "AH"))
    office.goto(f"{desk.address}/tickets/{made.id}/")
    press(office, "take")
    unfold(office, "hold")
    office.fill("#hold_text", "等备件")
    press(office, "hold")
    press(office, "resolve", refused=True)
    fits(office, "refused")
    office.fill("#resolve_resolution", "已转接备用线路")
    office.fill("#resolve_cause", "基站断电")
    office.check("#resolve_by_workaround")
    press(office, "resolve")
    office.fill("#close_archive_reference", "档2026-7")
    press(office, "close")
    fits(office, "closed")
    office.goto(f"{desk.address}/organizations/{bank}/tickets/")
    fits(office, "archive")
    office.goto(f"{desk.address}/tickets/limits/")
    fits(office, "limits")
    office.goto(desk.address)
    fits(office, "home")
    with acting(actor):
        over = ticket(made.id)
    assert (over.state, over.restored_by_workaround, over.archive_reference) == ("closed", True, "档2026-7")
    assert over.first_contact_id == order.placed_by_id


def unfold(page: Page, code: str) -> None:
    """Open an action where it is not the one that comes next."""
    action = page.locator(f"details:has(form[action$='/{code}/'])")
    if action.get_attribute("open") is None:
        action.locator("summary").press("Enter")


def press(page: Page, code: str, *, refused: bool = False) -> None:
    """Send an action's form from the keyboard."""
    unfold(page, code)
    page.locator(f"form[action$='/{code}/'] button[type=submit]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_selector(".refusals" if refused else ".notice")
