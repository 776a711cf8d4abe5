"""The least a controller could do: count answers, write equal bytes to all. No state, no rules.

What it takes is the limit of the machine, the loop and the receivers; what the product takes beyond
it is its own. With `--keep` it keeps what it acknowledges (`benchmarks.bare_keeping`): the limit of
a controller whose word a pulled plug may not break. It speaks just enough of the protocol for
`benchmarks.crowd`: a client identifies and is told so; a service's `wall.take` sends `prepare` to
all other clients, and the last of their `ready` sends `commit` to all. Runs as a process:
`python -m benchmarks.bare_controller PORT ...`.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import socket
import struct
from itertools import count
from pathlib import Path
from typing import cast

import orjson
import uvloop

from benchmarks.bare_keeping import Keeping

_UPGRADE = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: unchecked\r\nSec-WebSocket-Protocol: ioc-wall.v1\r\n\r\n"
)
_MASK_BYTES = 4


class Stream(asyncio.Protocol):
    """One client: its frames as they come, in whole."""

    transport: asyncio.Transport

    def __init__(self, bare: Bare) -> None:
        self.bare = bare
        self._received = b""
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send at once, without waiting for more."""
        self.transport = cast(asyncio.Transport, transport)
        found = transport.get_extra_info("socket")
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        """Answer the handshake, then hand on each frame's payload (the crowd masks with zeros)."""
        received = self._received + data
        if not self._is_open:
            self._is_open = True
            self.transport.write(_UPGRADE)
            received = received[received.index(b"\r\n\r\n") + 4 :]
        at = 0
        while len(received) - at >= 2:
            size, head = received[at + 1] & 0x7F, 2
            if size == 126:
                size, head = struct.unpack_from("!H", received, at + 2)[0], 4
            end = at + head + _MASK_BYTES + size
            if len(received) < end:
                break
            self.bare.heard(self, received[end - size : end])
            at = end
        self._received = received[at:]

    def connection_lost(self, error: Exception | None) -> None:
        """Forget it."""
        self.bare.clients.discard(self)


class Bare:
    """All clients, and the one switch going on."""

    def __init__(
        self, *, prepare_bytes: int, commit_bytes: int, keeping: Keeping | None = None
    ) -> None:
        self.clients: set[Stream] = set()
        self._keeping = keeping
        self._sizes = {"prepare": prepare_bytes, "commit": commit_bytes}
        self._numbers = count()
        self._switch_id = ""
        self._ready = 0

    def heard(self, stream: Stream, payload: bytes) -> None:
        """Do what the crowd waits for."""
        kind = payload[9:14]
        if kind == b"ready":
            self._ready += 1
            if self._ready == len(self.clients):
                self._send_all("commit", {"switchId": self._switch_id, "showAtMs": 0.0})
                if self._keeping is not None:
                    self._keeping.ended(self._switch_id)
        elif kind == b"ident":
            if orjson.loads(payload)["d"]["kind"] != "service":
                self.clients.add(stream)
            stream.transport.write(_frame(orjson.dumps({"type": "identified"})))
        elif kind == b"reque":
            self._ready, self._switch_id = 0, f"bare-{next(self._numbers)}"
            request_id = orjson.loads(payload)["d"]["requestId"]
            if self._keeping is None:
                self._take(stream, request_id)
            else:
                self._keeping.taken(self._switch_id, lambda: self._take(stream, request_id))

    def _take(self, stream: Stream, request_id: str) -> None:
        fields = {"requestId": request_id, "ok": True, "result": {"switchId": self._switch_id}}
        stream.transport.write(_frame(orjson.dumps({"type": "response", "d": fields})))
        scene = {"sceneId": "bare", "revision": "0"}
        self._send_all("prepare", {"switchId": self._switch_id, **scene})

    def _send_all(self, kind: str, fields: dict[str, object]) -> None:
        size = len(orjson.dumps({"type": kind, "d": {**fields, "pad": ""}}))
        fields["pad"] = "-" * max(0, self._sizes[kind] - size)
        wire = _frame(orjson.dumps({"type": kind, "d": fields}))
        for client in self.clients:
            client.transport.write(wire)


def _frame(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", 0x81, size) + payload
    if size < 65536:
        return struct.pack("!BBH", 0x81, 126, size) + payload
    return struct.pack("!BBQ", 0x81, 127, size) + payload


async def _serve(port: int, bare: Bare) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(lambda: Stream(bare), "127.0.0.1", port, backlog=1024)
    async with server:
        await stop.wait()


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--prepare-bytes", type=int, required=True)
    parser.add_argument("--commit-bytes", type=int, required=True)
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="uvloop")
    parser.add_argument("--keep", type=Path, help="folder where to keep what is acknowledged")
    chosen = parser.parse_args()
    bare = Bare(
        prepare_bytes=chosen.prepare_bytes,
        commit_bytes=chosen.commit_bytes,
        keeping=None if chosen.keep is None else Keeping(chosen.keep),
    )
    factory = uvloop.new_event_loop if chosen.loop == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_serve(chosen.port, bare))


if __name__ == "__main__":
    main()
