"""One dataset on its way from files to the store: read, checked, played, written in due time.

A channel knows where its dataset's files may lie (the lake first, then the simulated lake), keeps
their rows compactly, and writes those whose time has come. What went wrong reading is kept as
`failing`; then nothing is written, and what was shown grows old. Envelopes are the feed's business.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data_access.city import City
from data_access.contracts import DatasetContract, duration_s
from data_access.envelope import LIVE
from data_access.errors import SourceError
from data_access.left_out import InLaps, of_records, once
from data_access.model import Entity, Rejected
from data_access.quarantine import Order
from data_access.reading import Folder, Found, Reading
from data_access.records import instant_us
from data_access.replay import DAY, LONGEST_HISTORY, Timeline, anchor
from data_access.schedule import Schedule
from data_access.store import Change, FileMark, Outcome, StoreWriter, Stream
from data_access.watch import Watch
from language import Told, told

log = logging.getLogger(__name__)

CHUNK = 10_000  # rows of one transaction
SECOND_US = 1_000_000
PRUNE_US = 3600 * SECOND_US  # between two times of forgetting what is long over
SPARE_US = 30 * DAY  # of track before the history, in which rows are still kept
AGAIN_US = 30 * SECOND_US  # until a file that could not be read is tried again unchanged


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A piece (after, until] of the track whose rows wait to be written."""

    schedule: Schedule
    after_us: int
    until_us: int
    left_out: InLaps | None = None  # what files say here that may have said more

    def chunk_us(self, timeline: Timeline) -> int:
        """Return from where on it is one chunk, counting what is said again, too."""
        counted = self.schedule if self.left_out is None else self.left_out.said
        return counted.begin_of_chunk(timeline, self.after_us, self.until_us, CHUNK)


