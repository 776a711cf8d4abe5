"""How each live source is: when it was last tried and last answered, and how long it is left alone.

Written by whoever fetches or hears, and by whoever stores; read by the feed, which keeps it in the
store for pages and for its next start.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from language import Told

FIRST_S = 2.0  # left alone after a first failure, doubling
LONGEST_S = 600.0
PORT = "feed.port", "port"  # in place of dataset and way: the port itself, once it refused somebody
BESIDE = "beside"  # the way of what is only read with payloads (data_access/intake/companion.py)
LONGEST_ASKED_S = 6 * 3600.0  # a source may ask for so much


@dataclass(frozen=True, slots=True)
class Health:
    """One way of one dataset; instants in microseconds since the Unix epoch."""

    dataset: str
    way: str  # url, mqtt, …
    place: str  # where it comes from, without any secret
    is_waiting: bool = True  # never tried yet
    last_try_us: int | None = None
    last_success_us: int | None = None
    until_us: int | None = None  # left alone until then
    failures: int = 0  # in a row
    error: str = ""  # a Told (language/told.py), or as one was kept
    payloads: int = 0
    size: int = 0  # bytes of them
    rows: int = 0  # observations and records the contract accepted
    refused: int = 0
    lag_us: int | None = None  # of the newest row: from its own time until it came in
    withdrawn: int = 0  # observations that are said no more
    turned_away: int = 0  # who sent too much, too often, too slowly, or without leave


def back_off_s(
    failures: int, *, longest_s: float = LONGEST_S, chance: Callable[[], float] = random.random
) -> float:
    """Return for how long to leave a source alone after its `failures`-th failure in a row.

    Doubling from FIRST_S, and of that a half to the whole by chance: sources that failed together
    are not tried together.
    """
    doubled: float = FIRST_S * 2.0 ** min(failures - 1, 32)
    return min(doubled, longest_s) * (0.5 + 0.5 * chance())


@dataclass(slots=True)
class HealthBook:
    """The health of every live source; safe between threads."""

    clock: Callable[[], float]
    _of: dict[tuple[str, str], Health] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, dataset: str, way: str, place: str, before: Health | None = None) -> None:
        """Begin to know a source; `before` is how it was when the feed last ran."""
        anew = Health(dataset, way, place)
        if before is not None:
            anew = replace(
                before, place=place, is_waiting=True, failures=0, error="", until_us=None
            )
        with self._lock:
            self._of[dataset, way] = anew

    def tries(self, dataset: str, way: str) -> None:
        """Take note that it is asked, or connected to, now."""
        self._change(dataset, way, last_try_us=self._now_us(), is_waiting=False)

    def came(self, dataset: str, way: str, *, payloads: int = 0, size: int = 0) -> None:
        """Take note that it answered or sent, and how much."""
        now_us = self._now_us()
        with self._lock:
            was = self._of[dataset, way]
            self._of[dataset, way] = replace(
                was,
                is_waiting=False,
                last_try_us=was.last_try_us if was.last_try_us is not None else now_us,
                last_success_us=now_us,
                until_us=None,
                failures=0,
                error="",
                payloads=was.payloads + payloads,
                size=was.size + size,
            )

    def failed(self, dataset: str, way: str, error: Told, *, until_us: int | None = None) -> None:
        """Take note that it failed, why, and until when it is left alone."""
        failures = self.of(dataset, way).failures + 1
        self._change(
            dataset, way, is_waiting=False, failures=failures, error=error, until_us=until_us
        )

    def stored(
        self,
        dataset: str,
        way: str,
        *,
        rows: int,
        refused: int,
        lag_us: int | None,
        withdrawn: int = 0,
    ) -> None:
        """Take note of what the contract made of payloads."""
        with self._lock:
            was = self._of.get((dataset, way))
            if was is not None:  # else a way that was taken out of the city's files
                self._of[dataset, way] = replace(
                    was,
                    rows=was.rows + rows,
                    refused=was.refused + refused,
                    withdrawn=was.withdrawn + withdrawn,
                    lag_us=was.lag_us if lag_us is None else lag_us,
                )

    def turned_away(self, dataset: str, way: str) -> None:
        """Take note that somebody who would send was turned away."""
        with self._lock:
            was = self._of.get((dataset, way)) or Health(dataset, way, "", is_waiting=False)
            self._of[dataset, way] = replace(was, turned_away=was.turned_away + 1)

    def of(self, dataset: str, way: str) -> Health:
        """Return how a source is."""
        with self._lock:
            return self._of[dataset, way]

    def all(self) -> list[Health]:
        """Return how all are."""
        with self._lock:
            return list(self._of.values())

    def error(self, dataset: str) -> str | None:
        """Return why nothing comes of a dataset: what is wrong when every way of it fails.

        What stands beside it is none of them.
        """
        ways = [each for each in self.all() if each.dataset == dataset and each.way != BESIDE]
        return ways[0].error if ways and all(each.failures for each in ways) else None

    def _now_us(self) -> int:
        return int(self.clock() * 1_000_000)

    def _change(self, dataset: str, way: str, **changed: object) -> None:
        with self._lock:
            self._of[dataset, way] = replace(self._of[dataset, way], **changed)  # type: ignore[arg-type]
