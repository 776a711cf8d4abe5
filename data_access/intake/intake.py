"""All live sources of a city at work: one thread with an event loop, whatever the feed's loop does.

A dataset's ways start when its stream in the store is open (`begin`), and end with `close`.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp

from data_access.contracts import DatasetContract, duration_s
from data_access.intake import query
from data_access.intake.health import HealthBook
from data_access.intake.lake import LakeFetch
from data_access.intake.mqtt import Listener
from data_access.intake.polling import Fetch, Polling
from data_access.intake.query import QueryFetch
from data_access.intake.spool import Spool
from data_access.intake.url import CONNECT_S, UrlFetch, place_of
from data_access.intake.ways import LakeWay, MqttWay, PolledWay, QueryWay, Way
from settings import Settings, SettingsError

log = logging.getLogger(__name__)

SPOOL = "spool.sqlite"
SCRATCH = "lake-scan"
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
        self._listeners: list[Listener] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._thread.start()

    def begin(self, contract: DatasetContract, done: int | None, *, is_new: bool) -> None:
        """Start the ways of a dataset; `done` is up to where the store has its payloads.

        For a store that `is_new` all is fetched again that was fetched for the one before.
        """
        polled = [k for k, way in contract.source.ways.items() if isinstance(way, PolledWay)]
        self.spool.begin(contract.id, done or 0, forgets=polled if is_new else ())
        for kind, way in contract.source.ways.items():
            self.health.add(contract.id, kind, _place(way))
            try:
                if isinstance(way, MqttWay):
                    self._hear(contract, way)
                else:
                    self._call(self._start(contract, kind, way))
            except SettingsError as error:  # its secret is not there: the others go on
                log.error("%s: %s: %s", contract.id, kind, error)
                self.health.failed(contract.id, kind, str(error))

    def ask(self, dataset: str, way: str) -> None:
        """Have a source that is polled asked at once."""
        self._loop.call_soon_threadsafe(lambda: self._polls[dataset, way].ask())

    def close(self) -> None:
        """End all ways, and let the spool go."""
        for listener in self._listeners:
            listener.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(END_S)
        self.spool.close()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _hear(self, contract: DatasetContract, way: MqttWay) -> None:
        secret = None if way.secret is None else self._settings.source_secret(way.secret)
        listener = Listener(contract.id, way, self.spool, self.health, secret)
        listener.start()
        self._listeners.append(listener)

    async def _start(self, contract: DatasetContract, kind: str, way: PolledWay) -> None:
        polling = Polling(
            contract.id,
            kind,
            duration_s(way.every) if way.every is not None else contract.cadence_s,
            self._fetch(contract, kind, way),
            self.spool,
            self.health,
        )
        self._polls[contract.id, kind] = polling
        task = asyncio.create_task(polling.keep(), name=f"{contract.id} {kind}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _fetch(self, contract: DatasetContract, kind: str, way: PolledWay) -> Fetch:
        if isinstance(way, LakeWay):
            return LakeFetch(
                way,
                "csv" if kind == "csv" else "parquet",
                self._folder(way.path),
                self._settings.data_dir / SCRATCH / contract.id,
                self._clock,
            )
        secret = None if way.secret is None else self._settings.source_secret(way.secret)
        if isinstance(way, QueryWay):
            return QueryFetch(way, self._clock, secret)
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return UrlFetch(way, self._session, self._clock, secret)

    def _folder(self, path: str) -> Path:
        lake = self._settings.lake
        if lake is None and not Path(path).is_absolute():
            raise SettingsError(f"IOC_LAKE must name the lake in which {path} is.")
        return (Path() if lake is None else lake) / path

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


def _place(way: Way) -> str:
    """Return where a source is, as it may be shown."""
    if isinstance(way, LakeWay):
        return way.path
    if isinstance(way, MqttWay):
        return f"{way.broker} {' '.join(way.topics)}"
    return query.place_of(way.database) if isinstance(way, QueryWay) else place_of(way.address)
