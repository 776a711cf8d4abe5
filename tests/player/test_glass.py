"""What an output does to the finished picture: trim, orbit, night; and the test pattern."""

from __future__ import annotations

import base64
import itertools
import operator
import re
import tomllib
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.player.conftest import OpenPage, until
from tests.player.scripted import ScriptedController
from tests.player.site import Site
from tests.player.trees import tile, words

pytestmark = pytest.mark.browser

WHOLE = (0, 0, 1280, 720)
NIGHT = {
    "mode": "auto",
    "from": "22:00",
    "to": "05:30",
    "timezone": "Asia/Ho_Chi_Minh",
    "fadeMin": 20,
    "dim": 0.5,
    "whiteK": 4000,
}
DAY = {"trimPx": {"x": 0, "y": 0}, "orbitPx": 0, "night": None}
WHITE, MAGENTA = (242, 244, 246), (255, 122, 217)
FILTER = "getComputedStyle(document.querySelector('.player-canvas')).filter"


@pytest.fixture
def page(controller: ScriptedController, site: Site, open_page: OpenPage) -> Page:
    controller.identified["glass"] = DAY
    opened = open_page(f"{site.url}/wall/w/o#token=abc")
    controller.wait("heartbeat")
    controller.show("s1", "a", [tile("r1", words("một", "#808080"), WHOLE)])
    return opened


def pixel(page: Page, x: int, y: int) -> tuple[int, ...]:
    """Return the colour on glass at a place of the window."""
    script = """async ([png, x, y]) => {
        const image = new Image();
        image.src = `data:image/png;base64,${png}`;
        await image.decode();
        const pen = new OffscreenCanvas(1280, 720).getContext("2d");
        pen.drawImage(image, 0, 0);
        return [...pen.getImageData(x, y, 1, 1).data].slice(0, 3);
    }"""
    png = base64.b64encode(page.screenshot()).decode()
    return tuple(page.evaluate(script, [png, x, y]))


def at(hour: int, minute: int) -> float:
    """Return an instant of a local hour, in ms."""
    return 1_790_000_000_000 // 86_400_000 * 86_400_000 + ((hour - 7) * 60 + minute) * 60_000


def module(page: Page, name: str, *given: Any) -> Any:
    script = "async ([name, given]) => (await import('/assets/glass.mjs'))[name](...given)"
    return page.evaluate(script, [name, list(given)])


def test_a_trim_moves_the_picture_and_renders_nothing(
    controller: ScriptedController, page: Page
) -> None:
    mounts = page.evaluate("iocPlayer.counters.mounts")
    node = "document.querySelector('.slot.is-shown section')"
    page.evaluate(f"window.before = {node}")
    box = page.locator(".slot.is-shown section").bounding_box()
    assert box is not None
    controller.send("glass", {**DAY, "trimPx": {"x": 9, "y": -4}})
    until(page, f"{node}.getBoundingClientRect().left === {box['x'] + 9}")
    moved = page.locator(".slot.is-shown section").bounding_box()
    assert moved == {**box, "x": box["x"] + 9, "y": box["y"] - 4}
    assert page.evaluate(f"{node} === before")
    assert page.evaluate("iocPlayer.counters.mounts") == mounts
    assert controller.show("s2", "b", [tile("r2", words("hai"), WHOLE)])["lateMs"] < 10_000
    expect(page.locator(".slot.is-shown b")).to_have_text("hai")
    assert page.locator(".slot.is-shown section").bounding_box() == moved


def test_the_orbit_goes_round_by_single_pixels_and_stays_within(page: Page) -> None:
    places = [module(page, "orbitAt", 60_000 * i, 2) for i in range(17)]
    assert places[0] == {"x": 2, "y": 0}
    assert places[16] == places[0]
    assert len({(each["x"], each["y"]) for each in places}) == 16
    for one, other in itertools.pairwise(places):
        assert abs(one["x"] - other["x"]) + abs(one["y"] - other["y"]) == 1
        assert max(abs(one["x"]), abs(one["y"])) == 2
    assert module(page, "orbitAt", 60_000, 0) == {"x": 0, "y": 0}


