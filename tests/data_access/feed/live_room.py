"""A room whose clock is the real one, since its sources are; it is waited for, and never slept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from data_access.cache import open_cache
from data_access.city import City
from data_access.envelope import Envelope
from data_access.feed import Feed, live_datasets
from data_access.intake.health import Health
from data_access.intake.intake import Intake
from data_access.quarantine import Order
from data_access.store import StoreReader, open_reader, open_writer
from settings import Settings

LONGEST_S = 30.0
STEP_S = 0.02


@dataclass
class LiveRoom:
    """A feed with its intake, that can be stopped and started again."""

    settings: Settings
    city: City
    longest_tick_s: float = 0.0
    orders: list[Order] = field(default_factory=list)  # about quarantine
    intake: Intake | None = None
    _feed: Feed | None = None
    _open: list[Any] = field(default_factory=list)
    _reader: StoreReader | None = None

    @property
    def feed(self) -> Feed:
        if self._feed is None:
            if live_datasets(self.settings, self.city):
                self.intake = Intake(self.settings)
            writer = open_writer(self.settings, self.city.zone, durable=True)
            reader = open_reader(self.settings)
            cache = open_cache(self.settings)
            self._feed = Feed(
                self.settings,
                self.city,
                writer,
                reader,
                cache,
                self.intake,
                orders=lambda after: [each for each in self.orders if each.order_id > after],
            )
            intakes = [] if self.intake is None else [self.intake]
            self._open += [self._feed, *intakes, writer, reader]
        return self._feed

    def tick(self) -> None:
        feed = self.feed
        begun_s = time.monotonic()
        feed.tick(time.time())
        self.longest_tick_s = max(self.longest_tick_s, time.monotonic() - begun_s)

    def until(self, holds: Callable[[], Any]) -> None:
        """Tick until it holds, and the aggregates say so."""
        give_up_s = time.monotonic() + LONGEST_S
        pause = threading.Event()
        self.tick()
        while not holds():
            assert time.monotonic() < give_up_s, "it does not come to that"
            pause.wait(STEP_S)
            self.tick()
        self.tick()

    def ask(self, dataset: str, way: str = "url") -> None:
        assert self.intake is not None
        self.intake.ask(dataset, way)

    def health(self, dataset: str, way: str = "url") -> Health:
        assert self.intake is not None
        known = {(each.dataset, each.way): each for each in self.intake.health.all()}
        return known.get((dataset, way)) or Health(dataset, way, "")

    def failing(self, dataset: str) -> str | None:
        return self.feed._channels[dataset].failing

    def stored(self, dataset: str) -> tuple[int, int, int]:
        """Return how many observations, revisions and record versions the store has."""
        with self.store().snapshot() as snapshot:
            current = snapshot.current(dataset)
        if current is None:
            return 0, 0, 0
        return current.observations, current.revisions, current.records

    def accepted(self, dataset: str) -> tuple[int, dict[str, int]]:
        """Return how many rows the contract accepted, and refused by reason."""
        with self.store().snapshot() as snapshot:
            reading = snapshot.reading(dataset)
        return reading.accepted, dict(reading.rejected)

    def store(self) -> StoreReader:
        if self._reader is None:
            self._reader = open_reader(self.settings)
            self._open.append(self._reader)
        return self._reader

    def read(self, aggregate: str) -> Envelope:
        envelope = open_cache(self.settings).read(aggregate)
        assert envelope is not None, aggregate
        return envelope

    def number(self, aggregate: str, name: str) -> float | None:
        return self.read(aggregate).payload["numbers"][name]["value"]

    def restart(self) -> None:
        """Stop the feed, and let the next tick start another on what it left."""
        self.close()

    def close(self) -> None:
        for each in self._open:
            each.close()
        self._open, self._feed, self.intake, self._reader = [], None, None, None
