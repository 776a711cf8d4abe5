"""Frames between a socket and the controller: in order, whole, and no client before the others."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.frames import Frame, Opcode

from tests.wall.protocol_player import PROTOCOL
from tests.wall.room import SECRET, make_settings, running
from wall.link import FRAMES_A_ROUND


async def service(url: str) -> ClientConnection:
    link = await connect(url, subprotocols=[PROTOCOL], proxy=None, max_queue=None)
    await link.recv()
    identify = {"kind": "service", "token": SECRET, "protocol": PROTOCOL}
    await link.send(json.dumps({"type": "identify", "d": identify}))
    assert json.loads(await link.recv())["type"] == "identified"
    return link


def clock(number: int) -> bytes:
    return json.dumps({"type": "clock", "d": {"t0AtMs": number}}).encode()


async def answered(link: ClientConnection) -> float:
    frame = json.loads(await asyncio.wait_for(link.recv(), 10))
    assert frame["type"] == "clockReply"
    t0_at_ms: float = frame["d"]["t0AtMs"]
    return t0_at_ms


def test_a_flood_in_one_packet_is_answered_in_order(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(make_settings(tmp_path)) as url:
            link = await service(url)
            count = FRAMES_A_ROUND * 5 + 3
            packet = b"".join(
                Frame(Opcode.TEXT, clock(number)).serialize(mask=True) for number in range(count)
            )
            link.transport.write(packet)
            assert [await answered(link) for _ in range(count)] == list(range(count))
            await link.send(clock(-1).decode())
            assert await answered(link) == -1
            await link.close()

    asyncio.run(main())


def test_a_flooding_client_does_not_keep_another_waiting_for_its_end(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(make_settings(tmp_path)) as url:
            flooding, other = await service(url), await service(url)
            count = FRAMES_A_ROUND * 40
            packet = Frame(Opcode.TEXT, clock(1)).serialize(mask=True) * count
            flooding.transport.write(packet)
            await other.send(clock(2).decode())
            assert await answered(other) == 2
            for _ in range(count):
                assert await answered(flooding) == 1
            await flooding.close()
            await other.close()

    asyncio.run(main())


def test_a_frame_in_fragments_is_one_frame(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(make_settings(tmp_path)) as url:
            link = await service(url)
            whole = clock(7).decode()
            await link.send([whole[:5], whole[5:9], whole[9:]])
            assert await answered(link) == 7
            await link.send(clock(8).decode())
            assert await answered(link) == 8
            await link.close()

    asyncio.run(main())


def test_a_binary_frame_in_fragments_closes_the_link(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(make_settings(tmp_path)) as url:
            link = await service(url)
            await link.send([b"a", b"b"])
            await asyncio.wait_for(link.wait_closed(), 10)
            assert link.close_code == 4002

    asyncio.run(main())


def test_a_client_that_vanishes_in_the_middle_of_a_flood_leaves_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(make_settings(tmp_path)) as url:
            link = await service(url)
            link.transport.write(
                Frame(Opcode.TEXT, clock(1)).serialize(mask=True) * FRAMES_A_ROUND * 20
            )
            link.transport.abort()
            other = await service(url)
            await other.send(clock(2).decode())
            assert await answered(other) == 2
            await other.close()

    asyncio.run(main())