def test_night_comes_and_goes_by_the_walls_clock(page: Page) -> None:
    for hour, minute, level in (
        (21, 59, 0),
        (22, 0, 0),
        (22, 10, 0.5),
        (22, 20, 1),
        (3, 0, 1),
        (5, 30, 1),
        (5, 45, 0.25),
    ):
        found = module(page, "nightAt", at(hour, minute), NIGHT)
        assert found == pytest.approx(level), (hour, minute)
        assert module(page, "nightAt", at(hour, minute), {**NIGHT, "mode": "off"}) == 0
        assert module(page, "nightAt", at(hour, minute), {**NIGHT, "mode": "on"}) == 1


def test_a_night_shorter_than_its_fade_turns_where_it_is(page: Page) -> None:
    short = {**NIGHT, "from": "22:00", "to": "22:10"}
    assert module(page, "nightAt", at(22, 10), short) == pytest.approx(0.5)
    assert module(page, "nightAt", at(22, 15), short) == pytest.approx(0.25)
    assert module(page, "nightAt", at(22, 25), short) == 0


def test_at_night_the_picture_is_dimmer_and_warmer_and_renders_nothing(
    controller: ScriptedController, page: Page
) -> None:
    mounts = page.evaluate("iocPlayer.counters.mounts")
    before = pixel(page, 1270, 400)
    assert before == (128, 128, 128)
    controller.send("glass", {**DAY, "night": {**NIGHT, "mode": "on"}})
    until(page, f"{FILTER} !== 'none'")
    red, green, blue = pixel(page, 1270, 400)
    assert red == pytest.approx(64, abs=1)
    assert red > green > blue > 30
    controller.send("glass", {**DAY, "night": {**NIGHT, "mode": "off"}})
    until(page, f"{FILTER} === 'none'")
    assert pixel(page, 1270, 400) == before
    assert page.evaluate("iocPlayer.counters.mounts") == mounts


WORDS = (
    *("ink-1", "ink-2", "ink-3", "normal", "information", "caution", "warning", "critical"),
    *("series-1", "series-2", "series-3", "series-4"),
)


def test_words_can_be_read_at_every_moment_of_the_seeded_night(page: Page) -> None:
    wall = tomllib.loads((ROOT / "city" / "walls" / "le-lai.toml").read_text("utf-8"))
    night = {"dim": wall["night"]["dim"], "whiteK": wall["night"]["white_k"]}
    day_css, night_css = (ROOT / "assets" / "00-tokens.css").read_text("utf-8").split(".is-night {")
    by_day = _tokens(day_css)
    by_night = by_day | _tokens(night_css.split("}")[0])
    for percent in range(0, 101, 5):
        gains = module(page, "gainsAt", percent / 100, night)
        shown = by_night if module(page, "isDusk", gains) else by_day
        ground = _luminance(shown["ground"], gains)
        for name in WORDS:
            contrast = (_luminance(shown[name], gains) + 0.05) / (ground + 0.05)
            assert contrast >= 4.5, (percent, name, round(contrast, 2))


def _tokens(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): #([0-9a-f]{6})", css))


