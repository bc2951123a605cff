"""The workbench and the browser that flows use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Browser, sync_playwright

from tests.browser import CHROMIUM, FLAGS, Desk, answers, free_port
from tests.support import program, wait_until
from tests.world import World


@pytest.fixture
def desk(committed_db: World, tmp_path: Path) -> Iterator[Desk]:
    """The web server and the worker on a database of their own, on 12 October 2026."""
    clock, port = tmp_path / "clock", free_port()
    running = Desk(f"http://127.0.0.1:{port}", clock)
    running.move_clock(datetime(2026, 10, 12, 2, 0, tzinfo=UTC))
    server = (
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "trunkline.config.wsgi:application",
    )
    with ExitStack() as processes:
        processes.enter_context(program(*server, module="granian", TRUNKLINE_CLOCK_FILE=str(clock)))
        processes.enter_context(program("worker", TRUNKLINE_CLOCK_FILE=str(clock)))
        wait_until(lambda: answers(running.address), what="the workbench answering")
        yield running


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    # The browser's driver keeps an event loop in this thread, which Django would take for an asynchronous view.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        # Connections made while the loop ran are apart from those the database's fixtures close.
        connections.close_all()
        found.close()
