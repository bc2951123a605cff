"""Steps 1–8 in a real browser: an organisation signs, its members are connected, a month is rated and billed."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from tests.browser import Desk, log_in, needs_browser, no_horizontal_scroll, pdf_of
from tests.signing import member_rows, xlsx
from tests.world import World, number_of
from trunkline.ledger.queries import trial_balance
from trunkline.party.queries import organization
from trunkline.security.audit import acting
from trunkline.security.types import Actor

MEMBERS = 60
pytestmark = needs_browser


def find_organization(page: Page, text: str, name: str) -> int:
    """Step 1: by the search box, with the keyboard alone."""
    page.wait_for_load_state("networkidle")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type(text)
    page.wait_for_selector(".found-item")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(name)
    return int(page.url.rstrip("/").split("/")[-1])


def draft_agreement(page: Page, desk: Desk, organization_id: int) -> str:
    """Step 2. Returns the agreement's address."""
    page.goto(f"{desk.address}/agreements/new/?organization={organization_id}")
    page.select_option("#id_plan_code", "3G-66")
    page.click("text=保存草稿")
    page.wait_for_url("**/agreements/*/")
    return page.url


def upload_members(page: Page, tmp_path: Path) -> None:
    """Step 3: a sheet with problems is told and taken away, the corrected one is accepted."""
    rows = member_rows(MEMBERS)
    rows[0][2] = number_of("HF", 7)
    wrong = [list(row) for row in rows]
    wrong[1][1] = wrong[1][1][:-1] + ("0" if wrong[1][1][-1] != "0" else "1")
    wrong[2][3] = "4G-99"
    (tmp_path / "wrong.xlsx").write_bytes(xlsx(wrong))
    (tmp_path / "right.xlsx").write_bytes(xlsx(rows))
    (tmp_path / "bomb.xlsx").write_bytes(b"PK\x03\x04 this is no workbook")
    page.click("text=成员与号码表")
    page.set_input_files("#id_sheet", tmp_path / "bomb.xlsx")
    page.wait_for_selector("#check .refusals")
    page.set_input_files("#id_sheet", tmp_path / "wrong.xlsx")
    page.wait_for_selector("#check .warned")
    with page.expect_download() as download:
        page.click("text=下载问题清单")
    reasons = [
        row[-1].value
        for row in load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active.iter_rows(
            min_row=2
        )
    ]
    assert [place for place, reason in enumerate(reasons) if reason] == [1, 2]
    page.set_input_files("#id_sheet", tmp_path / "right.xlsx")
    page.wait_for_selector("#check .allowed")
    page.click("text=接收号码表并生成附件")
    page.wait_for_url("**/agreements/*/")


def sign(page: Page, reviewer: Page, address: str) -> None:
    """Step 4: reviewed by another, printed, signed and sealed by both sides, attachment and six originals."""
    number = address.rstrip("/").split("/")[-1]
    page.click("button:has-text('提交审核')")
    page.wait_for_selector("button:has-text('退回修改')")
    reviewer.goto(address)
    reviewer.fill("#id_note", "条款已核对")
    reviewer.click("button:has-text('审核通过')")
    reviewer.wait_for_selector("text=本稿已审核通过")
    page.goto(address)
    page.click("button:has-text('定稿打印')")
    page.wait_for_selector(f"form[action$='agreements/{number}/sign/']")
    text = pdf_of(page, address + "agreement.pdf")
    assert "本页无正文" in text.replace(" ", "")
    assert "人民币陆拾陆元整" in text.replace(" ", "")
    assert "成员1" in pdf_of(page, address + "attachments/1.pdf")
    for side, name in (("a", "何守正"), ("b", "周明远")):
        form = page.locator(f"form[action$='agreements/{number}/sign/']")
        form.locator("[name=side]").select_option(side)
        form.locator("[name=signer_name]").fill(name)
        form.locator("[name=signer_role]").select_option("legal_representative")
        form.locator("button").click()
        expect(page.locator("body")).to_contain_text(name)
    for side in "ab":
        page.click("summary:has-text('登记附件签署')")
        form = page.locator("form[action*='/attachments/1/sign/']")
        form.locator("[name=side]").select_option(side)
        form.locator("[name=signer_name]").fill("冯立群")
        form.locator("[name=signer_role]").select_option("handler")
        form.locator("button").click()
        page.wait_for_load_state("networkidle")
    for ordinal in range(1, 7):
        form = page.locator("form[action$='/originals/']")
        form.locator("[name=ordinal]").fill(str(ordinal))
        form.locator("[name=side]").select_option("a" if ordinal <= 3 else "b")
        form.locator("[name=holder]").fill("冯立群")
        form.locator("[name=place]").fill("档案室")
        form.locator("button").click()
        page.wait_for_load_state("networkidle")
    expect(page.locator("body")).to_contain_text("生效")


def install(page: Page, desk: Desk, agreement: str) -> None:
    """Step 5: five papers, all reasons against until they are there, then sixty active lines and the slip."""
    page.goto(f"{desk.address}/orders/new/{agreement}/")
    page.wait_for_selector("#judgement .refusals")
    for kind in (
        "handler_id",
        "authorisation",
        "registration_certificate",
        "network_agreement",
        "sub_user_table",
    ):
        reference = page.locator(f"#id_paper_{kind}_reference")
        if not reference.input_value():
            reference.fill(f"编号-{kind}")
        for mark in ("original_seen", "sealed", "copy_kept"):
            box = page.locator(f"#id_paper_{kind}_{mark}")
            if box.count():
                box.check()
    page.wait_for_selector("#judgement .allowed")
    page.click("#judgement button")
    page.wait_for_url("**/orders/*/")
    expect(page.locator("body")).to_contain_text("竣工", timeout=60_000)
    slip = pdf_of(page, page.url + "slip.pdf")
    assert "业务受理单" in slip.replace(" ", "")
    assert number_of("HF", 7) in slip


