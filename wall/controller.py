"""The shell around the hub: sockets, timers and the store's thread. It decides nothing.

One task a connection reads; nobody waits for a write. A client that does not read as fast as it is
written to is told only the newest content when it reads again, and dropped when it never does.
"""

from __future__ import annotations

import asyncio
import http
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import orjson
import structlog
from websockets.asyncio.server import ServerConnection, broadcast
from websockets.datastructures import MultipleValuesError
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from wall import metrics
from wall.effects import Close, Effect, Enlarge, Persist, Send
from wall.errors import StoreError
from wall.handshake import OriginRule, offered
from wall.hub import Hub
from wall.protocol import LARGEST_SERVICE_FRAME, PATH, PROTOCOL
from wall.store import Store

WATCH_S = 1.0
DEAD_AFTER_S = 10.0  # no frame and no pong
DROP_AT_BYTES = 32 * 1024 * 1024

log = structlog.get_logger("wall")


class Link(ServerConnection):
    """One connection: stamps every byte that comes, says when writing stalls and goes on."""

    client_id: int = 0
    heard_at_s: float = 0.0
    controller: Controller | None = None

    def data_received(self, data: bytes) -> None:
        """Note that the other end lives."""
        self.heard_at_s = self.loop.time()
        super().data_received(data)

    def drop(self) -> None:
        """End the connection without a word."""
        # A transport that closed itself once all was written raises this (Python 3.11).
        with suppress(AttributeError):
            self.transport.abort()

    def pause_writing(self) -> None:
        """Tell the hub that this client is behind."""
        super().pause_writing()
        if self.controller is not None:
            self.controller.hub.fell_behind(self.client_id)

    def resume_writing(self) -> None:
        """Tell the hub that this client has caught up."""
        super().resume_writing()
        if self.controller is not None:
            self.controller.caught_up(self.client_id)


