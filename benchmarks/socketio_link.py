"""A client of python-socketio's server for `benchmarks.crowd`: Engine.IO 4 over one WebSocket.

Each message of ours is an event of its type with its fields as the only argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from benchmarks.crowd_link import TEXT, Link

_PING, _PONG = b"2", b"3"
_CONNECT, _EVENT = b"40", b"42["


class SocketIoLink(Link):
    """Speaks Socket.IO outside and our own messages inside."""

    path = "/socket.io/?EIO=4&transport=websocket"
    offered = ""

    def send(self, kind: str, fields: Mapping[str, Any]) -> None:
        """Emit an event; identifying waits until the namespace is open."""
        event = _EVENT[:-1] + orjson.dumps([kind, fields])
        if kind == "identify":
            self._identify = event
            self.send_frame(_CONNECT)
        else:
            self.send_frame(event)

    def send_frame(self, payload: bytes, opcode: int = TEXT) -> None:
        """Send a packet; of messages that come ready made, as an event."""
        if payload.startswith(b'{"type":'):
            body = orjson.loads(payload)
            payload = _EVENT[:-1] + orjson.dumps([body["type"], body["d"]])
        super().send_frame(payload, opcode)

    def take(self) -> list[tuple[int, bytes]]:
        """Return the events that came as our messages; answer what is the transport's own."""
        messages = []
        for opcode, packet in super().take():
            if opcode != TEXT:
                messages.append((opcode, packet))
            elif packet.startswith(_EVENT):
                messages.append((opcode, message_of(packet)))
            elif packet.startswith(_CONNECT):
                self.send_frame(self._identify)
            elif packet == _PING:
                self.send_frame(_PONG)
        return messages


def message_of(packet: bytes) -> bytes:
    """Return `42["kind",{fields}]` as `{"type":"kind","d":{fields}}`, without parsing it."""
    kind, _, fields = packet[len(_EVENT) : -1].partition(b",")
    return b'{"type":' + kind + b',"d":' + fields + b"}"
