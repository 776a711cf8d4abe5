"""Fifty leaders' consoles without browsers: the requests a real page makes, when it makes them.

The request is recorded from a real page once, so that it is what Dash's own renderer sends. One
loop in a thread of its own; latencies are from sending a request to its last byte, in ms.
"""

from __future__ import annotations

import asyncio
import copy
import json
import random
import re
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from benchmarks.figures import ROOT

BROWSER_CONNECTIONS = 6  # what a browser opens to one origin
CALLBACKS = "/_dash-update-component"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A callback request of a page, as its browser sent it."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass(slots=True)
class Found:
    """What a load measured. `due` counts what should have been asked in the time."""

    latencies_ms: list[float] = field(default_factory=list)
    bytes: int = 0
    due: int = 0
    failed: int = 0


class Load:
    """Runs consoles in a thread until `end`; `begin_measuring` forgets what was before."""

    def __init__(self, port: int) -> None:
        self.found = Found()
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._tasks: list[asyncio.Task[None]] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def begin_measuring(self) -> None:
        """Start counting from nothing."""
        self.found = Found()

    def add(self, console: Callable[[], Awaitable[None]]) -> None:
        """Run one console's coroutine until the end."""

        def create() -> None:
            self._tasks.append(self._loop.create_task(console()))  # type: ignore[arg-type]

        self._loop.call_soon_threadsafe(create)

    def end(self) -> Found:
        """End all consoles; return what was measured."""

        async def cancel() -> None:
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(cancel(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        return self.found

    async def post(self, connection: Connection, recorded: Recorded, body: Any) -> Any:
        """Send a callback request, measured; return what it answered, None when it failed."""
        began_s = time.monotonic()
        found = self.found
        status, answer = await connection.request("POST", recorded.path, recorded.headers, body)
        found.latencies_ms.append(1e3 * (time.monotonic() - began_s))
        found.bytes += len(answer)
        if status not in (200, 204):
            found.failed += 1
            return None
        return orjson.loads(answer) if status == 200 else {}

    def connection(self) -> Connection:
        """Return a new connection to the pages."""
        return Connection(self._port)


class Connection:
    """One HTTP connection that stays open; requests on it follow one another."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], body: Any = None
    ) -> tuple[int, bytes]:
        """Return (status, body) of the answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        payload = b"" if body is None else orjson.dumps(body)
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            f"Content-Length: {len(payload)}",
            *(f"{name}: {text}" for name, text in headers.items()),
        ]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + payload)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head.split(" ", 2)[1])
        fields = {
            name.strip().lower(): text.strip()
            for name, _, text in (line.partition(":") for line in head.split("\r\n")[1:])
        }
        answer = await reader.readexactly(int(fields.get("content-length", "0")))
        if fields.get("connection", "").lower() == "close":
            writer.close()
            self._streams = None
        return status, answer


@cache
def spread_s() -> float:
    """Return over how long the pages spread their questions, as their own module says."""
    module = (ROOT / "assets" / "console-link.mjs").read_text(encoding="utf-8")
    found = re.search(r"const SPREAD_MS = ([\d_]+);", module)
    if found is None:
        raise LookupError("console-link.mjs has no SPREAD_MS")
    return float(found[1]) / 1000


async def pushed_console(load: Load, recorded: Recorded, wall_port: int) -> None:
    """Live as a console: hear of new versions over the link, ask once for what changed."""
    connection = load.connection()
    cookie = {"Cookie": recorded.headers["cookie"]}
    _, answer = await connection.request("GET", "/session/wall-token", cookie)
    token = json.loads(answer)["token"]
    body = copy.deepcopy(dict(recorded.body))
    shown: dict[str, int] = dict(_shown_of(body)["value"] or {})
    versions: dict[str, int] = dict(shown)
    async with connect(
        f"ws://127.0.0.1:{wall_port}/ws", subprotocols=[Subprotocol("ioc-wall.v1")]
    ) as link:
        identify = {"kind": "console", "token": token, "protocol": "ioc-wall.v1"}
        await link.send(_frame("identify", identify))
        await link.send(_frame("subscribe", {"topics": ["versions"]}))

        async def ask() -> None:
            await asyncio.sleep(random.random() * spread_s())
            body["inputs"][0]["value"] = versions
            _shown_of(body)["value"] = dict(shown)
            asked = dict(versions)
            if await load.post(connection, recorded, body) is not None:
                shown.update(asked)

        asking: asyncio.Task[None] | None = None
        async for frame in link:
            message = orjson.loads(frame)
            if message["type"] != "event":
                continue
            versions |= message["d"]["data"]
            if asking is None or asking.done():
                load.found.due += 1
                asking = asyncio.create_task(ask())


async def polling_console(load: Load, requests: list[Any], *, every_s: float) -> None:
    """Live as the same page with an interval for each tile: each asks anew, changed or not."""
    recorded = Recorded(CALLBACKS, {"Content-Type": "application/json"}, {})
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(BROWSER_CONNECTIONS):
        free.put_nowait(load.connection())

    async def tile(body: dict[str, Any]) -> None:
        asked: asyncio.Task[Any] | None = None
        count = 0
        while True:
            await asyncio.sleep(every_s)
            load.found.due += 1
            if asked is None or asked.done():  # one a tile at a time, as Dash does
                count += 1
                body["inputs"][0]["value"] = count
                asked = asyncio.create_task(ask(body))

    async def ask(body: Any) -> None:
        connection = await free.get()
        try:
            await load.post(connection, recorded, body)
        finally:
            free.put_nowait(connection)

    await asyncio.gather(*(tile(copy.deepcopy(body)) for body in requests))


def _shown_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state of the recorded request that says which versions the page shows."""
    for each in body["state"]:
        if isinstance(each, dict) and each["id"] == "console-shown":
            return each
    raise LookupError("the recorded request has no console-shown")


def _frame(kind: str, fields: Mapping[str, Any]) -> str:
    return orjson.dumps({"type": kind, "d": fields}).decode()
