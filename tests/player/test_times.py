"""The shared clock, what time alone changes on a page, and what time it is in another world."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.conftest import ROOT
from tests.player.conftest import Call

pytestmark = pytest.mark.browser


# The clock


# Beside the services' own in tests/wall/test_estimate.py: one rule, the same vectors.
CLOCKS = json.loads((ROOT / "tests" / "fixtures" / "clock.json").read_text())


@pytest.mark.parametrize("vector", CLOCKS, ids=lambda vector: vector["what"])
def test_the_clock_is_estimated_as_the_protocol_says(page: Page, vector: dict[str, Any]) -> None:
    script = """async ({ rows, atMs }) => {
        const { Clock, sampleOf } = await import("/assets/clock.mjs");
        const clock = new Clock();
        for (const row of rows) {
            clock.beginBurst();
            for (const [t0AtMs, t1AtMs, t2AtMs, t3AtMs] of row) {
                clock.take(sampleOf({ t0AtMs, t1AtMs, t2AtMs }, t3AtMs));
            }
        }
        const { offsetMs, roundTripMs } = clock;
        return { offsetMs, uncertaintyMs: clock.uncertaintyAtMs(atMs), roundTripMs };
    }"""
    told = page.evaluate(script, {"rows": vector["rows"], "atMs": vector["atMs"]})
    assert told == pytest.approx(vector["told"])


def test_what_was_measured_against_another_controller_counts_no_more(page: Page) -> None:
    script = """async () => {
        const { Clock, sampleOf } = await import("/assets/clock.mjs");
        const clock = new Clock();
        clock.take(sampleOf({ t0AtMs: 0, t1AtMs: 1, t2AtMs: 1 }, 2));
        clock.forget();
        const before = clock.offsetMs;
        clock.take(sampleOf({ t0AtMs: 0, t1AtMs: 3, t2AtMs: 3 }, 4));
        return [before, clock.offsetMs];
    }"""
    assert page.evaluate(script) == [0, 1]


# What time alone changes


@pytest.mark.parametrize(
    ("age_s", "language", "said"),
    [
        (4, "vi", "bây giờ"),
        (29, "vi", "20 giây trước"),
        (60, "vi", "1 phút trước"),
        (7100, "vi", "118 phút trước"),
        (7200, "vi", "2 giờ trước"),
        (2 * 86_400, "vi", "hôm kia"),
        (3 * 86_400, "vi", "3 ngày trước"),
        (120 * 86_400, "vi", "4 tháng trước"),
        (300, "en", "5 minutes ago"),
        (-3, "en", "now"),
    ],
)
def test_an_age_is_said_in_one_unit(call: Call, age_s: float, language: str, said: str) -> None:
    assert call("ages", "ageWords", age_s * 1000, language) == said


def test_what_a_page_puts_in_has_its_age_before_it_is_painted(page: Page) -> None:
    script = """async () => {
        const { follow } = await import("/assets/ages.mjs");
        follow(document.body);
        const row = document.createElement("p");
        row.innerHTML = `<span class="ioc-age" data-at-ms="${Date.now() - 300_500}"></span>`;
        document.body.append(row);
        await null; // what is observed is told before the frame, in no later task
        return row.textContent;
    }"""
    assert page.evaluate(script) == "5 phút trước"


def test_a_countdown_ends_at_nothing(call: Call) -> None:
    left_ms = [3_661_000, 299_001, 1, -5_000]
    said = [call("ages", "countdownWords", each) for each in left_ms]
    assert said == ["1:01:01", "05:00", "00:01", "00:00"]


def test_a_clock_shows_the_citys_time_and_date(call: Call) -> None:
    at_ms = 1_795_368_960_000  # 2026-11-22 17:36 UTC
    assert call("ages", "clockWords", at_ms, "time", "vi") == "00:36"
    assert call("ages", "clockWords", at_ms, "date", "vi") == "Thứ Hai, 23/11/2026"
    assert call("ages", "clockWords", at_ms, "date", "en-GB") == "Monday, 23 Nov 2026"
    assert call("ages", "clockWords", at_ms, "time", "en-GB", "UTC") == "17:36"


def test_nothing_without_an_instant_is_ever_stale(call: Call) -> None:
    assert call("ages", "isStale", 1e12, 1e12 - 61_000, 60_000)
    assert not call("ages", "isStale", 1e12, 1e12 - 60_000, 60_000)
    assert not call("ages", "isStale", 1e12, None, 60_000)


def test_one_element_that_cannot_be_drawn_keeps_no_other_from_growing_old(page: Page) -> None:
    script = """async () => {
        const { sweep } = await import("/assets/ages.mjs");
        const told = [];
        window.addEventListener("error", (event) => told.push(event.message), { once: true });
        const row = document.createElement("p");
        const [wrong, right] = ["time", "span"].map((name) => document.createElement(name));
        Object.assign(wrong, { className: "ioc-clock" }).dataset.timezone = "Nowhere/At_All";
        Object.assign(right, { className: "ioc-age" }).dataset.atMs = 0;
        Object.assign(right.dataset, { asOfMs: 0, staleAfterMs: 1 });
        row.append(wrong, right);
        sweep(row, 300_500);
        return [right.textContent, right.firstElementChild, told.length];
    }"""
    assert page.evaluate(script) == ["5 phút trước", None, 1]


# What time it is in another world

CLOCK = {"atMs": 1_000, "glassAtMs": 50_000, "speed": 60, "toAtMs": 110_000}


@pytest.mark.parametrize(
    ("now_ms", "there_ms", "pace", "left_ms"),
    [
        (0, 50_000, "running", 1_000),
        (1_500, 80_000, "running", 500),
        (2_000, 110_000, "over", None),
        (9_000, 110_000, "over", None),
    ],
)
def test_a_realms_clock_is_read_as_the_controller_reads_it(
    call: Call, now_ms: float, there_ms: float, pace: str, left_ms: float | None
) -> None:
    assert call("realm", "glassMs", CLOCK, now_ms) == there_ms
    assert call("realm", "paceOf", CLOCK, now_ms) == pace
    assert call("realm", "leftMs", CLOCK, now_ms) == left_ms
    assert call("realm", "paceOf", {**CLOCK, "speed": 0}, 1_500) == "standing"


@pytest.mark.parametrize(
    ("realm", "names"),
    [("live", ["a.b"]), ("exercise:x", ["exercise:x:a.b"]), ("exercise:y", [])],
)
def test_a_page_hears_of_its_own_world_alone(call: Call, realm: str, names: list[str]) -> None:
    published = {"a.b": 1, "exercise:x:a.b": 2, "known:20260921T0214Z:a.b": 3}
    found = call("console-link", "ofRealm", published, realm)
    assert [name for name, _ in found] == names


@pytest.mark.parametrize("window", [(1920, 1080), (1080, 1920), (640, 200)])
def test_a_picture_steps_back_whole_and_unbent(call: Call, window: tuple[int, int]) -> None:
    width, height = window
    size = {"widthPx": width, "heightPx": height}
    stands = call("frame", "steppedBack", size, 20)
    bottom = height - stands["yPx"] - height * stands["factor"]
    assert stands["xPx"] >= 8 - 1e-9
    assert bottom >= 8 - 1e-9
    assert stands["yPx"] >= 31 - 1e-9
    assert 2 * stands["xPx"] + width * stands["factor"] == pytest.approx(width)
