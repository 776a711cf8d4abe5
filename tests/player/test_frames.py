"""A run of a twin over time: the clock turns its pages on a wall, a slider on a console."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from layouts.tiles.map_time import words
from tests.player.conftest import until

pytestmark = pytest.mark.browser

MINUTES = [0, 15, 30]
PAGE_MS = 1_500
WALL = '<div data-minutes="[0,15,30]"><span class="map-minute">-</span></div>'
CONSOLE = """<div data-frames>
  <div class="frames-bar"><span class="map-minute">-</span>
    <input type="range" min="0" max="30" step="5" value="30"></div>
  <div data-minutes="[0,15,30]"><span class="map-minute">-</span></div>
  <div data-minutes="[0,20]"><span class="map-minute">-</span></div>
</div>"""
TOLD = """(root) => [...root.querySelectorAll(".map-minute")].map((each) => each.textContent)"""


def minute_at(page: Page, minutes: list[float], at_ms: float) -> Any:
    script = "async ([m, at]) => (await import('/assets/frames.mjs')).minuteAt(m, at)"
    return page.evaluate(script, [minutes, at_ms])


@pytest.fixture
def holder(page: Page) -> Iterator[Page]:
    """The page with a place for grounds, where what maps are told is kept."""
    page.evaluate(
        """async () => {
            await import("/assets/frames.mjs");
            window.told = [];
            window.iocMaps = { step: (ground, minute) => window.told.push(minute) };
            document.body.insertAdjacentHTML("beforeend", "<div id=holder></div>");
        }"""
    )
    yield page
    page.evaluate("document.querySelector('#holder').remove(); delete window.iocMaps")


def put(page: Page, html: str) -> None:
    page.evaluate("(html) => (document.querySelector('#holder').innerHTML = html)", html)


def told(page: Page) -> Any:
    return page.eval_on_selector("#holder", TOLD)


def test_pages_turn_by_the_clock_and_the_last_one_stays_for_a_while(page: Page) -> None:
    turned = [minute_at(page, MINUTES, page_number * PAGE_MS) for page_number in range(8)]
    assert turned == [0, 15, 30, 30, 30, 30, 0, 15]
    assert minute_at(page, MINUTES, PAGE_MS - 1) == 0
    assert minute_at(page, [45], 1e12) == 45


@pytest.mark.parametrize("minute", [0, 5, 59.4, 59.6, 60, 119.7, 754, 0.5, 1.5])
def test_a_minute_is_written_as_python_writes_it_and_never_as_sixty(
    page: Page, minute: float
) -> None:
    said = page.evaluate("async (m) => (await import('/assets/frames.mjs')).words(m)", minute)
    assert said == words(minute)
    assert not said.endswith(":60")


def test_on_a_wall_every_display_shows_the_minute_of_the_shared_clock(holder: Page) -> None:
    put(holder, WALL + WALL)
    until(holder, "window.told.length > 3")
    first, second = told(holder)
    assert first == second
    assert first in ("0:00", "0:15", "0:30")


def test_on_a_console_a_slider_moves_all_its_maps_to_what_each_knows_by_then(holder: Page) -> None:
    put(holder, CONSOLE)
    until(holder, "document.querySelector('#holder .map-minute').textContent === '0:30'")
    assert told(holder) == ["0:30", "0:30", "0:20"]
    holder.eval_on_selector(
        "#holder input",
        """(slider) => {
            slider.value = 15;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
    )
    assert told(holder) == ["0:15", "0:15", "0:00"]  # the newest of each, not one to come
    assert holder.evaluate("window.told.slice(-2)") == [15, 0]


def test_a_map_with_a_slider_of_its_own_does_not_follow_the_clock(holder: Page) -> None:
    put(holder, WALL.replace("</span>", '</span><input type="range" max="30" value="15">'))
    until(holder, "window.told.length > 6")
    assert holder.evaluate("[...new Set(window.told)]") == [15]
    assert told(holder) == ["0:15"]
