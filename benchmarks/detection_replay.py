"""Plays series to detectors as they would have come, and tells which alerts there would have been.

Each look sees what was there by then and nothing of later; the book is folded as in the room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from analytics.detection import air, congestion, fault, flood, novelty, surge
from analytics.detection.alerts import seen
from analytics.detection.book import Alert, Book, fold
from analytics.detection.finding import Finding
from analytics.detection.options import us
from analytics.detection.scene import Happening, Scene
from analytics.detection.track import HOUR_US, Floats, Spot, Track
from analytics.detection.usual import DayKind, Profile

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIND: dict[type[Any], Callable[[Any, Scene], list[Finding]]] = {
    congestion.Congestion: congestion.find,
    fault.Fault: fault.find,
    air.Air: air.find,
    flood.Rain: flood.find_rain,
    flood.Level: flood.find_level,
    surge.Surge: surge.find,
    novelty.Novelty: novelty.find,
}


def weekday_kind(day: date) -> DayKind:
    """Tell what kind of day it is where no holidays are known."""
    return "weekend" if day.weekday() >= 5 else "workday"


@dataclass(frozen=True)
class Played:
    """A whole series with what detectors need beside it."""

    track: Track
    spots: Mapping[str, Spot] = field(default_factory=dict)
    free: Mapping[str, float] = field(default_factory=dict)
    happenings: tuple[Happening, ...] = ()
    history: Track | None = None  # hours of before, and of the series itself; default: of itself
    how: str = "mean"


def hours_of(track: Track, how: str = "mean") -> Track:
    """Return the hours of a track, as the store rolls it up."""
    first = track.start_us // HOUR_US
    slots = track.times_us // HOUR_US - first
    count = int(slots[-1]) + 1 if len(slots) else 0
    known = np.isfinite(track.values)
    sums = np.zeros((count, len(track.names)))
    rows = np.zeros((count, len(track.names)))
    np.add.at(sums, slots, np.where(known, track.values, 0.0))
    np.add.at(rows, slots, known)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(rows > 0, sums / rows if how == "mean" else sums, np.nan)
    return Track(first * HOUR_US, HOUR_US, track.names, values)


def replay(
    detectors: Sequence[Any],
    played: Played,
    *,
    from_us: int,
    to_us: int,
    every_us: int | None = None,
    kind_of: Callable[[date], DayKind] = weekday_kind,
    restart: Callable[[Book], Book] = lambda book: book,
) -> list[Alert]:
    """Return every alert raised from `from_us` to `to_us`, by its beginning.

    Instants of alerts are track milliseconds. `restart` is what happens to the book between looks.
    """
    track = played.track
    past = played.history or hours_of(track, played.how)
    profiles: dict[tuple[float, float], Profile] = {}
    book = Book()
    lives: dict[str, Alert] = {}
    ordered = sorted(detectors, key=lambda each: not isinstance(each, fault.Fault))
    for now_us in range(from_us, to_us, every_us or track.step_us):
        told, looked = [], {}
        suspects: frozenset[str] = frozenset()
        for options in ordered:
            window = _window(track, now_us - us(options.history), now_us)
            least = options.least_spread, options.least_share
            if least not in profiles:
                profiles[least] = Profile(past, ZONE, kind_of, *least)
            profile = profiles[least]
            scene = Scene(window, played.spots, profile, played.free, played.happenings, suspects)
            if isinstance(options, congestion.Congestion):
                scene = replace(scene, past_us=_past(book))
            found = FIND[type(options)](options, scene)
            if isinstance(options, fault.Fault):
                suspects |= {name for each in found for name in each.subjects}
            told += [seen(each, lambda at: at / 1000, source={}) for each in found]
            looked[options.id] = (scene.newest_us or 0) / 1000
        book = restart(fold(book, told, looked_ms=looked, now_ms=(now_us + track.step_us) / 1000))
        for alert in (*book.open, *book.ended[:50]):
            lives[alert.id] = alert
    return sorted(lives.values(), key=lambda alert: (alert.began_ms, alert.id))


def _window(track: Track, from_us: int, to_us: int) -> Track:
    first = max(0, (from_us - track.start_us) // track.step_us)
    last = (to_us - track.start_us) // track.step_us
    values: Floats = track.values[first : last + 1]
    return Track(track.start_us + first * track.step_us, track.step_us, track.names, values)


def _past(book: Book) -> tuple[tuple[str, int], ...]:
    return tuple(
        (alert.subjects[0], round((alert.ended_ms - alert.began_ms) * 1000))
        for alert in book.ended
        if alert.ending == "cleared" and alert.ended_ms is not None
    )
