"""One protocol client of a crowd: a raw socket, whole frames in and out, as cheap as can be."""

from __future__ import annotations

import base64
import os
import socket
import struct
from collections.abc import Mapping
from typing import Any

import orjson

TEXT, PING, PONG, CLOSE = 0x1, 0x9, 0xA, 0x8
_BUFFER = memoryview(bytearray(1 << 18))  # every link reads into it in its turn


class Link:
    """One WebSocket client: frames in, frames out. `arrived` counts frames and bytes."""

    path = "/ws"
    offered = "Sec-WebSocket-Protocol: ioc-wall.v1\r\n"

    def __init__(self, host: str, port: int, identify: Mapping[str, Any]) -> None:
        self.identification = identify
        self.identified = False
        self.preparing: tuple[str | None, str | None] | None = None
        self.showing: tuple[str | None, str | None] | None = None
        self.frames = self.bytes = 0
        self.phase_s = 0.0  # of its frames, within one
        self.socket = socket.create_connection((host, port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = self._handshake(host, port)
        self.socket.setblocking(False)
        self._waiting = b""
        self._begin(identify)

    def _begin(self, identify: Mapping[str, Any]) -> None:
        self.send("identify", {"protocol": "ioc-wall.v1", **identify})

    def send(self, kind: str, fields: Mapping[str, Any]) -> None:
        """Send one message."""
        self.send_frame(orjson.dumps({"type": kind, "d": fields}))

    def send_frame(self, payload: bytes, opcode: int = TEXT) -> None:
        """Send one frame, masked with zeros: valid, and free."""
        size = len(payload)
        if size < 126:
            head = struct.pack("!BBI", 0x80 | opcode, 0x80 | size, 0)
        elif size < 65536:
            head = struct.pack("!BBHI", 0x80 | opcode, 0x80 | 126, size, 0)
        else:
            head = struct.pack("!BBQI", 0x80 | opcode, 0x80 | 127, size, 0)
        self._waiting += head + payload
        self.flush()

    def flush(self) -> None:
        """Send what waits, as far as the socket takes it."""
        if self._waiting:
            try:
                self._waiting = self._waiting[self.socket.send(self._waiting) :]
            except BlockingIOError:
                return

    @property
    def wants_to_write(self) -> bool:
        """Whether something still waits."""
        return bool(self._waiting)

    def take(self) -> list[tuple[int, bytes]]:
        """Return the whole frames received by now as (opcode, payload)."""
        try:
            chunk = bytes(_BUFFER[: self.socket.recv_into(_BUFFER)])
        except BlockingIOError:
            return []
        if not chunk:
            raise ConnectionError("the controller closed the link")
        return self._frames(chunk)

    def _frames(self, chunk: bytes) -> list[tuple[int, bytes]]:
        received = self._received + chunk
        frames, at = [], 0
        while (frame := _frame(received, at)) is not None:
            opcode, start, at = frame
            frames.append((opcode, received[start:at]))
        self._received = received[at:]
        self.frames += len(frames)
        self.bytes += len(chunk)
        return frames

    def _handshake(self, host: str, port: int) -> bytes:
        self._ask(host, port)
        received = b""
        while b"\r\n\r\n" not in received:
            chunk = self.socket.recv(4096)
            if not chunk:
                raise ConnectionError(f"no handshake: {received!r}")
            received += chunk
        return _behind_head(received)

    def _ask(self, host: str, port: int) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {self.path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"{self.offered}\r\n".encode()
        )


class HastyLink(Link):
    """One of many that connect at once: nobody waits for another's handshake."""

    def _handshake(self, host: str, port: int) -> bytes:
        self._ask(host, port)
        self._is_open = False
        return b""

    def _begin(self, identify: Mapping[str, Any]) -> None:
        """Wait with it until the link is open."""

    def _frames(self, chunk: bytes) -> list[tuple[int, bytes]]:
        if self._is_open:
            return super()._frames(chunk)
        self._received += chunk
        if b"\r\n\r\n" not in self._received:
            return []
        rest, self._received = _behind_head(self._received), b""
        self._is_open = True
        super()._begin(self.identification)
        return super()._frames(rest)


def _behind_head(received: bytes) -> bytes:
    """Return what came behind the answer to the upgrade; raises ConnectionError when it is no."""
    head, _, rest = received.partition(b"\r\n\r\n")
    if b" 101 " not in head.split(b"\r\n")[0]:
        raise ConnectionError(head.decode())
    return rest


def _frame(received: bytes, at: int) -> tuple[int, int, int] | None:
    """Return (opcode, start, end) of the frame at `at`, None while it is not whole."""
    if len(received) < at + 2:
        return None
    opcode, size, start = received[at] & 0x0F, received[at + 1] & 0x7F, at + 2
    if size == 126:
        if len(received) < start + 2:
            return None
        (size,) = struct.unpack_from("!H", received, start)
        start += 2
    elif size == 127:
        if len(received) < start + 8:
            return None
        (size,) = struct.unpack_from("!Q", received, start)
        start += 8
    end = start + size
    return None if len(received) < end else (opcode, start, end)
