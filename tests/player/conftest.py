"""Real Chromium pages of the player, before a scripted controller or the real one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.player.scripted import ScriptedController
from tests.player.site import Site

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

AWAY = "ERR_CONNECTION_REFUSED"  # how Chromium logs a controller that is not there

expect.set_options(timeout=20_000)  # a page loads its code first, on a busy machine

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def controller() -> Iterator[ScriptedController]:
    started = ScriptedController()
    yield started
    started.stop()


@pytest.fixture
def site(controller: ScriptedController) -> Iterator[Site]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    started = Site(controller.port)
    yield started
    started.stop()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open pages of their own context; at the end none may have complained or gone abroad."""
    opened: list[tuple[Any, list[str]]] = []

    def open_(
        url: str, *, width: int = 1280, height: int = 720, ratio: float = 1, forgive: str = ""
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=ratio
        )
        complaints: list[str] = []
        opened.append((context, complaints))

        def complain(what: str) -> None:
            if AWAY not in what and not (forgive and forgive in what):
                complaints.append(what)

        page = context.new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and complain(m.text))
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("request", lambda r: _is_foreign(r.url) and complain(f"foreign: {r.url}"))
        page.goto(url)
        return page

    yield open_
    for context, complaints in opened:
        context.close()
        assert complaints == []


def until(page: Page, condition: str, *, longest_ms: float = 20_000) -> None:
    """Wait for an expression on the page; Playwright's own way needs eval, which we forbid."""
    page.evaluate(
        f"""(longestMs) => new Promise((resolve, reject) => {{
            const endMs = performance.now() + longestMs;
            const look = () => {{
                if ({condition}) return resolve();
                if (performance.now() > endMs) return reject(new Error("never"));
                setTimeout(look, 20);
            }};
            look();
        }})""",
        longest_ms,
    )


def _is_foreign(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))
