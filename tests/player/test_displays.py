"""Displays that come twice, are revoked, or watch a whole wall, before the real controller."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.player.conftest import OpenPage, until
from tests.player.site import Site
from tests.player.wall import Wall, begin

pytestmark = pytest.mark.browser


@pytest.fixture
def wall(tmp_path: Path, wall_port: int, site: Site, open_page: OpenPage) -> Iterator[Wall]:
    made = begin(tmp_path, wall_port, site, open_page)
    yield made
    made.end()


def test_the_second_player_of_an_output_takes_it_and_the_first_says_why(wall: Wall) -> None:
    output_id = next(iter(wall.outputs))
    token = wall.enroll(output_id)
    first = wall.open(output_id, token)
    until(first, "window.iocPlayer?.state.sceneId === 'alpha'")
    second = wall.open(output_id, token)
    until(second, "window.iocPlayer?.state.sceneId === 'alpha'")
    expect(first.locator(".cover-mark")).to_contain_text("4005")
    assert first.locator(".slot.is-shown").count() > 0
    assert second.locator(".cover-mark").count() == 0


def test_a_revoked_display_keeps_its_picture_and_says_why(wall: Wall) -> None:
    output_id = next(iter(wall.outputs))
    page = wall.open(output_id)
    until(page, "window.iocPlayer?.state.sceneId === 'alpha'")
    wall.tools.request("device.revoke", wallId="w", outputId=output_id)
    expect(page.locator(".cover-mark")).to_contain_text("4001")
    assert page.locator(".slot.is-shown").count() > 0


def test_a_program_view_follows_and_a_preview_view_shows_the_stage(wall: Wall) -> None:
    pages = {}
    for view in ("program", "preview"):
        token = wall.tools.request("device.enroll", wallId="w", view=view)["deviceToken"]
        url = f"{wall.site.url}/wall/w/view/{view}#token={token}"
        pages[view] = wall.open_page(url, width=480, height=360, apart=True)
        until(pages[view], "window.iocPlayer?.state.phase === 'up'")
    until(pages["program"], "window.iocPlayer.state.sceneId === 'alpha'")
    wall.tools.request("wall.preview", wallId="w", sceneId="beta")
    until(pages["preview"], "window.iocPlayer.state.sceneId === 'beta'")
    assert pages["program"].evaluate("iocPlayer.state.sceneId") == "alpha"
    wall.take("beta")
    until(pages["program"], "window.iocPlayer.state.sceneId === 'beta'")
    for page in pages.values():
        tiles = page.locator(".slot.is-shown")
        expect(tiles).to_have_count(4)
        for i in range(4):
            box = tiles.nth(i).bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= 480.5
            assert box["y"] + box["height"] <= 360.5
