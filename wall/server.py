"""The shell around the hub: sockets, timers and the store's thread. It decides nothing.

One task a connection reads; nobody waits for a write. A client that does not read as fast as it is
written to is told only the newest content when it reads again, and dropped when it never does.
"""

from __future__ import annotations

import asyncio
import errno
import http
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import structlog
from websockets.asyncio.server import Server, ServerConnection, broadcast
from websockets.asyncio.server import serve as serve_websocket
from websockets.datastructures import MultipleValuesError
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from settings import Settings
from wall import metrics
from wall.clock import SharedClock
from wall.effects import Close, Effect, Enlarge, Persist, Send
from wall.errors import StoreError, WallError
from wall.geometry import read_walls
from wall.handshake import OriginRule, offered
from wall.hub import Hub
from wall.protocol import LARGEST_FRAME, LARGEST_SERVICE_FRAME, PATH, PROTOCOL
from wall.record import restore
from wall.scene import read_scenes, scene_from_json
from wall.state import OutputState, State, WallState
from wall.store import Kept, Store

PING_S = 5.0
DEAD_AFTER_S = 10.0  # no frame and no pong
WATCH_S = 1.0
CLOSE_S = 1.0  # how long a closing handshake may take
BEHIND_AT_BYTES = 1024 * 1024  # unwritten bytes from which a client is only owed content
DROP_AT_BYTES = 32 * 1024 * 1024

log = structlog.get_logger("wall")


class ServerError(WallError):
    """The controller cannot start; the message is for the person who started it."""


class Link(ServerConnection):
    """One connection: stamps every byte that comes, says when writing stalls and goes on."""

    client_id: int = 0
    heard_at_s: float = 0.0
    controller: Controller | None = None

    def data_received(self, data: bytes) -> None:
        """Note that the other end lives."""
        self.heard_at_s = self.loop.time()
        super().data_received(data)

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
        problems: Iterable[str] = (),
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.hub = hub
        self.problems = list(problems)
        self.counts: Counter[str] = Counter()
        self._store = store
        self._origins = origins
        self._now_ms = clock or SharedClock().now_ms
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
                    link.transport.abort()
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
        closing.add_done_callback(self._closing.discard)
        self._do(self.hub.disconnected(client_id, self._now_ms()))

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


async def serve(
    settings: Settings,
    *,
    city_folder: Path | None = None,
    ready: Callable[[int], None] | None = None,
    stop: asyncio.Event | None = None,
    clock: Callable[[], float] | None = None,
) -> None:
    """Run the controller until `stop` is set; `ready` is called with the port once it listens.

    Raises ServerError with one sentence when it cannot start.
    """
    try:
        store = Store(settings.wall_state_path)
    except StoreError as error:
        raise ServerError(str(error)) from error
    try:
        now_ms = clock or SharedClock().now_ms
        kept = store.begin_epoch(now_s=now_ms() / 1000)
        state, problems = assemble(settings, city_folder or settings.city, kept, now_ms=now_ms())
        for problem in problems:
            log.error("not used", problem=problem)
        named = [*settings.wall_origins]
        if settings.wall_public_url is not None:
            named.append(settings.wall_public_url)
        controller = Controller(
            Hub(state),
            store,
            origins=OriginRule(settings.web_port, frozenset(named)),
            problems=problems,
            clock=now_ms,
        )
        await _run(controller, settings, ready=ready, stop=stop or asyncio.Event())
    except StoreError as error:
        raise ServerError(str(error)) from error
    finally:
        store.close()


def assemble(
    settings: Settings, city_folder: Path, kept: Kept, *, now_ms: float
) -> tuple[State, list[str]]:
    """Make the state a controller starts with from the city folder and what was kept.

    A wrong file is left out and said, all others serve; raises ServerError when no wall is left.
    """
    walls, wall_problems = read_walls(city_folder / "walls")
    scenes, scene_problems = read_scenes(city_folder / "scenes", walls)
    problems = [str(each) for each in (*wall_problems, *scene_problems)]
    if not walls:
        raise ServerError("; ".join(problems))
    states: dict[str, WallState] = {}
    for wall_id, wall in walls.items():
        ws = WallState(
            wall=wall,
            language=wall.language or settings.language,
            outputs={each.output_id: OutputState(each) for each in wall.outputs},
            city_scenes=scenes[wall_id],
            last_switch=kept.switches.get(wall_id),
        )
        for body in kept.scenes.get(wall_id, ()):
            try:
                scene = scene_from_json(body)
            except WallError as error:
                problems.append(f"put scene of wall {wall_id!r}: {error}")
            else:
                ws.put_scenes[scene.scene_id] = scene
        problems += restore(ws, kept.walls.get(wall_id), now_ms=now_ms)
        states[wall_id] = ws
    state = State(
        epoch=kept.epoch,
        controller_id=kept.controller_id,
        site_id=next(iter(walls.values())).site_id,
        secret=settings.secret(),
        language=settings.language,
        walls=states,
        now_ms=now_ms,
        devices=dict(kept.devices),
    )
    return state, problems


def run_wall(settings: Settings) -> None:
    """Run the controller in this thread until SIGTERM or SIGINT; raises ServerError."""
    import signal

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, stop.set)
        await serve(settings, stop=stop)

    asyncio.run(main())


async def _run(
    controller: Controller,
    settings: Settings,
    *,
    ready: Callable[[int], None] | None,
    stop: asyncio.Event,
) -> None:
    try:
        server = await serve_websocket(
            controller.handle,
            settings.host,
            settings.wall_port,
            subprotocols=[Subprotocol(PROTOCOL)],
            compression=None,
            process_request=controller.answer_http,
            server_header=None,
            ping_interval=PING_S,
            ping_timeout=None,
            close_timeout=CLOSE_S,
            max_size=LARGEST_FRAME,
            write_limit=BEHIND_AT_BYTES,
            create_connection=Link,
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ServerError(
                f"Port {settings.wall_port} of {settings.host} is taken; end what listens there "
                "or set IOC_WALL_PORT."
            ) from error
        raise ServerError(f"Cannot listen on {settings.host}: {error.strerror}") from error
    watching = asyncio.create_task(controller.watch())
    try:
        controller.start()
        port = _port(server)
        log.info("wall controller listens", host=settings.host, port=port)
        if ready is not None:
            ready(port)
        await stop.wait()
    finally:
        watching.cancel()
        server.close()
        await server.wait_closed()
        await controller.stop()


def _port(server: Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


def _respond(link: ServerConnection, status: int, text: str, content_type: str) -> Response:
    response = link.respond(http.HTTPStatus(status), text)
    headers: Any = response.headers
    del headers["Content-Type"]
    headers["Content-Type"] = content_type
    return response
