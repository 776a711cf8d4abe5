"""All live sources of a city at work: one thread with an event loop, whatever the feed's loop does.

A dataset's ways start when its stream in the store is open (`begin`), and end with `close`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp

from data_access.contracts import DatasetContract, duration_s
from data_access.intake.health import HealthBook
from data_access.intake.polling import Polling
from data_access.intake.spool import Spool
from data_access.intake.url import CONNECT_S, UrlFetch, place_of
from data_access.intake.ways import UrlWay, Way
from settings import Settings, SettingsError

log = logging.getLogger(__name__)

SPOOL = "spool.sqlite"
END_S = 5.0


class Intake:
    """Fetches and hears; everything lands in `spool`, and how it goes in `health`."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        """Open the spool and start the thread; raises StoreError."""
        self._settings = settings
        self._clock = clock
        self.health = HealthBook(clock)
        self.spool = Spool(settings.data_dir / SPOOL, clock=clock)
        self._polls: dict[tuple[str, str], Polling] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._thread.start()

    def begin(self, contract: DatasetContract, done: int | None) -> None:
        """Start the ways of a dataset; `done` is up to where the store has its payloads."""
        self.spool.begin(contract.id, done)
        for kind, way in contract.source.ways.items():
            self.health.add(contract.id, kind, place_of(way.address))
            try:
                self._call(self._start(contract, kind, way))
            except SettingsError as error:  # its secret is not there: the others go on
                log.error("%s: %s: %s", contract.id, kind, error)
                self.health.failed(contract.id, kind, str(error))

    def ask(self, dataset: str, way: str) -> None:
        """Have a source that is polled asked at once."""
        self._loop.call_soon_threadsafe(lambda: self._polls[dataset, way].ask())

    def close(self) -> None:
        """End all ways, and let the spool go."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(END_S)
        self.spool.close()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _start(self, contract: DatasetContract, kind: str, way: Way) -> None:
        polling = Polling(
            contract.id,
            kind,
            duration_s(way.every) if way.every is not None else contract.cadence_s,
            self._fetch(way),
            self.spool,
            self.health,
        )
        self._polls[contract.id, kind] = polling
        task = asyncio.create_task(polling.keep(), name=f"{contract.id} {kind}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _fetch(self, way: UrlWay) -> UrlFetch:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return UrlFetch(way, self._session, self._clock, _secret(self._settings, way))

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._end())
            self._loop.close()

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()


def _secret(settings: Settings, way: Way) -> str | None:
    return None if way.secret is None else settings.source_secret(way.secret)
