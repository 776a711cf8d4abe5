"""A service's link to the controller: connects, identifies, reconnects for ever.

Handlers are called in the order frames come; an asynchronous one holds up the next frame.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

import orjson
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from wall.errors import ServiceError
from wall.protocol import PROTOCOL, CloseCode, encode_inbound

FIRST_RETRY_S = 0.25
LONGEST_RETRY_S = 1.0  # services stand beside the controller: back soon after it is
REFUSED_RETRY_S = 10.0  # after a bad token
CONNECT_S = 5.0
ANSWER_S = 10.0
SILENT_AFTER_S = 10.0
NEXT_S = 0.05  # before the next of several addresses; the pauses are between rounds of all
# With a standby to go to: a controller that is stopped takes connections and never says a word.
OPEN_AMONG_SEVERAL_S = 1.0
SILENT_AMONG_SEVERAL_S = 2.5

Handler = Callable[[dict[str, Any]], Awaitable[None] | None]

log = structlog.get_logger("wall.client")


class ServiceClient:
    """One service's link. Use as `async with`, or start `run()` as a task."""

    def __init__(
        self,
        url: str | Sequence[str],
        token: str,
        *,
        service: str = "tools",
        release: str | None = None,
    ) -> None:
        """`url` and `token` are the settings' `wall_urls` and `secret()`.

        Of several addresses each is tried in its turn; one at most is of a controller that leads.
        `release` names the players' page that a web service serves.
        """
        self._urls = deque([url] if isinstance(url, str) else url)
        self._token = token
        self._service = service
        self._release = release
        self._handlers: dict[str, list[Handler]] = {}
        self._on_connected: list[Callable[[], Awaitable[None] | None]] = []
        self._topics: list[str] = []
        self._versions: dict[str, int] = {}  # published while there was no link
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._next_request = 0
        self._link: ClientConnection | None = None
        self._is_identified = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self.epoch = 0
        self.session: dict[str, Any] = {}

    async def __aenter__(self) -> ServiceClient:
        self._running = asyncio.create_task(self.run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    @property
    def is_connected(self) -> bool:
        """Whether the controller has let us in and the link stands."""
        return self._is_identified.is_set()

    def on(self, kind: str, handler: Handler) -> None:
        """Call `handler` with the fields of each frame of this type (`wanted`, `event`, …)."""
        self._handlers.setdefault(kind, []).append(handler)

    def on_connected(self, handler: Callable[[], Awaitable[None] | None]) -> None:
        """Call `handler` each time the controller has let us in, before any other frame."""
        self._on_connected.append(handler)

    async def connected(self, timeout_s: float | None = None) -> None:
        """Wait until the link stands; raises ServiceError `unavailable` when it takes too long."""
        try:
            await asyncio.wait_for(self._is_identified.wait(), timeout_s)
        except TimeoutError as error:
            raise ServiceError("unavailable", "the controller cannot be reached") from error

    async def request(
        self,
        op: str,
        args: Mapping[str, Any] | None = None,
        actor: Mapping[str, Any] | None = None,
        *,
        timeout_s: float = ANSWER_S,
    ) -> dict[str, Any]:
        """Ask for an operation and return its result.

        `actor` is `{userId, role, siteId}`. Raises ServiceError with the controller's code, or
        `unavailable` when there is no link, it is lost meanwhile, or no answer comes in time.
        """
        loop = asyncio.get_running_loop()
        until_s = loop.time() + timeout_s
        await self.connected(min(timeout_s, CONNECT_S))
        self._next_request += 1
        request_id = f"{self._service}-{self._next_request}"
        answered: asyncio.Future[dict[str, Any]] = loop.create_future()
        self._waiting[request_id] = answered
        try:
            body = {"requestId": request_id, "op": op, "args": dict(args or {})}
            if actor is not None:
                body["actor"] = dict(actor)
            await self.send("request", body)
            response = await asyncio.wait_for(answered, max(0.0, until_s - loop.time()))
        except TimeoutError as error:
            raise ServiceError("unavailable", f"no answer within {timeout_s:g} s") from error
        finally:
            self._waiting.pop(request_id, None)
        if response.get("ok"):
            result = response.get("result")
            return result if isinstance(result, dict) else {}
        error_body = response.get("error")
        error_body = error_body if isinstance(error_body, dict) else {}
        raise ServiceError(
            str(error_body.get("code", "unavailable")),
            str(error_body.get("message", "")),
            error_body,
        )

    async def publish(
        self, topic: str, data: Mapping[str, Any], *, name: str | None = None, **more: Any
    ) -> None:
        """Publish; versions are kept and told when the link is back, others need a link."""
        if topic == "versions" and not self.is_connected:
            self._versions.update(data)
            return
        fields = {"topic": topic, "data": dict(data), **more}
        if name is not None:
            fields["name"] = name
        try:
            await self.send("publish", fields)
        except ServiceError:
            if topic != "versions":
                raise
            self._versions.update(data)

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Replace the topics whose events come; they are asked for again after a reconnect."""
        self._topics = list(topics)
        if self.is_connected:
            await self.send("subscribe", {"topics": self._topics})

    async def send(self, kind: str, fields: Mapping[str, Any]) -> None:
        """Send a frame; raises ServiceError `unavailable` without a link."""
        link = self._link
        if link is None:
            raise ServiceError("unavailable", "there is no link to the controller")
        try:
            await link.send(encode_inbound(kind, dict(fields)))
        except ConnectionClosed as error:
            raise ServiceError("unavailable", "the link to the controller was lost") from error

    async def run(self) -> None:
        """Keep the link up until cancelled."""
        failures = 0  # rounds of all addresses
        tried = 0  # addresses in this round
        while True:
            retry_s = min(FIRST_RETRY_S * 2**failures, LONGEST_RETRY_S)
            tried += 1
            is_refused = False
            try:
                link = await self._connect()
            except (OSError, TimeoutError, InvalidHandshake) as error:
                log.debug("no controller", url=self._urls[0], error=str(error))
            else:
                try:
                    await self._serve(link)
                except ConnectionClosed as closed:
                    if self.is_connected:
                        failures, tried, retry_s = -1, 1, FIRST_RETRY_S
                    is_refused = closed.rcvd is not None and closed.rcvd.code == CloseCode.BAD_TOKEN
                    if is_refused:
                        log.error("refused by the controller", reason=str(closed))
                        retry_s = REFUSED_RETRY_S
                except ServiceError as error:  # lost while it began
                    log.debug("link lost", error=str(error))
                except Exception:  # whatever was said: a service is never without a link for good
                    log.exception("link failed", url=self._urls[0])
                finally:
                    self._lost()
                    await _let_go(link)
            self._urls.rotate(-1)
            if tried < len(self._urls) and not is_refused:
                retry_s = NEXT_S
            else:
                failures, tried = min(failures + 1, 16), 0
            await asyncio.sleep(retry_s * random.uniform(0.75, 1.25))

    async def _connect(self) -> ClientConnection:
        is_one = len(self._urls) == 1
        silent_after_s = SILENT_AFTER_S if is_one else SILENT_AMONG_SEVERAL_S
        return await connect(
            self._urls[0],
            subprotocols=[Subprotocol(PROTOCOL)],
            compression=None,
            proxy=None,
            max_size=None,
            open_timeout=CONNECT_S if is_one else OPEN_AMONG_SEVERAL_S,
            ping_interval=silent_after_s / 2,
            ping_timeout=silent_after_s / 2,
            close_timeout=1,
        )

    async def _serve(self, link: ClientConnection) -> None:
        while True:
            body = orjson.loads(await link.recv())
            kind, fields = body.get("type"), body.get("d", {})
            epoch = body.get("epoch", 0)
            if epoch < self.epoch:
                continue
            self.epoch = epoch
            if kind == "hello":
                identify = {
                    "kind": "service",
                    "service": self._service,
                    "token": self._token,
                    "protocol": PROTOCOL,
                    **({"release": self._release} if self._release else {}),
                }
                await link.send(encode_inbound("identify", identify))
            elif kind == "identified":
                await self._identified(link, fields)
            elif kind == "response":
                answered = self._waiting.get(fields.get("requestId"))
                if answered is not None and not answered.done():
                    answered.set_result(fields)
            else:
                if kind == "error":
                    log.warning("the controller says", fields=fields)
                await self._call(kind, fields)

    async def _identified(self, link: ClientConnection, fields: dict[str, Any]) -> None:
        self._link = link
        self.session = fields
        for handler in self._on_connected:
            waits = handler()
            if waits is not None:
                await waits
        if self._topics:
            await self.send("subscribe", {"topics": self._topics})
        if self._versions:
            versions, self._versions = self._versions, {}
            try:
                await self.send("publish", {"topic": "versions", "data": versions})
            except ServiceError:
                self._versions = versions | self._versions
                raise
        self._is_identified.set()
        await self._call("identified", fields)

    async def _call(self, kind: str, fields: dict[str, Any]) -> None:
        for handler in self._handlers.get(kind, ()):
            try:
                waits = handler(fields)
                if waits is not None:
                    await waits
            except ConnectionClosed:
                raise
            except Exception:  # a service must not lose its link by one frame it cannot handle
                log.exception("handler failed", kind=kind)

    def _lost(self) -> None:
        self._link = None
        self._is_identified.clear()
        lost = ServiceError("unavailable", "the link to the controller was lost")
        for answered in self._waiting.values():
            if not answered.done():
                answered.set_exception(lost)
        self._waiting.clear()


async def _let_go(link: ClientConnection) -> None:
    """Close a link that has ended; whatever that raises must not end the loop that reconnects.

    A transport that was closed while it still had much to write raises AttributeError here
    (Python 3.11).
    """
    try:
        await link.close()
    except Exception:
        log.debug("link did not close cleanly", exc_info=True)
