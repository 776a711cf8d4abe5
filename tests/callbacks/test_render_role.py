"""The role `render` beside a real controller."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from callbacks.render import run_render
from data_access.cache import open_cache
from layouts.tiles.registry import kinds
from settings import Settings
from tests.callbacks.rendered import AIR, other_figure, words
from tests.conftest import ROOT
from tests.layouts.tiles.sample import everything
from tests.wall.protocol_player import ProtocolPlayer
from tests.wall.room import OPERATOR, SECRET, WALL, enroll, make_settings, running
from wall.client import ServiceClient

WANTED_S = 20.0
SCENE = """
id = "{id}"
name = {{ vi = "{id}", en = "{id}" }}
grid = {{ columns = 4, rows = 2 }}
[[tile]]
id = "air"
kind = "kpi"
at = {{ column = 0, row = 0, columns = 1, rows = 2 }}
options = {{ aggregate = "environment.air", numbers = ["aqi"] }}
[[tile]]
id = "words"
kind = "text"
at = {{ column = 1, row = 0, columns = 1, rows = 2 }}
options = {{ text = {{ vi = "Xin chào {id}", en = "Hello" }} }}
"""


@pytest.fixture
def room_settings(tmp_path: Path) -> Settings:
    city = tmp_path / "city"
    shutil.copytree(ROOT / "city", city, ignore=shutil.ignore_patterns("walls", "scenes"))
    (city / "walls").mkdir()
    (city / "scenes" / "north").mkdir(parents=True)
    (city / "walls" / "north.toml").write_text(WALL)
    for name in ("overview", "second"):
        (city / "scenes" / "north" / f"{name}.toml").write_text(SCENE.format(id=name))
    settings = make_settings(tmp_path)
    open_cache(settings).write_many(everything().values())
    return settings


@pytest.fixture
def start_render() -> Iterator[Callable[[Settings], None]]:
    stop, threads = threading.Event(), []

    def start(settings: Settings) -> None:
        threads.append(threading.Thread(target=run_render, args=(settings,), kwargs={"stop": stop}))
        threads[-1].start()

    yield start
    stop.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


@asynccontextmanager
async def output(settings: Settings, web: ServiceClient) -> AsyncIterator[ProtocolPlayer]:
    async with ProtocolPlayer(settings.wall_url, await enroll(web, "a1")) as player:
        yield player


def shows(player: ProtocolPlayer, tile: str, text: str) -> Callable[[], bool]:
    """Return whether a tile on glass has these words."""

    def holds() -> bool:
        return player.shown is not None and any(
            each["tileId"] == tile and text in words(player.newest[each["renderId"]]["content"])
            for each in player.shown["tiles"]
        )

    return holds


async def until_shown(player: ProtocolPlayer, tile: str, text: str) -> None:
    what = f"{text!r} in {tile}"
    await player.until(shows(player, tile, text), what, timeout_s=WANTED_S)


def test_it_renders_for_a_wall_follows_versions_and_outlives_the_controller(
    room_settings: Settings, start_render: Callable[[Settings], None]
) -> None:
    cache, envelope = open_cache(room_settings), everything()[AIR]

    async def publish(feed: ServiceClient, figure: float, version: int) -> None:
        payload = other_figure(envelope, "aqi", figure)
        cache.write(replace(envelope, version=version, payload=payload))
        await feed.publish("versions", {AIR: version})

    async def main() -> None:
        start_render(room_settings)
        web = ServiceClient(room_settings.wall_url, SECRET, service="web")
        feed = ServiceClient(room_settings.wall_url, SECRET, service="feed")
        async with web, feed:
            async with running(room_settings), output(room_settings, web) as player:
                await until_shown(player, "air", "VN_AQI")
                described = (await web.request("tiles.kinds"))["kinds"]
                assert {each["kind"] for each in described} == set(kinds())
                await until_shown(player, "words", "Xin chào overview")
                await publish(feed, 321.0, 1000)
                await until_shown(player, "air", "321")
                take = {"wallId": "north", "sceneId": "second"}
                await web.request("wall.take", take, OPERATOR)
                await until_shown(player, "words", "Xin chào second")
                await until_shown(player, "air", "321")
            async with running(room_settings):
                await web.connected(WANTED_S)
                async with output(room_settings, web) as player:
                    await until_shown(player, "air", "321")
                    await feed.connected(WANTED_S)
                    await publish(feed, 432.0, 1001)
                    await until_shown(player, "air", "432")

    asyncio.run(main())
