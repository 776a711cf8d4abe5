"""Real Chromium pages of the player, before a scripted controller or the real one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from tests.player.room import free_port
from tests.player.scripted import ScriptedController
from tests.player.site import Site

AWAY = "ERR_CONNECTION_REFUSED"  # how Chromium logs a controller that is not there

expect.set_options(timeout=20_000)  # a page loads its code first, on a busy machine

OpenPage = Callable[..., Page]
Call = Callable[..., Any]


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One context for all tests: five megabytes of code are fetched once, as on a real wall."""
    opened = browser.new_context(locale="vi-VN")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def wall_port() -> int:
    """Where the controller of every test listens, scripted or real: the page names it."""
    return free_port()


@pytest.fixture(scope="session")
def site(wall_port: int) -> Iterator[Site]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    started = Site(wall_port)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A page of ours with nothing on it, for modules to be called in."""
    page = context.new_page()
    page.goto(f"{site.url}/empty")
    page.wait_for_selector("#empty")
    yield page
    page.close()


@pytest.fixture(scope="module")
def call(page: Page) -> Call:
    """Call an exported function of a module with JSON arguments."""

    def call_(module: str, name: str, *arguments: Any) -> Any:
        script = """async ([module, name, given]) =>
            (await import(`/assets/${module}.mjs`))[name](...given)"""
        return page.evaluate(script, [module, name, list(arguments)])

    return call_


@pytest.fixture
def controller(wall_port: int) -> Iterator[ScriptedController]:
    started = ScriptedController(port=wall_port)
    yield started
    started.stop()


@pytest.fixture
def open_page(browser: Browser, context: BrowserContext) -> Iterator[OpenPage]:
    """Open pages; at the end none may have complained or gone abroad."""
    with opening(browser, context) as open_:
        yield open_


@contextmanager
def opening(browser: Browser, context: BrowserContext) -> Iterator[OpenPage]:
    """Open pages until the end, when none may have complained or gone abroad.

    `apart`: in a context of its own, as the outputs of a wall are.
    """
    opened: list[Page] = []
    complaints: list[str] = []

    def open_(
        url: str, *, width: int = 1280, height: int = 720, forgive: str = "", apart: bool = False
    ) -> Page:
        def complain(what: str) -> None:
            if AWAY not in what and not (forgive and forgive in what):
                complaints.append(what)

        page = (browser.new_context() if apart else context).new_page()
        opened.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.on("console", lambda m: m.type in ("error", "warning") and complain(m.text))
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("request", lambda r: _is_foreign(r.url) and complain(f"foreign: {r.url}"))
        page.goto(url)
        return page

    yield open_
    for page in opened:
        page.evaluate("localStorage.clear(); indexedDB?.deleteDatabase('ioc-display')")
        page.close()
        if page.context is not context:
            page.context.close()
    assert complaints == []


def until(page: Page | Frame, condition: str, *, longest_ms: float = 20_000) -> None:
    """Wait for an expression on the page; Playwright's own way needs eval, which we forbid."""
    page.evaluate(
        f"""(longestMs) => new Promise((resolve, reject) => {{
            const endMs = performance.now() + longestMs;
            const look = async () => {{
                if ({condition}) return resolve();
                if (performance.now() > endMs) return reject(new Error("never"));
                setTimeout(() => look().catch(reject), 20);
            }};
            look().catch(reject);
        }})""",
        longest_ms,
    )


def _is_foreign(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))
