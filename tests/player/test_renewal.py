"""The page loaded anew behind the picture: no frame is blank, masks hold, failures cost nothing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.player.conftest import OpenPage, until
from tests.player.scripted import ScriptedController
from tests.player.site import Site
from tests.player.trees import graph, tile, words

pytestmark = pytest.mark.browser

LEFT, RIGHT = (0, 0, 640, 720), (640, 0, 640, 720)
PUBLIC = {"level": "public", "compartments": []}
# What a person sees: the shown tiles of the uppermost document that is visible, in each frame.
WATCH = """() => {
    const shown = (root) => [...root.querySelectorAll(".slot.is-shown:not(.is-masked) b")]
        .map((each) => each.textContent).join(" ");
    const seen = () => {
        const heirs = [...document.querySelectorAll("iframe.player-heir.is-shown")];
        const uppermost = heirs.at(-1)?.contentDocument ?? document;
        const isMarked = uppermost.querySelector(".cover-mark, .cover-notice") !== null;
        return shown(uppermost) + (isMarked ? "!" : "");
    };
    window.seen = new Set();
    const look = () => {
        window.seen.add(seen());
        requestAnimationFrame(look);
    };
    look();
}"""


@pytest.fixture
def page(controller: ScriptedController, site: Site, open_page: OpenPage) -> Page:
    opened = open_page(f"{site.url}/wall/w/o#token=abc")
    controller.wait("heartbeat")
    return opened


def tiles(text: str = "một") -> list[dict[str, Any]]:
    restricted = tile("r2", graph([1, 2]), RIGHT, level="internal")
    return [tile("r1", words(text), LEFT), restricted]


def reload(controller: ScriptedController, number: int) -> dict[str, Any]:
    """Ask for a planned reload and wait until the new document has come; return its `identify`."""
    while any(frame["type"] == "identify" for frame in controller.frames):
        controller.wait("identify")
    controller.send("reload", {"reason": "test", "reloadAtMs": controller.now_ms()})
    controller.wait_for_join(number)
    told = controller.wait("identify")
    controller.connections[-2].close(4005)  # as the controller does
    return told


def test_a_planned_reload_is_not_seen(controller: ScriptedController, page: Page) -> None:
    controller.show("s1", "a", tiles())
    page.evaluate(WATCH)
    for number in (2, 3):
        told = reload(controller, number)
        assert told["showing"] == {"sceneId": "a", "revision": 1}
        controller.show(f"s{number}", "a", tiles())
        until(page, f"iocPlayer.lastSwitch?.switchId === 's{number}'")
        until(page, "document.querySelectorAll('iframe.player-heir').length === 1")
    assert page.evaluate("[...window.seen]") == ["một"], "never blank, never marked"
    assert page.evaluate("document.querySelectorAll('.slot.is-used section').length") == 0
    frame = page.frames[-1]
    expect(frame.locator(".slot.is-shown")).to_have_count(2)
    controller.show("s9", "b", [tile("r3", words("hai"), LEFT)])
    expect(frame.locator(".slot.is-shown b")).to_have_text("hai")


def test_no_picture_of_a_planned_reload_is_blank(
    controller: ScriptedController, page: Page
) -> None:
    colour = "#c03030"
    whole = [tile("r1", words("một", colour), (0, 0, 1280, 720))]
    controller.show("s1", "a", whole)
    client = page.context.new_cdp_session(page)
    pictures: list[str] = []

    def took(picture: dict[str, Any]) -> None:
        pictures.append(picture["data"])
        client.send("Page.screencastFrameAck", {"sessionId": picture["sessionId"]})

    page.screenshot()  # the scene is on the glass before the first picture of the cast
    client.on("Page.screencastFrame", took)
    client.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})
    reload(controller, 2)
    controller.show("s2", "a", whole)
    until(page, "iocPlayer.lastSwitch?.switchId === 's2'")
    controller.show("s3", "b", [tile("r2", words("hai", colour), (0, 0, 1280, 720))])
    page.screenshot()
    client.send("Page.stopScreencast")
    assert len(pictures) >= 2
    script = """async (pictures) => {
        const red = async (png) => {
            const image = new Image();
            image.src = `data:image/png;base64,${png}`;
            await image.decode();
            const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
            pen.drawImage(image, 0, 0);
            const { data } = pen.getImageData(image.width - 9, image.height - 99, 1, 1);
            return [...data].slice(0, 3).join(" ");
        };
        return [...new Set(await Promise.all(pictures.map(red)))];
    }"""
    assert page.evaluate(script, pictures) == ["192 48 48"]


def test_a_mask_covers_what_is_seen_while_a_new_page_is_prepared(
    controller: ScriptedController, page: Page
) -> None:
    controller.show("s1", "a", tiles())
    reload(controller, 2)
    controller.send("mask", {"maskId": "m1", "ceiling": PUBLIC})
    controller.wait("masked")
    assert page.locator(".slot.is-shown.is-masked").count() == 1, "the elder is still the seen one"
    controller.show("s2", "a", tiles())
    until(page, "iocPlayer.lastSwitch?.switchId === 's2'")
    expect(page.frames[-1].locator(".slot.is-shown.is-masked")).to_have_count(1)


def test_a_page_that_cannot_be_loaded_anew_goes_on(
    controller: ScriptedController, page: Page
) -> None:
    controller.show("s1", "a", tiles())
    page.evaluate("() => { window.fetch = () => Promise.reject(new Error('nobody there')); }")
    controller.send("reload", {"reason": "test", "reloadAtMs": 0})
    told = controller.wait("heartbeat", lambda d: "not loaded anew" in str(d.get("errors")))
    assert told["showing"] == {"sceneId": "a", "revision": 1}
    assert page.locator("iframe").count() == 0
    controller.show("s2", "b", [tile("r3", words("hai"), LEFT)])


def test_a_new_page_that_shows_nothing_is_dropped_and_the_elder_goes_on(
    controller: ScriptedController, page: Page
) -> None:
    controller.show("s1", "a", tiles())
    page.evaluate(
        """() => {
            const set = window.setTimeout;
            window.setTimeout = (then, ms, ...given) =>
                set(then, ms === 60_000 ? 5_000 : ms, ...given);
        }"""
    )
    page.evaluate(WATCH)
    reload(controller, 2)
    controller.wait_for_join(3)
    until(page, "document.querySelector('iframe') === null && iocPlayer.state.phase === 'up'")
    assert page.evaluate("[...window.seen]") == ["một"]
    controller.show("s2", "b", [tile("r3", words("hai"), LEFT)])
    expect(page.locator(".slot.is-shown b")).to_have_text("hai")


def test_a_held_picture_is_not_loaded_anew(controller: ScriptedController, page: Page) -> None:
    controller.show("s1", "a", tiles())
    controller.send("freeze", {"on": True})
    controller.send("reload", {"reason": "test", "reloadAtMs": 0})
    controller.wait("heartbeat", lambda d: "picture is held" in str(d.get("errors")))
    assert page.locator("iframe").count() == 0


def test_too_much_memory_is_told_and_loaded_anew_at_most_now_and_then(
    controller: ScriptedController, page: Page
) -> None:
    controller.show("s1", "a", tiles())
    page.evaluate(
        """Object.defineProperty(performance, "memory", {
            value: { usedJSHeapSize: 900e6 },
        })"""
    )
    told = controller.wait("heartbeat", lambda d: "budget 768 MB" in str(d.get("errors")))
    assert told["heapMb"] == 900
    page.evaluate("performance.now = () => 601_000")
    controller.wait_for_join(2)
    controller.show("s2", "a", tiles())
    until(page, "iocPlayer.lastSwitch?.switchId === 's2'")


@pytest.fixture
def view(controller: ScriptedController, site: Site, open_page: OpenPage) -> Frame:
    """A view of a wall within a page, as in the room."""
    del controller.identified["outputId"]
    controller.identified["view"] = "program"
    around = open_page(f"{site.url}/empty")
    around.evaluate(
        """() => {
            const frame = document.createElement("iframe");
            frame.src = "/wall/w/view/program";
            document.body.append(frame);
        }"""
    )
    controller.wait("heartbeat")
    return around.frames[1]


def test_a_view_within_a_page_follows_a_release_unseen_and_once(
    controller: ScriptedController, view: Frame
) -> None:
    controller.show("s1", "a", tiles())
    view.evaluate(WATCH)
    release = {"reason": "release", "release": "new", "reloadAtMs": 0}
    controller.send("reload", release)
    controller.wait_for_join(2)
    controller.show("s2", "a", tiles())
    heir = view.frame_locator("iframe.player-heir.is-shown")
    expect(heir.locator(".slot.is-shown")).to_have_count(2)
    until(view, "document.querySelectorAll('.slot.is-used section').length === 0")
    assert view.evaluate("[...window.seen]") == ["một"], "never blank, never marked"
    controller.send("reload", release)  # of a page that came from a web of the old release
    controller.send("reload", {"reason": "asked", "reloadAtMs": 0})
    controller.wait_for_join(3)
    controller.show("s3", "a", tiles())
    until(view, "document.querySelectorAll('iframe.player-heir').length === 1")
    assert controller.joins == 3


def test_a_view_of_a_preview_that_nobody_sets_follows_too(
    controller: ScriptedController, view: Frame
) -> None:
    stage = {"stageId": "g1", "sceneId": "a", "revision": 1, "tiles": tiles()}
    controller.identified["view"] = "preview"
    controller.connections[-1].close()
    controller.wait_for_join(2)
    controller.send("stage", stage)
    expect(view.locator(".slot.is-shown")).to_have_count(2)
    controller.send("reload", {"reason": "release", "release": "new", "reloadAtMs": 0})
    controller.wait_for_join(3)
    until(view, "document.querySelector('iframe.player-heir.is-shown') !== null")
