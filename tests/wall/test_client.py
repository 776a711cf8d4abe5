from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections import deque
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests.wall.room import OPERATOR, SECRET, make_settings, running
from wall.client import BlockingClient, ServiceClient, ServiceError
from wall.protocol import PROTOCOL

ROOT = Path(__file__).parents[2]


def test_requests_get_results_and_refusals(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(make_settings(tmp_path)) as url, ServiceClient(url, SECRET) as client:
            assert (await client.request("walls.list"))["walls"]
            with pytest.raises(ServiceError) as caught:
                await client.request("wall.take", {"wallId": "north", "sceneId": "x"}, OPERATOR)
            assert caught.value.code == "unknownScene"
            assert caught.value.body["code"] == "unknownScene"
            assert client.session["sessionId"]

    asyncio.run(main())


def test_without_a_controller_a_request_is_unavailable() -> None:
    async def main() -> None:
        async with ServiceClient("ws://127.0.0.1:9/ws", SECRET) as client:
            with pytest.raises(ServiceError, match="unavailable"):
                await client.request("walls.list", timeout_s=0.1)
            assert not client.is_connected

    asyncio.run(main())


def test_it_reconnects_for_ever_subscribes_again_and_tells_kept_versions(tmp_path: Path) -> None:
    async def main() -> None:
        settings = make_settings(tmp_path)
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        joined: asyncio.Queue[int] = asyncio.Queue()
        feed = ServiceClient(settings.wall_url, SECRET, service="feed")
        web = ServiceClient(settings.wall_url, SECRET, service="web")
        web.on("event", heard.put)
        web.on("identified", lambda d: joined.put_nowait(1))
        await web.subscribe(["versions"])
        async with web, feed:
            await feed.publish("versions", {"a": 1})
            await feed.publish("versions", {"a": 2, "b": 1})
            async with running(settings):
                await asyncio.wait_for(joined.get(), 10)
                await feed.connected(10)
                first_epoch = feed.epoch
                await feed.publish("versions", {"c": 1})
                seen: dict[str, int] = {}
                while "c" not in seen:
                    seen.update((await asyncio.wait_for(heard.get(), 10))["data"])
            async with running(settings):
                await asyncio.wait_for(joined.get(), 10)
                await feed.connected(10)
                assert feed.epoch > first_epoch
                await feed.publish("versions", {"d": 4})
                while "d" not in seen:
                    seen.update((await asyncio.wait_for(heard.get(), 10))["data"])
                assert seen["d"] == 4

    asyncio.run(main())


def test_a_lost_link_ends_what_was_asked(tmp_path: Path) -> None:
    async def main() -> None:
        settings = make_settings(tmp_path)
        async with ServiceClient(settings.wall_url, SECRET) as client:
            async with running(settings):
                await client.connected(10)
                await client.subscribe(["wall.north"])
                # No output answers within the deadline, so the answer is still to come.
                asking = asyncio.create_task(
                    client.request(
                        "wall.take",
                        {"wallId": "north", "sceneId": "rain", "deadlineMs": 60_000},
                        OPERATOR,
                        timeout_s=30,
                    )
                )
                assert await client.request("walls.list")
            with pytest.raises(ServiceError, match="unavailable"):
                await asking

    asyncio.run(main())


def test_a_handler_that_fails_does_not_end_the_link(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(make_settings(tmp_path)) as url:
            client = ServiceClient(url, SECRET)
            heard = asyncio.Event()

            def fail(fields: dict[str, Any]) -> None:
                heard.set()
                raise ValueError("no")

            client.on("event", fail)
            await client.subscribe(["versions"])
            async with client:
                await client.connected(10)
                await client.publish("versions", {"a": 1})
                await asyncio.wait_for(heard.wait(), 10)
                assert await client.request("walls.list")

    asyncio.run(main())


def test_a_link_that_breaks_while_it_begins_is_opened_again_and_loses_no_version() -> None:
    told: list[dict[str, Any]] = []
    over, whole = asyncio.Event(), asyncio.Event()
    first_words: deque[str | None] = deque(['{"type":', None])  # no JSON; gone at once

    async def controller(link: ServerConnection) -> None:
        await link.send(json.dumps({"type": "hello", "epoch": 1, "d": {}}))
        await link.recv()
        words = first_words.popleft() if first_words else ""
        await link.send(words or json.dumps({"type": "identified", "epoch": 1, "d": {}}))
        if words is None:
            await link.close()
            over.set()
        async for text in link:
            told.append(json.loads(text))
            if told[-1]["type"] == "publish":
                whole.set()

    async def until_it_is_over() -> None:
        if not first_words:
            await over.wait()

    async def main() -> None:
        async with serve(
            controller, "127.0.0.1", 0, subprotocols=[Subprotocol(PROTOCOL)]
        ) as server:
            port = server.sockets[0].getsockname()[1]
            client = ServiceClient(f"ws://127.0.0.1:{port}/ws", SECRET)
            client.on_connected(until_it_is_over)
            await client.subscribe(["versions"])
            await client.publish("versions", {"a": 1})
            async with client:
                await asyncio.wait_for(whole.wait(), 10)

    asyncio.run(main())
    assert [each["type"] for each in told] == ["subscribe", "publish"]
    assert told[1]["d"]["data"] == {"a": 1}


def test_threads_share_one_blocking_client(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(make_settings(tmp_path)) as url:
            client = BlockingClient(url, SECRET)
            assert not client.is_connected
            asked = [
                asyncio.to_thread(client.request, "walls.list", {}, OPERATOR) for _ in range(8)
            ]
            answers = await asyncio.gather(*asked)
            assert all(each["walls"] for each in answers)
            assert client.is_connected
            with pytest.raises(ServiceError, match="unknownWall"):
                await asyncio.to_thread(client.request, "wall.state", {"wallId": "x"}, OPERATOR)
            names = [each.name for each in threading.enumerate()]
            assert names.count("wall-client") == 1
            await asyncio.to_thread(client.close)
            assert "wall-client" not in [each.name for each in threading.enumerate()]
            assert (await asyncio.to_thread(client.request, "walls.list"))["walls"]
            await asyncio.to_thread(client.close)

    asyncio.run(main())


def test_a_blocking_client_hears_events(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(make_settings(tmp_path)) as url:
            client = BlockingClient(url, SECRET)
            heard = threading.Event()
            client.on("event", lambda fields: heard.set())
            await asyncio.to_thread(client.subscribe, ["versions"])
            await asyncio.to_thread(client.request, "walls.list")
            await asyncio.to_thread(client.publish, "versions", {"a": 1})
            assert await asyncio.to_thread(heard.wait, 10)
            await asyncio.to_thread(client.close)

    asyncio.run(main())


def test_a_blocking_client_without_a_controller_is_unavailable() -> None:
    client = BlockingClient("ws://127.0.0.1:9/ws", SECRET)
    with pytest.raises(ServiceError, match="unavailable"):
        client.request("walls.list", timeout_s=0.1)
    client.close()


FORKER = """
import os, sys
from wall.client import BlockingClient
client = BlockingClient(sys.argv[1], sys.argv[2])
assert client.request("walls.list")["walls"]
child = os.fork()
if child == 0:
    assert not client.is_connected
    assert client.request("walls.list")["walls"]
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert client.request("walls.list")["walls"]
client.close()
"""


def test_a_forked_process_starts_a_client_of_its_own(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(make_settings(tmp_path)) as url:
            forker = await asyncio.create_subprocess_exec(
                sys.executable, "-c", FORKER, url, SECRET, cwd=ROOT
            )
            assert await asyncio.wait_for(forker.wait(), 20) == 0

    asyncio.run(main())
