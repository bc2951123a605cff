"""The portal and the hotline desk in a real browser: on a telephone's screen, and with the keyboard alone."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Desk, log_in, needs_browser, no_horizontal_scroll, pdf_of
from tests.customers import NEW, PASSWORD, WRONG, Customers, customers
from tests.lines import person
from tests.world import World
from trunkline.security.types import Actor

pytestmark = needs_browser
YESTERDAY = datetime(2026, 10, 11, 2, 0, tzinfo=UTC)
PHONE, SCREEN = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
#: Where pictures go when somebody wants to look.
PICTURES = os.environ.get("TRUNKLINE_PICTURES", "")


@pytest.fixture
def known(committed_db: World, actor: Actor) -> Customers:
    return customers(committed_db, actor, YESTERDAY)


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def portal(browser: Browser, desk: Desk, size: dict[str, int]) -> Page:
    page = browser.new_context(viewport=size, locale="zh-CN").new_page()  # type: ignore[arg-type]
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.goto(desk.address + "/portal/login/")
    return page


def enter(page: Page, number: str, password: str, code: str = "") -> None:
    page.fill("#id_number", number)
    page.fill("#id_password", password)
    page.fill("#id_organization", code)
    page.click("main button[type=submit]")


def test_a_handler_suspends_a_line_follows_the_order_and_opens_a_bill(
    known: Customers, desk: Desk, browser: Browser
) -> None:
    page = portal(browser, desk, PHONE)
    assert no_horizontal_scroll(page)
    picture(page, "login")
    enter(page, known.handler.number, PASSWORD, known.code)
    expect(page.locator("h1")).to_contain_text("合肥示范银行")
    picture(page, "home")
    page.click("nav >> text=号码")
    assert no_horizontal_scroll(page)
    page.click(f"a[href$='/portal/lines/{known.colleague.line_id}/']")
    picture(page, "line")
    page.click("text=停机保号")
    page.click("text=核对并查看费用")
    expect(page.locator(".preview")).to_contain_text("在用 → 停机保号")
    expect(page.locator("main")).to_contain_text("停机保号手续费")
    assert no_horizontal_scroll(page)
    picture(page, "judged")
    page.click("text=确认办理")
    expect(page.locator(".notice")).to_contain_text("已受理")
    assert no_horizontal_scroll(page)
    number = page.inner_text(".under .code")
    picture(page, "order")
    page.goto(desk.address + f"/portal/orders/?q={number}")
    expect(page.locator("h1")).to_contain_text("竣工")
    page.goto(desk.address + "/portal/bills/")
    assert no_horizontal_scroll(page)
    picture(page, "bills")
    page.click(f"a[href$='/portal/bills/{known.bill}/']")
    assert no_horizontal_scroll(page)
    picture(page, "bill")
    assert "46.00" in pdf_of(page, page.url + "bill.pdf")
    page.goto(desk.address + "/status/")
    page.fill("#id_number", number)
    page.fill("#id_last_four", known.handler.number[-4:])
    page.click("main button[type=submit]")
    expect(page.locator("main")).to_contain_text("停机保号")
    picture(page, "status")
    page.click("text=EN")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_number_reports_its_loss_changes_its_password_and_is_locked_after_five_wrong_tries(
    known: Customers, desk: Desk, browser: Browser
) -> None:
    page = portal(browser, desk, SCREEN)
    enter(page, known.colleague.number, PASSWORD)
    page.click(".portal-items >> text=挂失")
    page.click("text=核对并查看费用")
    expect(page.locator("button[name=confirm]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("已受理")
    page.goto(desk.address + "/portal/")
    expect(page.locator("h1")).to_contain_text("挂失")
    picture(page, "home-wide")
    page.click("nav >> text=服务密码")
    page.fill("#id_password", PASSWORD)
    page.fill("#id_new", NEW)
    page.fill("#id_repeated", NEW)
    page.click("main button[type=submit]")
    expect(page.locator(".notice")).to_contain_text("服务密码已修改")
    page.goto(desk.address + "/portal/")
    expect(page.locator("h1")).to_contain_text("登录网上营业厅")
    enter(page, known.colleague.number, PASSWORD)
    expect(page.locator(".notice-error")).to_contain_text("不对")
    for _ in range(4):
        enter(page, known.colleague.number, WRONG) if page.locator("#id_number").count() else None
    expect(page.locator("h1")).to_contain_text("暂停登录")
    picture(page, "locked")
    page.click("text=返回登录")
    enter(page, known.colleague.number, NEW)
    expect(page.locator("h1")).to_contain_text("暂停登录")


def test_an_agent_takes_a_fault_and_a_loss_with_the_keyboard_alone(
    known: Customers, desk: Desk, browser: Browser
) -> None:
    page = log_in(browser, desk, "hf.hotline")
    page.goto(desk.address + "/hotline/")
    expect(page.locator("#id_proof_number")).to_be_focused()
    page.keyboard.type(known.colleague.number)
    page.locator("#id_proof_name").focus()
    page.keyboard.type("刘思源")
    page.keyboard.press("Tab")
    page.keyboard.type(person(known.colleague.number))
    picture(page, "hotline")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(known.colleague.number[-4:])
    page.keyboard.press("Alt+z")
    expect(page.locator("#id_subject")).to_be_focused()
    page.keyboard.type("通话无声")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("障碍已受理")
    page.keyboard.press("Alt+l")
    expect(page.locator("h1")).to_contain_text("挂失")
    picture(page, "caller")
