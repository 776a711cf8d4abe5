"""What the player draws by itself: stale tiles, masks, overlays, the link's mark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.player.conftest import OpenPage, until
from tests.player.scripted import ScriptedController
from tests.player.site import Site
from tests.player.trees import HTML, component, tile, words

pytestmark = pytest.mark.browser

LEFT, RIGHT, WHOLE = (0, 0, 640, 720), (640, 0, 640, 720), (0, 0, 1280, 720)
PUBLIC = {"level": "public", "compartments": []}


@pytest.fixture
def page(controller: ScriptedController, site: Site, open_page: OpenPage) -> Page:
    opened = open_page(f"{site.url}/wall/w/o#token=abc")
    controller.wait("heartbeat")
    return opened


def test_a_tile_turns_stale_at_its_own_time_without_any_link(
    controller: ScriptedController, page: Page
) -> None:
    now_ms = controller.now_ms()
    tiles = [
        tile("r1", words("một"), LEFT, as_of_at_ms=now_ms, stale_after_ms=2_500),
        tile("r2", words("hai"), RIGHT, as_of_at_ms=now_ms, stale_after_ms=600_000),
    ]
    controller.show("s1", "a", tiles)
    controller.stop()
    expect(page.locator("#player")).to_have_attribute("data-link", "lost")
    stale = page.locator(".slot.is-shown .is-stale")
    expect(stale).to_have_count(1)
    expect(stale.locator("b")).to_have_text("một")
    became_ms = page.evaluate("iocClock.nowMs()")
    assert became_ms >= now_ms + 2_500


def test_a_tile_made_anew_by_dash_stays_stale(controller: ScriptedController, page: Page) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE, as_of_at_ms=1e12)])
    stale = page.locator(".slot.is-shown .is-stale")
    expect(stale).to_have_count(1)
    again = tile("r1", {**words("hai")}, WHOLE, as_of_at_ms=1e12)
    again["content"]["props"]["className"] = "tile tile-text status-warning"
    frame = {**again, "version": 2, "contentHash": "other"}
    controller.send("content", frame)
    expect(page.locator(".slot.is-shown .status-warning.is-stale")).to_have_count(1)


def test_tiles_above_a_masks_ceiling_are_covered_at_once(
    controller: ScriptedController, page: Page
) -> None:
    tiles = [tile("r1", words("một"), LEFT), tile("r2", words("hai"), RIGHT, level="internal")]
    controller.show("s1", "a", tiles)
    controller.send("mask", {"maskId": "m1", "ceiling": PUBLIC})
    told = controller.wait("masked")
    assert told["maskId"] == "m1"
    assert told["maskedAtMs"] <= controller.now_ms() + 50
    assert page.locator(".slot.is-masked").count() == 1
    expect(page.locator(".slot.is-shown b", has_text="hai")).to_be_hidden()
    expect(page.locator(".slot.is-shown b", has_text="một")).to_be_visible()
    controller.send("unmask", {"maskId": "m1"})
    expect(page.locator(".slot.is-masked")).to_have_count(0)


def test_a_mask_covers_what_is_shown_after_it(controller: ScriptedController, page: Page) -> None:
    controller.send("mask", {"maskId": "m1", "ceiling": PUBLIC})
    controller.wait("masked")
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE, level="restricted")])
    expect(page.locator(".slot.is-shown.is-masked")).to_have_count(1)
    expect(page.locator(".slot.is-shown b")).to_be_hidden()


def test_a_mask_outlives_a_reload(controller: ScriptedController, page: Page) -> None:
    controller.send("mask", {"maskId": "m1", "ceiling": PUBLIC})
    controller.wait("masked")
    page.reload()
    controller.wait_for_join(2)
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE, level="restricted")])
    expect(page.locator(".slot.is-shown b")).to_be_hidden()


@pytest.mark.parametrize("look", ["waiting", "withheld"])
def test_words_in_a_tiles_place_are_as_large_as_a_wall_needs(
    controller: ScriptedController, page: Page, look: str
) -> None:
    said = component(HTML, "P", "Không được phép hiển thị", className="tile-reason")
    placeholder = component(HTML, "Section", said, className=f"tile tile-{look} status-normal")
    controller.show("s1", "a", [tile("r1", placeholder, WHOLE)])
    size = "parseFloat(getComputedStyle(document.querySelector('.tile-reason')).fontSize)"
    assert page.evaluate(size) >= controller.identified["unitPx"]
    box = page.locator(".tile-reason").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] / 2 == pytest.approx(360, abs=2)


def test_a_mask_ends_at_its_time(controller: ScriptedController, page: Page) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE, level="restricted")])
    until_ms = controller.now_ms() + 600
    controller.send("mask", {"maskId": "m1", "ceiling": PUBLIC, "untilAtMs": until_ms})
    controller.wait("masked")
    expect(page.locator(".slot.is-masked")).to_have_count(0)
    assert controller.now_ms() >= until_ms


def test_overlays_lie_above_the_scene_until_cleared(
    controller: ScriptedController, page: Page
) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    controller.send("overlay", {"kind": "identify"})
    expect(page.locator(".cover-identify p").first).to_have_text("o")
    text = {"vi": "Cảnh báo mưa lớn", "en": "Heavy rain"}
    controller.send("overlay", {"kind": "banner", "text": text})
    expect(page.locator(".cover-banner")).to_have_text("Cảnh báo mưa lớn")
    lines = {"vi": "Quy tắc đề xuất\nTập huấn", "en": "A rule proposes\nExercise"}
    until_ms = controller.now_ms() + 60_500
    controller.send("overlay", {"kind": "banner", "text": lines, "countdownToAtMs": until_ms})
    paragraphs = page.locator(".cover-banner p")
    expect(paragraphs.first).to_have_text(re.compile(r"^Quy tắc đề xuất (01:0\d|00:5\d)$"))
    expect(paragraphs.last).to_have_text("Tập huấn")
    controller.send("overlay", {"kind": "unheard-of"})
    controller.send("overlay", {"kind": "clear"})
    expect(page.locator(".cover-identify, .cover-banner")).to_have_count(0)


def test_names_that_a_banner_lies_on_in_part_stand_aside_whole(
    controller: ScriptedController, page: Page
) -> None:
    names = [
        component(HTML, "Span", said, className=f"name-{n}", style={"flex": "none"})
        for n, said in enumerate(("Thành phố Hà Nội", "12 Lê Lai (UBND Thành phố)", "Toàn cảnh"))
    ]
    style = {"display": "flex", "gap": "8px", "fontSize": "40px", "whiteSpace": "nowrap"}
    strip = component(HTML, "Div", names, className="strip-lead", style=style)
    controller.show("s1", "a", [tile("r1", strip, WHOLE)])
    seen = "[0, 1, 2].map((n) => getComputedStyle(document.querySelector(`.name-${n}`)).visibility)"
    assert page.evaluate(seen) == ["visible"] * 3
    controller.send("overlay", {"kind": "banner", "text": "Diễn tập phòng chống úng ngập"})
    until(page, f'JSON.stringify({seen}) === \'["hidden","hidden","visible"]\'')
    controller.send("overlay", {"kind": "clear"})
    until(page, f"!JSON.stringify({seen}).includes('hidden')")


def test_a_wall_says_a_banner_along_its_top_only(
    controller: ScriptedController, site: Site, open_page: OpenPage
) -> None:
    controller.identified |= {
        "rectPx": {"x": 0, "y": 726, "width": 1280, "height": 720},
        "canvasPx": {"width": 1280, "height": 1446},
    }
    page = open_page(f"{site.url}/wall/w/o#token=abc")
    controller.wait("heartbeat")
    controller.send("overlay", {"kind": "banner", "text": "Cảnh báo mưa lớn"})
    controller.send("overlay", {"kind": "identify"})
    expect(page.locator(".cover-identify")).to_be_visible()
    expect(page.locator(".cover-banner")).to_have_count(0)


def test_the_pattern_is_not_written_over_by_what_it_says_itself(
    controller: ScriptedController, page: Page
) -> None:
    controller.send("overlay", {"kind": "identify"})
    expect(page.locator(".cover-identify")).to_be_visible()
    controller.send("overlay", {"kind": "testPattern"})
    expect(page.locator(".cover-identify")).to_be_hidden()


def test_a_reload_comes_at_its_time(controller: ScriptedController, page: Page) -> None:
    at_ms = controller.now_ms() + 300
    controller.send("reload", {"reason": "test", "reloadAtMs": at_ms})
    frame = page.wait_for_selector("iframe.player-heir", state="attached")
    assert frame is not None
    assert page.evaluate("iocClock.nowMs()") >= at_ms
    controller.wait_for_join(2)


def test_a_page_that_stood_still_says_so_and_how_it_draws(
    controller: ScriptedController, page: Page
) -> None:
    page.evaluate("const endMs = performance.now() + 4_500; while (performance.now() < endMs);")
    told = controller.wait("heartbeat", lambda d: "stood still" in str(d.get("errors")))
    assert told["heapMb"] > 1
    assert controller.wait("heartbeat", lambda d: d.get("fps"))["fps"] > 1
    assert page.evaluate("iocPlayer.alive") is True


def test_a_page_that_gets_no_frames_is_not_alive(
    controller: ScriptedController, page: Page
) -> None:
    page.evaluate(
        """() => {
            window.requestAnimationFrame = () => 0;
            const now = performance.now.bind(performance);
            performance.now = () => now() + (window.later ?? 0);
        }"""
    )
    controller.wait("heartbeat", lambda d: "no frame for" in str(d.get("errors")))
    assert page.evaluate("iocPlayer.alive") is True
    page.evaluate("window.later = 20_000")
    until(page, "iocPlayer.alive === false")


def test_nothing_is_uncovered_for_a_frame_when_masked_before_air(
    controller: ScriptedController, page: Page
) -> None:
    page.evaluate(
        """() => {
            window.uncovered = 0;
            window.frames = 0;
            const look = () => {
                window.frames += 1;
                const seen = document.querySelectorAll(".slot.is-shown b");
                for (const each of seen) {
                    const isSeen = each.checkVisibility({ visibilityProperty: true });
                    if (isSeen) window.uncovered += 1;
                }
                requestAnimationFrame(look);
            };
            look();
        }"""
    )
    controller.send("mask", {"maskId": "m1", "ceiling": PUBLIC})
    controller.wait("masked")
    for i in range(4):
        secret = tile(f"r{i}", words(f"mật {i}"), WHOLE, level="restricted")
        controller.show(f"s{i}", f"scene-{i}", [secret], fade_ms=100 if i % 2 else 0)
        again = {**tile(f"r{i}", words("mới"), WHOLE, level="restricted"), "version": 2}
        controller.send("content", again)
    expect(page.locator(".slot.is-shown b")).to_have_count(1)
    expect(page.locator(".slot.is-shown b")).to_have_text("mới")
    until(page, "window.frames > 20")
    assert page.evaluate("window.uncovered") == 0
