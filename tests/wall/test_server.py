"""A real controller on a real socket, before players that know nothing but the protocol."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.wall.protocol_player import ProtocolPlayer
from tests.wall.room import OPERATOR, enroll, get, make_settings, room
from wall.client import ServiceError
from wall.store import Store


def test_two_players_join_preview_take_and_follow_new_content(tmp_path: Path) -> None:
    async def main() -> None:
        async with room(make_settings(tmp_path)) as it:
            left, right = await it.players()
            assert left.on_glass()["left"]["text"] == "overview left"
            assert set(right.on_glass()) == {"right", "over"}
            previewed = await it.web.request(
                "wall.preview", {"wallId": "north", "sceneId": "rain"}, OPERATOR
            )
            assert (previewed["staged"], previewed["of"], previewed["fitToShow"]) == (2, 2, True)
            taken = await it.take()
            assert [each["status"] for each in taken["outputs"]] == ["shown", "shown"]
            prepare = await left.frame("prepare", switchId=taken["switchId"])
            assert "tiles" not in prepare
            assert left.on_glass()["left"]["text"] == "rain left"
            await it.render.update("rain left")
            content = await left.frame("content", version=2)
            assert content["content"]["version"] == 2
            assert left.on_glass()["left"]["version"] == 2
            assert "content" not in [each["type"] for each in right.frames]
            await left.send("clock", t0AtMs=5)
            assert (await left.frame("clockReply", t0AtMs=5))["t1AtMs"] > 1.7e12

    asyncio.run(main())


def test_a_player_that_lost_content_says_need(tmp_path: Path) -> None:
    async def main() -> None:
        async with room(make_settings(tmp_path)) as it:
            left = await it.player("a1")
            await left.scene("overview")
            left.contents.clear()
            left.newest.clear()
            taken = await it.take("overview")
            assert taken["committed"]
            await left.frame("content", version=1)
            assert left.on_glass()["left"]["text"] == "overview left"

    asyncio.run(main())


def test_the_newest_of_two_players_of_one_output_stays(tmp_path: Path) -> None:
    async def main() -> None:
        async with room(make_settings(tmp_path)) as it:
            token = await enroll(it.web, "a1")
            async with (
                ProtocolPlayer(it.url, token) as first,
                ProtocolPlayer(it.url, token) as second,
            ):
                assert await first.closed() == 4005
                await second.scene("overview")

    asyncio.run(main())


def test_enrolling_again_closes_the_open_link(tmp_path: Path) -> None:
    async def main() -> None:
        async with room(make_settings(tmp_path)) as it:
            left = await it.player("a1")
            await enroll(it.web, "a1")
            assert await left.closed() == 4001

    asyncio.run(main())


def test_health_and_metrics_are_plain_http(tmp_path: Path) -> None:
    async def main() -> None:
        async with room(make_settings(tmp_path)) as it:
            await it.players()
            status, kind, body = await get(it.url, "/healthz")
            health = json.loads(body)
            assert (status, kind) == (200, "application/json")
            assert health["ok"] is True
            assert health["walls"] == {"north": {"online": 2, "outputs": 2}}
            status, kind, body = await get(it.url, "/metrics")
            assert status == 200
            assert kind.startswith("text/plain")
            assert b'ioc_wall_outputs{wall="north",link="online"} 2' in body
            assert b'ioc_wall_layer{wall="north",layer="base"} 2' in body
            assert b'ioc_wall_layer{wall="north",layer="alarm"} 0' in body
            assert b'ioc_wall_playlists_running{wall="north"} 0' in body
            status, _, _ = await get(it.url, "/other")
            assert status == 404

    asyncio.run(main())


def test_an_unknown_scene_is_refused_and_nothing_else_disturbed(tmp_path: Path) -> None:
    async def main() -> None:
        async with room(make_settings(tmp_path)) as it:
            left, _ = await it.players()
            frames = len(left.frames)
            with pytest.raises(ServiceError) as caught:
                await it.take("snow")
            assert caught.value.code == "unknownScene"
            assert len(left.frames) == frames

    asyncio.run(main())


def test_what_can_never_be_written_is_refused_and_holds_up_nothing_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Store._write

    def fail_for_rain(self: Store, change: Any) -> None:
        if "rain" in repr(change):
            raise OverflowError("too large to be kept")
        write(self, change)

    monkeypatch.setattr(Store, "_write", fail_for_rain)

    async def main() -> None:
        async with room(make_settings(tmp_path)) as it:
            await it.players()
            with pytest.raises(ServiceError) as caught:
                await it.take("rain")
            assert caught.value.code == "unavailable"
            status, _, body = await get(it.url, "/healthz")
            assert status == 503
            assert "too large to be kept" in json.loads(body)["problems"][0]
            assert (await it.take("traffic"))["committed"]
            assert (await get(it.url, "/healthz"))[0] == 200

    asyncio.run(main())
