"""Content between switches: only what differs is set, nothing on glass is built anew."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask, Response
from playwright.sync_api import Page, expect

from tests.player.conftest import OpenPage, until
from tests.player.scripted import Frame, ScriptedController
from tests.player.site import Site
from tests.player.trees import Tree, graph, hash_of, map_, tile, words

pytestmark = pytest.mark.browser

WHOLE = (0, 0, 1280, 720)
GRAPH = ".slot.is-shown .js-plotly-plot"
MAP = ".slot.is-shown .leaflet-container"


@pytest.fixture
def page(controller: ScriptedController, site: Site, open_page: OpenPage) -> Page:
    opened = open_page(f"{site.url}/wall/w/o#token=abc")
    controller.wait("heartbeat")
    return opened


def send(
    controller: ScriptedController,
    render_id: str,
    content: Frame,
    *,
    version: int = 2,
    as_of_at_ms: float = 4e12,
    content_hash: str | None = None,
) -> None:
    controller.send(
        "content",
        {
            "renderId": render_id,
            "version": version,
            "contentHash": content_hash or hash_of(content),
            "asOfAtMs": as_of_at_ms,
            "staleAfterMs": 60_000,
            "content": content,
        },
    )


def test_new_points_keep_the_graphs_node(controller: ScriptedController, page: Page) -> None:
    controller.show("s1", "a", [tile("r1", graph([1, 2, 3]), WHOLE)])
    page.evaluate(f"window.before = document.querySelector('{GRAPH}')")
    send(controller, "r1", graph([3, 2, 1, 5], title="Tốc độ mới"))
    until(page, "before.data[0].y.length === 4")
    assert page.evaluate(f"document.querySelector('{GRAPH}') === before")
    assert page.evaluate("before.data[0].y") == [3, 2, 1, 5]
    expect(page.locator(".slot.is-shown h2")).to_have_text("Tốc độ mới")
    counters = page.evaluate("iocPlayer.counters")
    assert (counters["mounts"], counters["remounts"], counters["updates"]) == (1, 0, 1)
    assert counters["propSets"] == 3  # the mount, the title, the figure


def test_new_values_keep_the_map_and_fetch_no_geometry(
    controller: ScriptedController, page: Page
) -> None:
    fetched: list[str] = []
    page.on("request", lambda r: "/geometry/" in r.url and fetched.append(r.url))
    controller.show("s1", "a", [tile("r1", map_({"values": {"1": 5}}), WHOLE)])
    page.evaluate(f"window.before = document.querySelector('{MAP}')")
    assert fetched
    fetched.clear()
    send(controller, "r1", map_({"values": {"1": 6}}))
    until(page, "iocPlayer.counters.updates === 1")
    expect(page.locator(f"{MAP} path")).to_have_count(40)
    assert page.evaluate(f"document.querySelector('{MAP}') === before && before.isConnected")
    assert fetched == []


def test_a_lower_version_is_ignored(controller: ScriptedController, page: Page) -> None:
    controller.show("s1", "a", [tile("r1", words("năm"), WHOLE, version=5)])
    send(controller, "r1", words("bốn"), version=4)
    send(controller, "r1", words("sáu"), version=6)
    expect(page.locator(".slot.is-shown b")).to_have_text("sáu")
    assert page.evaluate("iocPlayer.counters.updates") == 1


def test_equal_content_only_moves_its_age(controller: ScriptedController, page: Page) -> None:
    content = words("một")
    controller.show("s1", "a", [tile("r1", content, WHOLE, as_of_at_ms=1e12)])
    expect(page.locator(".slot.is-shown .tile")).to_have_class("tile tile-text is-stale")
    send(controller, "r1", content, as_of_at_ms=4e12)
    expect(page.locator(".slot.is-shown .tile")).to_have_class("tile tile-text")
    assert page.evaluate("iocPlayer.counters.propSets") == 1


def test_every_slot_of_a_render_gets_its_content(
    controller: ScriptedController, page: Page
) -> None:
    content = words("một")
    halves = [(0, 0, 640, 720), (640, 0, 640, 720)]
    controller.show("s1", "a", [tile("r1", content, half) for half in halves])
    send(controller, "r1", words("hai"))
    expect(page.locator(".slot.is-shown b")).to_have_text(["hai", "hai"])


def test_what_comes_while_a_map_still_loads_is_not_lost(
    controller: ScriptedController, site: Site, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answer = threading.Event(), threading.Event()
    slow = "/geometry/areas.json?slow"
    monkeypatch.setitem(site.flask.view_functions, "areas", held(site.flask, asked, answer))
    controller.prepare("s1", "a", [tile("r1", map_({"values": {"1": 5}}, url=slow), WHOLE)])
    while not asked.wait(0.05):
        page.evaluate("0")
    send(controller, "r1", map_({"values": {"1": 6}}, url=slow))
    until(page, "iocPlayer.counters.contents === 1")
    assert page.evaluate("iocPlayer.counters.updates") == 0
    answer.set()
    assert controller.wait("ready")["status"] == "ok"
    until(page, "iocPlayer.counters.updates === 1")


def test_outlines_that_fail_at_first_are_drawn_once_they_come_with_the_values_of_then(
    controller: ScriptedController,
    site: Site,
    open_page: OpenPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    areas, is_away = site.flask.view_functions["areas"], [True]
    monkeypatch.setitem(
        site.flask.view_functions,
        "areas",
        lambda: Response("away", 503) if is_away[0] else areas(),
    )
    away = "/geometry/areas.json?away"
    page = open_page(f"{site.url}/wall/w/o#token=abc", forgive="503")
    controller.wait("heartbeat")
    controller.show("s1", "a", [tile("r1", banded(0, url=away), WHOLE)])
    send(controller, "r1", banded(1, url=away))
    until(page, "iocPlayer.counters.updates === 1")
    assert page.locator(f"{MAP} path").count() == 0
    is_away[0] = False
    until(
        page, "document.querySelectorAll('.leaflet-container path[fill=\"#00ff00\"]').length === 40"
    )


def test_what_has_no_course_over_time_stays_what_it_is(
    controller: ScriptedController, page: Page
) -> None:
    made = banded(1, url="/geometry/areas.json")
    (leaflet,) = made["props"]["children"]
    hideout = leaflet["props"]["children"][0]["props"]["hideout"]
    course = {"minutes": [0, 30], "order": ["0", "1"], "steps": ["1-", "01"]}
    hideout["frames"] = course
    leaflet["props"]["children"][0]["props"]["onEachFeature"] = {"variable": "iocMaps.each"}
    hideout |= {"labels": [], "sites": [], "seams": {"x": [], "y": []}}
    controller.show("s1", "a", [tile("r1", made, WHOLE)])
    fills = """(minute) => {
        iocMaps.step(document, minute);
        const found = {};
        for (const each of document.querySelectorAll(".leaflet-container path")) {
            const fill = each.getAttribute("fill");
            found[fill] = (found[fill] ?? 0) + 1;
        }
        return found;
    }"""
    until(page, "document.querySelectorAll('.leaflet-container path').length === 40")
    assert page.evaluate(fills, 0) == {"#00ff00": 39, "#171c22": 1}
    assert page.evaluate(fills, 30) == {"#00ff00": 39, "#ff0000": 1}


def test_a_geometry_that_is_not_there_is_told_and_holds_up_nothing(
    controller: ScriptedController, site: Site, open_page: OpenPage
) -> None:
    open_page(f"{site.url}/wall/w/o#token=abc", forgive="404")
    controller.wait("heartbeat")
    controller.prepare("s1", "a", [tile("r1", map_({}, url="/geometry/none.json"), WHOLE)])
    told = controller.wait("ready")
    assert told["status"] == "ok"
    assert told["comment"].startswith("/geometry/none.json: ")


def test_a_picture_of_the_glass_is_passed_on_once_where_the_room_wants_it(
    controller: ScriptedController, site: Site, open_page: OpenPage
) -> None:
    controller.identified["thumbnail"] = {"widthPx": 480, "largestBytes": 32_768}
    page = open_page(f"{site.url}/wall/w/o#token=abc")
    controller.wait("heartbeat")
    shown = controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    until(page, "iocPlayer.thumbnail.due !== null")
    order = page.evaluate("iocPlayer.thumbnail.due")
    assert (order["switchId"], order["windowPx"]) == ("s1", {"width": 1280, "height": 720})
    page.evaluate("iocPlayer.thumbnail.give('s1', 'cGljdHVyZQ==')")
    told = controller.wait("thumbnail")
    assert (told["switchId"], told["image"]) == ("s1", "cGljdHVyZQ==")
    assert told["takenAtMs"] - told["uncertaintyMs"] > shown["shownAtMs"]
    assert page.evaluate("iocPlayer.thumbnail.due") is None


def test_a_held_picture_changes_when_it_is_let_go(
    controller: ScriptedController, page: Page
) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    controller.send("freeze", {"on": True})
    send(controller, "r1", words("hai"), version=2)
    send(controller, "r1", words("ba"), version=3)
    expect(page.locator(".cover-mark")).to_contain_text("giữ nguyên")
    until(page, "iocPlayer.counters.contents === 2")
    expect(page.locator(".slot.is-shown b")).to_have_text("một")
    controller.send("freeze", {"on": False})
    expect(page.locator(".slot.is-shown b")).to_have_text("ba")
    expect(page.locator(".cover-mark")).to_have_count(0)


def test_what_is_needed_for_the_next_scene_comes_while_the_picture_is_held(
    controller: ScriptedController, page: Page
) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    controller.send("freeze", {"on": True})
    unknown = words("hai")
    controller.prepare("s2", "b", [tile("r2", None, WHOLE, content_hash=hash_of(unknown))])
    controller.wait("need")
    send(controller, "r2", unknown)
    assert controller.wait("ready", lambda d: d["switchId"] == "s2")["status"] == "ok"
    expect(page.locator(".slot.is-shown b")).to_have_text("một")


def test_what_dash_draws_does_not_change_what_was_sent(
    controller: ScriptedController, page: Page
) -> None:
    content = graph([1, 2, 3])
    controller.show("s1", "a", [tile("r1", content, WHOLE)])
    send(controller, "r1", content, content_hash="another-hash")
    until(page, "iocPlayer.counters.updates === 1")
    assert page.evaluate("iocPlayer.counters.propSets") == 1


def banded(band: int, *, url: str) -> Tree:
    """Return a map all of whose areas are of one band: red is 0, green 1."""
    palette = [{"colour": "#ff0000"}, {"colour": "#00ff00"}]
    hideout = {"palette": palette, "values": {str(n): band for n in range(40)}, "unitPx": 16}
    made = map_(hideout, url=url)
    (leaflet,) = made["props"]["children"]
    leaflet["props"]["children"][0]["props"]["style"] = {"variable": "iocMaps.style"}
    return made


def test_a_street_that_nobody_knows_is_dashed_and_thinner(
    controller: ScriptedController, page: Page
) -> None:
    known, assumed = page.evaluate(
        """() => [false, true].map((invented) => iocMaps.style(
          { geometry: { type: "LineString" }, properties: { id: "a", invented } },
          { hideout: { unitPx: 20, palette: [{ colour: "#f00", vivid: true }], values: { a: 0 } } },
        ))"""
    )
    assert (known["color"], known["dashArray"]) == (assumed["color"], None)
    assert assumed["dashArray"]
    assert assumed["weight"] < known["weight"]


def held(app: Flask, asked: threading.Event, answer: threading.Event) -> Callable[[], Response]:
    """Return a view of the geometry that waits until the test says so."""
    send_areas = app.view_functions["areas"]

    def wait_for_it() -> Response:
        asked.set()
        answer.wait(20)
        answered = send_areas()
        assert isinstance(answered, Response)
        return answered

    return wait_for_it
