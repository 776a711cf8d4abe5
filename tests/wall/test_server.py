"""A real controller on a real socket, before players that know nothing but the protocol."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from settings import Settings
from tests.wall.protocol_player import PROTOCOL, ProtocolPlayer
from tests.wall.room import (
    ADMINISTRATOR,
    OPERATOR,
    SECRET,
    FakeRender,
    enroll,
    make_settings,
    running,
    write_city,
)
from wall.client import ServiceClient, ServiceError
from wall.errors import ServerError
from wall.protocol import LARGEST_FRAME, LARGEST_SERVICE_FRAME

ROOT = Path(__file__).parents[2]


class Room:
    """A controller with its services, and players that join it."""

    def __init__(self, url: str, web: ServiceClient, render: FakeRender) -> None:
        self.url, self.web, self.render = url, web, render
        self.stack = AsyncExitStack()

    async def player(self, output_id: str = "a1", **more: Any) -> ProtocolPlayer:
        token = await enroll(self.web, output_id)
        return await self.stack.enter_async_context(ProtocolPlayer(self.url, token, **more))

    async def players(self) -> tuple[ProtocolPlayer, ProtocolPlayer]:
        left, right = await self.player("a1"), await self.player("a2")
        await left.scene("overview")
        await right.scene("overview")
        return left, right

    async def take(self, scene_id: str | None = None, **more: Any) -> dict[str, Any]:
        args = {"wallId": "north", **more} | ({"sceneId": scene_id} if scene_id else {})
        return await self.web.request("wall.take", args, OPERATOR)


@asynccontextmanager
async def room(settings: Settings) -> AsyncIterator[Room]:
    async with (
        running(settings) as url,
        ServiceClient(url, SECRET, service="web") as web,
        FakeRender(url) as render,
    ):
        it = Room(url, web, render)
        async with it.stack:
            yield it


async def refused(url: str, **more: Any) -> int:
    """Return the HTTP status with which a link is refused."""
    with pytest.raises(InvalidStatus) as caught:
        await connect(url, proxy=None, **{"subprotocols": [PROTOCOL], **more})
    status: int = caught.value.response.status_code
    return status


async def get(url: str, path: str) -> tuple[int, str, bytes]:
    """Ask plain HTTP, and return status, content type and body."""
    port = int(url.rsplit(":", 1)[1].split("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    types = [x.partition(": ")[2] for x in lines if x.lower().startswith("content-type:")]
    return int(lines[0].split()[1]), types[0], body


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


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"binary", 4002),
        ("no json", 4002),
        ('{"type":"heartbeat","d":{}}', 4002),
        ('{"type":"' + "ữ" * 200 + '"}', 4002),
        ("[" * 100_000, 4002),
        ('{"type":"identify","d":{"protocol":"ioc-wall.v9"}}', 4003),
        ('{"type":"identify","d":{"protocol":"ioc-wall.v1","kind":"output","token":"x"}}', 4001),
        ('{"type":"identify","d":{"pad":"%s"}}' % ("x" * LARGEST_FRAME), 1009),
    ],
)
def test_a_wrong_first_frame_closes_with_its_code(
    tmp_path: Path, frame: str | bytes, code: int
) -> None:
    async def main() -> None:
        async with running(make_settings(tmp_path)) as url:
            link = await connect(url, subprotocols=[PROTOCOL], proxy=None)
            assert json.loads(await link.recv())["type"] == "hello"
            await link.send(frame)
            with pytest.raises(ConnectionClosed):
                await link.recv()
            assert link.close_code == code

    asyncio.run(main())


def test_text_that_is_no_utf8_closes_the_link(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(make_settings(tmp_path)) as url:
            link = await connect(url, subprotocols=[PROTOCOL], proxy=None)
            await link.recv()
            await link.send(b"\xff\xfe", text=True)
            with pytest.raises(ConnectionClosed):
                await link.recv()
            assert link.close_code == 4002

    asyncio.run(main())


def test_an_identified_service_may_send_larger_frames(tmp_path: Path) -> None:
    async def main() -> None:
        async with (
            running(make_settings(tmp_path)) as url,
            ServiceClient(url, SECRET, service="feed") as feed,
        ):
            await feed.connected(5)
            lost = asyncio.Event()
            feed.on("identified", lambda fields: lost.set())
            await feed.publish("versions", {"a": 1}, pad="x" * (2 * LARGEST_FRAME))
            assert await feed.request("walls.list")
            assert not lost.is_set()
            await feed.publish("alerts", {}, pad="x" * LARGEST_SERVICE_FRAME)
            await asyncio.wait_for(lost.wait(), 10)  # closed with 1009, and back again

    asyncio.run(main())


def test_links_are_refused_before_they_open(tmp_path: Path) -> None:
    async def main() -> None:
        settings = make_settings(
            tmp_path,
            wall_public_url="https://ioc.example.org",
            wall_origins="http://lab:9000",
        )
        async with running(settings) as url:
            assert await refused(url, subprotocols=None) == 400
            assert await refused(url, subprotocols=["other.v1"]) == 400
            assert await refused(url, origin="http://evil.example") == 403
            assert await refused(url, origin="null") == 403
            assert await refused(url.replace("/ws", "/other")) == 404
            for origin in ("http://127.0.0.1:8050", "https://ioc.example.org", "http://lab:9000"):
                link = await connect(url, subprotocols=[PROTOCOL], origin=origin, proxy=None)
                assert link.subprotocol == PROTOCOL
                assert link.response is not None
                assert "Sec-WebSocket-Extensions" not in link.response.headers
                await link.close()

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


def test_frames_of_any_sort_disturb_nobody_else(tmp_path: Path) -> None:
    """What is fuzzed in the hub's own tests, once over the wire."""

    async def main() -> None:
        async with room(make_settings(tmp_path)) as it:
            left, right = await it.players()
            for frame in (
                '{"type":"ready","d":{"switchId":[],"status":{}}}',
                '{"type":"heartbeat","d":{"fps":1e300,"clock":{"offsetMs":1e300}}}',
                '{"type":"shown","d":{"switchId":"x","shownAtMs":99999999999999999999999999}}',
                '{"type":"need","d":{"renderIds":[' + '"x",' * 5000 + '"x"]}}',
                '{"type":"heartbeat","d":{"showing":' + "[" * 500 + "]" * 500 + "}}",
                '{"type":"' + "t" * 5000 + '"}',
            ):
                await left.link.send(frame)
            await left.send("clock", t0AtMs=77)
            await left.frame("clockReply", t0AtMs=77)
            assert sum(each["type"] == "error" for each in left.frames) == 6
            taken = await it.take("rain")
            assert [each["status"] for each in taken["outputs"]] == ["shown", "shown"]
            assert right.on_glass()["right"]["text"] == "rain right"

    asyncio.run(main())


