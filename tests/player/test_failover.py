"""A page of the wall while its controller is killed and the standby takes over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from tests.player.conftest import OpenPage, until
from tests.player.room import HandRender, Service, write_city
from tests.player.site import Site
from tests.player.test_wall import colours
from tests.redis_server import redis_server
from tests.wall.controllers import PATIENCE_S, Pair

pytestmark = pytest.mark.browser

# Counts frames without a picture, and keeps hold of what must not be made anew.
WATCH = """() => {
    const map = document.querySelector(".slot.is-shown .tile-map");
    window.watched = { map, frames: 0, bare: 0 };
    const look = () => {
        watched.frames += 1;
        const shown = [...document.querySelectorAll(".slot.is-shown")];
        const seen = shown.filter((slot) => slot.childElementCount > 0
            && getComputedStyle(slot).visibility === "visible");
        if (seen.length === 0 || !watched.map.isConnected) watched.bare += 1;
        requestAnimationFrame(look);
    };
    look();
}"""


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with redis_server(tmp_path) as server:
        made = Pair(tmp_path, city=write_city(tmp_path), redis_url=server.url)
        yield made
        made.close()


@pytest.fixture
def place(pair: Pair) -> Iterator[Site]:
    """The pages' own server, once both controllers run."""
    site = Site(pair.first.port, standby_port=pair.second.port)
    pair.first.more = pair.second.more = {"IOC_WEB_PORT": str(site.port)}
    with ThreadPoolExecutor(1) as thread:  # this one has the loop of the browser's driver
        thread.submit(asyncio.run, pair.open()).result()
    yield site
    site.stop()


def serve(url: str, as_of_ms: float) -> tuple[HandRender, Service]:
    """Open the services' links to whoever leads now, waiting until it does."""
    until_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            return HandRender(url, now_ms=as_of_ms), Service(url, "tools")
        except (InvalidStatus, OSError):
            assert time.monotonic() < until_s, "nobody leads"
            time.sleep(0.05)


def test_the_wall_keeps_its_picture_while_the_standby_takes_over(
    pair: Pair, place: Site, open_page: OpenPage
) -> None:
    began_ms = time.time() * 1000
    render, tools = serve(pair.first.url, began_ms)
    token = tools.request("device.enroll", wallId="w", outputId="a1")["deviceToken"]
    page = open_page(f"{place.url}/wall/w/a1#token={token}", width=800, height=600, forgive="503")
    until(page, "window.iocPlayer?.state.sceneId === 'alpha'")
    page.evaluate(WATCH)

    pair.first.kill()
    render.close()
    tools.close()
    until(page, "iocPlayer.state.phase === 'lost'")
    assert colours(page) > 20
    render, tools = serve(pair.second.url, began_ms)
    until(page, "iocPlayer.state.phase === 'up' && iocPlayer.counters.joined === 2")
    until(page, "iocPlayer.state.sceneId === 'alpha'")
    # The very page: loaded anew it would know nothing of the watch.
    watched = page.evaluate("({ ...watched, map: undefined })")
    assert watched["frames"] > 10
    assert watched["bare"] == 0
    tools.request("wall.take", wallId="w", sceneId="beta")
    until(page, "iocPlayer.state.sceneId === 'beta'")
    render.close()
    tools.close()
