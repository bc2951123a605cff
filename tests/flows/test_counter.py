"""Service items at the counter, in a real browser and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Desk, log_in, needs_browser, no_horizontal_scroll, pdf_of
from tests.lines import Connected, connect
from tests.world import World, number_of
from trunkline.security.audit import acting
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import LineView, StopCause

pytestmark = needs_browser


@pytest.fixture
def connected(committed_db: World, make_actor: Callable[..., Actor], at: datetime) -> list[Connected]:
    return connect(committed_db, make_actor(), at, 3)


def shown(line: Connected, actor: Actor) -> LineView:
    with acting(actor):
        return lines([line.line_id])[line.line_id]


def apply_for(page: Page, desk: Desk, organization: int, item: str, rows: list[str]) -> None:
    """A minute later: find the item by its code with the keyboard alone, and write the numbers down."""
    desk.move_clock(datetime.fromisoformat(desk.clock.read_text(encoding="ascii")) + timedelta(minutes=1))
    page.goto(f"{desk.address}/orders/apply/{organization}/")
    expect(page.locator("#item-filter")).to_be_focused()
    page.keyboard.type(item)
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_rows")
    page.fill("#id_rows", "\n".join(rows))


def show_the_papers(page: Page) -> None:
    for field in page.locator("input[name^=paper_][name$=_reference]").all():
        field.fill("凭证1")
    for box in page.locator("input[type=checkbox][name^=paper_]").all():
        if box.is_visible():
            box.check()


def take(page: Page) -> str:
    """Send the order once nothing speaks against it; returns the order's page."""
    page.wait_for_selector("#judgement .allowed")
    page.locator("#judgement .btn-primary").click()
    page.wait_for_url("**/orders/*/")
    expect(page.locator("h1")).to_contain_text("竣工")
    return page.url


def test_five_items_at_the_counter(
    committed_db: World,
    connected: list[Connected],
    desk: Desk,
    browser: Browser,
    make_actor: Callable[..., Actor],
) -> None:
    actor, bank = make_actor(), committed_db.organizations["HF"][0]
    page = log_in(browser, desk, "hf.clerk")
    first, second, third = connected

    apply_for(page, desk, bank, "suspension", [first.number, second.number])
    page.wait_for_selector("#judgement .refusals")
    expect(page.locator("#judgement")).to_contain_text("S06-A1")
    show_the_papers(page)
    assert no_horizontal_scroll(page)
    order = take(page)
    assert shown(first, actor).stop_causes == (StopCause.VOLUNTARY,)
    assert "停机保号" in pdf_of(page, order + "slip.pdf")

    apply_for(page, desk, bank, "resumption", [first.number])
    show_the_papers(page)
    take(page)
    assert shown(first, actor).stop_causes == ()

    apply_for(page, desk, bank, "sim_replacement", [second.number])
    page.select_option("[name=ask_reason]", "lost")
    show_the_papers(page)
    page.wait_for_selector("#judgement .clause:has-text('S12-G2')")
    expect(page.locator("#judgement .btn-primary")).to_be_disabled()
    page.fill("#id_rows", third.number)
    card = shown(third, actor).iccid
    take(page)
    assert shown(third, actor).iccid != card

    apply_for(page, desk, bank, "number_change", [f"{third.number} {number_of('HF', 300)}"])
    show_the_papers(page)
    take(page)
    assert shown(third, actor).number == number_of("HF", 300)

    apply_for(page, desk, bank, "loss_report", [first.number, second.number])
    show_the_papers(page)
    take(page)
    assert StopCause.LOSS in shown(first, actor).stop_causes


def test_at_the_counter_enter_goes_to_the_next_field_and_control_enter_sends(
    committed_db: World, connected: list[Connected], desk: Desk, browser: Browser
) -> None:
    page = log_in(browser, desk, "hf.clerk")
    apply_for(page, desk, committed_db.organizations["HF"][0], "loss_report", [connected[0].number])
    show_the_papers(page)
    page.wait_for_selector("#judgement .allowed")
    first = page.locator("input[name^=paper_][name$=_reference]").first
    first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.type") == "checkbox"
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/orders/*/")
    expect(page.locator("h1")).to_contain_text("竣工")
