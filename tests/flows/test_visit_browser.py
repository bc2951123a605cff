"""一站式受理 in a real browser: two items in one visit with one sheet; and many lines chosen by a filter or a sheet."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import openpyxl
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser import Desk, log_in, needs_browser, no_horizontal_scroll, pdf_of
from tests.items import application
from tests.lines import connect
from tests.world import World, logins
from trunkline.counter import desk as counter
from trunkline.interfaces.web.page import XLSX
from trunkline.kernel.sheets import write_sheet
from trunkline.security.audit import acting
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import StopCause

pytestmark = needs_browser


def show_the_papers(page: Page) -> None:
    """Every paper with a number, seen, sealed and copied."""
    for field in page.locator("input[name^=paper_][name$=_reference]").all():
        field.fill("凭证1")
    for box in page.locator("input[type=checkbox][name^=paper_]:not([name$=_instead])").all():
        box.check()


def placed(page: Page, what: str) -> int:
    """Wait for the page of what was placed; its id."""
    page.wait_for_url(re.compile(rf"/{what}/\d+/$"))
    return int(page.url.rstrip("/").split("/")[-1])


def test_a_lost_card_is_lifted_and_replaced_in_one_visit_with_one_sheet(
    committed_db: World, desk: Desk, browser: Browser, make_actor: Callable[..., Actor], at: datetime
) -> None:
    actor, bank = make_actor(), committed_db.organizations["HF"][0]
    line = connect(committed_db, actor, at - timedelta(days=1), 1)[0]
    lost = application(committed_db, "loss_report", [line])
    counter.place(request=lost, actor=make_actor(role="clerk", branch="HF"), at=at - timedelta(hours=1))
    page = log_in(browser, desk, logins("clerk", "HF"))
    page.goto(f"{desk.address}/organizations/{bank}/")
    page.click(f"a[href='/orders/apply/{bank}/']")
    page.click("#items a:has-text('补（换）卡')")
    expect(page.locator("h1")).to_contain_text("补（换）卡")
    for item in ("sim_replacement", "loss_lift"):
        page.goto(f"{desk.address}/orders/apply/{bank}/{item}/")
        page.fill("#id_rows", line.number)
        if item == "sim_replacement":
            page.select_option("[name=ask_reason]", "lost")
        page.click("#judgement button:has-text('加入一站式受理')")
        page.wait_for_url("**/visits/draft/*/")
    expect(page.locator(".visit-items > li")).to_have_count(2)
    show_the_papers(page)
    expect(page.locator("#judgement .clause:has-text('S12-G2')")).to_be_visible()
    expect(page.locator("#judgement button[type=submit]")).to_be_disabled()
    page.locator(".visit-items > li").nth(1).locator("button:has-text('上移')").click()
    expect(page.locator(".visit-items > li").first).to_contain_text("解")
    show_the_papers(page)
    page.wait_for_selector("#judgement .allowed")
    assert no_horizontal_scroll(page)
    page.set_viewport_size({"width": 360, "height": 740})
    assert no_horizontal_scroll(page)
    with acting(actor):
        card = lines([line.line_id])[line.line_id].iccid
    page.click("#judgement button[type=submit]")
    placed(page, "visits")
    assert no_horizontal_scroll(page)
    expect(page.locator("tbody .state:has-text('竣工')")).to_have_count(2)
    with acting(actor):
        after = lines([line.line_id])[line.line_id]
    assert (after.stop_causes, after.iccid != card) == ((), True)
    sheet = pdf_of(page, page.url + "sheet.pdf")
    assert sheet.count("经办人（签字）") == 1
    assert "一站式受理" in sheet.replace(" ", "")


def test_lines_are_chosen_by_a_filter_and_what_passes_goes_on(
    committed_db: World, desk: Desk, browser: Browser, make_actor: Callable[..., Actor], at: datetime
) -> None:
    actor, bank = make_actor(), committed_db.organizations["HF"][0]
    held = connect(committed_db, actor, at - timedelta(days=1), 4)
    clerk = make_actor(role="clerk", branch="HF")
    stopped = application(committed_db, "suspension", held[:1])
    counter.place(request=stopped, actor=clerk, at=at - timedelta(hours=1))
    page = log_in(browser, desk, logins("clerk", "HF"))
    page.goto(f"{desk.address}/orders/apply/{bank}/suspension/")
    page.click("text=按条件或表格选号")
    page.select_option("[name=state]", "active")
    page.click("text=查看符合条件的号码")
    expect(page.locator("main")).to_contain_text("符合条件 4 户")
    assert no_horizontal_scroll(page)
    page.click("text=选用这些号码")
    page.wait_for_url("**/suspension/?selection=*")
    expect(page.locator("#order")).to_contain_text("已选 4 户")
    assert held[1].number not in page.locator("#order").inner_html()
    show_the_papers(page)
    page.select_option("[name=completion]", "what_passes")
    page.wait_for_selector("#judgement .allowed")
    expect(page.locator("#judgement .allowed")).to_contain_text("1 户退回")
    with page.expect_download() as reasons:
        page.click("#judgement button:has-text('退回原因')")
    assert reasons.value.suggested_filename == "reasons-suspension.xlsx"
    page.click("#judgement button:has-text('受理') >> nth=0")
    placed(page, "orders")
    expect(page.locator("h1")).to_contain_text("部分竣工")
    with acting(actor):
        after = lines([line.line_id for line in held])
    assert {one.stop_causes for one in after.values()} == {(StopCause.VOLUNTARY,)}


def test_lines_of_a_sheet_are_taken_whole_or_not_at_all_and_join_a_visit(
    committed_db: World, desk: Desk, browser: Browser, make_actor: Callable[..., Actor], at: datetime
) -> None:
    actor, bank = make_actor(), committed_db.organizations["HF"][0]
    held = connect(committed_db, actor, at - timedelta(days=1), 3)
    clerk = make_actor(role="clerk", branch="HF")
    counter.place(
        request=application(committed_db, "suspension", held[:1]), actor=clerk, at=at - timedelta(hours=1)
    )
    page = log_in(browser, desk, logins("clerk", "HF"))

    def upload(*numbers: str) -> None:
        content = write_sheet(("号码",), [(number,) for number in numbers])
        page.set_input_files("[name=sheet]", FilePayload(name="停机名单.xlsx", mimeType=XLSX, buffer=content))
        page.click("button[name=by_sheet]")

    page.goto(f"{desk.address}/orders/apply/{bank}/suspension/lines/")
    with page.expect_download() as empty:
        page.click("text=空白表格")
    titles = openpyxl.load_workbook(io.BytesIO(empty.value.path().read_bytes())).active
    assert titles is not None
    assert [cell.value for cell in titles[1]] == ["号码"]
    upload(held[1].number, "18600000000")
    expect(page.locator(".refusals")).to_contain_text("第 2 行")
    upload(*(line.number for line in held))
    page.wait_for_url("**/suspension/?selection=*")
    expect(page.locator("#order")).to_contain_text("按表格选出")
    show_the_papers(page)
    page.select_option("[name=completion]", "what_passes")
    page.wait_for_selector("#judgement .allowed")
    page.click("#judgement button:has-text('加入一站式受理')")
    page.wait_for_url("**/visits/draft/*/")
    expect(page.locator(".visit-items > li")).to_contain_text("3 户")
    page.wait_for_selector("#judgement .allowed")
    expect(page.locator("#judgement")).to_contain_text("1 户不通过")
    page.click("#judgement button[type=submit]")
    placed(page, "visits")
    expect(page.locator("tbody .state")).to_contain_text("部分竣工")
    with acting(actor):
        after = lines([line.line_id for line in held])
    assert {one.stop_causes for one in after.values()} == {(StopCause.VOLUNTARY,)}
