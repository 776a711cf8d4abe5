"""The shell around the hub: sockets, timers and the store's thread. It decides nothing.

Nobody waits for a write: a client that does not read as fast as it is written to is told only the
newest content when it reads again, and is dropped when it never does.
"""

from __future__ import annotations

import asyncio
import http
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import orjson
import structlog
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import MultipleValuesError
from websockets.frames import CloseCode
from websockets.http11 import Request, Response

from wall import metrics
from wall.effects import Change, Close, Effect, Enlarge, Look, Persist, Prove, Say, Send
from wall.errors import Deposed, Refused, StoreError
from wall.handshake import OriginRule, offered
from wall.hub import Hub
from wall.link import Link, text_frame
from wall.peers.link import PeerLink
from wall.proof.recorder import Recorder
from wall.protocol import LARGEST_SERVICE_FRAME, PATH, PROTOCOL

WATCH_S = 1.0
LEAVE_S = 1.5  # how long links may take to close when this controller ends
DEAD_AFTER_S = 10.0  # no frame and no pong
DROP_AT_BYTES = 32 * 1024 * 1024

log = structlog.get_logger("wall")


class Writer(Protocol):
    """A store, as far as the controller uses it."""

    def write(self, changes: Iterable[Change]) -> None:
        """Make changes durable; raises StoreError."""

    def settle(self) -> None:
        """Tidy up when nothing waits to be written; raises StoreError."""


