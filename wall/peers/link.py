"""The socket to another site's controller: opened again for ever, frames in order both ways."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import orjson
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from wall.protocol import PROTOCOL

OPEN_S = 1.0
SILENT_S = 1.25  # a ping every so often, and its answer within as long
NEXT_S, FIRST_RETRY_S, LONGEST_RETRY_S = 0.05, 0.25, 1.0

log = structlog.get_logger("wall.peers")


class PeerLink:
    """One site's controllers, of which one leads; `run` it as a task."""

    def __init__(
        self,
        site_id: str,
        urls: Sequence[str],
        *,
        heard: Callable[[str, str, int, dict[str, Any]], None],
        lost: Callable[[str], None],
    ) -> None:
        """`heard` gets the site and each frame's type, epoch and fields; `lost` ends what was."""
        self._site_id = site_id
        self._urls = deque(urls)
        self._heard = heard
        self._lost = lost
        self._outgoing: asyncio.Queue[str] | None = None  # None: there is no link

    def say(self, frame: str) -> None:
        """Send a frame on the link there is; without one it is gone, as `lost` told."""
        if self._outgoing is not None:
            self._outgoing.put_nowait(frame)

    async def run(self) -> None:
        """Keep the link up until cancelled."""
        failures = tried = 0
        while True:
            tried += 1
            with suppress(OSError, TimeoutError, InvalidHandshake, ConnectionClosed, ValueError):
                async with connect(
                    self._urls[0],
                    subprotocols=[Subprotocol(PROTOCOL)],
                    compression=None,
                    proxy=None,
                    max_size=None,
                    open_timeout=OPEN_S,
                    ping_interval=SILENT_S,
                    ping_timeout=SILENT_S,
                    close_timeout=0.5,
                ) as link:
                    failures = 0
                    await self._serve(link)
            self._urls.rotate(-1)
            pause_s = NEXT_S
            if tried >= len(self._urls):
                pause_s = min(FIRST_RETRY_S * 2**failures, LONGEST_RETRY_S)
                failures, tried = min(failures + 1, 16), 0
            await asyncio.sleep(pause_s * random.uniform(0.75, 1.25))

    async def _serve(self, link: ClientConnection) -> None:
        self._outgoing = asyncio.Queue()
        writing = asyncio.create_task(self._write(link, self._outgoing))
        try:
            async for text in link:
                self._take(text)
        finally:
            self._outgoing = None
            writing.cancel()
            log.info("link to another site ended", site=self._site_id)
            self._lost(self._site_id)

    def _take(self, text: str | bytes) -> None:
        """Hand a frame on; raises ValueError for what cannot be taken: the link begins anew."""
        try:
            frame = orjson.loads(text)
            self._heard(self._site_id, str(frame["type"]), int(frame["epoch"]), dict(frame["d"]))
        except Exception as error:  # a line to another site is never given up for good
            log.exception("frame of another site failed", site=self._site_id)
            raise ValueError(f"no frame of a controller: {error!r}") from error

    @staticmethod
    async def _write(link: ClientConnection, outgoing: asyncio.Queue[str]) -> None:
        with suppress(ConnectionClosed):
            while True:
                await link.send(await outgoing.get())
