"""Hearing syslog over TCP and TLS: many senders, bounded each, their lines into the spool.

Plain syslog knows no acknowledgement: what is in memory for a fraction of a second is lost with
this process, what a full spool cannot take is held back in the senders' sockets.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address, ip_network

from data_access.durations import duration_s
from data_access.errors import DataError
from data_access.intake.acceptor import Acceptor, peer_of
from data_access.intake.framing import Frames, FramingError
from data_access.intake.gate import Bounds, Gate
from data_access.intake.health import HealthBook
from data_access.intake.spool import Arrival, Spool
from data_access.intake.ways import ListenWay
from language import told

log = logging.getLogger(__name__)

KIND = "listen"
FLUSH_S = 0.5  # lines of so long go together
MOST_WAITING = 4 * 1024 * 1024  # octets of lines in memory, beyond which nobody is read
AGAIN_S = 5.0  # until a port that is taken, or a full spool, is tried again
_CHUNK = 65536


@dataclass(slots=True)
class SyslogServer:
    """One dataset's port; its methods run in the intake's event loop."""

    dataset: str
    way: ListenWay
    host: str
    spool: Spool
    health: HealthBook
    tls: ssl.SSLContext | None = None
    port: int = 0  # that it listens on
    gate: Gate = field(init=False)
    _lines: list[bytes] = field(default_factory=list)
    _size: int = 0
    _has_room: asyncio.Event = field(default_factory=asyncio.Event)
    _has_lines: asyncio.Event = field(default_factory=asyncio.Event)
    _senders: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        bounds = Bounds(self.way.connections, self.way.connections_each)
        name = f"{self.dataset}: {self.host}:{self.way.port}"
        self.gate = Gate(name, bounds, self.health.clock, self._turned_away, self._may)

    async def keep(self) -> None:
        """Listen and write, for ever."""
        self._has_room.set()
        acceptor = await self._opened()
        try:
            while True:
                await self._has_lines.wait()
                await asyncio.sleep(FLUSH_S)
                await self._write()
        finally:
            await acceptor.close()
            for sender in list(self._senders):
                sender.cancel()
            await asyncio.gather(*self._senders, return_exceptions=True)

    async def _opened(self) -> Acceptor:
        while True:
            acceptor = Acceptor(self.host, self.way.port, self.gate, self._protocol, self.tls)
            try:
                self.port = acceptor.listen()
            except OSError as error:
                why = told(
                    "cannot listen on {host}:{port} ({why})",
                    host=self.host,
                    port=self.way.port,
                    why=error.strerror or error,
                )
                self.health.failed(self.dataset, KIND, why)
                log.error("%s: listen: %s", self.dataset, why)
                await asyncio.sleep(AGAIN_S)
                continue
            self.health.came(self.dataset, KIND)
            return acceptor

    def _protocol(self) -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(limit=_CHUNK), self._begin)

    def _turned_away(self) -> None:
        self.health.turned_away(self.dataset, KIND)

    async def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        peer = peer_of(writer.get_extra_info("peername"))
        address = peer[0]
        try:
            if task is not None:
                self._senders.add(task)
                await self._hear(reader, address)
        except (OSError, TimeoutError) as error:
            log.info("%s: listen: %s is gone (%s)", self.dataset, address, error)
        finally:
            if task is not None:
                self._senders.discard(task)
            self.gate.leave(peer)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    def _may(self, address: str) -> bool:
        at = ip_address(address.partition("%")[0])
        if isinstance(at, IPv6Address) and at.ipv4_mapped is not None:
            at = at.ipv4_mapped
        return any(at in ip_network(network) for network in self.way.allow)

    async def _hear(self, reader: asyncio.StreamReader, address: str) -> None:
        frames, idle_s = Frames(), duration_s(self.way.idle)
        while True:
            await self._has_room.wait()
            async with asyncio.timeout(idle_s):
                octets = await reader.read(_CHUNK)
            try:
                lines = frames.feed(octets) if octets else frames.end()
            except FramingError as error:
                log.warning("%s: listen: %s sends %s; closed", self.dataset, address, error)
                return
            self._take(lines)
            if not octets:
                return

    def _take(self, lines: list[bytes]) -> None:
        if not lines:
            return
        self._lines += lines
        self._size += sum(map(len, lines))
        self._has_lines.set()
        if self._size > MOST_WAITING:
            self._has_room.clear()

    async def _write(self) -> None:
        """Put all lines there are; when that fails, again until it is done."""
        lines, size = self._lines, self._size
        self._lines, self._size = [], 0
        self._has_lines.clear()
        now_us = int(self.health.clock() * 1_000_000)
        at = datetime.fromtimestamp(now_us / 1e6, UTC).strftime("%Y%m%dT%H%MZ")
        arrival = Arrival(f"syslog@{at}", b"\n".join(lines) + b"\n", now_us, "lines")
        while True:
            try:
                await asyncio.wrap_future(self.spool.put(self.dataset, KIND, [arrival]))
            except DataError as error:
                self.health.failed(self.dataset, KIND, error.told)
                self._has_room.clear()
                await asyncio.sleep(AGAIN_S)
                continue
            break
        self.health.came(self.dataset, KIND, payloads=len(lines), size=size)
        if self._size <= MOST_WAITING:
            self._has_room.set()
