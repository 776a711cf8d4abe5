"""A player written from the protocol's page alone, with nothing but `websockets` and `json`.

It paints nothing: mounting and painting are instant. What it would have on glass is in `shown`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PROTOCOL = "ioc-wall.v1"


def now_ms() -> float:
    return time.time() * 1000


class ProtocolPlayer:
    """One output or view. `async with` connects and identifies; then it answers by itself."""

    def __init__(self, url: str, token: str, *, kind: str = "output", answers: bool = True) -> None:
        self.url, self.token, self.kind, self.answers = url, token, kind, answers
        self.ready_status = "ok"
        self.frames: list[dict[str, Any]] = []
        self.contents: dict[str, dict[str, Any]] = {}  # contentHash -> content
        self.newest: dict[str, dict[str, Any]] = {}  # renderId -> tile or content fields
        self.prepared: dict[str, dict[str, Any]] = {}  # switchId -> prepare
        self.staged: dict[str, Any] | None = None
        self.shown: dict[str, Any] | None = None
        self.offset_ms = 0.0
        self.uncertainty_ms = 0.5
        self.epoch = 0
        self.identified: dict[str, Any] = {}
        self.link: ClientConnection
        self._arrived = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> ProtocolPlayer:
        await self.open()
        await self.until(lambda: bool(self.identified), "identified")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        self.link = await connect(
            self.url, subprotocols=[PROTOCOL], compression=None, max_size=None, proxy=None
        )
        self._task = asyncio.create_task(self._read())

    async def close(self) -> None:
        await self.link.close()
        if self._task is not None:
            await self._task

    async def send(self, kind: str, /, **fields: Any) -> None:
        await self.link.send(json.dumps({"type": kind, "d": fields}))

    async def until(self, holds: Callable[[], bool], what: str, timeout_s: float = 5.0) -> None:
        async with self._arrived:
            try:
                await asyncio.wait_for(self._arrived.wait_for(holds), timeout_s)
            except TimeoutError:
                seen = [each["type"] for each in self.frames]
                raise AssertionError(f"never came: {what}; frames were {seen}") from None

    async def frame(self, kind: str, /, **wanted: Any) -> dict[str, Any]:
        """Wait for (or find) the last frame of a type whose fields have these values."""

        def found() -> dict[str, Any] | None:
            for each in reversed(self.frames):
                d = each["d"]
                if each["type"] == kind and all(d.get(k) == v for k, v in wanted.items()):
                    return d
            return None

        await self.until(lambda: found() is not None, f"{kind} {wanted}")
        d = found()
        assert d is not None
        return d

    async def scene(self, scene_id: str | None) -> None:
        """Wait until this scene is on glass."""
        await self.until(
            lambda: self.shown is not None and self.shown["sceneId"] == scene_id,
            f"scene {scene_id} on glass",
        )

    async def closed(self, timeout_s: float = 5.0) -> int | None:
        """Wait until the link has ended and return the close code."""
        await asyncio.wait_for(self.link.wait_closed(), timeout_s)
        return self.link.close_code

    def on_glass(self) -> dict[str, Any]:
        """Return the content of each tile on glass, by tile id."""
        assert self.shown is not None
        return {
            tile["tileId"]: self.newest[tile["renderId"]]["content"] for tile in self.shown["tiles"]
        }

    async def heartbeat(self) -> None:
        showing = None
        if self.shown is not None and self.shown["sceneId"] is not None:
            showing = {k: self.shown[k] for k in ("sceneId", "revision")}
        clock = {"offsetMs": self.offset_ms, "uncertaintyMs": self.uncertainty_ms}
        await self.send("heartbeat", showing=showing, fps=60, heapMb=20, errors=[], clock=clock)

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                await self._next(json.loads(await self.link.recv()))

    async def _next(self, frame: dict[str, Any]) -> None:
        if frame["epoch"] < self.epoch:
            return
        self.epoch = frame["epoch"]
        await self._handle(frame["type"], frame["d"])
        async with self._arrived:
            self.frames.append(frame)
            self._arrived.notify_all()

    async def _handle(self, kind: str, d: dict[str, Any]) -> None:
        if kind == "hello":
            assert PROTOCOL in d["protocols"]
            showing = {}
            if self.shown is not None:
                showing = {"showing": {k: self.shown[k] for k in ("sceneId", "revision")}}
            await self.send(
                "identify", kind=self.kind, token=self.token, protocol=PROTOCOL, **showing
            )
        elif kind == "identified":
            self.identified = d
            self.contents.clear()  # what was sent on another connection does not count
        elif kind == "stage":
            self.staged = d
            await self._take_in(d["tiles"])
            if self.answers:
                await self.send("staged", stageId=d["stageId"], status="ok")
        elif kind == "prepare":
            await self._prepare(d)
        elif kind == "commit":
            await self._commit(d)
        elif kind == "abort":
            self.prepared.pop(d["switchId"], None)
        elif kind == "content":
            held = self.newest.get(d["renderId"])
            if held is None or d["version"] >= held["version"]:
                self.newest[d["renderId"]] = d
                self.contents[d["contentHash"]] = d["content"]

    async def _prepare(self, d: dict[str, Any]) -> None:
        if "tiles" not in d:
            assert self.staged is not None
            assert self.staged["stageId"] == d["stageId"]
            d = {**d, "tiles": self.staged["tiles"]}
        else:
            await self._take_in(d["tiles"])
        self.prepared[d["switchId"]] = d
        if self.answers:
            await self.send(
                "ready", switchId=d["switchId"], status=self.ready_status, preparedMs=1.5
            )

    async def _take_in(self, tiles: list[dict[str, Any]]) -> None:
        missing = []
        for tile in tiles:
            if "content" in tile:
                self.contents[tile["contentHash"]] = tile["content"]
            elif tile["contentHash"] not in self.contents:
                missing.append(tile["renderId"])
                continue
            held = self.newest.get(tile["renderId"])
            if held is None or tile["version"] >= held["version"]:
                content = self.contents[tile["contentHash"]]
                self.newest[tile["renderId"]] = {**tile, "content": content}
        if missing:
            await self.send("need", renderIds=missing)

    async def _commit(self, d: dict[str, Any]) -> None:
        prepared = self.prepared.pop(d["switchId"], None)
        if prepared is None or self.ready_status != "ok":
            return
        await asyncio.sleep(max(0.0, (d["showAtMs"] - now_ms()) / 1000))
        self.shown = prepared
        shown_at_ms = now_ms()
        if self.answers:
            await self.send(
                "shown",
                switchId=d["switchId"],
                shownAtMs=shown_at_ms,
                lateMs=shown_at_ms - d["showAtMs"],
                uncertaintyMs=self.uncertainty_ms,
            )
