"""The frame around what is not live: there with the picture, gone with it, hiding nothing of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.player.conftest import OpenPage, until
from tests.player.scripted import ScriptedController
from tests.player.site import Site
from tests.player.trees import tile, words

pytestmark = [pytest.mark.browser, pytest.mark.looks]

WHOLE = (0, 0, 1280, 720)
THERE_MS = 1_789_956_840_000.0  # 2026-09-21 09:14 in Hanoi


@pytest.fixture
def page(controller: ScriptedController, site: Site, open_page: OpenPage) -> Page:
    opened = open_page(f"{site.url}/wall/w/o#token=abc")
    controller.wait("heartbeat")
    return opened


def realm_of(controller: ScriptedController, speed: float = 60, **more: Any) -> dict[str, Any]:
    clock = {
        "atMs": controller.now_ms(),
        "glassAtMs": THERE_MS,
        "speed": speed,
        "toAtMs": THERE_MS + 3_600_000,
    }
    said = {"realm": "exercise:ngap", "exerciseId": "ngap", "name": "Ngập trung tâm"}
    return {**said, "clock": {**clock, **more}}


def test_it_is_there_with_the_picture_and_goes_with_it(
    controller: ScriptedController, page: Page
) -> None:
    frame, slot = page.locator(".player-frame"), page.locator(".slot.is-shown")
    controller.show("s0", "live", [tile("r0", words("thật"), WHOLE)])
    expect(frame).to_be_hidden()
    page.evaluate(
        """() => {
            const frame = document.querySelector(".player-frame");
            const look = () => {
                const seen = [...document.querySelectorAll(".slot.is-shown b")]
                    .filter((each) => getComputedStyle(each.closest(".slot")).opacity > 0)
                    .some((each) => each.textContent === "tập");
                if (seen && frame.hidden) window.unframed = true;
                requestAnimationFrame(look);
            };
            look();
        }"""
    )
    drill = [tile("r1", words("tập"), WHOLE, as_of_at_ms=THERE_MS, stale_after_ms=120_000)]
    controller.show("s1", "drill", drill, realm=realm_of(controller), fade_ms=300)
    expect(frame).to_contain_text("DIỄN TẬP")
    expect(frame).to_contain_text("Ngập trung tâm")
    expect(frame).to_contain_text("× 60")
    expect(frame.locator(".frame-date")).to_have_text("Thứ Hai, 21/09/2026")
    picture, band = slot.bounding_box(), page.locator(".frame-band").bounding_box()
    assert picture is not None
    assert band is not None
    assert picture["y"] >= band["y"] + band["height"] - 0.5  # all of it, under the words
    assert picture["y"] + picture["height"] < 720
    assert picture["width"] / picture["height"] == pytest.approx(1280 / 720, rel=1e-3)
    size = "parseFloat(getComputedStyle(document.querySelector('.frame-what')).fontSize)"
    assert page.evaluate(size) >= controller.identified["unitPx"]
    # Times of tiles are that world's: 2 min there are 2 s here.
    expect(slot.locator(".ioc-clock")).to_have_text(re.compile(r"^09:[1-5]\d$"))
    expect(page.locator(".slot.is-shown .is-stale")).to_have_count(1)
    controller.show("s2", "live", [tile("r0", words("thật"), WHOLE)], fade_ms=300)
    expect(frame).to_be_hidden()
    assert slot.bounding_box() == {"x": 0, "y": 0, "width": 1280, "height": 720}
    until(page, "document.querySelectorAll('.slot.is-shown').length === 1")
    assert page.evaluate("window.unframed") is None


def test_it_says_that_time_stands_or_is_over_and_stays_without_a_link(
    controller: ScriptedController, page: Page
) -> None:
    frame = page.locator(".player-frame")
    controller.show("s1", "a", [tile("r1", words("tập"), WHOLE)], realm=realm_of(controller, 0))
    expect(frame).to_contain_text("đồng hồ đang dừng")
    ends = realm_of(controller, 60, toAtMs=THERE_MS + 60_000)
    controller.send("realm", ends)
    expect(frame).to_contain_text("× 60")
    controller.send("realm", {**ends, "realm": "exercise:other", "name": "khác"})
    controller.stop()
    expect(page.locator("#player")).to_have_attribute("data-link", "lost")
    expect(frame).to_contain_text("hết đoạn phát lại")
    expect(frame).to_contain_text("Ngập trung tâm")
    expect(frame.locator(".frame-time")).to_have_text("09:15")
    mark = page.locator(".cover-mark").bounding_box()
    assert mark is not None
    assert mark["x"] + mark["width"] < 1280


def test_in_english_it_says_so_in_both_languages(
    controller: ScriptedController, site: Site, open_page: OpenPage
) -> None:
    controller.identified["language"] = "en"
    page = open_page(f"{site.url}/wall/w/o#token=abc")
    controller.wait("heartbeat")
    controller.show("s1", "a", [tile("r1", words("tập"), WHOLE)], realm=realm_of(controller))
    expect(page.locator(".frame-what")).to_have_text("EXERCISE · DIỄN TẬP")
    pace, band = (page.locator(f".frame-{each}").bounding_box() for each in ("pace", "band"))
    assert pace is not None
    assert band is not None
    assert pace["x"] + pace["width"] <= band["x"] + band["width"]


def test_in_small_the_picture_stays_under_its_panels_marks(
    controller: ScriptedController, site: Site, open_page: OpenPage
) -> None:
    page = open_page(f"{site.url}/wall/w/view/program#token=abc")
    controller.wait("heartbeat")
    controller.show("s1", "a", [tile("r1", words("tập"), WHOLE)], realm=realm_of(controller))
    expect(page.locator(".frame-what")).to_be_visible()
    assert page.locator(".slot.is-shown").bounding_box() == {
        "x": 0, "y": 0, "width": 1280, "height": 720
    }  # fmt: skip


def test_a_client_says_that_it_frames(controller: ScriptedController, page: Page) -> None:
    assert controller.wait("identify")["framesRealms"] is True