def _luminance(colour: str, gains: list[float]) -> float:
    """Return the relative luminance (WCAG 2.2) of an sRGB colour whose channels are dimmed."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    light = [
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
        for v in map(operator.mul, channels, gains)
    ]
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def test_a_dimmed_wall_has_the_colours_of_the_night(
    controller: ScriptedController, page: Page
) -> None:
    ink = "getComputedStyle(document.querySelector('.slot.is-shown')).getPropertyValue('--ink-3')"
    by_day = page.evaluate(ink)
    controller.send("glass", {**DAY, "night": {**NIGHT, "mode": "on"}})
    until(page, f"{ink} !== '{by_day}'")
    controller.send("glass", {**DAY, "night": {**NIGHT, "mode": "off"}})
    until(page, f"{ink} === '{by_day}'")


@pytest.mark.parametrize("layer", ["alarm", "emergency"])
def test_an_alarm_has_its_full_light_from_its_first_frame(
    controller: ScriptedController, page: Page, layer: str
) -> None:
    controller.send("glass", {**DAY, "night": {**NIGHT, "mode": "on"}})
    until(page, f"{FILTER} !== 'none'")
    page.evaluate(
        f"""() => {{
            window.dimmed = 0;
            const look = () => {{
                const alarm = document.querySelector(".slot.is-shown b")?.textContent === "báo";
                if (alarm && {FILTER} !== "none") window.dimmed += 1;
                requestAnimationFrame(look);
            }};
            look();
        }}"""
    )
    fields = {"switchId": "s2", "sceneId": "b", "revision": 1, "layer": layer}
    tiles = [tile("r2", words("báo"), WHOLE)]
    controller.send("prepare", {**fields, "deadlineAtMs": 0, "tiles": tiles})
    controller.wait("ready", lambda d: d["switchId"] == "s2")
    controller.commit("s2")
    assert page.evaluate(FILTER) == "none"
    assert page.evaluate("window.dimmed") == 0
    controller.show("s3", "a", [tile("r1", words("một", "#808080"), WHOLE)])
    until(page, f"{FILTER} !== 'none'")


def test_the_pattern_tells_what_the_display_is_and_lies_on_the_walls_plane(
    controller: ScriptedController, page: Page
) -> None:
    left = {"outputId": "o", "rectPx": {"x": 0, "y": 0, "width": 1280, "height": 720}}
    right = {"outputId": "p", "rectPx": {"x": 1290, "y": 0, "width": 1280, "height": 720}}
    pattern = {"kind": "testPattern", "outputs": [left, right], "parts": ["lines", "colours"]}
    controller.send("overlay", pattern)
    expect(page.locator(".cover-testPattern canvas")).to_be_visible()
    assert pixel(page, 1, 719) == WHITE, "the diagonal from the corner"
    assert pixel(page, 1275, 539) == MAGENTA, "the circle over the bezel"
    bar = 1280 * 0.2 + 1280 * 0.6 / 16
    assert pixel(page, int(bar), int(720 * 0.76)) == (255, 255, 255)
    controller.send("glass", {**DAY, "trimPx": {"x": 20, "y": 0}})
    until(page, "iocPlayer.glass.x === 20")
    assert pixel(page, 21, 719) == WHITE, "trimmed as the picture is"
    controller.send("overlay", {"kind": "clear"})
    expect(page.locator(".cover-testPattern")).to_have_count(0)


def test_gaps_are_told_to_the_nearest_output_on_each_side(page: Page) -> None:
    script = """async ([rect, rects]) =>
        (await import('/assets/pattern.mjs')).gaps(rect, rects)"""
    first = {"x": 0, "y": 0, "width": 100, "height": 50}
    others = [{**first, "x": 106}, {**first, "y": 54}, {**first, "x": 212}]
    found = page.evaluate(script, [first, [first, *others]])
    assert found == {"left": None, "top": None, "right": 6, "bottom": 4}


def test_the_flash_changes_with_the_seconds_of_the_shared_clock(
    controller: ScriptedController, page: Page
) -> None:
    controller.send("overlay", {"kind": "testPattern", "parts": ["flash", "counter"]})
    page.wait_for_selector(".pattern-flash")
    wrong = page.evaluate(
        """() => new Promise((resolve) => {
            let wrong = 0;
            let changes = 0;
            let was = null;
            const look = (frameMs) => {
                const nowMs = performance.timeOrigin + frameMs + iocPlayer.clock.offsetMs;
                const white = document.querySelector(".pattern-flash.is-white") !== null;
                const even = Math.floor(nowMs / 1000) % 2 === 0;
                if (was !== null && white !== even) wrong += 1;
                if (was !== null && was !== white) changes += 1;
                was = white;
                if (changes < 2) requestAnimationFrame(look);
                else resolve(wrong);
            };
            requestAnimationFrame(look);
        })"""
    )
    assert wrong == 0
    expect(page.locator(".pattern-counter")).to_contain_text(".")
