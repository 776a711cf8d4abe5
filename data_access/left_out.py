"""What changed files of a dataset leave out, on the track they are played on.

A file is all there is of its own while, from its first row on: what it said from there, and does
not say now, is withdrawn (data_access/store/parts.py). What lies before that stays, since a table
that moves on leaves its oldest rows behind, and never its newest. What lies after the last row of a
text that may have been cut short (data_access/reading.py) stays, too, and so does what a file said
that says nothing any more. Played in laps, a row has been said once a lap, and is withdrawn in each
that is kept.

Pure; data_access/channel.py writes what comes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data_access.reading import WHOLE, Reading
from data_access.records import instant_us
from data_access.replay import Timeline
from data_access.rows import NO_LINE, Rows, SeriesKey, is_of_part
from data_access.schedule import Schedule
from data_access.store import Extent, Whole

FILE_ENDS = ":#"  # what follows a file's name in references


def once(reading: Reading, files: Sequence[str]) -> list[Whole]:
    """Return files that are played once as parts that come whole."""
    return [
        Whole(
            name,
            reading.rows.take(reading.rows.of_part(name, FILE_ENDS)),
            refused=reading.refused_keys,
            nameless=_nameless(reading, name),
            within="span" if name in reading.cut_short else "on",
            ends=FILE_ENDS,
            beside=reading.rows,
        )
        for name in _read(reading, files)
    ]


def of_records(reading: Reading, files: Sequence[str]) -> list[Whole]:
    """Return files as parts whose records come whole, in whatever laps they were played."""
    wholes = []
    for name in _read(reading, files):
        reported = [
            instant_us(each.reported_at)
            for each in reading.records
            if is_of_part(each.source_ref, name, FILE_ENDS)
        ]
        between = Extent.of(np.array(reported, np.int64))
        if between is not None:
            if name not in reading.cut_short:
                between = between.on()
            wholes.append(
                Whole(
                    name,
                    None,
                    nameless=reading.nameless[name],
                    ends=FILE_ENDS,
                    records=reading.records,
                    refused_records=reading.refused_records,
                    between=between,
                )
            )
    return wholes


@dataclass(frozen=True, slots=True)
class _While:
    """Where the rows of a file lie on the track: in every lap, and as news."""

    loop: Extent | None
    news: Extent | None
    nameless: int

    def pieces(self, timeline: Timeline, after_us: int, until_us: int) -> Iterator[Extent]:
        """Yield where it lies in (after, until] of the track, lap by lap."""
        laps = [] if self.loop is None else timeline.laps(after_us, until_us)
        moved = [(self.loop, lap * timeline.period_us) for lap in laps]
        for extent, offset in [*moved, (self.news, 0)]:
            if extent is None:
                continue
            first_us = max(extent.first_us + offset, after_us + 1)
            last_us = min(extent.last_us + offset, until_us)
            if first_us <= last_us:
                yield Extent(first_us, last_us)


@dataclass(frozen=True, slots=True)
class InLaps:
    """Files that are played in laps, and when all that is not to be withdrawn is due."""

    said: Schedule
    refused: Schedule
    whiles: Mapping[str, _While]

    @classmethod
    def of(
        cls, reading: Reading, said: Schedule, timeline: Timeline, files: Sequence[str]
    ) -> InLaps:
        """Set out what files say, of all that is `said`; what was refused stays as it was."""
        whiles = {name: _while(reading, timeline, name) for name in _read(reading, files)}
        return cls(said, Schedule.of(timeline, _refused(reading), ()), whiles)

    def wholes(self, timeline: Timeline, after_us: int, until_us: int) -> list[Whole]:
        """Return what the files say in (after, until] of the track, each lap a part of its own."""
        due = [each.due(timeline, after_us, until_us)[0] for each in (self.said, self.refused)]
        said = Rows.join([rows for rows in due if rows is not None])
        nothing = Rows.join([])
        return [
            Whole(
                name,
                nothing,
                nameless=each.nameless,
                ends=FILE_ENDS,
                beside=said,
                between=piece,
            )
            for name, each in self.whiles.items()
            for piece in each.pieces(timeline, after_us, until_us)
        ]


def _read(reading: Reading, files: Sequence[str]) -> list[str]:
    """Return those of the files that could be read."""
    unread = {each.source_ref for each in reading.rejected if each.reason in WHOLE}
    return [name for name in files if name not in unread]


def _nameless(reading: Reading, name: str) -> int:
    """Return of how many observations nobody knows whether a file has them: one each indicator."""
    return reading.nameless[name] * len({key.indicator for key in reading.rows.keys})


def _while(reading: Reading, timeline: Timeline, name: str) -> _While:
    rows = reading.rows
    is_its = np.array([is_of_part(text, name, FILE_ENDS) for text in rows.refs], bool)
    source_us = rows.at_us[is_its[rows.ref]]
    if timeline.mode == "window":  # what lies before is never played
        source_us = source_us[source_us >= timeline.first_us]
    at_us, is_news = timeline.spread(source_us)
    loop, news = Extent.of(at_us[~is_news]), Extent.of(at_us[is_news])
    if name not in reading.cut_short:
        loop = loop and Extent(loop.first_us, timeline.first_us + timeline.period_us - 1)
        news = news and news.on()
    return _While(loop, news, _nameless(reading, name))


def _refused(reading: Reading) -> Rows:
    """Return what was refused as rows of no file."""
    keys: dict[SeriesKey, int] = {}
    found = [
        (keys.setdefault(SeriesKey(indicator, name, None), len(keys)), at_us)
        for indicator, name, at_us in sorted(reading.refused_keys)
    ]
    return Rows(
        keys=tuple(keys),
        refs=("",),
        code=np.array([code for code, _ in found], np.int32),
        at_us=np.array([at_us for _, at_us in found], np.int64),
        value=np.zeros(len(found)),
        quality=np.zeros(len(found), np.int8),
        ref=np.zeros(len(found), np.int32),
        line=np.full(len(found), NO_LINE, np.int32),
    )
