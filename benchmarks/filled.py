"""A city that is wholly simulated, in a store, with its feed on a clock of the benchmark's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import ROOT
from data_access.cache import open_cache
from data_access.city import City, load_city
from data_access.feed import SIMULATED_LAKE, Feed
from data_access.simulation import SEED
from data_access.simulator.lake import write_lake
from data_access.store import open_reader, open_writer
from settings import Settings

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # Friday, 10:00 in Hà Nội


@dataclass(slots=True)
class Filled:
    """A filled store with its feed, and what time it is for that."""

    settings: Settings
    city: City
    feed: Feed
    now_s: float = NOW.timestamp()

    def fill(self) -> None:
        """Tick until everything simulated is in the store."""
        self.feed.tick(self.now_s)
        while self.feed.is_busy:
            self.feed.tick(self.now_s)

    def tick(self, passed_s: float) -> None:
        """Let time pass, and tick."""
        self.now_s += passed_s
        self.feed.tick(self.now_s)

    def rows(self) -> int:
        """Return how many observations and versions of records the store has."""
        with closing(open_reader(self.settings)) as reader, reader.snapshot() as snapshot:
            found = [snapshot.current(name) for name in self.city.datasets]
        return sum(each.observations + each.records for each in found if each is not None)


@contextmanager
def filled(folder: Path) -> Iterator[Filled]:
    """Simulate the city's lake into `folder`, and fill a store with it."""
    settings = Settings(city=ROOT / "city", data_dir=folder, simulate=True)
    city = load_city(settings.city)
    write_lake(folder / SIMULATED_LAKE, city, datasets=None, seed=SEED, until=NOW)
    writer, reader = open_writer(settings, city.zone), open_reader(settings)
    with closing(writer), closing(reader):
        feed = Feed(settings, city, writer, reader, open_cache(settings))
        with closing(feed):
            room = Filled(settings, city, feed)
            room.fill()
            yield room
