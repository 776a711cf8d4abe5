"""The feed role: what comes in live, and files when their time comes, become rows and envelopes.

One tick: look at a few files, write what is due (one chunk a dataset), build the aggregates that
changed, write their envelopes, say their versions. Live sources are asked and heard beside it
(data_access/intake), so that none of them holds up a tick. A dataset that fails is left alone for a
while; its last envelope stays and grows old. The clock, the way versions are told and who looks at
the envelopes are arguments.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from data_access.aggregates.registry import aggregates
from data_access.cache import EnvelopeCache, open_cache
from data_access.channel import Channel
from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.envelope import Envelope
from data_access.errors import CacheError, SourceError, StoreError
from data_access.exposition import Exposition
from data_access.finding import is_finding
from data_access.findings import Findings, Found
from data_access.intake.health import Health
from data_access.intake.intake import Intake
from data_access.live import LiveChannel
from data_access.memory import give_back
from data_access.opening import open_city
from data_access.quarantine import Orders
from data_access.quarantine_orders import QuarantineOrders
from data_access.reading import Folder
from data_access.scoring import Scoring, Uses
from data_access.simulation import Simulation
from data_access.store import StoreReader, StoreWriter, open_reader, open_writer
from settings import Settings

log = logging.getLogger(__name__)

TICK_S = 0.25
SCAN_S = 0.25  # between two looks at a dataset's files
BACK_OFF_S = (1.0, 60.0)  # after a failure, doubling
SIMULATED_LAKE = "simulated-lake"
HEALTH_S = 5.0  # between two times of keeping how the live sources are
SOURCES = "sources"  # names no dataset: what concerns only aggregates of everything
SCRATCH = "reading"  # folder of live payloads while they are read

Publish = Callable[[dict[str, int]], None]
Look = Callable[[Mapping[str, Envelope], float], None]  # envelopes, now in ms


def run_feed(
    settings: Settings,
    *,
    publish: Publish,
    look: Look = lambda _envelopes, _now_ms: None,
    uses: Uses | None = None,
    orders: Orders | None = None,
    found: Found | None = None,
    withdrew: Callable[[], None] = lambda: None,
    clock: Callable[[], float] = time.time,
    stop: threading.Event,
) -> None:
    """Run the data path until `stop` is set; raises CityError or BoundaryError before it starts.

    `look` is shown the envelopes after each tick, once they are in the cache; `uses` says who asked
    for the rows of datasets, `orders` what is to be done with rows in quarantine, `found` what work
    beside has found. `withdrew` is called when something that was in the store is not to be known.
    """
    cache = open_cache(settings)
    known = cache.read_many([*aggregates(), *Exposition.ALWAYS])
    findings = {n: v for n, v in cache.versions().items() if is_finding(n)}
    _tell(publish, findings | {name: envelope.version for name, envelope in known.items()})
    city = open_city(settings)
    is_live = bool(live_datasets(settings, city))
    writer, reader = open_writer(settings, city.zone, durable=is_live), open_reader(settings)
    intake = Intake(settings) if is_live else None
    feed = Feed(
        settings, city, writer, reader, cache, intake, uses=uses, orders=orders, found=found
    )
    untold: dict[str, int] = {}
    gone = 0
    try:
        while not stop.is_set():
            begun, now_s = time.monotonic(), clock()
            untold |= feed.tick(now_s)
            if writer.withdrawn != gone:
                gone = writer.withdrawn
                withdrew()
            if untold and _tell(publish, untold):
                untold = {}
            _show(look, feed.settled(), now_s * 1000)
            rest_s = 0.0 if feed.is_busy else TICK_S - (time.monotonic() - begun)
            stop.wait(max(0.001, rest_s))
    finally:
        feed.close()
        if intake is not None:
            intake.close()
        writer.close()
        reader.close()


def live_datasets(settings: Settings, city: City) -> set[str]:
    """Return the datasets that come in live."""
    return {n for n, contract in city.datasets.items() if settings.live and contract.source.ways}


@dataclass(slots=True)
class _Trouble:
    """A dataset that failed: how often in a row, and until when it is left alone."""

    failures: int = 0
    until_s: float = 0.0

    def fail(self, now_s: float) -> float:
        first, longest = BACK_OFF_S
        wait_s: float = min(first * 2.0**self.failures, longest)
        self.failures += 1
        self.until_s = now_s + wait_s
        return wait_s


class Feed:
    """The data path of one room, a tick at a time."""

    def __init__(
        self,
        settings: Settings,
        city: City,
        writer: StoreWriter,
        reader: StoreReader,
        cache: EnvelopeCache,
        intake: Intake | None = None,
        *,
        uses: Uses | None = None,
        orders: Orders | None = None,
        found: Found | None = None,
    ) -> None:
        """Without an `intake` nothing is live; `uses` says who asked for a dataset's rows."""
        self._speed = settings.replay_speed
        self._writer = writer
        self._quarantine_orders = QuarantineOrders(writer, orders)
        self._intake = intake
        self._health: list[Health] | None = None  # of the sources, as kept
        self._next_health_s = 0.0
        self._exposition = Exposition(city, reader, cache, settings.geometry_dir)
        self._findings = Findings(cache, found)
        self._scoring = Scoring(city, reader, writer, uses=uses)
        live = set() if intake is None else live_datasets(settings, city)
        self._channels: dict[str, Channel | LiveChannel] = {}
        for name, contract in city.datasets.items():
            if intake is not None and name in live:
                self._channels[name] = LiveChannel(
                    contract,
                    city,
                    writer,
                    reader,
                    intake,
                    beside=_beside(settings, contract),
                    scratch=settings.data_dir / SCRATCH / name,
                )
            else:
                self._channels[name] = Channel(contract, city, writer, _lake(settings, contract))
        self._trouble: dict[str, _Trouble] = {name: _Trouble() for name in self._channels}
        self._failing: dict[str, str] = {}
        self._to_scan: deque[str] = deque()
        self._next_scan_s = 0.0
        self._has_read = False
        missing = [
            name
            for name, contract in city.datasets.items()
            if name not in live and not _is_fed(settings, contract)
        ]
        folder = settings.data_dir / SIMULATED_LAKE
        self._simulation = (
            Simulation(settings.city, city, folder, missing) if settings.simulates else None
        )

    @property
    def is_busy(self) -> bool:
        """Whether there is more to do at once."""
        return bool(self._to_scan) or any(
            channel.is_busy and not self._trouble[name].failures
            for name, channel in self._channels.items()
        )

    def tick(self, now_s: float) -> dict[str, int]:
        """Do what is due at `now_s`; returns the versions of the aggregates that changed."""
        now_us = int(now_s * 1_000_000)
        self._simulate(now_s)
        changed = self._quarantine_orders.step(self._channels, now_s)
        changed |= self._scan(now_s, now_us)
        for name, channel in self._channels.items():
            due = channel.is_busy or (channel.due_us is not None and channel.due_us <= now_us)
            if not due or now_s < self._trouble[name].until_s:
                continue
            try:
                outcome = channel.step(now_us)
            except Exception as error:  # noqa: BLE001  one dataset must not stop the others
                self._failed(name, error, now_s, "write")
            else:
                self._trouble[name].failures = 0
                if outcome.changed:
                    changed.add(name)
        failing = {n: why for n, c in self._channels.items() if (why := c.failing) is not None}
        changed |= {n for n, why in failing.items() if self._failing.get(n) != why}
        changed |= self._failing.keys() - failing.keys()
        self._failing = failing
        if self._keep_health(now_s):
            changed.add(SOURCES)
        is_scored = False
        if not self._to_scan:  # else nothing is known yet of some
            filling = {name for name, channel in self._channels.items() if channel.is_busy}
            scored = self._scoring.refresh(now_s * 1000, changed, failing, filling)
            is_scored, changed = scored.is_new, changed | scored.others
        versions: dict[str, int] = self._exposition.refresh(
            now_s * 1000,
            changed,
            failing,
            self._scoring.below,
            is_busy=self.is_busy,
            is_scored=is_scored,
        )
        versions |= self._findings.step(now_s)
        if self._has_read and not self.is_busy:
            self._has_read = False
            give_back()
        return versions

    def settled(self) -> dict[str, Envelope]:
        """Return the envelopes in the cache that say all there is in the store."""
        filling = {name for name, channel in self._channels.items() if channel.is_busy}
        return {**self._exposition.settled(filling), **self._findings.shown}

    def close(self) -> None:
        """End what was started beside."""
        for channel in self._channels.values():
            if isinstance(channel, LiveChannel):
                channel.close()
        if self._simulation is not None:
            self._simulation.close()

    def _simulate(self, now_s: float) -> None:
        if self._simulation is None:
            return
        folders = self._simulation.poll(now_s)
        for name, folder in folders.items():
            channel = self._channels[name]
            if isinstance(channel, Channel):  # what is live is never simulated
                channel.add(folder)

    def _scan(self, now_s: float, now_us: int) -> set[str]:
        """Look at files until one dataset was read: the others' rows must not wait for it."""
        if not self._to_scan and now_s >= self._next_scan_s:
            self._next_scan_s = now_s + SCAN_S
            self._to_scan.extend(self._channels)
        read: set[str] = set()
        while self._to_scan and not read:
            name = self._to_scan.popleft()
            if now_s < self._trouble[name].until_s:
                continue
            try:
                if self._channels[name].scan(now_us, self._speed):
                    read.add(name)
                    self._trouble[name].failures = 0
            except Exception as error:  # noqa: BLE001  one dataset must not stop the others
                self._failed(name, error, now_s, "read")
                read.add(name)
        if read:
            self._has_read = True
            entities = {n: c.entities for n, c in self._channels.items()}
            self._exposition.place(entities, is_all=not self._to_scan)
        return read

    def _keep_health(self, now_s: float) -> bool:
        """Keep how the live sources are once all are open; tells whether that changed."""
        if self._to_scan or now_s < self._next_health_s:
            return False
        self._next_health_s = now_s + HEALTH_S
        found = [] if self._intake is None else self._intake.health.all()
        if found == self._health:
            return False
        try:
            self._writer.keep_health(found)
        except StoreError as error:
            log.error("the health of sources cannot be kept: %s", error)
            return False
        self._health = found
        return True

    def _failed(self, name: str, error: Exception, now_s: float, doing: str) -> None:
        wait_s = self._trouble[name].fail(now_s)
        expected = isinstance(error, (SourceError, StoreError, CacheError))
        log.error(
            "%s: cannot %s (again in %.0f s): %s",
            name,
            doing,
            wait_s,
            error,
            exc_info=None if expected else error,
        )


