"""The feed's own port: what others push to it, and how it is.

`POST /in/<dataset>` is answered 204 when the payload is durable, and not before. `/healthz` says
that the feed lives; `/metrics` (Prometheus text) to this machine, or with the services' token. Who
sends too much, too often, too slowly or without a token is turned away and counted (gate.py).
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from data_access.errors import DataError
from data_access.intake import exposure
from data_access.intake.acceptor import Acceptor, peer_of
from data_access.intake.gate import REFUSED_COSTS, Bounds, Gate, Peer, is_here
from data_access.intake.health import PORT, HealthBook
from data_access.intake.spool import Arrival, Spool
from data_access.intake.ways import WebhookWay

log = logging.getLogger(__name__)

KIND = "webhook"
RETRY_S = 5
AGAIN_S = 10.0  # until a port that was taken is tried again
END_S = 5.0  # in which what is being answered at the end must be
LINGER_S = 1.0  # in which the rest of a body that was refused is read away
MOST_TAKING = 64 * 1024 * 1024  # octets of bodies in memory, of all senders
_CHUNK = 65536
_PREFIX = "/in/"
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(slots=True)
class Hook:
    """One dataset that may be pushed to; `heard` counts what was kept, over restarts."""

    dataset: str
    way: WebhookWay
    secret: str
    heard: int = 0


class _Server(web.Server):
    """Has each connection leave the gate when it is lost."""

    def __init__(self, door: Door, **bounds: Any) -> None:
        super().__init__(door.answer, access_log=None, **bounds)
        self._gate = door.gate
        self._peers: dict[Any, Peer] = {}
        self.asked: set[Any] = set()  # connections over which something whole was said

    def connection_made(self, handler: Any, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        self._peers[handler] = peer_of(transport.get_extra_info("peername"))

    def connection_lost(self, handler: Any, exc: BaseException | None = None) -> None:
        super().connection_lost(handler, exc)
        peer = self._peers.pop(handler, None)
        if peer is None:
            return
        self._gate.leave(peer)
        if handler in self.asked:
            self.asked.discard(handler)
        else:
            self._gate.lose("silent", peer)


@dataclass(slots=True)
class Door:
    """The server; its methods run in the intake's event loop."""

    host: str
    port: int
    spool: Spool
    health: HealthBook
    token: Callable[[], str]  # the services'
    tls: ssl.SSLContext | None = None
    bounds: Bounds = field(default_factory=Bounds)
    timeout_s: float = 30.0  # in which a head, and then a body, must be here
    hooks: dict[str, Hook] = field(default_factory=dict)
    error: str = ""  # why it does not listen
    gate: Gate = field(init=False)
    _taking: int = 0
    _server: _Server | None = None
    _acceptor: Acceptor | None = None

    def __post_init__(self) -> None:
        name = f"{self.host}:{self.port}"
        self.gate = Gate(name, self.bounds, self.health.clock, self._count, spares_here=True)

    async def keep(self) -> None:
        """Listen; when the port is taken, try again for ever."""
        self._server = _Server(self, keepalive_timeout=self.timeout_s, lingering_time=LINGER_S)
        while True:
            acceptor = Acceptor(self.host, self.port, self.gate, self._server, self.tls)
            try:
                acceptor.listen()
            except OSError as error:
                self.error = f"{self.host}:{self.port}: {error.strerror or error}"
                log.error("the feed cannot listen on %s (again in %g s)", self.error, AGAIN_S)
                await asyncio.sleep(AGAIN_S)
                continue
            self.error, self._acceptor = "", acceptor
            return

    async def close(self) -> None:
        """Stop listening; what is being answered is."""
        if self._acceptor is not None:
            await self._acceptor.close()
        if self._server is not None:
            self._server.pre_shutdown()
            await self._server.shutdown(END_S)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, whatever it is."""
        if self._server is not None:
            self._server.asked.add(request.protocol)
        peer = _peer(request)
        name = request.path.removeprefix(_PREFIX) if request.path.startswith(_PREFIX) else ""
        if not self.gate.may_ask(peer):
            self._count(name)
            answer = _said(429, "too many requests")
            answer.headers["Retry-After"] = str(RETRY_S)
            answer.force_close()
            return answer
        if name and request.method == "POST":
            return await self._take(request, name, peer)
        if request.path == "/healthz" and request.method == "GET":
            return _said(200, "OK")
        if request.path == "/metrics" and request.method == "GET":
            return self._metrics(request, peer)
        return self._refused(404, "there is nothing here", "unknown", peer)

    async def _take(self, request: web.BaseRequest, name: str, peer: Peer) -> web.StreamResponse:
        hook = self.hooks.get(name)
        if hook is None or not _may(request, hook):  # who may not learns not what there is
            return self._refused(401, "no such token for this address", "token", peer, name)
        most = hook.way.max_kb * 1024
        if request.content_length is not None and request.content_length > most:
            return self._refused(413, f"more than {most} bytes", "size", peer, name)
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(_GO_ON)
            request.writer.output_size = 0  # of the answer itself nothing is written yet
        body = bytearray()
        try:
            async with asyncio.timeout(self.timeout_s):
                async for chunk in request.content.iter_chunked(_CHUNK):
                    body += chunk
                    self._taking += len(chunk)
                    if len(body) > most:
                        return self._refused(413, f"more than {most} bytes", "size", peer, name)
                    if self._taking > MOST_TAKING:
                        return self._later(self._refused(503, "not now", "busy", peer, name))
            if not body.strip():
                return self._refused(400, "no body", "empty", peer, name)
            return await self._keep_body(hook, bytes(body))
        except TimeoutError:
            return self._refused(408, "the body did not come", "slow", peer, name)
        finally:
            self._taking -= len(body)

    async def _keep_body(self, hook: Hook, body: bytes) -> web.StreamResponse:
        now_us = int(self.health.clock() * 1_000_000)
        at = datetime.fromtimestamp(now_us / 1e6, UTC).strftime("%Y%m%dT%H%MZ")
        arrival = Arrival(f"{hook.dataset}@{at}", body, now_us)
        hook.heard += 1
        try:
            state = {"heard": hook.heard}
            await asyncio.wrap_future(self.spool.put(hook.dataset, KIND, [arrival], state=state))
        except DataError as error:
            hook.heard -= 1
            log.warning("%s: webhook: %s", hook.dataset, error)
            self.health.failed(hook.dataset, KIND, error.told)
            return self._later(_said(503, "not now"))
        self.health.came(hook.dataset, KIND, payloads=1, size=len(body))
        return web.Response(status=204)

    def _metrics(self, request: web.BaseRequest, peer: Peer) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not is_here(peer[0]) and not _same(given, self.token()):
            return self._refused(401, "the services' token is needed", "token", peer)
        text = exposure.metrics(
            self.health.all(),
            self.spool.waiting,
            connections=self.gate.connections,
            refused=self.gate.refused,
        )
        return web.Response(text=text, content_type="text/plain", charset="utf-8")

    def _refused(
        self, status: int, text: str, reason: str, peer: Peer, name: str = ""
    ) -> web.Response:
        """Turn a request away, count it, and let nothing more come over its connection."""
        self.gate.refuse(reason, peer, costs=0.0 if reason == "busy" else REFUSED_COSTS)
        self._count(name)
        answer = _said(status, text)
        answer.force_close()
        return answer

    def _count(self, name: str = "") -> None:
        """Count a refusal to whom it concerns: a dataset that is pushed, else the port."""
        if name in self.hooks:
            self.health.turned_away(name, KIND)
        else:
            self.health.turned_away(*PORT)

    @staticmethod
    def _later(answer: web.Response) -> web.Response:
        answer.headers["Retry-After"] = str(RETRY_S)
        return answer


def _peer(request: web.BaseRequest) -> Peer:
    transport = request.transport
    return peer_of(None if transport is None else transport.get_extra_info("peername"))


def _may(request: web.BaseRequest, hook: Hook) -> bool:
    given = request.headers.get(hook.way.header, "")
    if hook.way.header.lower() == "authorization":
        given = given.removeprefix("Bearer ")
    return _same(given, hook.secret)


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), secret.encode())


def _said(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text)
