"""Links and frames at a real controller: refused, hostile, too large, slow, silent."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.wall.protocol_player import PROTOCOL
from tests.wall.room import ADMINISTRATOR, SECRET, make_settings, room, running
from wall.client import ServiceClient
from wall.protocol import LARGEST_FRAME, LARGEST_SERVICE_FRAME


async def refused(url: str, **more: Any) -> int:
    """Return the HTTP status with which a link is refused."""
    with pytest.raises(InvalidStatus) as caught:
        await connect(url, proxy=None, **{"subprotocols": [PROTOCOL], **more})
    status: int = caught.value.response.status_code
    return status


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