class Controller:
    """Carries events to the hub and its effects to the world."""

    def __init__(
        self,
        hub: Hub,
        store: Writer,
        *,
        origins: OriginRule,
        clock: Callable[[], float],
        machine_ms: Callable[[], float],
        proof: Recorder | None = None,
        peers: Mapping[str, Sequence[str]] | None = None,
        problems: Iterable[str] = (),
        may_command: Callable[[], bool] = lambda: True,
    ) -> None:
        """`may_command` is asked before each deed: a lease may end while this process sleeps."""
        self.hub = hub
        self.deposed = asyncio.Event()  # another controller commands from now on
        self.problems = list(problems)
        self.counts: Counter[str] = Counter()
        self._store = store
        self._may_command = may_command
        self._proof = proof
        self._looking: set[asyncio.Task[None]] = set()
        self._peers = {
            site_id: PeerLink(site_id, urls, heard=self._peer_said, lost=self._peer_lost)
            for site_id, urls in (peers or {}).items()
        }
        self._peering: list[asyncio.Task[None]] = []
        self._origins = origins
        self._now_ms = clock
        self._machine_ms = machine_ms
        self._links: dict[int, Link] = {}
        self._next_client = 0
        self._timer: asyncio.TimerHandle | None = None
        self._due_ms: float | None = None
        self._is_timer_asked = False
        self._is_stopped = False
        self._unwritten: deque[Persist] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._thread = ThreadPoolExecutor(1, "wall-store")
        self._store_says: str | None = None

    def start(self) -> None:
        """Begin to act."""
        self._do(self.hub.started(self._now_ms()))
        self._peering = [asyncio.create_task(each.run()) for each in self._peers.values()]

    async def handle(self, link: ServerConnection) -> None:
        """Greet a connection, and stay with it to its end; its frames come to `hear`."""
        assert isinstance(link, Link)  # noqa: S101
        self._next_client += 1
        link.begin(self._next_client, self)
        self._links[link.client_id] = link
        try:
            self._do(self.hub.connected(link.client_id, self._now_ms()))
            await link.wait_closed()
        finally:
            log.debug("link closed", client=link.client_id, code=link.close_code)
            self._links.pop(link.client_id, None)
            self._do(self.hub.disconnected(link.client_id, self._now_ms()))

    def hear(self, link: Link, frame: bytes, *, is_binary: bool) -> None:
        """Take one frame of a connection."""
        self.counts["framesIn"] += 1
        try:
            effects = self.hub.received(link.client_id, frame, self._now_ms(), is_binary=is_binary)
        except Exception:  # one connection must not take others with it
            self.counts["failures"] += 1
            log.exception("frame failed", client=link.client_id)
            link.drop()
        else:
            if effects or not self.hub.is_next_tick_known:
                self._do(effects)

    def _peer_said(self, site_id: str, kind: str, epoch: int, fields: dict[str, Any]) -> None:
        self._do(self.hub.peer_said(site_id, kind, epoch, fields, self._now_ms()))

    def _peer_lost(self, site_id: str) -> None:
        self._do(self.hub.peer_lost(site_id, self._now_ms()))

    def fell_behind(self, link: Link) -> None:
        """Let a client that does not read be owed content."""
        self.hub.fell_behind(link.client_id)

    def caught_up(self, link: Link) -> None:
        """Pay a client that reads again."""
        self._do(self.hub.caught_up(link.client_id, self._now_ms()))

    def answer_http(self, link: ServerConnection, request: Request) -> Response | None:
        """Answer plain HTTP, refuse foreign pages and unknown protocols, else open the link."""
        path = request.path.partition("?")[0]
        if path == "/healthz":
            return self._healthz(link)
        if path == "/metrics":
            text = metrics.exposition(self.hub.state, counts=self.counts)
            return respond(link, 200, text, "text/plain; version=0.0.4; charset=utf-8")
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
        """Drop links that are dead, hopelessly behind or will not close, while the server runs."""
        while True:
            await asyncio.sleep(WATCH_S)
            for look in (self._drop_dead, self._tell_machine_time):
                try:
                    look()
                except Exception:  # the next second must be looked at, too
                    self.counts["failures"] += 1
                    log.exception("watch failed")

    def _drop_dead(self) -> None:
        now_s = asyncio.get_running_loop().time()
        for client_id, link in list(self._links.items()):
            is_silent = now_s - link.heard_at_s > DEAD_AFTER_S
            is_flooded = link.transport.get_write_buffer_size() > DROP_AT_BYTES
            is_lingering = link.close_deadline is not None and now_s > link.close_deadline
            if is_silent or is_flooded or is_lingering:
                self.counts["dropped"] += 1
                link.drop()
                self._links.pop(client_id, None)
                self._do(self.hub.disconnected(client_id, self._now_ms()))

    def _tell_machine_time(self) -> None:
        self._do(self.hub.machine_time(self._machine_ms(), self._now_ms()))

    async def leave(self, code: str) -> None:
        """Send everyone elsewhere and close the links; `code` says why."""
        for each in self._peering:
            each.cancel()
        self._carry_out(self.hub.stopping(self._now_ms(), code))
        for link in list(self._links.values()):
            self._close(link.client_id, CloseCode.SERVICE_RESTART, code)
        if self._closing:
            await asyncio.wait(self._closing, timeout=LEAVE_S)

    async def stop(self) -> None:
        """Write what is left to write, and let go."""
        self._is_stopped = True
        if self._timer is not None:
            self._timer.cancel()
        if self._writing is not None:
            await self._writing
        self._thread.shutdown()
        if self._proof is not None:
            await self._proof.close()

    def _do(self, effects: list[Effect]) -> None:
        """Carry effects out, unless the right to command has ended meanwhile."""
        if self.deposed.is_set():
            return
        if not self._may_command():
            self.deposed.set()
            return
        self._carry_out(effects)

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(to, frame):
                    links = [link for each in to if (link := self._links.get(each)) is not None]
                    self.counts["framesOut"] += len(links)
                    self.counts["bytesOut"] += len(links) * len(frame)
                    wire = text_frame(frame)
                    for link in links:
                        link.write_frame(wire)
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
                case Say(site_id, text):
                    self._peers[site_id].say(text)
                case Prove(record):
                    if self._proof is not None:
                        self._proof.note(record)
                case Look():
                    looking = asyncio.create_task(self._look(effect))
                    self._looking.add(looking)
                    looking.add_done_callback(self._looking.discard)
        if not self._is_timer_asked:
            # Once for all frames that came in one round of the loop.
            self._is_timer_asked = True
            asyncio.get_running_loop().call_soon(self._set_timer)

    def _close(self, client_id: int, code: int, reason: str) -> None:
        link = self._links.pop(client_id, None)
        if link is None:
            return
        log.info("closing link", client=client_id, code=code, reason=reason)
        self.counts["closed"] += 1
        # The closing handshake waits for the other end; nothing here does.
        closing = asyncio.create_task(link.close(code, cut(reason)))
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
            except Deposed as error:
                log.error("deposed", error=str(error))
                self.deposed.set()
                break
            except StoreError as error:
                self.counts["storeFailures"] += 1
                self._store_says = str(error)
                log.error("store failed", error=str(error))
            except Exception as error:  # whoever waits for these must hear, and others be written
                self.counts["storeFailures"] += 1
                self._store_says = f"the store failed: {error!r}"
                log.exception("store failed")
            for each in batch:
                self._do(list(each.then if self._store_says is None else each.otherwise))
            if not self._unwritten and self._store_says is None:
                await self._settle()
        self._writing = None

    async def _settle(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._store.settle)
        except StoreError as error:  # nothing is lost: the next write says what is wrong
            log.warning("store not tidied", error=str(error))

    async def _look(self, look: Look) -> None:
        """Have a question about the proof answered; nothing else waits for it."""
        if self._proof is None:
            found: bytes | Refused = Refused("unavailable", "no proof of display is kept here")
        else:
            found = await self._proof.look(look.question)
        if not self._is_stopped:
            self._do(self.hub.found(look.asked, found, self._now_ms()))

    def _set_timer(self) -> None:
        self._is_timer_asked = False
        if self._is_stopped:
            return
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
        proof_says = self._proof.problem if self._proof is not None else None
        body = {
            "ok": self._store_says is None,
            "role": "leader",
            "epoch": state.epoch,
            "walls": walls,
            "problems": [*self.problems, *filter(None, (self._store_says, proof_says))],
        }
        status = 200 if self._store_says is None else 503
        return respond(link, status, orjson.dumps(body).decode(), "application/json")


def cut(reason: str) -> str:
    """Cut a reason to what fits into a close frame (123 bytes)."""
    return reason.encode()[:120].decode(errors="ignore")


def respond(link: ServerConnection, status: int, text: str, content_type: str) -> Response:
    """Return the answer to a plain HTTP request."""
    response = link.respond(http.HTTPStatus(status), text)
    headers: Any = response.headers
    del headers["Content-Type"]
    headers["Content-Type"] = content_type
    return response
