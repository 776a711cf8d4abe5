"""What an aggregate is, and the view of the data it is built from.

An aggregate reads roll-ups, newest values and current records through a View and returns a payload
(data_access/envelope.py). It has no clock of its own and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from data_access.city import City
from data_access.classification import Classification
from data_access.envelope import Envelope, Payload, Text
from data_access.replay import Timeline
from data_access.store.snapshot import Snapshot

MS = 1000  # microseconds
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class View:
    """The data at one instant: a snapshot of the store, the city, and aggregates built before."""

    snapshot: Snapshot
    city: City
    now_ms: float
    read: Callable[[str], Envelope | None]

    def is_fed(self, dataset: str) -> bool:
        """Tell whether anything feeds `dataset`."""
        return self.snapshot.current(dataset) is not None

    def timeline(self, dataset: str) -> Timeline:
        """Return how `dataset` is played; raises LookupError when nothing feeds it."""
        current = self.snapshot.current(dataset)
        if current is None:
            raise LookupError(f"nothing feeds {dataset}")
        return current.timeline

    def glass_ms(self, dataset: str, track_us: int) -> float:
        """Return when a track time of `dataset` is on glass."""
        return self.timeline(dataset).glass(track_us) / MS

    def track_us(self, dataset: str) -> int:
        """Return the track time of `dataset` that is playing now."""
        return self.timeline(dataset).track(int(self.now_ms * MS))

    def local(self, at_us: int) -> datetime:
        """Return an instant in the city's own time."""
        return datetime.fromtimestamp(at_us / 1_000_000, UTC).astimezone(self.city.zone)


@dataclass(frozen=True, slots=True)
class Later:
    """A part of a payload that no number of it needs: made only when the whole envelope is."""

    make: Callable[[], Any]


def later(make: Callable[..., Any], *given: Any) -> Any:
    """Return a part of a payload that is made when it is wanted."""
    return Later(lambda: make(*given))


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A registered aggregate. `name` is what versions are published under."""

    name: str
    # Read from the store; the owner of the first one answers for the aggregate, the city's data
    # office for what is made of other aggregates.
    datasets: tuple[str, ...]
    build: Callable[[View], Payload]
    reads: tuple[str, ...] = ()  # other aggregates
    label: Text | None = None  # default: the first dataset's name
    released: bool = False  # made of what its contracts release (data_access/release.py), no more
    classified: Callable[[City], Classification] | None = None  # besides its datasets
    remembers: bool = False  # goes on from its own last envelope, which is kept nowhere else
    rows_h: int = 0  # for how many hours it reads single rows of its first dataset, not roll-ups
    optional: tuple[str, ...] = ()  # of `datasets` those that a city need not have

    def is_for(self, city: City) -> bool:
        """Tell whether a city has what this is made of: all that is needed, and something."""
        here = set(self.datasets) & city.datasets.keys()
        return set(self.datasets) - set(self.optional) <= here and bool(here or not self.datasets)


def text(vi: str, en: str) -> Text:
    """Return a text in both languages."""
    return {"vi": vi, "en": en}


NO_SOURCE = text("chưa có nguồn dữ liệu", "no source")
NO_DATASET = text("thành phố chưa khai báo bộ dữ liệu này", "this city has no such dataset")
NO_DATA = text("nguồn chưa có dữ liệu", "the source has no data yet")
