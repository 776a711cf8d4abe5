"""What a worker process and its supervisor say to each other: a type, a length, bytes.

Settings and an order go down, once each; words come up. Bytes are orjson but for packed results;
nothing is unpickled of what comes up.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from enum import IntEnum

HEADER = struct.Struct("!BI")
MOST_BYTES = 80_000_000  # of one word: a packed result that packs badly


class Say(IntEnum):
    """The types of words; the first two go down, the others up."""

    SETTINGS = 0
    ORDER = 1
    READY = 2
    PROGRESS = 3
    PARTIAL = 4
    FINDING = 5
    DONE = 6
    FAILED = 7
    CANCELLED = 8


class Nonsense(Exception):
    """What came is no word."""


def send(link: socket.socket, say: Say, body: bytes = b"") -> None:
    """Send one word; waits as long as the other side does not read."""
    link.sendall(HEADER.pack(say, len(body)) + body)


def receive(link: socket.socket) -> tuple[Say, bytes]:
    """Return the next word; raises EOFError when there will be none."""
    say, size = HEADER.unpack(_exactly(link, HEADER.size))
    return Say(say), _exactly(link, size)


async def read(link: asyncio.StreamReader) -> tuple[Say, bytes]:
    """Return the next word; raises EOFError when there will be none, Nonsense."""
    try:
        say, size = HEADER.unpack(await link.readexactly(HEADER.size))
        if size > MOST_BYTES:
            raise Nonsense(f"a word of {size} bytes")
        return Say(say), await link.readexactly(size)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise EOFError("the worker says nothing more") from error
    except ValueError as error:
        raise Nonsense(str(error)) from error


def _exactly(link: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        part = link.recv(min(size, 1 << 20))
        if not part:
            raise EOFError("the supervisor is gone")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
