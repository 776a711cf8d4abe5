"""A run of a twin from a leader's taps to the glass of the running room, with its own numbers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from language import text
from tests.player.conftest import until
from tests.room.house import Room, Windows, show

pytestmark = pytest.mark.browser

FIGURES = """() => Object.fromEntries(
    [...document.querySelectorAll("%s [data-figure^='twin.run.']")]
        .filter((each) => each.checkVisibility())
        .map((each) => [each.dataset.figure, (each.querySelector(".t-digits") ?? each).textContent])
)"""
SIMULATED = text("tiles.origin.simulated", "vi")


def test_a_run_sent_from_the_console_is_on_the_wall_as_it_was_on_the_page(
    room: Room, windows: Windows, displays: dict[str, Page]
) -> None:
    show(room, displays, "overview")
    leader = windows.sign_in("leader", f"{room.origin}/what-if?twin=drainage", touch=True)
    leader.locator("#what-if-map .wi-touch").first.click(force=True)
    expect(leader.locator(".wi-measures")).to_be_visible()
    leader.locator("#what-if-run").tap()
    expect(leader.locator(".wi-compare")).to_be_visible(timeout=120_000)
    leader.locator(".wi-compare").tap()
    leader.locator(".wi-send").first.tap()
    expect(leader.locator(".outcome")).to_contain_text("Đã phát")
    here = leader.evaluate(FIGURES % ".wi-body")
    assert len(here) > 3

    scene_id = room.ask("wall.state")["program"]["sceneId"]
    assert scene_id.startswith("what-if-")
    there: dict[str, str] = {}
    for page in displays.values():  # two with the map across their bezel, two with figures
        until(page, f"iocPlayer.state.sceneId === '{scene_id}'")
        expect(page.locator(".slot.is-shown .twin-parts").first).to_be_visible()
        expect(page.locator(".slot.is-shown", has_text=SIMULATED).first).to_be_visible()
        there |= page.evaluate(FIGURES % ".slot.is-shown")
    assert len(there) > 3
    assert there == {name: here[name] for name in there}

    leader.locator(".wi-body [data-figure]").first.tap()
    expect(leader.locator("#passport [data-verdict]")).to_have_attribute("data-verdict", "kept")
    leader.locator("#passport .passport-close").tap()
    windows.close(leader)
    show(room, displays, "overview")
