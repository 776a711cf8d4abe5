"""A controller that starts: with what was kept, after a kill, with wrong files, or not at all."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from settings import Settings
from tests.wall.protocol_player import ProtocolPlayer
from tests.wall.room import (
    OPERATOR,
    SECRET,
    FakeRender,
    enroll,
    get,
    make_settings,
    process,
    room,
    running,
    write_city,
)
from wall.client import ServiceClient
from wall.errors import ServerError


def test_after_a_restart_the_wall_is_right_again_without_a_new_page(tmp_path: Path) -> None:
    async def main() -> None:
        settings = make_settings(tmp_path)
        async with room(settings) as it:
            left = await it.player("a1")
            await it.take("rain", hold=True)
            await left.scene("rain")
            epoch = left.epoch
        await left.closed()
        assert left.shown is not None
        assert left.shown["sceneId"] == "rain"
        async with room(settings):
            commits = sum(each["type"] == "commit" for each in left.frames)
            await left.open()
            await left.until(
                lambda: sum(each["type"] == "commit" for each in left.frames) > commits, "commit"
            )
            assert left.epoch > epoch
            assert left.shown["sceneId"] == "rain"
            assert left.on_glass()["left"]["text"] == "rain left"
            await left.close()

    asyncio.run(main())


def test_a_restart_keeps_scenes_devices_and_the_last_switch(tmp_path: Path) -> None:
    async def main() -> None:
        settings = make_settings(tmp_path)
        tile = {"tileId": "t", "kind": "text", "options": {"text": "mine"}}
        at = {"column": 0, "row": 0, "columns": 1, "rows": 1}
        scene = {
            "sceneId": "mine",
            "name": {"vi": "x", "en": "x"},
            "grid": {"columns": 1, "rows": 1},
            "tiles": [{**tile, "at": at}],
        }
        async with room(settings) as it:
            await it.web.request("scene.put", {"wallId": "north", "scene": scene}, OPERATOR)
            token = await enroll(it.web, "a1")
            taken = await it.take("mine", hold=True)
            await it.web.request("wall.preview", {"wallId": "north", "sceneId": "rain"}, OPERATOR)
        async with room(settings) as it:
            state = await it.web.request("wall.state", {"wallId": "north"})
            assert state["program"]["sceneId"] == "mine"
            assert state["preview"]["sceneId"] == "rain"
            assert state["lastSwitch"] == taken
            assert "mine" in [each["sceneId"] for each in state["scenes"]]
            async with ProtocolPlayer(it.url, token) as left:
                await left.scene("mine")
                await left.frame("stage", sceneId="rain")

    asyncio.run(main())


def test_a_wrong_file_is_said_and_leaves_the_rest(tmp_path: Path) -> None:
    async def main() -> None:
        city = write_city(tmp_path)
        (city / "scenes" / "north" / "rain.toml").write_text("id = ")
        (city / "walls" / "south.toml").write_text("id = 'south'")
        async with running(make_settings(tmp_path)) as url:
            _, _, body = await get(url, "/healthz")
            problems = json.loads(body)["problems"]
            assert len(problems) == 2
            assert "south.toml: site: is missing" in problems[0]
            assert "rain.toml" in problems[1]
            async with ServiceClient(url, SECRET) as web:
                (wall,) = (await web.request("walls.list"))["walls"]
                assert [each["sceneId"] for each in wall["scenes"]] == ["overview", "traffic"]

    asyncio.run(main())


def test_a_controller_that_cannot_start_says_why_in_one_sentence(tmp_path: Path) -> None:
    async def start(settings: Settings) -> str:
        with pytest.raises(ServerError) as caught:
            async with running(settings):
                pass
        return str(caught.value)

    async def main() -> None:
        settings = make_settings(tmp_path)
        async with running(settings):
            other = make_settings(tmp_path / "other", wall_port=settings.wall_port)
            assert f"Port {settings.wall_port}" in await start(other)
            twin = make_settings(tmp_path)
            assert "in use by another controller" in await start(twin)
        settings.wall_state_path.write_bytes(b"garbage" * 1000)
        assert "damaged" in await start(settings)
        bare = make_settings(tmp_path / "bare")
        (bare.city / "walls" / "north.toml").write_text("x = 1")
        assert "north.toml" in await start(bare)

    asyncio.run(main())


def test_killed_while_showing_it_comes_back_with_what_was_acknowledged(tmp_path: Path) -> None:
    async def main() -> None:
        settings = make_settings(tmp_path)
        url = settings.wall_url
        async with (
            ServiceClient(url, SECRET, service="web") as web,
            ServiceClient(url, SECRET, service="feed") as watching,
        ):
            async with process(settings) as runner:
                await web.connected(20)
                token = await enroll(web, "a1")
                async with FakeRender(url), ProtocolPlayer(url, token) as left:
                    await left.scene("overview")
                    args = {"wallId": "north", "sceneId": "rain", "hold": True}
                    taken = await web.request("wall.take", args, OPERATOR)
                    runner.kill()
                    await left.closed()
                    assert left.shown is not None
                    assert left.shown["sceneId"] == "rain"
            async with process(settings) as runner:
                await watching.connected(20)
                state = await watching.request("wall.state", {"wallId": "north"})
                assert state["program"]["sceneId"] == "rain"
                assert state["lastSwitch"] == taken
                async with FakeRender(url), ProtocolPlayer(url, token) as left:
                    await left.scene("rain")
                    runner.terminate()
                    assert await asyncio.wait_for(runner.wait(), 3) == 0

    asyncio.run(main())
