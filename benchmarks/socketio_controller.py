"""`benchmarks.bare_controller` on python-socketio: what its broadcasting takes for equal bytes.

Its server with aiohttp and uvloop, events handled in order of arrival, nothing kept but who is
there. Runs as a process: `python -m benchmarks.socketio_controller PORT ...`.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from itertools import count
from typing import Any

import socketio
import uvloop
from aiohttp import web


class Peer:
    """All clients, and the one switch going on."""

    def __init__(self, *, prepare_bytes: int, commit_bytes: int) -> None:
        self.server = socketio.AsyncServer(async_mode="aiohttp", async_handlers=False)
        self._pads = {"prepare": "-" * prepare_bytes, "commit": "-" * commit_bytes}
        self._room = "clients"
        self._clients = 0
        self._ready = 0
        self._numbers = count()
        self._switch_id = ""
        for handler in (self.identify, self.request, self.ready, self.shown, self.heartbeat):
            self.server.on(handler.__name__, handler)

    async def identify(self, sid: str, fields: dict[str, Any]) -> None:
        """Let a client in."""
        if fields["kind"] != "service":
            await self.server.enter_room(sid, self._room)
            self._clients += 1
        await self.server.emit("identified", {}, to=sid)

    async def request(self, sid: str, fields: dict[str, Any]) -> None:
        """Begin a switch."""
        self._ready, self._switch_id = 0, f"peer-{next(self._numbers)}"
        result = {"switchId": self._switch_id}
        answer = {"requestId": fields["requestId"], "ok": True, "result": result}
        await self.server.emit("response", answer, to=sid)
        await self._send_all("prepare", {"sceneId": "peer", "revision": "0"})

    async def ready(self, sid: str, fields: dict[str, Any]) -> None:
        """Commit once all are ready."""
        self._ready += 1
        if self._ready == self._clients:
            await self._send_all("commit", {"showAtMs": 0.0})

    async def shown(self, sid: str, fields: dict[str, Any]) -> None:
        """Take note."""

    async def heartbeat(self, sid: str, fields: dict[str, Any]) -> None:
        """Take note."""

    async def _send_all(self, kind: str, fields: dict[str, Any]) -> None:
        named = {"switchId": self._switch_id, **fields}
        await self.server.emit(kind, {**named, "pad": self._pads[kind]}, room=self._room)


async def _serve(port: int, peer: Peer) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    application = web.Application()
    peer.server.attach(application)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    await stop.wait()
    await runner.cleanup()


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--prepare-bytes", type=int, required=True)
    parser.add_argument("--commit-bytes", type=int, required=True)
    chosen = parser.parse_args()
    peer = Peer(prepare_bytes=chosen.prepare_bytes, commit_bytes=chosen.commit_bytes)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(chosen.port, peer))


if __name__ == "__main__":
    main()
