"""Products of the last page in a real browser: a circuit from its order into service, a VPN with three sites."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser import Desk, log_in, needs_browser, no_horizontal_scroll
from tests.products import HEADER, ORDERS, PAPERS
from tests.world import World
from trunkline.installations.queries import find_installations, places_of
from trunkline.installations.types import InstallationState
from trunkline.security.audit import acting
from trunkline.security.types import Actor

pytestmark = needs_browser


def fill(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        field = page.locator(f'[name="ask_{name}"]')
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def show_papers(page: Page) -> None:
    for kind in PAPERS:
        page.fill(f'[name="paper_{kind}_reference"]', f"N-{kind}")
        for mark in ("original_seen", "sealed", "copy_kept"):
            box = page.locator(f'[name="paper_{kind}_{mark}"]')
            if box.count():
                box.check()


def keep_picture(page: Page, name: str) -> None:
    """A picture for whoever wants to look, where the environment names a folder."""
    folder = os.environ.get("TRUNKLINE_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def accept(page: Page) -> None:
    expect(page.locator("#judgement .btn-primary")).to_be_enabled()
    page.click("#judgement .btn-primary")
    page.wait_for_url("**/products/*/")


def finish(page: Page, words: str) -> None:
    page.fill("form.step [name=words]", words)
    page.click("form.step .btn-primary")
    page.wait_for_selector(".notice")


def test_a_circuit_is_ordered_and_brought_into_service(
    desk: Desk, browser: Browser, committed_db: World, actor: Actor
) -> None:
    bank = committed_db.organizations["HF"][0]
    clerk = log_in(browser, desk, "hf.clerk")
    clerk.goto(f"{desk.address}/products/order/{bank}/")
    clerk.click("text=SDH数字专线业务")
    clerk.wait_for_selector("#judgement .refusals")
    expect(clerk.locator("#judgement")).to_contain_text("须填写：Z端：联系电话")
    fill(clerk, {**HEADER, **ORDERS["sdh_circuit"].details()})
    keep_picture(clerk, "sdh-order")
    show_papers(clerk)
    expect(clerk.locator("#judgement")).to_contain_text("应在")
    assert no_horizontal_scroll(clerk)
    accept(clerk)
    expect(clerk.locator("h1")).to_contain_text("HF-SDH-")
    keep_picture(clerk, "sdh-ordered")

    engineer = log_in(browser, desk, "network")
    engineer.goto(f"{desk.address}/products/tasks/")
    keep_picture(engineer, "tasks")
    engineer.click("tbody a.code")
    engineer.click("text=未通过")
    expect(engineer.locator(".refusals")).to_contain_text("须填写原因或结果")
    for step in ("资源可用", "已分配时隙", "施工完成", "误码测试合格"):
        finish(engineer, step)
    here = engineer.url
    for login, words in (("hf.manager", "客户签字验收"), ("billing", "按验收日起租")):
        page = log_in(browser, desk, login)
        page.goto(here)
        finish(page, words)
    expect(page.locator("h1")).to_contain_text("在网")
    assert no_horizontal_scroll(page)
    keep_picture(page, "sdh-in-service")
    with acting(actor):
        (made,) = find_installations()
        assert made.state is InstallationState.IN_SERVICE
        assert made.billed_from is not None


def test_a_vpn_is_ordered_with_a_third_site_added(
    desk: Desk, browser: Browser, committed_db: World, actor: Actor
) -> None:
    desk.move_clock(datetime(2026, 10, 13, 2, tzinfo=UTC))
    bank = committed_db.organizations["HF"][0]
    clerk = log_in(browser, desk, "hf.clerk")
    clerk.goto(f"{desk.address}/products/order/{bank}/mpls_vpn/")
    clerk.wait_for_selector("#judgement .refusals")
    assert clerk.locator("[data-rows=sites] tr").count() == 2
    clerk.click("[data-add-row=sites]")
    assert clerk.locator("[data-rows=sites] tr").count() == 3
    details = ORDERS["mpls_vpn"].details()
    fill(clerk, {**HEADER, **details, "sites.3.site": "总行"})
    show_papers(clerk)
    expect(clerk.locator("#judgement")).to_contain_text("站点3：站点名称“总行”与站点1重复")
    fill(clerk, {"sites.3.site": details["sites.3.site"]})
    clerk.locator('[name="ask_sites.3.site"]').press("Tab")
    assert no_horizontal_scroll(clerk)
    accept(clerk)
    keep_picture(clerk, "vpn-ordered")
    with acting(actor):
        (made,) = find_installations()
        assert [place.values["site"] for place in places_of(made.id)] == ["总行", "城东支行", "城西支行"]
