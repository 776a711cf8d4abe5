"""What all tests share: where the city folder, the small lake and the real files are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
# No test is timed: a busy machine makes no test fail.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A browser context costs Chromium without its window a sixth of what it costs the whole one.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ROOM = "tests/room/"
LONGEST = ("test_looks.py", "test_legible.py")
BY_SCREEN, SMALL_SCREEN = "tests/pages/test_looks.py", "1280x800"
SMALL_LAKE = ROOT / "tests" / "fixtures" / "lake"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run files that drive a browser last: its driver keeps an event loop running in this thread.

    Of these the longest first, so that no worker ends long after the other. Whatever drives one is
    marked so: `make glass` runs these, `make test` the others.
    """
    of_browser = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    for item in items:
        if item.path in of_browser:
            item.add_marker(pytest.mark.browser)

    def turn(item: pytest.Item) -> int:
        if item.path not in of_browser and item.path.parent.name != "room":
            return 0
        is_long = item.path.parent.name == "room" or item.path.name in LONGEST
        return 1 if is_long else 2

    items.sort(key=turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a worker whole files, and the whole room: what their tests share is set up once.

    The longest of all is given in two parts, by the size of the screen.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::", 1)[0]
            if file == BY_SCREEN and SMALL_SCREEN in nodeid:
                return f"{file}::{SMALL_SCREEN}"
            return ROOM if file.startswith(ROOM) else file

    return ByFile(config, log)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files (IOC_TEST_DATA); tests that need it skip, or fail under CI."""
    folder = Path(os.environ.get("IOC_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        reason = f"no real files in {folder}; IOC_TEST_DATA names their folder"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one Chromium of this process: Playwright's driver can be started only once."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield opened
        opened.close()
