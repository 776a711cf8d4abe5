"""The socket to another site: it is never given up."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from wall.peers.link import PeerLink
from wall.protocol import PROTOCOL


def test_a_line_whose_frame_cannot_be_taken_is_opened_again() -> None:
    heard: list[str] = []
    lost: list[str] = []
    whole = asyncio.Event()

    async def other(link: ServerConnection) -> None:
        await link.send(json.dumps({"type": "hello", "epoch": 1, "d": {}}))
        await link.wait_closed()

    def take(site_id: str, kind: str, epoch: int, fields: dict[str, Any]) -> None:
        heard.append(kind)
        if len(heard) == 1:
            raise RuntimeError("nobody foresaw this")
        whole.set()

    async def main() -> None:
        async with serve(other, "127.0.0.1", 0, subprotocols=[Subprotocol(PROTOCOL)]) as server:
            url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws"
            link = PeerLink("west", [url], heard=take, lost=lost.append)
            running = asyncio.create_task(link.run())
            await asyncio.wait_for(whole.wait(), 10)
            assert lost == ["west"]
            running.cancel()

    asyncio.run(main())
