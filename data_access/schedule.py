"""When the rows and records of a reading are due on the track: laps of a window, news once.

Pure: it holds what was read, sorted by time, and answers questions about stretches of the track.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from data_access.model import RecordRow
from data_access.records import Played, instant_us
from data_access.replay import Instants, Timeline
from data_access.rows import Rows


@dataclass(frozen=True, slots=True)
class _Line:
    """Times on the track in ascending order, and which row each belongs to."""

    at_us: Instants
    row: Instants

    @classmethod
    def of(cls, at_us: Instants, which: np.ndarray) -> _Line:
        row = np.flatnonzero(which)
        row = row[np.argsort(at_us[row], kind="stable")]
        return cls(at_us[row], row)

    def between(self, after_us: int, until_us: int) -> slice:
        begin, end = np.searchsorted(self.at_us, (after_us, until_us), side="right")
        return slice(int(begin), int(end))

    def next_after(self, after_us: int) -> int | None:
        at = int(np.searchsorted(self.at_us, after_us, side="right"))
        return int(self.at_us[at]) if at < len(self.at_us) else None


@dataclass(frozen=True, slots=True)
class _Lines:
    """What repeats every lap, and what comes once."""

    loop: _Line
    news: _Line

    @classmethod
    def of(cls, timeline: Timeline, source_us: Instants) -> _Lines:
        at_us, is_news = timeline.spread(source_us)
        # Rows before a window shorter than its file are never played.
        plays = ~is_news & ((source_us >= timeline.first_us) | (timeline.mode != "window"))
        return cls(_Line.of(at_us, plays), _Line.of(at_us, is_news))

    def parts(
        self, timeline: Timeline, after_us: int, until_us: int
    ) -> Iterator[tuple[_Line, slice, int, int]]:
        """Yield (line, which of it, lap, offset) of what lies in (after, until]."""
        for lap in timeline.laps(after_us, until_us):
            offset = lap * timeline.period_us
            found = self.loop.between(after_us - offset, until_us - offset)
            if found.start < found.stop:
                yield self.loop, found, lap, offset
        found = self.news.between(after_us, until_us)
        if found.start < found.stop:
            yield self.news, found, 0, 0

    def next_after(self, timeline: Timeline, after_us: int) -> int | None:
        candidates = [self.news.next_after(after_us)]
        for lap in timeline.laps(after_us, after_us + timeline.period_us):
            offset = lap * timeline.period_us
            at_us = self.loop.next_after(after_us - offset)
            candidates.append(None if at_us is None else at_us + offset)
        return min((each for each in candidates if each is not None), default=None)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The rows and records of a dataset by the time they are due."""

    rows: Rows
    records: Sequence[RecordRow]
    _rows: _Lines
    _records: _Lines

    @classmethod
    def of(cls, timeline: Timeline, rows: Rows, records: Sequence[RecordRow]) -> Schedule:
        """Sort what was read by when `timeline` plays it."""
        reported = np.array([instant_us(record.reported_at) for record in records], np.int64)
        return cls(rows, records, _Lines.of(timeline, rows.at_us), _Lines.of(timeline, reported))

    @classmethod
    def empty(cls) -> Schedule:
        """Return a schedule of nothing."""
        nothing = _Line(np.zeros(0, np.int64), np.zeros(0, np.int64))
        lines = _Lines(nothing, nothing)
        return cls(Rows.join([]), (), lines, lines)

    def changed_since(self, old: Schedule, timeline: Timeline) -> Schedule:
        """Return a schedule of what `old` does not have as it is here."""
        known = {(r.record_id, r.version, r.reported_at): r for r in old.records}
        records = [
            r for r in self.records if known.get((r.record_id, r.version, r.reported_at)) != r
        ]
        return Schedule.of(timeline, self.rows.take(self.rows.changed_since(old.rows)), records)

    def due(
        self, timeline: Timeline, after_us: int, until_us: int
    ) -> tuple[Rows | None, list[Played]]:
        """Return what lies in (after, until] of the track; rows have track times."""
        rows: list[np.ndarray] = []
        times: list[np.ndarray] = []
        for line, found, _, offset in self._rows.parts(timeline, after_us, until_us):
            rows.append(line.row[found])
            times.append(line.at_us[found] + offset)
        played = [
            Played(self.records[row], lap, int(at_us) + offset - self._reported_us(row))
            for line, found, lap, offset in self._records.parts(timeline, after_us, until_us)
            for row, at_us in zip(line.row[found].tolist(), line.at_us[found], strict=True)
        ]
        if not rows:
            return None, played
        return self.rows.take(np.concatenate(rows)).at(np.concatenate(times)), played

    def begin_of_chunk(self, timeline: Timeline, after_us: int, until_us: int, most: int) -> int:
        """Return from where on (after, until] holds at most about `most`, at least one instant."""
        begin_us = after_us
        while until_us - begin_us > 1 and self._count(timeline, begin_us, until_us) > most:
            begin_us = until_us - (until_us - begin_us) // 2
        return begin_us

    def next_after(self, timeline: Timeline, after_us: int) -> int | None:
        """Return the track time of what comes next, None when nothing does."""
        found = (lines.next_after(timeline, after_us) for lines in (self._rows, self._records))
        return min((each for each in found if each is not None), default=None)

    def _count(self, timeline: Timeline, after_us: int, until_us: int) -> int:
        return sum(
            found.stop - found.start
            for lines in (self._rows, self._records)
            for _, found, _, _ in lines.parts(timeline, after_us, until_us)
        )

    def _reported_us(self, row: int) -> int:
        return instant_us(self.records[row].reported_at)