def usage_csv(path: Path) -> None:
    """Step 6's file: 100 good calls of one member, one twice, one of an unknown kind."""
    rows = [
        f"msc1,call-{i},{number_of('HF', 7)},voice,mo,2026-10-{13 + i % 15:02d}T09:{i % 60:02d}:00+08:00,90"
        for i in range(100)
    ]
    rows += [rows[0], f"msc1,call-x,{number_of('HF', 7)},telex,mo,2026-10-13T09:00:00+08:00,90"]
    header = "source,record_id,line_number,kind,direction,started_at,quantity"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def take_in_usage(page: Page, desk: Desk, tmp_path: Path) -> None:
    """Step 6: counted, with the duplicate and the reject named; the same file again changes nothing."""
    file = tmp_path / "usage-2026-10.csv"
    usage_csv(file)
    for told in ("共 102 条，接受 100，重复 1，拒收 1", "没有重复收取"):
        page.goto(desk.address + "/usage/")
        page.set_input_files("#id_file", file)
        page.click("button:has-text('上传话单')")
        expect(page.locator("body")).to_contain_text(told)


def run_bills(page: Page, desk: Desk) -> None:
    """Step 7: by the button; the worker does it, and the page follows."""
    page.goto(desk.address + "/bill-runs/")
    page.fill("#id_month", "2026-10")
    page.click("button:has-text('开始出账')")
    page.wait_for_url("**/bill-runs/2026/10/")
    expect(page.locator("body")).to_contain_text("已关账", timeout=90_000)
    found = 0
    for leaf in (1, 2):
        page.goto(f"{desk.address}/bills/?month=2026-10&q=合肥示范银行&page={leaf}")
        found += page.locator("a.code.strong").count()
    assert found == MEMBERS


def explain_bill(page: Page, desk: Desk, actor: Actor, number: str) -> None:
    """The bill of the member who called, in his first month on half the plan (P2-07), each amount explained."""
    from trunkline.billing.queries import bills_of_account
    from trunkline.subscriptions.queries import line_by_number

    with acting(actor):
        line = line_by_number(number)
        assert line is not None
        (bill,) = bills_of_account(line.account_id)
    page.goto(f"{desk.address}/bills/{bill.id}/")
    body = page.locator("body")
    # Half of 66.00 is 33.00 and half of 120 minutes 60; ninety seconds are two minutes, so a hundred calls are
    # 200 minutes, and 140 of them cost 0.20 each.
    expect(body).to_contain_text("¥33.00")
    expect(body).to_contain_text("¥28.00")
    expect(body).to_contain_text("¥61.00")
    page.click("text=本地主叫通话费")
    expect(body).to_contain_text("皖通信资费备")
    assert "账单" in pdf_of(page, f"{desk.address}/bills/{bill.id}/bill.pdf")


def pay(page: Page, desk: Desk, organization_id: int) -> None:
    """Step 8: too much is refused, the right amount is taken, the receipt printed."""
    page.goto(f"{desk.address}/payments/new/{organization_id}/")
    page.locator("input[name=months]").first.check()
    amount = page.input_value("#id_amount")
    page.fill("#id_amount", "999999")
    page.click("text=确认收款")
    page.wait_for_selector(".refusals")
    page.fill("#id_amount", amount)
    page.click("text=确认收款")
    page.wait_for_url("**/payments/*/")
    assert "收据" in pdf_of(page, page.url + "receipt.pdf").replace(" ", "").replace("\u3000", "")


def test_a_group_signs_is_connected_rated_billed_and_pays(
    desk: Desk, browser: Browser, committed_db: World, actor: Actor, tmp_path: Path
) -> None:
    from trunkline.billing.queries import bills_of_organization

    bank = committed_db.organizations["HF"][0]
    with acting(actor):
        name = organization(bank).name
    manager = log_in(browser, desk, "hf.manager")
    assert find_organization(manager, "hfsfyh", name) == bank
    address = draft_agreement(manager, desk, bank)
    upload_members(manager, tmp_path)
    sign(manager, log_in(browser, desk, "department"), address)
    assert no_horizontal_scroll(manager)
    clerk = log_in(browser, desk, "hf.clerk")
    install(clerk, desk, address.rstrip("/").split("/")[-1])
    desk.move_clock(datetime(2026, 11, 2, 2, 0, tzinfo=UTC))
    officer = log_in(browser, desk, "billing")
    take_in_usage(officer, desk, tmp_path)
    run_bills(officer, desk)
    explain_bill(officer, desk, actor, number_of("HF", 7))
    pay(clerk, desk, bank)
    with acting(actor):
        assert {bill.state for bill in bills_of_organization(bank)} == {"paid"}
        assert sum(trial_balance().values()) == 0


def test_the_other_branchs_manager_does_not_see_the_organisation(
    desk: Desk, browser: Browser, committed_db: World
) -> None:
    page = log_in(browser, desk, "wh.manager")
    response = page.goto(f"{desk.address}/organizations/{committed_db.organizations['HF'][0]}/")
    assert response is not None
    assert response.status == 404


def test_the_language_is_switched_to_english_and_pages_fit_a_phone(
    desk: Desk, browser: Browser, committed_db: World
) -> None:
    page = log_in(browser, desk, "hf.manager")
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/", "/organizations/", "/agreements/", "/orders/", "/bills/", "/numbers/"):
        page.goto(desk.address + path)
        assert no_horizontal_scroll(page), path
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(desk.address + "/")
    page.click("text=EN")
    expect(page.locator("h1")).to_contain_text("Home")
