"""The process of one realm beside live: hears of its clock, says envelopes and how it goes.

It shares nothing with the feed but the store, which it reads, and a pipe; it ends when that does.
It runs at low priority and rests as long as it works, so that live is not slowed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Literal

from data_access.boundaries import import_boundaries
from data_access.city import City, load_city
from data_access.envelope import LIVE, Envelope
from data_access.model import Basis
from data_access.realms.realm import RealmClock
from data_access.realms.rehearsal import LATE_MS, Order, Rehearsal
from data_access.store.engine import open_engine
from settings import Settings

NICENESS = 10
STEP_S = 0.5
PROGRESS_S = 0.25  # least time between two words of it


@dataclass(frozen=True, slots=True)
class Tuned:
    """To the child: what time it is there; `run` rises when it is set elsewhere."""

    clock: RealmClock
    run: int


@dataclass(frozen=True, slots=True)
class Made:
    """From the child: envelopes, encoded."""

    envelopes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Went:
    """From the child: how it goes. `ready` when the envelopes of `run` have all been said."""

    run: int
    phase: Literal["preparing", "ready"]
    progress: float
    basis: Basis | None = None


class _Pipe:
    """Takes envelopes on their way to the feed, which keeps them."""

    def __init__(self, link: Connection) -> None:
        self._link = link

    def read_many(self, _names: Iterable[str], _realm: str = LIVE) -> dict[str, Envelope]:
        """Return nothing: each child says all anew."""
        return {}

    def write_many(self, envelopes: Iterable[Envelope]) -> None:
        """Say envelopes."""
        self._link.send(Made(tuple(each.encode() for each in envelopes)))


def serve(settings: Settings, order: Order, tuned: Tuned, link: Connection) -> None:
    """Play a realm until the pipe is closed."""
    with suppress(OSError):
        os.nice(NICENESS)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        _Serving(settings, order, tuned, link).run()


class _Serving:
    def __init__(self, settings: Settings, order: Order, tuned: Tuned, link: Connection) -> None:
        self._link = link
        self._tuned = tuned
        self._ready: int | None = None  # the run that was said to be ready
        self._said_s = 0.0
        self._fastest = 1.0  # of this run
        self._engine = open_engine(settings.observations_url, read_only=True)
        self._rehearsal = Rehearsal(
            order, _city(settings), self._engine, _Pipe(link), progress=self._progress
        )

    def run(self) -> None:
        while True:
            begun_s = time.monotonic()
            now_ms = time.time() * 1000
            glass_ms = self._tuned.clock.glass(now_ms)
            self._rehearsal.step(glass_ms, edition_ms=now_ms, late_ms=self._late_ms())
            if self._ready != self._tuned.run:
                self._ready = self._tuned.run
                self._link.send(Went(self._ready, "ready", 1.0, self._rehearsal.basis))
            took_s = time.monotonic() - begun_s
            self._hear(max(took_s, STEP_S - took_s))

    def _late_ms(self) -> float:
        """Return by how much the time there may go back and be waited for.

        Nothing where it was set back. Else it is so many seconds of here, which are the more there
        the faster it goes: clocks are compared anew, and a controller that starts again goes on
        from where it ended.
        """
        if self._ready != self._tuned.run:
            self._fastest = 1.0
            return 0.0
        self._fastest = max(self._fastest, self._tuned.clock.speed)
        return LATE_MS * self._fastest

    def _hear(self, for_s: float) -> None:
        """Wait for the next step, which comes at once when the realm is set elsewhere."""
        until_s = time.monotonic() + for_s
        while self._link.poll(max(0.0, until_s - time.monotonic())):
            self._tuned = self._link.recv()
            if self._tuned.run != self._ready:
                return

    def _progress(self, share: float) -> None:
        now_s = time.monotonic()
        if now_s - self._said_s >= PROGRESS_S:
            self._said_s = now_s
            self._link.send(Went(self._tuned.run, "preparing", share))


def _city(settings: Settings) -> City:
    city = load_city(settings.city)
    if settings.boundaries is None:
        return city
    areas = import_boundaries(settings.boundaries, city.areas, cache=settings.geometry_dir)
    return replace(city, areas=areas)
