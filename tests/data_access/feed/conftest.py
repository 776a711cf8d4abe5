"""A room's data path with a clock of its own: a lake in a folder, a store and a cache beside it."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_access.aggregates.registry import aggregates
from data_access.cache import EnvelopeCache, open_cache
from data_access.city import City, load_city
from data_access.contracts import SourceSpec
from data_access.envelope import Envelope
from data_access.feed import Feed
from data_access.findings import Found
from data_access.quarantine import Order
from data_access.sources import registry
from data_access.store import StoreReader, open_reader, open_writer
from settings import Settings
from tests.conftest import ROOT, SMALL_LAKE
from tests.data_access.feed.live_room import LiveRoom

NOW_S = datetime(2026, 11, 22, 18, 0, tzinfo=UTC).timestamp()  # Monday 01:00 in Hanoi
MOST_TICKS = 500


@dataclass
class Room:
    """A feed that can be stopped and started again, and what it has said."""

    settings: Settings
    city: City
    now_s: float = NOW_S
    told: dict[str, int] = field(default_factory=dict)
    ticks: int = 0
    orders: list[Order] = field(default_factory=list)  # about quarantine
    found: Found | None = None
    _feed: Feed | None = None
    _open: list[Any] = field(default_factory=list)

    @property
    def cache(self) -> EnvelopeCache:
        return open_cache(self.settings)

    @property
    def feed(self) -> Feed:
        if self._feed is None:
            writer, reader = open_writer(self.settings, self.city.zone), open_reader(self.settings)
            self._feed = Feed(
                self.settings,
                self.city,
                writer,
                reader,
                self.cache,
                orders=self._ordered,
                found=self.found,
            )
            self._open += [self._feed, writer, reader]
        return self._feed

    def _ordered(self, after: int) -> list[Order]:
        return [order for order in self.orders if order.order_id > after]

    def tick(self, seconds: float = 0.0) -> dict[str, int]:
        """Let time pass, then tick once."""
        self.now_s += seconds
        self.ticks += 1
        versions = self.feed.tick(self.now_s)
        self.told |= versions
        return versions

    def settle(self, seconds: float = 0.0) -> dict[str, int]:
        """Let time pass, then tick until nothing is left to do; the clock does not move."""
        versions = self.tick(seconds)
        for _ in range(MOST_TICKS):
            if not self.feed.is_busy:
                return versions
            versions |= self.tick()
        raise AssertionError("the feed does not come to rest")

    def play(self, seconds: float, step_s: float = 0.25) -> dict[str, int]:
        """Let the clock run like the role does."""
        versions: dict[str, int] = {}
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            versions |= self.settle(min(step_s, until_s - self.now_s))
        return versions

    def read(self, aggregate: str) -> Envelope:
        envelope = self.cache.read(aggregate)
        assert envelope is not None, aggregate
        return envelope

    def number(self, aggregate: str, name: str) -> float | None:
        return self.read(aggregate).payload["numbers"][name]["value"]

    def envelopes(self) -> dict[str, Envelope]:
        return self.cache.read_many([*aggregates(), "city.geometry"])

    def restart(self, **changed: Any) -> None:
        """Stop the feed, and let the next tick start another on what it left."""
        self.close()
        self.settings = self.settings.model_copy(update=changed)

    def close(self) -> None:
        for each in self._open:
            each.close()
        self._open, self._feed = [], None

    @property
    def lake(self) -> Path:
        assert self.settings.lake is not None
        return self.settings.lake

    def store(self) -> StoreReader:
        reader = open_reader(self.settings)
        self._open.append(reader)
        return reader


@pytest.fixture(scope="session")
def city() -> City:
    return load_city(ROOT / "city")


@pytest.fixture
def open_room(tmp_path: Path, city: City) -> Iterator[Callable[..., Room]]:
    rooms: list[Room] = []

    def opened(*datasets: str, lake: Path | None = SMALL_LAKE, **settings: Any) -> Room:
        """Open a room; with `datasets` its city has only these."""
        if lake is SMALL_LAKE:
            lake = tmp_path / "lake"
            shutil.copytree(SMALL_LAKE, lake, dirs_exist_ok=True)
        chosen = city
        if datasets:
            kept = {name: city.datasets[name] for name in datasets}
            chosen = replace(city, datasets=kept)
        made = Settings(data_dir=tmp_path / "data", city=ROOT / "city", lake=lake)
        rooms.append(Room(made.model_copy(update=settings), chosen))
        return rooms[-1]

    yield opened
    for room in rooms:
        room.close()


@pytest.fixture
def open_source(tmp_path: Path, city: City) -> Iterator[Callable[..., LiveRoom]]:
    """Open a room whose city has one dataset, from a source of the test."""
    rooms: list[LiveRoom] = []

    def opened(dataset: str, source: SourceSpec, **settings: Any) -> LiveRoom:
        contract = replace(city.datasets[dataset], source=source)
        chosen = replace(city, datasets={dataset: contract})
        registry.verify(chosen)
        named = {"data_dir": tmp_path / "data", "city": ROOT / "city", "feed_port": free_port()}
        rooms.append(LiveRoom(Settings(**{**named, **settings}), chosen))
        return rooms[-1]

    yield opened
    for room in rooms:
        room.close()


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def live_city(folder: Path, dataset: str, source: str) -> Path:
    """Copy the city's folder, with other TOML below `[dataset.source]` of one dataset."""
    shutil.copytree(ROOT / "city", folder)
    path = folder / "datasets.toml"
    begin = "[[dataset]]\n"
    head, *blocks = path.read_text("utf-8").split(begin)
    made = [
        f"{block.split('[dataset.source]')[0]}[dataset.source]\n{source}\n"
        if block.startswith(f'id = "{dataset}"')
        else block
        for block in blocks
    ]
    path.write_text(begin.join([head, *made]), "utf-8")
    return folder
