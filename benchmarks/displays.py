"""Displays that know several controllers, by the protocol alone; and a render service of words."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from wall.client import ServiceClient
from wall.protocol import PROTOCOL, encode_inbound

_OPEN_S, _PROBE_S, _SILENT_S = 1.0, 1.0, 1.5  # as PROTOCOL.md says, among several addresses


class Display:
    """One output. It answers at once, and notes when which term had it on air."""

    def __init__(self, urls: Sequence[str], identification: Mapping[str, str]) -> None:
        self._urls = list(urls)
        self._identity = {**identification, "protocol": PROTOCOL}
        self._showing: dict[str, Any] | None = None
        self._prepared: dict[str, dict[str, Any]] = {}
        self._epoch = 0
        self._frames = 0
        self.on_air: dict[int, float] = {}  # epoch -> when its first commit was shown (monotonic)

    async def run(self) -> None:
        """Keep a link to whoever leads until cancelled."""
        failures = tried = 0
        while True:
            tried += 1
            with suppress(OSError, TimeoutError, InvalidHandshake, ConnectionClosed):
                link = await connect(
                    self._urls[0],
                    subprotocols=[PROTOCOL],  # type: ignore[list-item]
                    compression=None,
                    max_size=None,
                    proxy=None,
                    open_timeout=_OPEN_S,
                    ping_interval=None,
                    close_timeout=0.1,
                )
                failures = 0
                try:
                    await self._serve(link)
                finally:
                    link.transport.abort()
            self._urls.append(self._urls.pop(0))
            if tried < len(self._urls):
                await asyncio.sleep(0.2 * random.random())
                continue
            tried, failures = 0, min(failures + 1, 3)
            await asyncio.sleep(0.25 * 2 ** (failures - 1) * random.uniform(0.5, 1.0))

    async def _serve(self, link: ClientConnection) -> None:
        probing = asyncio.create_task(self._probe(link))
        try:
            while True:
                frame = orjson.loads(await link.recv())
                self._frames += 1
                await self._hear(link, frame)
        finally:
            probing.cancel()

    async def _probe(self, link: ClientConnection) -> None:
        """Ask for the time every second; give the link up when nothing comes after it."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_PROBE_S)
            with suppress(ConnectionClosed):
                await link.send(encode_inbound("clock", {"t0AtMs": time.time() * 1000}))
            loop.call_later(_SILENT_S, self._judge, link, self._frames)

    def _judge(self, link: ClientConnection, frames_before: int) -> None:
        if self._frames == frames_before:
            link.transport.abort()

    async def _hear(self, link: ClientConnection, frame: dict[str, Any]) -> None:
        kind, d = frame["type"], frame["d"]
        if frame["epoch"] < self._epoch:
            return
        self._epoch = frame["epoch"]
        if kind == "hello":
            showing = {"showing": self._showing} if self._showing else {}
            await link.send(encode_inbound("identify", {**self._identity, **showing}))
        elif kind == "prepare":
            self._prepared[d["switchId"]] = {k: d[k] for k in ("sceneId", "revision")}
            ready = {"switchId": d["switchId"], "status": "ok"}
            await link.send(encode_inbound("ready", ready))
        elif kind == "commit" and d["switchId"] in self._prepared:
            self._showing = self._prepared.pop(d["switchId"])
            await asyncio.sleep(max(0.0, d["showAtMs"] / 1000 - time.time()))
            self.on_air.setdefault(self._epoch, time.monotonic())
            shown = {"switchId": d["switchId"], "shownAtMs": time.time() * 1000, "lateMs": 0}
            await link.send(encode_inbound("shown", shown))


class WordsRender:
    """Answers what is wanted with words, once each and again on each new link."""

    def __init__(self, urls: Sequence[str], token: str) -> None:
        self.client = ServiceClient(urls, token, service="render")
        self._known: set[str] = set()
        self.client.on_connected(self._known.clear)
        self.client.on("wanted", self._wanted)

    async def _wanted(self, d: dict[str, Any]) -> None:
        for each in d["renders"]:
            if each["renderId"] not in self._known:
                self._known.add(each["renderId"])
                await self.client.send(
                    "content",
                    {
                        "renderId": each["renderId"],
                        "version": 1,
                        "contentHash": each["renderId"],
                        "asOfAtMs": time.time() * 1000,
                        "staleAfterMs": 3_600_000,
                        "content": each["kind"],
                    },
                )
