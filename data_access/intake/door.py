"""The feed's own port: what others push to it, and how it is.

`POST /in/<dataset>` is answered 204 when the payload is durable, and not before. `/healthz` says
that the feed lives; `/metrics` (Prometheus text) to this machine, or with the services' token.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web

from data_access.errors import DataError
from data_access.intake import exposure
from data_access.intake.health import HealthBook
from data_access.intake.spool import Arrival, Spool
from data_access.intake.ways import WebhookWay

log = logging.getLogger(__name__)

KIND = "webhook"
BODY_S = 30.0  # in which a body must be here
RETRY_S = 5
AGAIN_S = 10.0  # until a port that was taken is tried again
_CHUNK = 65536


@dataclass(slots=True)
class Hook:
    """One dataset that may be pushed to; `heard` counts what was kept, over restarts."""

    dataset: str
    way: WebhookWay
    secret: str
    heard: int = 0


@dataclass(slots=True)
class Door:
    """The server; its methods run in the intake's event loop."""

    host: str
    port: int
    spool: Spool
    health: HealthBook
    token: Callable[[], str]  # the services'
    tls: ssl.SSLContext | None = None
    hooks: dict[str, Hook] = field(default_factory=dict)
    error: str = ""  # why it does not listen
    _runner: web.AppRunner | None = None

    async def keep(self) -> None:
        """Listen; when the port is taken, try again for ever."""
        app = web.Application(client_max_size=0)
        app.router.add_post("/in/{dataset}", self._take)
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None, keepalive_timeout=30.0)
        await self._runner.setup()
        while True:
            site = web.TCPSite(self._runner, self.host, self.port, ssl_context=self.tls)
            try:
                await site.start()
            except OSError as error:
                self.error = f"{self.host}:{self.port}: {error.strerror or error}"
                log.error("the feed cannot listen on %s (again in %g s)", self.error, AGAIN_S)
                await asyncio.sleep(AGAIN_S)
                continue
            self.error = ""
            return

    async def close(self) -> None:
        """Stop listening; what is being answered is."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        hook = self.hooks.get(request.match_info["dataset"])
        if hook is None or not _may(request, hook):  # who may not learns not what there is
            return _said(401, "no such token for this address")
        most = hook.way.max_kb * 1024
        if request.content_length is not None and request.content_length > most:
            return _said(413, f"more than {most} bytes")
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_S):
                async for chunk in request.content.iter_chunked(_CHUNK):
                    body += chunk
                    if len(body) > most:
                        return _said(413, f"more than {most} bytes")
        except TimeoutError:
            return _said(408, "the body did not come")
        if not body.strip():
            return _said(400, "no body")
        return await self._keep_body(hook, bytes(body))

    async def _keep_body(self, hook: Hook, body: bytes) -> web.Response:
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
            answer = _said(503, "not now")
            answer.headers["Retry-After"] = str(RETRY_S)
            return answer
        self.health.came(hook.dataset, KIND, payloads=1, size=len(body))
        return web.Response(status=204)

    async def _alive(self, _request: web.Request) -> web.Response:
        return _said(200, "OK")

    async def _metrics(self, request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not _is_here(request) and not _same(given, self.token()):
            return _said(401, "the services' token is needed")
        text = exposure.metrics(self.health.all(), self.spool.waiting)
        return web.Response(text=text, content_type="text/plain", charset="utf-8")


def _may(request: web.Request, hook: Hook) -> bool:
    given = request.headers.get(hook.way.header, "")
    if hook.way.header.lower() == "authorization":
        given = given.removeprefix("Bearer ")
    return _same(given, hook.secret)


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), secret.encode())


def _is_here(request: web.Request) -> bool:
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


def _said(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text)
