"""A listening socket whose connections pass a gate before anything is spent on them.

Also before a TLS handshake, which must be over within a while. Not for what is said over them: that
is the protocol's that `made` makes, which has its peer leave the gate when the connection is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from data_access.intake.gate import Gate, Peer

log = logging.getLogger(__name__)

HANDSHAKE_S = 10.0
BACKLOG = 128
AGAIN_S = 1.0  # until the next try when there are no descriptors left


@dataclass(slots=True)
class Acceptor:
    """One port; its methods run in one event loop."""

    host: str
    port: int
    gate: Gate
    made: Callable[[], asyncio.BaseProtocol]
    tls: ssl.SSLContext | None = None
    _socket: socket.socket | None = None
    _beginning: set[asyncio.Task[None]] = field(default_factory=set)
    _accepting: asyncio.Task[None] | None = None

    def listen(self) -> int:
        """Listen from now on, and return on which port; raises OSError."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listening = socket.create_server((self.host, self.port), family=family, backlog=BACKLOG)
        listening.setblocking(False)
        self._socket = listening
        self._accepting = asyncio.create_task(self._accept(listening), name="accepting")
        return int(listening.getsockname()[1])

    async def close(self) -> None:
        """Take nobody in any more."""
        tasks = [each for each in (self._accepting, *self._beginning) if each is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._socket is not None:
            self._socket.close()

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                link, address = await loop.sock_accept(listening)
            except OSError as error:  # too many open files, or gone before it was taken
                log.warning("a connection cannot be taken: %s", error)
                await asyncio.sleep(AGAIN_S)
                continue
            peer = peer_of(address)
            if not self.gate.enter(peer):
                link.close()
                continue
            task = asyncio.create_task(self._begin(link, peer))
            self._beginning.add(task)
            task.add_done_callback(self._beginning.discard)

    async def _begin(self, link: socket.socket, peer: Peer) -> None:
        """Hand a connection to its protocol; when that fails its place is free again."""
        loop = asyncio.get_running_loop()
        timeout_s = None if self.tls is None else HANDSHAKE_S
        try:
            await loop.connect_accepted_socket(
                self.made, link, ssl=self.tls, ssl_handshake_timeout=timeout_s
            )
        except (OSError, ssl.SSLError, TimeoutError):
            self.gate.lose("handshake", peer)
            self.gate.leave(peer)
            link.close()
        except asyncio.CancelledError:
            self.gate.leave(peer)
            with contextlib.suppress(OSError):
                link.close()
            raise


def peer_of(address: object) -> Peer:
    """Return address and port of the other side, as a socket or a transport tells them."""
    if isinstance(address, tuple) and len(address) >= 2:
        return str(address[0]), int(address[1])
    return "", 0  # it is gone