class Channel:
    """Plays one dataset. `step` writes at most one chunk, so that channels take turns."""

    def __init__(
        self, contract: DatasetContract, city: City, writer: StoreWriter, folders: Sequence[Folder]
    ) -> None:
        self.dataset = contract.id
        self._city = city
        self._writer = writer
        self._folders: list[tuple[Folder, Watch]] = []
        for folder in folders:
            self.add(folder)
        self._seen: Found | None = None  # as read
        self._glimpsed: Found | None = None  # as found last time, perhaps still being written
        self._tried_us: int | None = None
        self._stream: Stream | None = None
        self._timeline: Timeline | None = None
        self._schedule = Schedule.empty()
        self._to_us = 0  # up to here of the track all is written or waits
        self._waiting: list[_Stretch] = []
        self._due_us: int | None = None  # glass time of the next row
        self.entities: tuple[Entity, ...] = ()
        self.failing: Told | None = None
        self._prune_us = 0
        self._is_unread = False  # nothing could be read: tried again even unchanged
        self._is_behind = False  # what was to be written was given up: nobody knows what there is
        self._readings = 0
        self._releasing: tuple[int, int] | None = None  # an order, and readings before it

    @property
    def is_busy(self) -> bool:
        """Whether rows that are due wait to be written."""
        return bool(self._waiting)

    @property
    def due_us(self) -> int | None:
        """Glass time of the next row, None when there is none."""
        return self._due_us

    def add(self, folder: Folder) -> None:
        """Add a folder to look into when those before have no files."""
        self._folders.append((folder, Watch(folder.path, folder.contract.source)))

    def scan(self, now_us: int, speed: float) -> bool:
        """Look for new, changed and vanished files, read them once they hold still; tells if so.

        Raises SourceError when none can be read, StoreError when the store cannot be written.
        """
        found = self._find()
        is_first, glimpsed = self._tried_us is None, self._glimpsed
        self._glimpsed = found
        if found is None:
            return self._lose(is_first, now_us)
        if found == self._seen and not self._tries_again(now_us):
            return False
        if not is_first and found not in (glimpsed, self._seen):
            return False  # perhaps still being written
        self._seen, self._tried_us = None, now_us
        try:
            self._read(found, now_us, speed)
        except SourceError:
            self._seen = found  # read, in a way: it is not tried again at every look
            raise
        self._seen = found
        return True

    def release(self, order: Order, now_us: int) -> bool:
        """Do an order about rows in quarantine; tell whether it is done. Raises StoreError.

        All files are read again, and those rows come in on the way of all others.
        """
        if self._releasing is None or self._releasing[0] != order.order_id:
            self._writer.begin_order(order, now_us=now_us)
            self._releasing = (order.order_id, self._readings)
            self._seen = None
            return self._stream is None  # nothing feeds it
        return self._readings > self._releasing[1]

    def step(self, now_us: int) -> Outcome:
        """Write the next chunk that is due, newest first; raises StoreError."""
        if self._timeline is None or self._stream is None:
            return Outcome()
        if self._due_us is not None and self._due_us <= now_us:
            playing_us = self._timeline.track(now_us)
            if playing_us > self._to_us:
                self._waiting.append(_Stretch(self._schedule, self._to_us, playing_us))
                self._to_us = playing_us
            self._look_ahead()
        if not self._waiting:
            return Outcome()
        last = self._waiting[-1]
        begin_us = last.chunk_us(self._timeline)
        rows, played = last.schedule.due(self._timeline, begin_us, last.until_us)
        rest = self._waiting[:-1]
        if begin_us > last.after_us:
            rest.append(replace(last, until_us=begin_us))
        done_us = min((each.after_us for each in rest), default=self._to_us)
        change = Change(rows=rows, played=played, done_us=done_us)
        if last.left_out is not None:
            wholes = last.left_out.wholes(self._timeline, begin_us, last.until_us)
            change = replace(change, wholes=wholes)
        outcome = self._writer.apply(self._stream.id, change, now_us=now_us)
        self._waiting = rest
        if not rest and now_us >= self._prune_us:
            self._prune(self._stream.id, self._timeline, now_us)
        return outcome

    def _prune(self, stream_id: int, timeline: Timeline, now_us: int) -> None:
        """Let the store forget laps that are long over: a replay goes round for ever."""
        self._prune_us = now_us + PRUNE_US
        if timeline.period_us:
            playing_us = timeline.track(now_us)
            kept_us = timeline.history_begin(playing_us) - SPARE_US
            self._writer.prune(
                stream_id, rows_before_us=kept_us, hours_before_us=kept_us - LONGEST_HISTORY
            )

    def _find(self) -> Found | None:
        for folder, watch in self._folders:
            files = watch.look()
            if files:
                return Found(folder, files)
        return None

    def _tries_again(self, now_us: int) -> bool:
        tried_us = self._tried_us or 0
        return self._is_unread and now_us - tried_us >= AGAIN_US

    def _lose(self, is_first: bool, now_us: int) -> bool:
        """Take note that there are no files: from the start, or any more."""
        self._tried_us = now_us
        if is_first:
            self._writer.close_dataset(LIVE, self.dataset)
            return True
        if self._seen is None:
            return False
        log.warning("%s: its files are gone", self.dataset)
        self._seen, self.failing = None, told("its files are gone")
        self._rest()
        return True

    def _rest(self) -> None:
        """Play nothing."""
        self._is_behind |= bool(self._waiting)
        self._schedule, self._waiting, self._due_us = Schedule.empty(), [], None

    def _read(self, found: Found, now_us: int, speed: float) -> None:
        folder = found.folder
        old: Schedule | None = self._schedule
        self._rest()
        if self._is_behind or self._stream is None:
            old = None
        stream = self._writer.open_stream(
            LIVE, self.dataset, origin=folder.origin, place=str(folder.path.resolve())
        )
        if self._stream is not None and self._stream.id != stream.id:
            old = None
        self._stream, self._timeline = stream, stream.timeline
        owner = folder.contract.owner
        try:
            now = datetime.fromtimestamp(now_us / 1e6, UTC)
            allowed = self._writer.allowed(stream.id)
            reading = Reading.of(found, self._city, now, stream.schema, allowed=allowed)
        except SourceError as error:
            self.failing, self._is_unread = error.told, True
            refused = Rejected(error.where, error.reason, error.told)
            change = Change(rejected=[refused], owner=owner)
            self._writer.apply(stream.id, change, now_us=now_us)
            self._readings += 1
            raise
        self.failing, self._is_unread = reading.failing, False
        self.entities = tuple(reading.entities.values())
        timeline = _play(stream.timeline, reading, folder.contract, now_us, speed)
        change = Change(
            entities=self.entities,
            rejected=reading.rejected,
            owner=owner,
            files=reading.marks,
            gone=tuple(set(stream.files) - {mark.path for mark in reading.marks}),
            timeline=timeline,
            schema=reading.schema,
            refused=reading.refused,
            withdrawn=reading.withdrawn,
        )
        changed = _changed(reading, stream)
        wholes = of_records(reading, changed) if stream.files else []
        if timeline is not None and timeline.mode == "latest":
            wholes += once(reading, changed)
        change = replace(change, wholes=wholes)
        if timeline is not None:
            change = replace(change, done_us=self._plan(stream, timeline, reading, old, now_us))
        self._keep(stream, change, now_us)
        self._readings += 1

    def _keep(self, stream: Stream, change: Change, now_us: int) -> None:
        """Write what a reading came to; nothing is played by a timeline that is not kept."""
        try:
            self._writer.apply(stream.id, change, now_us=now_us)
        except Exception:
            self._rest()
            self._is_behind = True
            raise
        self._is_behind = False

    def _plan(
        self,
        stream: Stream,
        timeline: Timeline,
        reading: Reading,
        old: Schedule | None,
        now_us: int,
    ) -> int:
        """Set out what must be written of a reading; returns up to where all is written.

        Of files that were read before nothing is written again; of changed ones, or where other
        rows are let in than before, the rows that are not as they were, or, when those are no
        longer at hand, all of the history.
        """
        playing_us = timeline.track(now_us)
        history_us = timeline.history_begin(playing_us)
        self._timeline = timeline
        self._schedule = Schedule.of(timeline, reading.rows, reading.records)
        goes_on = stream.timeline is not None and stream.timeline.mode == timeline.mode
        done_us = stream.done_us if goes_on else None
        self._to_us = playing_us if done_us is None else max(done_us, history_us)
        begin_us = self._to_us
        if _taken(reading.marks) != _taken(stream.files.values()):
            begin_us = history_us
        if begin_us < self._to_us:
            schedule = (
                self._schedule if old is None else self._schedule.changed_since(old, timeline)
            )
            self._waiting = [_Stretch(schedule, begin_us, self._to_us)]
        if goes_on and timeline.period_us:
            self._wait_for_left_out(reading, stream, playing_us, is_resumed=old is None)
        self._look_ahead()
        return begin_us

    def _wait_for_left_out(
        self, reading: Reading, stream: Stream, playing_us: int, *, is_resumed: bool
    ) -> None:
        """Have what waits take back what changed files leave out.

        After a start (`is_resumed`) that is of any file: a stop may have left it half done, and
        what waits reaches up to now, since more may have been played by then than is known of.
        """
        if is_resumed and self._to_us < playing_us:
            self._waiting.append(_Stretch(self._schedule, self._to_us, playing_us))
            self._to_us = playing_us
        if self._waiting and self._timeline is not None:
            names = [Path(mark.path).name for mark in reading.marks]
            chosen = names if is_resumed else _changed(reading, stream)
            left_out = InLaps.of(reading, self._schedule, self._timeline, chosen)
            self._waiting = [replace(each, left_out=left_out) for each in self._waiting]

    def _look_ahead(self) -> None:
        self._due_us = None
        if self._timeline is not None:
            next_us = self._schedule.next_after(self._timeline, self._to_us)
            self._due_us = None if next_us is None else self._timeline.glass(next_us)