def _lake(settings: Settings, contract: DatasetContract) -> list[Folder]:
    if settings.lake is None:
        return []
    return [Folder(settings.lake, "replay", contract)]


def _beside(settings: Settings, contract: DatasetContract) -> list[Path]:
    """Return the files that are read with each payload, of the lake, else of the city's folder."""
    found: list[Path] = []
    for pattern in contract.source.beside:
        for folder in (settings.lake, settings.city):
            files = [] if folder is None else sorted(p for p in folder.glob(pattern) if p.is_file())
            if files:
                found += files
                break
    return found


def _is_fed(settings: Settings, contract: DatasetContract) -> bool:
    return settings.lake is not None and bool(contract.source.files(Path(settings.lake)))


def _tell(publish: Publish, versions: Mapping[str, int]) -> bool:
    """Publish versions; tells whether that worked."""
    if not versions:
        return True
    try:
        publish(dict(versions))
    except Exception as error:  # noqa: BLE001  whoever listens must not stop the data path
        log.warning("versions could not be published: %s", error)
        return False
    return True


def _show(look: Look, envelopes: Mapping[str, Envelope], now_ms: float) -> None:
    try:
        look(envelopes, now_ms)
    except Exception:  # whoever looks must not stop the data path
        log.exception("envelopes could not be looked at")
