"""Frames between a socket and the controller: in order, whole, and no client before the others."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, State
from websockets.server import ServerProtocol

from tests.wall.protocol_player import PROTOCOL
from tests.wall.room import SECRET, make_settings, running
from wall.link import FRAMES_A_ROUND, Link


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


def test_frames_are_taken_in_order_however_they_are_cut_and_mixed(tmp_path: Path) -> None:
    """What lies whole in a packet goes another way than what comes in pieces."""

    async def main() -> None:
        async with running(make_settings(tmp_path)) as url:
            link = await service(url)
            long = b'{"type":"clock","d":{"t0AtMs":3,"note":"%s"}}' % (b"x" * 300)
            huge = b'{"type":"clock","d":{"t0AtMs":4,"note":"%s"}}' % (b"x" * 70_000)
            stream = b"".join(
                Frame(opcode, payload).serialize(mask=True)
                for opcode, payload in (
                    (Opcode.TEXT, clock(1)),
                    (Opcode.PONG, b""),
                    (Opcode.TEXT, clock(2)),
                    (Opcode.TEXT, long),
                    (Opcode.TEXT, huge),
                    (Opcode.PING, b"still there?"),
                    (Opcode.TEXT, clock(5)),
                )
            )
            for cuts in ([], [1], [9], [60, 61], list(range(40, 400, 7)), [len(stream) - 3]):
                for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
                    link.transport.write(stream[begin:end])
                    await asyncio.sleep(0)
                assert [await answered(link) for _ in range(5)] == [1, 2, 3, 4, 5]
            await link.close()

    asyncio.run(main())


def test_a_client_that_does_not_mask_is_closed_as_websockets_demands(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(make_settings(tmp_path)) as url:
            link = await service(url)
            link.transport.write(Frame(Opcode.TEXT, clock(1)).serialize(mask=False))
            await asyncio.wait_for(link.wait_closed(), 10)
            assert link.close_code == 1002

    asyncio.run(main())


def test_nothing_is_heard_after_a_close_frame(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(make_settings(tmp_path)) as url:
            link = await service(url)
            close = Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True)
            link.transport.write(close + Frame(Opcode.TEXT, clock(1)).serialize(mask=True))
            await asyncio.wait_for(link.wait_closed(), 10)
            assert link.close_code == 1000

    asyncio.run(main())


class Hearing:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.frames: list[tuple[bytes, bool]] = []

    def hear(self, link: Link, frame: bytes, *, is_binary: bool) -> None:
        self.frames.append((frame, is_binary))

    def fell_behind(self, link: Link) -> None:
        """It never does here."""

    def caught_up(self, link: Link) -> None:
        """It never does here."""


def open_link(listener: Hearing) -> Link:
    """Return a link whose handshake is over, with nobody at the other end."""
    protocol = ServerProtocol()
    protocol.state = State.OPEN
    protocol.parser = Protocol.parse(protocol)
    next(protocol.parser)
    link = Link(protocol, MagicMock(), close_timeout=None)
    link.request = MagicMock()
    link.transport = MagicMock()
    link.begin(1, listener)
    return link


messages = st.one_of(
    st.tuples(st.just("text"), st.binary(max_size=300)),
    st.tuples(st.just("binary"), st.binary(max_size=40)),
    st.tuples(st.sampled_from(["ping", "pong"]), st.binary(max_size=20)),
    st.tuples(st.just("pieces"), st.binary(min_size=3, max_size=30)),
    st.tuples(st.just("text"), st.integers(65_500, 65_600).map(bytes)),
)
OPCODES = {"text": 1, "binary": 2, "ping": 9, "pong": 10}


def on_the_wire(sort: str, payload: bytes) -> bytes:
    if sort != "pieces":
        return Frame(Opcode(OPCODES[sort]), payload).serialize(mask=True)
    pieces = (payload[:1], payload[1:2], payload[2:])
    return b"".join(
        Frame(Opcode.TEXT if n == 0 else Opcode.CONT, each, fin=n == 2).serialize(mask=True)
        for n, each in enumerate(pieces)
    )


@given(said=st.lists(messages, max_size=8), cuts=st.data())
def test_whatever_is_said_is_heard_once_and_in_order_however_it_is_cut(
    said: list[tuple[str, bytes]], cuts: Any
) -> None:
    async def main() -> None:
        hearing = Hearing()
        link = open_link(hearing)
        stream = b"".join(on_the_wire(*each) for each in said)
        at = cuts.draw(st.lists(st.integers(0, len(stream)), max_size=6).map(sorted))
        for begin, end in zip([0, *at], [*at, len(stream)], strict=True):
            if begin < end:
                link.data_received(stream[begin:end])
        assert hearing.frames == [
            (payload, sort == "binary")
            for sort, payload in said
            if sort in ("text", "binary", "pieces")
        ]

    asyncio.run(main())
