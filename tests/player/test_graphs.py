"""What draws graphs comes late, or not at all: a display waits for it, or is loaded anew."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.player.conftest import OpenPage
from tests.player.scripted import ScriptedController
from tests.player.site import Site
from tests.player.trees import graph, tile

pytestmark = pytest.mark.browser

WHOLE = (0, 0, 1280, 720)
PLOTLY = "**/package_data/plotly.*"
DISPLAY = "/wall/w/o#token=abc"


@pytest.fixture
def page(site: Site, open_page: OpenPage) -> Page:
    """A page of ours whose clock is ours, before it is a display.

    In a context of its own: a clock that is put in is every page's there, to the end.
    """
    opened = open_page(f"{site.url}/empty", forgive="Failed to load resource", apart=True)
    opened.clock.install()
    return opened


def test_what_draws_graphs_may_come_later_than_any_graph_waits(
    page: Page, site: Site, controller: ScriptedController
) -> None:
    held: list[Route] = []
    page.route(PLOTLY, lambda route: held.append(route))
    page.goto(site.url + DISPLAY, wait_until="commit")
    while not held:
        page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 20))")
    page.clock.fast_forward(60_000)
    assert controller.joins == 0
    held[0].continue_()
    assert "errors" not in controller.wait("heartbeat")
    controller.show("s1", "a", [tile("r1", graph([1, 2]), WHOLE)])
    expect(page.locator(".slot.is-shown .main-svg").first).to_be_visible()
    assert len(held) == 1, "once, and from where a browser keeps it"
    assert ".v" in held[0].request.url


def test_a_display_that_began_without_is_loaded_anew_and_says_so_until_then(
    page: Page, site: Site, controller: ScriptedController
) -> None:
    page.route(PLOTLY, lambda route: route.fulfill(status=503))
    page.goto(site.url + DISPLAY)
    told = controller.wait("heartbeat", lambda d: "errors" in d)
    assert any("plotly.js missing" in each for each in told["errors"])
    page.unroute(PLOTLY)
    page.clock.fast_forward(60_000)
    controller.wait_for_join(2)
    controller.show("s1", "a", [tile("r1", graph([1, 2]), WHOLE)])
    heir = page.frame_locator("iframe.player-heir.is-shown")
    expect(heir.locator(".slot.is-shown .main-svg").first).to_be_visible()
