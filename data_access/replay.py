"""Anchor arithmetic of the replay: when a row of the lake is due, and what its original time was.

Three times, all in integer microseconds since the Unix epoch. *Source* time is what the file says.
*Track* time is source time plus the laps a window has made; it is the key in the store, so a lap, a
restart or another speed changes no key. *Glass* time is when a row is shown. Between track and
glass lie straight segments, `glass = start + (track - anchor) / speed`; a change of speed adds one.

Modes: a `window` repeats every period, whole weeks from the original so that Monday stays Monday;
`events` repeat with long pauses cut short; `latest` maps the newest row to now or the whole weeks
before and never repeats; `live` is no replay: the three times are one. A row newer than all there
was when the replay was anchored is news: it keeps its own time when that is today's, otherwise the
newest of the news happened when it arrived.

Pure: no clock, no file, no store.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
LONGEST_PAUSE = HOUR  # between two events of the replay, whatever it was between the originals
RECENT = DAY  # news at most this old is today's and keeps its own time
SHORTEST_HISTORY = 8 * DAY  # what seven-day lines need
LONGEST_HISTORY = 400 * DAY

Instants = npt.NDArray[np.int64]
Mode = Literal["window", "events", "latest"]


@dataclass(frozen=True, slots=True)
class Segment:
    """From `glass_us` on, the track runs from `track_us` at `speed`."""

    glass_us: int
    track_us: int
    speed: float


@dataclass(frozen=True, slots=True)
class News:
    """Rows of (after_us, until_us] in source time came after the anchoring: glass is + shift."""

    after_us: int
    until_us: int
    shift_us: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """How one dataset is played; kept in the store, so that a restart continues it."""

    mode: Mode | Literal["live"]
    first_us: int  # extent of the source when it was anchored
    last_us: int
    period_us: int  # length of a lap on the track; 0 when there are no laps
    segments: tuple[Segment, ...]
    folds: tuple[
        tuple[int, int], ...
    ] = ()  # events: after this instant, a pause was cut by so much
    news: tuple[News, ...] = ()

    @classmethod
    def live(cls) -> Timeline:
        """Return the timeline of what comes in as it happens."""
        return cls("live", 0, 0, 0, (Segment(0, 0, 1.0),))

    def glass(self, track_us: int) -> int:
        """Return the glass time at which `track_us` is reached."""
        at = bisect_right(self.segments, track_us, key=lambda segment: segment.track_us) - 1
        if at < 0:  # history before the first start ran at its own pace
            return self.segments[0].glass_us + track_us - self.segments[0].track_us
        segment = self.segments[at]
        return segment.glass_us - int((segment.track_us - track_us) // segment.speed)

    def track(self, glass_us: int) -> int:
        """Return the track time that is playing at `glass_us`."""
        at = bisect_right(self.segments, glass_us, key=lambda segment: segment.glass_us) - 1
        if at < 0:
            return self.segments[0].track_us + glass_us - self.segments[0].glass_us
        segment = self.segments[at]
        return segment.track_us + int((glass_us - segment.glass_us) * segment.speed // 1)

    def base(self, source_us: Instants) -> Instants:
        """Return where source times lie on the track in lap 0 (not for news)."""
        if self.mode != "events":
            return source_us
        early = np.maximum(source_us, self.first_us - LONGEST_PAUSE)
        return early - self._cut(early)

    def spread(self, source_us: Instants) -> tuple[Instants, npt.NDArray[np.bool_]]:
        """Return (lap-0 track times, whether a row is news: those have their only track time)."""
        is_news = source_us > self.last_us
        track = self.base(source_us)
        if is_news.any():
            track = track.copy()
            for at in np.flatnonzero(is_news):
                track[at] = self._news_track(int(source_us[at]))
        return track, is_news

    def laps(self, after_us: int, until_us: int) -> Iterator[int]:
        """Yield the laps that can have rows in (after_us, until_us] of the track."""
        if not self.period_us:
            yield 0
            return
        yield from range(self._lap(after_us) - 1, self._lap(until_us) + 1)

    def source(self, track_us: int) -> int:
        """Return the original time of what is playing at `track_us`."""
        glass_us = self.glass(track_us)
        for news in reversed(self.news):
            if news.after_us < glass_us - news.shift_us <= news.until_us:
                return glass_us - news.shift_us
        if not self.period_us:
            return track_us
        base = track_us - self._lap(track_us) * self.period_us
        for after, cut in self.folds:
            if base >= after + LONGEST_PAUSE:
                base += cut
        return base

    def history_begin(self, playing_us: int) -> int:
        """Return from where on the track is filled when `playing_us` plays."""
        if self.mode == "latest":
            return self.first_us - 1
        if self.mode == "events":
            return playing_us - max(DAY, self.period_us)
        return playing_us - max(SHORTEST_HISTORY, min(self.period_us, LONGEST_HISTORY))

    def at_speed(self, speed: float, now_us: int) -> Timeline:
        """Return the timeline going on from where it is at `speed` (`latest` has no speed)."""
        if self.mode == "latest" or self.segments[-1].speed == speed:
            return self
        return replace(self, segments=(*self.segments, Segment(now_us, self.track(now_us), speed)))

    def with_news(self, newest_us: int, now_us: int) -> Timeline:
        """Return the timeline with the source reaching to `newest_us`; unchanged when it did."""
        if self.mode == "latest":
            if newest_us <= self.last_us:
                return self
            return replace(self, last_us=newest_us, segments=(_latest(newest_us, now_us),))
        known = self.news[-1].until_us if self.news else self.last_us
        if newest_us <= known:
            return self
        if self.news and newest_us + self.news[-1].shift_us <= now_us:
            grown = replace(self.news[-1], until_us=newest_us)
            return replace(self, news=(*self.news[:-1], grown))
        own_time = now_us - RECENT <= newest_us <= now_us
        shift = 0 if own_time else now_us - newest_us
        return replace(self, news=(*self.news, News(known, newest_us, shift)))

    def to_json(self) -> dict[str, Any]:
        """Return what is kept in the store."""
        return {
            "mode": self.mode,
            "first_us": self.first_us,
            "last_us": self.last_us,
            "period_us": self.period_us,
            "segments": [[s.glass_us, s.track_us, s.speed] for s in self.segments],
            "folds": [list(fold) for fold in self.folds],
            "news": [[n.after_us, n.until_us, n.shift_us] for n in self.news],
        }

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Timeline:
        """Read what `to_json` wrote."""
        return cls(
            mode=body["mode"],
            first_us=body["first_us"],
            last_us=body["last_us"],
            period_us=body["period_us"],
            segments=tuple(Segment(*segment) for segment in body["segments"]),
            folds=tuple((after, cut) for after, cut in body["folds"]),
            news=tuple(News(*news) for news in body["news"]),
        )

    def _lap(self, track_us: int) -> int:
        return (track_us - self.first_us) // self.period_us

    def _cut(self, source_us: Instants) -> Instants:
        """Return by how much the pauses before each instant were cut."""
        cut = np.zeros(len(source_us), dtype=np.int64)
        for after, by in self.folds:
            cut += np.clip(source_us - (after + LONGEST_PAUSE), 0, by)
        return cut

    def _news_track(self, source_us: int) -> int:
        for news in reversed(self.news):
            if source_us > news.after_us:
                return self.track(source_us + news.shift_us)
        raise ValueError(f"{source_us} is newer than the timeline knows; call with_news first")


def anchor(
    source_us: Instants,
    mode: Mode,
    now_us: int,
    *,
    speed: float = 1.0,
    step_us: int = MINUTE,
    period_us: int | None = None,
    now_at_us: int | None = None,
) -> Timeline:
    """Return the timeline of a source that is played for the first time at `now_us`.

    `source_us` are the times of its rows, at least one; `step_us` is what lies between the last row
    of a lap and the first of the next; `now_at_us` the source time that should play now.
    """
    ordered = np.unique(source_us)
    first, last = int(ordered[0]), int(ordered[-1])
    if mode == "latest":
        return Timeline("latest", first, last, 0, (_latest(last, now_us),))
    if mode == "events":
        folds = _folds(ordered)
        span = last - first - sum(cut for _, cut in folds)
        timeline = Timeline(
            "events", first, last, span + step_us, (Segment(now_us, 0, 1.0),), folds
        )
        wanted = last if now_at_us is None else min(max(now_at_us, first), last)
        start = int(timeline.base(np.array([wanted], dtype=np.int64))[0])
        return replace(timeline, segments=(Segment(now_us, start, speed),))
    period = period_us or -(-(last - first + step_us) // WEEK) * WEEK
    first = max(first, last + 1 - period)
    start = _aligned(now_us, period, first + period - 1 if now_at_us is None else now_at_us)
    if not first <= start < first + period:
        start = first + (start - first) % period
    return Timeline("window", first, last, period, (Segment(now_us, start, speed),))


def _latest(last_us: int, now_us: int) -> Segment:
    return Segment(last_us + (now_us - last_us) // WEEK * WEEK, last_us, 1.0)


def _aligned(now_us: int, period_us: int, wanted_us: int) -> int:
    """Return the newest instant up to `wanted_us` that is whole weeks (or days) away from now."""
    grain = next((unit for unit in (WEEK, DAY) if period_us % unit == 0), period_us)
    return wanted_us - (wanted_us - now_us) % grain


def _folds(ordered: Instants) -> tuple[tuple[int, int], ...]:
    """Return (instant before it, cut) of every pause longer than LONGEST_PAUSE."""
    pauses = np.diff(ordered)
    long = np.flatnonzero(pauses > LONGEST_PAUSE)
    return tuple((int(ordered[at]), int(pauses[at] - LONGEST_PAUSE)) for at in long)
