"""The browser's modules: what others import is theirs alone, and comes once to every page."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from callbacks.files import ASSETS
from callbacks.security import YEAR_S
from layouts.pages.player import IMPORTED_ASSETS
from tests.layouts.tiles.sample import everything
from tests.pages.site import served

PAGES = {
    "/": ".room-wall",
    "/operator": ".scene",
    "/console": ".console-bar[data-place]",
    "/data": ".data-grid .grid-link",
    "/wall/le-lai/a1": "#player-cover",
    "/wall/le-lai/view/program": "#player-cover",
}
WORKER = "worker.mjs"  # of the displays: no part of any page
AWAY = "ERR_CONNECTION_REFUSED"  # nobody is at the controller's port


def test_exactly_what_others_import_is_left_out_of_dashs_own_scripts():
    imported = {
        name
        for module in ASSETS.glob("*.mjs")
        for name in re.findall(r'^import .*"\./(.+?)";', module.read_text("utf-8"), re.MULTILINE)
    }
    assert imported
    left_out = {each.name for each in ASSETS.iterdir() if re.match(IMPORTED_ASSETS, each.name)}
    assert left_out == {*imported, WORKER}


def test_the_page_loads_each_module_by_itself_or_by_import(stranger):
    index = stranger.get("/sign-in").text
    assert "/assets/player.mjs" in index
    for module in ("link.mjs", "clock.mjs", "ages.mjs"):
        assert f"/assets/{module}" not in index
        with stranger.get(f"/assets/{module}") as answer:
            assert answer.status_code == 200


DISPLAYS = ("/wall/le-lai/a1", "/wall/le-lai/view/program", "/proof/glass?wall=le-lai&at=1")


@pytest.mark.parametrize("path", DISPLAYS)
def test_what_draws_graphs_is_there_before_a_display_begins(operator, path):
    page = operator.get(path).text
    (script,) = re.findall(r'<script defer src="([^"]*/plotly/[^"]*)"></script>', page)
    assert page.index(script) < page.index('id="_dash-renderer" type="module"')
    with operator.get(script) as answer:
        assert answer.mimetype == "text/javascript"
        assert answer.cache_control.max_age == YEAR_S
        assert b"plotly.js v" in answer.data[:500]


@pytest.mark.parametrize("path", ["/", "/sign-in", "/operator", "/console", "/proof", "/data"])
def test_a_persons_page_begins_without_waiting_for_graphs(operator, path):
    page = operator.get(path).text
    assert re.findall(r'<script[^>]*src="[^"]*/plotly/', page) == []


@pytest.mark.browser
def test_every_page_asks_once_for_each_module_and_complains_of_nothing(
    browser: Browser, tmp_path
) -> None:
    with served(tmp_path) as (address, _):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.click(".demo-key[value=administrator]")
        expect(page.locator(".shell-head")).to_be_visible()
        page.wait_for_load_state("networkidle")  # a page that goes while it loads leaves files open
        page.close()
        for path, landmark in PAGES.items():
            page = context.new_page()
            complaints: list[str] = []
            asked: Counter[str] = Counter()
            page.on("pageerror", lambda error, said=complaints: said.append(str(error)))
            page.on("console", lambda message, said=complaints: said.append(message.text)
                    if message.type == "error" and AWAY not in message.text else None)  # fmt: skip
            page.on("request", lambda sent, seen=asked: seen.update([urlsplit(sent.url).path]))
            if not path.startswith("/wall/"):  # frames are pages of their own
                page.route("**/wall/**", lambda route: route.fulfill(body=""))
            page.goto(address + path)
            expect(page.locator(landmark).first).to_be_attached(timeout=20_000)
            page.wait_for_load_state("networkidle")
            modules = {name: count for name, count in asked.items() if name.endswith(".mjs")}
            expected = {f"/assets/{each.name}" for each in ASSETS.glob("*.mjs")}
            assert modules.keys() == expected - {f"/assets/{WORKER}"}
            assert set(modules.values()) == {1}, (path, modules)
            if path.startswith("/wall/"):
                assert [count for name, count in asked.items() if "/plotly/" in name] == [1]
            assert complaints == []
            page.close()
        context.close()


def test_a_page_with_graphs_fetches_what_draws_them_from_its_beginning(operator):
    page = operator.get("/console").text
    (address,) = re.findall(r'<link id="graphs" rel="preload" [^>]*href="([^"]*)"', page)
    assert page.index(address) < page.index("</head>")
    with operator.get(address) as answer:
        assert answer.cache_control.max_age == YEAR_S
    for path in ("/", "/signals", *DISPLAYS):
        assert 'id="graphs"' not in operator.get(path).text


@pytest.mark.browser
def test_a_graph_waits_for_what_draws_it_longer_than_it_would_by_itself(
    browser: Browser, tmp_path
) -> None:
    with served(tmp_path) as (address, desk):
        desk.cache.write_many(everything().values())
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.click(".demo-key[value=administrator]")
        expect(page.locator(".shell-head")).to_be_visible()
        held: list[Route] = []
        page.clock.install()
        page.route("**/plotly/**", lambda route: held.append(route))
        page.goto(f"{address}/console", wait_until="commit")
        expect(page.locator(".dash-graph--pending").first).to_be_attached(timeout=20_000)
        page.clock.fast_forward(60_000)
        expect(page.locator("body > script[src*='/plotly/']")).to_be_attached()
        for each in held:
            each.continue_()
        expect(page.locator(".dash-graph .main-svg").first).to_be_attached(timeout=20_000)
        context.close()
