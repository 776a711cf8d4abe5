"""All live sources of a city at work: one thread with an event loop, whatever the feed's loop does.

A dataset's ways start when its stream in the store is open (`begin`), and end with `close`.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
import time
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from data_access.contracts import DatasetContract, duration_s
from data_access.intake import companion, query
from data_access.intake.bucket import Bucket, options_of
from data_access.intake.companion import Accompanied, CompanionFetch, Fault
from data_access.intake.door import Door, Hook
from data_access.intake.gap import GapFetch
from data_access.intake.gate import Bounds
from data_access.intake.health import BESIDE, Health, HealthBook
from data_access.intake.lake import LakeFetch
from data_access.intake.lake_folder import LakeFolder
from data_access.intake.mqtt import Listener
from data_access.intake.partition import Place
from data_access.intake.polling import Fetch, Polling
from data_access.intake.query import QueryFetch
from data_access.intake.spool import Spool
from data_access.intake.syslog_server import SyslogServer
from data_access.intake.url import CONNECT_S, UrlFetch, place_of
from data_access.intake.ways import (
    LakeWay,
    ListenWay,
    MqttWay,
    PolledWay,
    QueryWay,
    UrlWay,
    Way,
    WebhookWay,
)
from language import words_of
from settings import Settings, SettingsError
from settings.object_store import SCHEME

log = logging.getLogger(__name__)

SPOOL = "spool.sqlite"
SCRATCH = "lake-scan"
COMPANIONS = "companions"
GAP = "gap"
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
        self._tls = _tls(settings)
        self.door = Door(
            settings.feed_host,
            settings.feed_port,
            self.spool,
            self.health,
            settings.secret,
            self._tls,
            Bounds(settings.feed_connections, settings.feed_connections_each, settings.feed_rate),
            settings.feed_timeout_s,
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._thread.start()
        self._call(self._spawn(self.door.keep(), "door"))

    def begin(
        self,
        contract: DatasetContract,
        done: int | None,
        *,
        is_new: bool,
        before: Sequence[Health] = (),
        fault: Fault = lambda _path: None,
    ) -> None:
        """Start the ways of a dataset; `done` is up to where the store has its payloads.

        For a store that `is_new` all is fetched again that was fetched for the one before. `before`
        is how its sources were when the feed last ran; `fault` tells why what should be read beside
        its payloads is of no use.
        """
        was = {each.way: each for each in before}
        polled = [k for k, way in contract.source.ways.items() if isinstance(way, PolledWay)]
        self.spool.begin(contract.id, done or 0, forgets=polled if is_new else ())
        beside = contract.source.companion
        if beside is not None:
            self.health.add(contract.id, BESIDE, place_of(beside.address), was.get(BESIDE))
            self._try(contract.id, BESIDE, lambda: self._accompany(contract, beside, fault))
        for kind, way in contract.source.ways.items():
            self.health.add(contract.id, kind, _place(way), was.get(kind))
            self._try(contract.id, kind, partial(self._begin_way, contract, kind, way))

    def beside(self, dataset: str) -> Sequence[Path]:
        """Return the files that came to be read with each payload of a dataset."""
        return companion.kept(self._companions(dataset))

    def ask(self, dataset: str, way: str) -> None:
        """Have a source that is polled asked at once."""
        self._loop.call_soon_threadsafe(lambda: self._polls[dataset, way].ask())

    def read_again(self, dataset: str, way: str, refs: Collection[str]) -> None:
        """Have partitions of a lake read once more, though they are as they were."""

        def again() -> None:
            polling = self._polls.get((dataset, way))
            if polling is not None and isinstance(polling.fetch, LakeFetch):
                polling.fetch.again.update(refs)
                polling.ask()

        self._loop.call_soon_threadsafe(again)

    def close(self) -> None:
        """End all ways, and let the spool go."""
        for listener in self._listeners:
            listener.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(END_S)
        self.spool.close()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _try(self, dataset: str, kind: str, begin: Callable[[], None]) -> None:
        try:
            begin()
        except SettingsError as error:  # its secret is not there: the others go on
            log.error("%s: %s: %s", dataset, kind, error)
            self.health.failed(dataset, kind, words_of(error))

    def _begin_way(self, contract: DatasetContract, kind: str, way: Way) -> None:
        if isinstance(way, MqttWay):
            self._hear(contract, way)
        else:
            self._call(self._start(contract, kind, way))

    def _accompany(self, contract: DatasetContract, way: UrlWay, fault: Fault) -> None:
        """Have what is read beside a dataset's payloads asked for."""
        name = contract.id

        async def start() -> None:
            fetch = CompanionFetch(
                self._fetch(contract, BESIDE, way),
                self._companions(name),
                fault,
                lambda: self._ask_url(name),
            )
            every_s = companion.EVERY_S if way.every is None else duration_s(way.every)
            await self._poll(name, BESIDE, every_s, fetch)

        self._call(start())

    def _companions(self, dataset: str) -> Path:
        return self._settings.data_dir / COMPANIONS / dataset

    def _hear(self, contract: DatasetContract, way: MqttWay) -> None:
        secret = None if way.secret is None else self._settings.source_secret(way.secret)
        listener = Listener(contract.id, way, self.spool, self.health, secret)
        listener.start()
        self._listeners.append(listener)

    async def _start(self, contract: DatasetContract, kind: str, way: Way) -> None:
        if isinstance(way, WebhookWay):
            await self._open(contract, way)
        elif isinstance(way, ListenWay):
            server = SyslogServer(
                contract.id, way, self._settings.feed_host, self.spool, self.health, self._tls
            )
            await self._spawn(server.keep(), f"{contract.id} {kind}")
        elif not isinstance(way, MqttWay):
            every_s = contract.cadence_s if way.every is None else duration_s(way.every)
            fetch = self._fetch(contract, kind, way)
            if isinstance(fetch, LakeFetch) and way.every is None:
                every_s = fetch.place.every_s
            if kind == "url" and contract.source.companion is not None:
                fetch = Accompanied(fetch, self._companions(contract.id))
            await self._poll(contract.id, kind, every_s, fetch)

    async def _poll(self, dataset: str, kind: str, every_s: float, fetch: Fetch) -> None:
        polling = Polling(dataset, kind, every_s, fetch, self.spool, self.health)
        self._polls[dataset, kind] = polling
        await self._spawn(polling.keep(), f"{dataset} {kind}")

    async def _open(self, contract: DatasetContract, way: WebhookWay) -> None:
        """Let a dataset be pushed to, and watch that nothing of it is missing."""
        heard = int(self.spool.state(contract.id, "webhook").get("heard", 0))
        hook = Hook(contract.id, way, self._settings.source_secret(way.secret), heard)
        self.door.hooks[contract.id] = hook
        url = contract.source.url
        if way.silence is not None:
            await self._spawn(self._watch(contract.id, duration_s(way.silence)), "silence")
        if way.subscription is not None and url is not None:
            self.health.add(contract.id, GAP, place_of(way.subscription))
            asks = replace(url, address=way.subscription, params={}, paging="none")
            look = self._fetch(contract, "url", asks)
            gap = GapFetch(
                contract.id, look, lambda: hook.heard, lambda: self._ask_url(contract.id)
            )
            await self._poll(contract.id, GAP, duration_s(way.every), gap)

    async def _watch(self, dataset: str, silence_s: float) -> None:
        """Ask the dataset's address whenever nothing was pushed for so long."""
        begun_us = int(self._clock() * 1_000_000)
        while True:
            last_us = self.health.of(dataset, "webhook").last_success_us or begun_us
            left_s = last_us / 1e6 + silence_s - self._clock()
            if left_s > 0:
                await asyncio.sleep(left_s)
                continue
            self._ask_url(dataset)
            await asyncio.sleep(silence_s)

    def _ask_url(self, dataset: str) -> None:
        polling = self._polls.get((dataset, "url"))
        if polling is not None:  # else its secret is not there
            polling.ask()

    async def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _fetch(self, contract: DatasetContract, kind: str, way: PolledWay) -> Fetch:
        if isinstance(way, LakeWay):
            return LakeFetch(
                way,
                "csv" if kind == "csv" else "parquet",
                self._table(way),
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

    def _table(self, way: LakeWay) -> Place:
        """Return where a table of the lake lies; raises SettingsError."""
        lake, bucket = self._settings.lake, self._settings.lake_bucket
        address = way.path if way.path.startswith(SCHEME) else None
        if address is None and Path(way.path).is_absolute():
            return LakeFolder(Path(way.path))
        if address is None and bucket is not None:
            address = f"{bucket}/{way.path.strip('/')}"
        if address is not None:
            options = options_of(self._settings.object_store)
            return Bucket(address, options, duration_s(way.timeout))
        if lake is None:
            raise SettingsError(f"IOC_LAKE must name the lake in which {way.path} is.")
        return LakeFolder(lake / way.path)

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
        await self.door.close()
        if self._session is not None:
            await self._session.close()


def _place(way: Way) -> str:
    """Return where a source is, as it may be shown."""
    match way:
        case LakeWay():
            return way.path
        case MqttWay():
            return f"{way.broker} {' '.join(way.topics)}"
        case QueryWay():
            return query.place_of(way.database)
        case UrlWay():
            return place_of(way.address)
        case WebhookWay():
            return "/in"
        case ListenWay():
            return f"tcp {way.port}"


def _tls(settings: Settings) -> ssl.SSLContext | None:
    """Return how the feed listens by TLS; raises SettingsError for files that are none of it."""
    if settings.feed_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.feed_certificate, settings.feed_key)
        if settings.feed_client_ca is not None:
            context.load_verify_locations(settings.feed_client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        why = f"its certificate, key or authority cannot be used ({error.strerror or error})"
        raise SettingsError(f"IOC_FEED_CERTIFICATE is wrong: {why}.") from error
    return context