def _changed(reading: Reading, stream: Stream) -> list[str]:
    """Return the names of files of which something else was taken than when they were read before.

    One may be as it was, but could not be read then, or had rows refused that are let in now.
    """
    before = _taken(stream.files.values())
    taken = _taken(reading.marks).items()
    return [Path(path).name for path, found in taken if before.get(path) != found]


def _taken(marks: Iterable[FileMark]) -> dict[str, tuple[str, int]]:
    """Return what was read of each file: its digest, and how many rows were let in."""
    return {mark.path: (mark.digest, mark.accepted) for mark in marks}


def _play(
    timeline: Timeline | None,
    reading: Reading,
    contract: DatasetContract,
    now_us: int,
    speed: float,
) -> Timeline | None:
    """Return how the reading is played: as before and on, or from now; None without any row."""
    reported = [instant_us(record.reported_at) for record in reading.records]
    source_us = np.concatenate([reading.rows.at_us, np.array(reported, np.int64)])
    if not len(source_us):
        return timeline
    replay = contract.replay
    if timeline is None or timeline.mode != replay.mode:
        return anchor(
            source_us,
            replay.mode,
            now_us,
            speed=speed,
            step_us=round(contract.cadence_s * SECOND_US),
            period_us=None if replay.period is None else round(duration_s(replay.period) * 1e6),
            now_at_us=None if replay.now_at is None else instant_us(replay.now_at),
        )
    return timeline.at_speed(speed, now_us).with_news(int(source_us.max()), now_us)
