"""A display that starts while neither web server nor controller is there: secure contexts only."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.player.conftest import OpenPage, until
from tests.player.scripted import ScriptedController
from tests.player.site import Site
from tests.player.test_keep import kept
from tests.player.trees import graph, tile, words

pytestmark = pytest.mark.browser

LEFT, RIGHT = (0, 0, 640, 720), (640, 0, 640, 720)
KEEP = "(await import('/assets/offline.mjs')).keepCode('r1')"
_ADDRESSES = """(async () => {
    const found = [];
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const { url } of await cache.keys()) found.push(`${name} ${new URL(url).pathname}`);
    }
    return found;
})()"""


def test_a_display_starts_with_no_server_at_all(
    controller: ScriptedController, wall_port: int, open_page: OpenPage
) -> None:
    site = Site(wall_port)
    try:
        page = open_page(f"{site.url}/wall/w/o#token=abc", forgive="Failed to")
        controller.wait("heartbeat")
        tiles = [tile("r1", words("một"), LEFT), tile("r2", graph([1, 2]), RIGHT)]
        controller.show("s1", "a", tiles)
        kept(page, holds="một")
        assert page.evaluate(f"(async () => await {KEEP})()") is True
        found = page.evaluate(_ADDRESSES)
        assert {each.split()[0] for each in found} == {"ioc-player-r1"}
        assert "ioc-player-r1 /assets/player.mjs" in found
        assert "ioc-player-r1 /wall/w/o" in found
        places = "(assets|vendor|geometry|_dash-[a-z-]+)(/.*)?|wall/w/o|_favicon.ico"
        assert [each for each in found if not re.fullmatch(f"[^ ]+ /({places})", each)] == []
    finally:
        site.stop()
    controller.stop()
    page.reload()
    expect(page.locator(".slot.is-shown")).to_have_count(2)
    expect(page.locator(".slot.is-shown b")).to_have_text("một")
    expect(page.locator(".slot.is-shown .main-svg").first).to_be_visible()
    expect(page.locator(".cover-mark")).to_contain_text("Hình lưu từ")


def test_a_server_that_answers_is_believed(
    controller: ScriptedController, wall_port: int, open_page: OpenPage
) -> None:
    site = Site(wall_port)
    try:
        page = open_page(f"{site.url}/wall/w/o#token=abc", forgive="Failed to")
        controller.wait("heartbeat")
        assert page.evaluate(f"(async () => await {KEEP})()") is True
        until(page, "navigator.serviceWorker.controller !== null")
        page.evaluate(
            """async () => {
                const cache = await caches.open("ioc-player-r1");
                for (const key of await cache.keys()) {
                    if (!key.url.includes("whole")) await cache.put(key, new Response("old"));
                }
            }"""
        )
        page.reload()
        controller.wait_for_join(2)
        expect(page.locator(".cover-notice")).to_be_visible()
        newer = "(await import('/assets/offline.mjs')).keepCode('r2')"
        assert page.evaluate(f"(async () => await {newer})()") is True
        found = page.evaluate(_ADDRESSES)
        assert {each.split()[0] for each in found} == {"ioc-player-r2"}, "the old release has gone"
        page.evaluate(
            "navigator.serviceWorker.getRegistration('/wall/').then((each) => each.unregister())"
        )
    finally:
        site.stop()


def test_a_proxy_with_nobody_behind_it_is_nobody(
    controller: ScriptedController, wall_port: int, open_page: OpenPage
) -> None:
    site = Site(wall_port)
    try:
        page = open_page(f"{site.url}/wall/w/o#token=abc", forgive="Failed to load")
        controller.wait("heartbeat")
        controller.show("s1", "a", [tile("r1", words("một"), LEFT)])
        kept(page, holds="một")
        assert page.evaluate(f"(async () => await {KEEP})()") is True
        site.flask.before_request_funcs[None] = [lambda: ("nobody there", 502)]
        controller.stop()
        page.reload()
        expect(page.locator(".slot.is-shown b")).to_have_text("một")
    finally:
        site.stop()
