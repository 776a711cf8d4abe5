"""Ctrl-C, and the next day: the room goes on where it was."""

from __future__ import annotations

import signal

import pytest
from playwright.sync_api import Page, expect

from language import text
from tests.player.conftest import until
from tests.room.house import Room, Windows, scene_key, show

pytestmark = pytest.mark.browser

LOST = text("player.link_lost", "vi")


def test_the_next_run_shows_the_same_scene_on_the_same_displays(
    room: Room, windows: Windows, displays: dict[str, Page]
) -> None:
    show(room, displays, "security")
    for page in displays.values():
        page.evaluate("window.kept = true")
    operator = windows.sign_in("operator", room.address("operator"))
    operator.goto("about:blank")  # a page left open has to complain
    before = room.ask("wall.state")
    printed = room.displays()

    room.end(signal.SIGINT)
    try:
        for page in displays.values():
            expect(page.locator(".cover-mark")).to_contain_text(LOST)
            assert page.locator(".slot.is-shown").count() > 0
    finally:
        room.begin_again()

    assert room.displays() == printed
    after = room.ask("wall.state")
    assert after["program"] == before["program"]
    assert after["layers"]["manual"] == before["layers"]["manual"]
    for page in displays.values():
        until(page, "iocPlayer.state.phase === 'up' && iocPlayer.state.sceneId === 'security'")
        expect(page.locator(".cover-mark")).to_have_count(0)
        assert page.evaluate("window.kept")  # the same page still

    another = windows.open(printed["a1"])  # an address of before, opened for the first time
    until(another, "window.iocPlayer?.state.sceneId === 'security'", longest_ms=60_000)
    operator.goto(room.address("operator"))  # still signed in
    name = scene_key(operator, "security").locator(".scene-name").inner_text()
    expect(operator.locator("#operator-program-head")).to_contain_text(name)
    windows.close(another, operator)
    show(room, displays, "overview")
