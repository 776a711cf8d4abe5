"""Chromium as the walls run it: one browser process for each output."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
)
_SHOWN = "() => window.iocPlayer && iocPlayer.lastSwitch && iocPlayer.lastSwitch.shownAtMs"


def launch(playwright: Playwright, *programs: str) -> Browser:
    """Start one Chromium: the first of `programs` there is, else a display's.

    Raises RuntimeError when there is none.
    """
    wanted = (*programs, "chromium", "chromium-browser")
    path = next(filter(None, map(shutil.which, wanted)), None)
    if path is None:
        raise RuntimeError(f"Chromium is missing: install Debian's package {wanted[0]}.")
    return playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))


@contextmanager
def outputs(
    addresses: Sequence[str],
    *,
    width_px: int = 1920,
    height_px: int = 1080,
    script: str | None = None,
) -> Iterator[list[Page]]:
    """Open each address in a browser process of its own; wait until each shows a scene.

    `script` runs in each page before its own.
    """
    with sync_playwright() as playwright, ExitStack() as opened:
        pages = []
        for address in addresses:
            browser = launch(playwright)
            opened.callback(browser.close)
            page = browser.new_page(viewport={"width": width_px, "height": height_px})
            if script is not None:
                page.add_init_script(script)
            page.goto(address)
            pages.append(page)
        for page in pages:
            page.wait_for_function(_SHOWN, timeout=60_000)
        yield pages


def last_switch(page: Page) -> dict[str, Any]:
    """Return what a player keeps of its last switch."""
    found: dict[str, Any] = page.evaluate("() => iocPlayer.lastSwitch")
    return found
