"""A real HTTP server on loopback that speaks the OpenAI API, and answers as a test tells it to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

Reply = Callable[[dict[str, Any]], Awaitable[web.StreamResponse]]


@dataclass
class Speaking:
    """The server: where it is, what it was sent, and how it answers."""

    url: str = ""
    reply: Reply | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    def answers(self, sentences: list[dict[str, Any]]) -> None:
        """Answer with these sentences from now on."""
        self.says(orjson.dumps({"sentences": sentences}).decode())

    def says(self, content: Any, finish: str = "stop") -> None:
        """Answer with this content of a message from now on."""
        body = {"choices": [{"message": {"content": content}, "finish_reason": finish}]}

        async def reply(_asked: dict[str, Any]) -> web.StreamResponse:
            return web.json_response(body)

        self.reply = reply

    @property
    def told(self) -> list[dict[str, Any]]:
        """The sentences it was sent last."""
        return list(orjson.loads(self.asked[-1]["messages"][1]["content"])["sentences"])

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.keys.append(request.headers.get("Authorization"))
        body = await request.json()
        self.asked.append(body)
        assert self.reply is not None
        return await self.reply(body)


@contextmanager
def speaking() -> Iterator[Speaking]:
    """Serve until the block ends."""
    server = Speaking()
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", server.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        server.url = f"http://{host}:{port}/v1"
        ready.set()
        await stop.wait()
        await runner.cleanup()

    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