def test_a_client_that_does_not_read_delays_nobody_and_gets_the_newest(tmp_path: Path) -> None:
    async def main() -> None:
        async with room(make_settings(tmp_path)) as it:
            _, right = await it.players()
            result = await it.web.request(
                "device.enroll", {"wallId": "north", "view": "program"}, ADMINISTRATOR
            )
            slow = await connect(
                it.url, subprotocols=[PROTOCOL], proxy=None, max_size=None, max_queue=1,
                compression=None,
            )  # fmt: skip
            await slow.recv()
            identify = {"kind": "view", "token": result["deviceToken"], "protocol": PROTOCOL}
            await slow.send(json.dumps({"type": "identify", "d": identify}))
            while json.loads(await slow.recv())["type"] != "commit":
                pass
            slow.transport.pause_reading()
            last = 60
            (render_id,) = [
                each["renderId"]
                for each in it.render.wanted.values()
                if each["options"]["text"] == "overview right"
            ]
            for version in range(2, last + 1):
                content = {
                    "renderId": render_id,
                    "version": version,
                    "contentHash": f"h{version}",
                    "asOfAtMs": 1,
                    "staleAfterMs": 1,
                    "content": "x" * 400_000,
                }
                await it.render.client.send("content", content)
                await right.frame("content", version=version)
                right.frames.clear()
            slow.transport.resume_reading()
            versions = [0]
            while versions[-1] != last:
                frame = json.loads(await asyncio.wait_for(slow.recv(), 10))
                if frame["type"] == "content":
                    versions.append(frame["d"]["version"])
            assert len(versions) < last - 10
            assert versions == sorted(versions)
            await slow.close()

    asyncio.run(main())


def test_a_player_that_falls_silent_goes_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wall.controller.WATCH_S", 0.02)
    monkeypatch.setattr("wall.controller.DEAD_AFTER_S", 0.5)
    monkeypatch.setattr("wall.server.PING_S", 0.1)

    async def main() -> None:
        async with room(make_settings(tmp_path)) as it:
            left, right = await it.players()
            gone = asyncio.Event()
            it.web.on("event", lambda fields: gone.set())
            await it.web.subscribe(["wall.north"])
            left.link.transport.pause_reading()  # no pong comes any more
            await asyncio.wait_for(gone.wait(), 10)
            state = await it.web.request("wall.state", {"wallId": "north"})
            assert [each["online"] for each in state["outputs"]] == [False, True]
            assert right.link.close_code is None
            left.link.transport.abort()

    asyncio.run(main())


RUNNER = """
import sys
from settings import load_settings
from wall.server import run_wall
run_wall(load_settings(env_file=None))
"""


@asynccontextmanager
async def process(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the controller as a process of its own."""
    environment = {
        "IOC_WALL_PORT": str(settings.wall_port),
        "IOC_DATA_DIR": str(settings.data_dir),
        "IOC_CITY": str(settings.city),
        "IOC_SERVICE_TOKEN": SECRET,
    }
    runner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUNNER, cwd=ROOT, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield runner
    finally:
        if runner.returncode is None:
            runner.kill()
        await runner.wait()


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
