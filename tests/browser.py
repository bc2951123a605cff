"""A real browser on a running workbench."""

from __future__ import annotations

import io
import os
import shutil
import socket
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from trunkline.interfaces.cli.demo.reference import DEMO_PASSWORD

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: For modules whose tests need the browser.
needs_browser = pytest.mark.skipif(
    not CHROMIUM and not os.environ.get("CI"), reason="no Chromium on this machine (tools/browser.sh says so)"
)


@dataclass
class Desk:
    """The running workbench: its address, and its clock."""

    address: str
    clock: Path

    def move_clock(self, instant: datetime) -> None:
        self.clock.write_text(instant.isoformat(), encoding="ascii")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address + "/login/", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def log_in(browser: Browser, desk: Desk, login: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN").new_page()
    page.set_default_timeout(20_000)
    page.on("dialog", lambda dialog: dialog.accept())
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.goto(desk.address + "/login/")
    page.fill("#id_username", login)
    page.fill("#id_password", DEMO_PASSWORD)
    page.click("button.btn-primary")
    page.wait_for_selector("#find")
    return page


def no_horizontal_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def pdf_of(page: Page, address: str) -> str:
    from pypdf import PdfReader

    response = page.request.get(address)
    assert response.status == 200
    assert response.headers["content-type"] == "application/pdf"
    return "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(response.body())).pages)
