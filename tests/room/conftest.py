"""One room, four displays and who stands before them, for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.player.conftest import until
from tests.room.house import DISPLAY, QUADRANT, Room, Windows

expect.set_options(timeout=30_000)


@pytest.fixture(scope="package")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    opened = Room(tmp_path_factory.mktemp("room"))
    yield opened
    opened.end()


@pytest.fixture(scope="package")
def windows(browser: Browser, room: Room) -> Iterator[Windows]:
    opened = Windows(browser, room)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def displays(room: Room, windows: Windows) -> dict[str, Page]:
    """Four outputs of the wall, two by two, from their printed addresses."""
    printed = room.displays()
    opened = {output_id: windows.open(printed[output_id], size=DISPLAY) for output_id in QUADRANT}
    for page in opened.values():
        until(page, "window.iocPlayer?.state.sceneId === 'overview'", longest_ms=60_000)
    return opened


@pytest.fixture(autouse=True)
def quiet(windows: Windows) -> Iterator[None]:
    """No page of a test may complain or go abroad."""
    yield
    assert windows.complaints() == []
