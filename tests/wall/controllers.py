"""Controllers as processes of their own, to be killed, stopped and woken; and who follows them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.wall.protocol_player import ProtocolPlayer, now_ms
from tests.wall.room import SECRET, free_port

ROOT = Path(__file__).parents[2]
PATIENCE_S = 20.0


class ControllerProcess:
    """`python app.py wall`, on a port and with a data folder of its own."""

    def __init__(self, folder: Path, name: str, *, city: Path, redis_url: str) -> None:
        self.name = name
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}/ws"
        self.others: list[ControllerProcess] = []
        self.more: dict[str, str] = {}
        self._city, self._redis_url = city, redis_url
        self._folder = folder / name
        self._folder.mkdir()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        kept = {name: each for name, each in os.environ.items() if not name.startswith("IOC_")}
        environment = {
            **kept,
            "IOC_CITY": str(self._city),
            "IOC_DATA_DIR": str(self._folder),
            "IOC_WALL_PORT": str(self.port),
            "IOC_SERVICE_TOKEN": SECRET,
            "IOC_REDIS_URL": self._redis_url,
            "IOC_WALL_STANDBY_URLS": " ".join(each.url for each in self.others),
            **self.more,
        }
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "app.py", "wall"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )

    @property
    def proof_path(self) -> Path:
        return self._folder / "proof.sqlite"

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def signal(self, number: int) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        """End it at once, stopped or not."""
        if self._process is not None:
            self.signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def end(self) -> int:
        """Ask it to end, and return its exit code."""
        assert self._process is not None
        self.signal(signal.SIGTERM)
        code = self._process.wait(PATIENCE_S)
        self._process = None
        return code

    async def health(self) -> dict[str, Any]:
        """Return what `/healthz` says; `{}` when nobody answers within a second."""
        try:
            async with asyncio.timeout(1):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                    answer = await reader.read()
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return {}
        body: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2] or b"{}")
        return body

    async def plays(self, *roles: str, problem: str = "") -> dict[str, Any]:
        """Wait until it is one of these, saying this problem or none; return its health."""
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s:
            health = await self.health()
            said = " ".join(health.get("problems", ()))
            if health.get("role") in roles and (problem in said if problem else not said):
                return health
            await asyncio.sleep(0.02)
        log = (self._folder / "log").read_text()[-3000:]
        raise AssertionError(f"{self.name} never was {roles} {problem}: {health}\n{log}")


class Pair:
    """Two controllers of one site that know of each other."""

    def __init__(self, folder: Path, *, city: Path, redis_url: str) -> None:
        self.first = ControllerProcess(folder, "first", city=city, redis_url=redis_url)
        self.second = ControllerProcess(folder, "second", city=city, redis_url=redis_url)
        self.first.others, self.second.others = [self.second], [self.first]

    @property
    def urls(self) -> list[str]:
        return [self.first.url, self.second.url]

    async def open(self) -> tuple[ControllerProcess, ControllerProcess]:
        """See that both run, and return the leader and the standby."""
        both = (self.first, self.second)
        for each in both:
            if not each.is_running:
                each.start()
                await each.plays(*(("leader", "standby") if each is self.first else ("standby",)))
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s:
            roles = [(await each.health()).get("role") for each in both]
            if sorted(map(str, roles)) == ["leader", "standby"]:
                return both if roles[0] == "leader" else both[::-1]
            await asyncio.sleep(0.05)
        raise AssertionError(f"no leader and standby: {roles}")

    def close(self) -> None:
        self.first.kill()
        self.second.kill()


class Follower(ProtocolPlayer):
    """A player that knows all controllers of its site and goes where one answers, for ever.

    `commits` are (epoch, scene) in the order they were shown; `joins` the times it was let in.
    """

    def __init__(self, urls: Sequence[str], token: str) -> None:
        super().__init__(urls[0], token)
        self.urls = list(urls)
        self.commits: list[tuple[int, str | None]] = []
        self.joins: list[float] = []
        self.blank = 0
        self._following: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Follower:
        self._following = asyncio.create_task(self._follow())
        self._beating = asyncio.create_task(self._beat())
        await self.until(lambda: bool(self.joins), "identified", PATIENCE_S)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in (self._following, self._beating):
            assert task is not None
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        with suppress(AttributeError):
            await self.link.close()

    async def epoch_above(self, epoch: int) -> float:
        """Wait until a later controller has let it in, and return when that was (own clock)."""
        await self.until(lambda: self.epoch > epoch and self.is_in, "a new term", PATIENCE_S)
        return self.joins[-1]

    is_in = False

    async def _follow(self) -> None:
        while True:
            self.urls.append(self.urls.pop(0))
            self.url = self.urls[-1]
            try:
                async with asyncio.timeout(1):
                    await self.open()
                assert self._task is not None
                await self._task
            except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed):
                pass
            self.is_in = False
            await asyncio.sleep(0.1)

    async def _beat(self) -> None:
        """Say where it is every second; nothing heard for 2 s: the controller is gone."""
        while True:
            await asyncio.sleep(0.5)
            if not self.is_in:
                continue
            before = len(self.frames)
            with suppress(ConnectionClosed):
                await self.heartbeat()
                await self.send("clock", t0AtMs=now_ms())
            try:
                await self.until(lambda before=before: len(self.frames) > before, "a word", 2.0)
            except AssertionError:
                self.link.transport.abort()

    async def _handle(self, kind: str, d: dict[str, Any]) -> None:
        await super()._handle(kind, d)
        if kind == "identified":
            self.is_in = True
            self.joins.append(time.monotonic())

    async def _commit(self, d: dict[str, Any]) -> None:
        await super()._commit(d)
        if self.shown is not None:
            self.commits.append((self.epoch, self.shown["sceneId"]))
            if not self.shown["tiles"]:
                self.blank += 1