class Controller:
    """Carries events to the hub and its effects to the world."""

    def __init__(
        self,
        hub: Hub,
        store: Store,
        *,
        origins: OriginRule,
        clock: Callable[[], float],
        problems: Iterable[str] = (),
    ) -> None:
        self.hub = hub
        self.problems = list(problems)
        self.counts: Counter[str] = Counter()
        self._store = store
        self._origins = origins
        self._now_ms = clock
        self._links: dict[int, Link] = {}
        self._next_client = 0
        self._timer: asyncio.TimerHandle | None = None
        self._due_ms: float | None = None
        self._unwritten: deque[Persist] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._thread = ThreadPoolExecutor(1, "wall-store")
        self._store_says: str | None = None

    def start(self) -> None:
        """Begin to act."""
        self._do(self.hub.started(self._now_ms()))

    async def handle(self, link: ServerConnection) -> None:
        """Read one connection to its end."""
        assert isinstance(link, Link)  # noqa: S101
        self._next_client += 1
        client_id = link.client_id = self._next_client
        link.controller = self
        link.heard_at_s = link.loop.time()
        self._links[client_id] = link
        try:
            self._do(self.hub.connected(client_id, self._now_ms()))
            while True:
                frame = await link.recv()
                self.counts["framesIn"] += 1
                self._do(self.hub.received(client_id, frame, self._now_ms()))
        except ConnectionClosed as closed:
            log.debug("link closed", client=client_id, why=str(closed))
        except Exception:  # one connection must not take others with it
            self.counts["failures"] += 1
            log.exception("connection failed", client=client_id)
        finally:
            self._links.pop(client_id, None)
            self._do(self.hub.disconnected(client_id, self._now_ms()))

    def caught_up(self, client_id: int) -> None:
        """Carry on with a client that reads again."""
        self._do(self.hub.caught_up(client_id, self._now_ms()))

    def answer_http(self, link: ServerConnection, request: Request) -> Response | None:
        """Answer plain HTTP, refuse foreign pages and unknown protocols, else open the link."""
        path = request.path.partition("?")[0]
        if path == "/healthz":
            return self._healthz(link)
        if path == "/metrics":
            text = metrics.exposition(self.hub.state, counts=self.counts)
            return _respond(link, 200, text, "text/plain; version=0.0.4; charset=utf-8")
        if path != PATH:
            return link.respond(http.HTTPStatus.NOT_FOUND, f"No such page; the link is at {PATH}\n")
        headers = request.headers
        try:
            origin, host = headers.get("Origin"), headers.get("Host") or ""
        except MultipleValuesError:
            return link.respond(http.HTTPStatus.BAD_REQUEST, "More than one Origin or Host\n")
        if origin is not None and not self._origins.allows(origin, host):
            self.counts["originsRefused"] += 1
            return link.respond(http.HTTPStatus.FORBIDDEN, "This origin may not open a link\n")
        if PROTOCOL not in offered(headers.get_all("Sec-WebSocket-Protocol")):
            return link.respond(http.HTTPStatus.BAD_REQUEST, f"Offer the subprotocol {PROTOCOL}\n")
        return None

    async def watch(self) -> None:
        """Drop links that are dead or hopelessly behind, for as long as the server runs."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(WATCH_S)
            for client_id, link in list(self._links.items()):
                unwritten = link.transport.get_write_buffer_size()
                if loop.time() - link.heard_at_s > DEAD_AFTER_S or unwritten > DROP_AT_BYTES:
                    self.counts["dropped"] += 1
                    link.drop()
                    self._links.pop(client_id, None)
                    self._do(self.hub.disconnected(client_id, self._now_ms()))

    async def stop(self) -> None:
        """Write what is left to write, and let go."""
        if self._timer is not None:
            self._timer.cancel()
        if self._writing is not None:
            await self._writing
        if self._closing:
            await asyncio.wait(self._closing)
        self._thread.shutdown()

    def _do(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(to, frame):
                    links = [link for each in to if (link := self._links.get(each)) is not None]
                    self.counts["framesOut"] += len(links)
                    self.counts["bytesOut"] += len(links) * len(frame)
                    broadcast(links, frame, text=True)
                case Close(client_id, code, reason):
                    self._close(client_id, code, reason)
                case Enlarge(client_id):
                    link = self._links.get(client_id)
                    if link is not None:
                        link.protocol.max_message_size = LARGEST_SERVICE_FRAME
                case Persist():
                    self._unwritten.append(effect)
                    if self._writing is None:
                        self._writing = asyncio.create_task(self._write())
        self._set_timer()

    def _close(self, client_id: int, code: int, reason: str) -> None:
        link = self._links.pop(client_id, None)
        if link is None:
            return
        log.info("closing link", client=client_id, code=code, reason=reason)
        self.counts["closed"] += 1
        # The closing handshake waits for the other end; nothing here does.
        closing = asyncio.create_task(link.close(code, reason[:120]))
        self._closing.add(closing)
        closing.add_done_callback(self._closed)
        self._do(self.hub.disconnected(client_id, self._now_ms()))

    def _closed(self, closing: asyncio.Task[None]) -> None:
        self._closing.discard(closing)
        if not closing.cancelled() and (error := closing.exception()) is not None:
            log.debug("link did not close cleanly", error=repr(error))

    async def _write(self) -> None:
        """Write all that waits in one transaction each round, then do what waited for it."""
        loop = asyncio.get_running_loop()
        while self._unwritten:
            batch = list(self._unwritten)
            self._unwritten.clear()
            changes = [change for each in batch for change in each.changes]
            try:
                await loop.run_in_executor(self._thread, self._store.write, changes)
                self._store_says = None
            except StoreError as error:
                self.counts["storeFailures"] += 1
                self._store_says = str(error)
                log.error("store failed", error=str(error))
            for each in batch:
                self._do(list(each.then if self._store_says is None else each.otherwise))
        self._writing = None

    def _set_timer(self) -> None:
        due_ms = self.hub.next_tick_ms()
        if due_ms == self._due_ms and self._timer is not None:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due_ms = due_ms
        if due_ms is not None:
            delay_s = max(0.0, (due_ms - self._now_ms()) / 1000)
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._do(self.hub.ticked(self._now_ms()))

    def _healthz(self, link: ServerConnection) -> Response:
        state = self.hub.state
        walls = {
            wall_id: {"online": len(ws.online()), "outputs": len(ws.outputs)}
            for wall_id, ws in state.walls.items()
        }
        body = {
            "ok": self._store_says is None,
            "epoch": state.epoch,
            "walls": walls,
            "problems": [*self.problems, *([self._store_says] if self._store_says else [])],
        }
        status = 200 if self._store_says is None else 503
        return _respond(link, status, orjson.dumps(body).decode(), "application/json")


def _respond(link: ServerConnection, status: int, text: str, content_type: str) -> Response:
    response = link.respond(http.HTTPStatus(status), text)
    headers: Any = response.headers
    del headers["Content-Type"]
    headers["Content-Type"] = content_type
    return response
