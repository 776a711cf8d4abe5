"""One dataset on its way from files to the store: read, checked, played, written in due time.

A channel knows where its dataset's files may lie (the lake first, then the simulated lake), keeps
their rows compactly, and writes those whose time has come. What went wrong reading is kept as
`failing`; then nothing is written, and what was shown grows old. Envelopes are the feed's business.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data_access.city import City
from data_access.contracts import DatasetContract, check, duration_s
from data_access.envelope import LIVE
from data_access.errors import SourceError
from data_access.model import Batch, Entity, RecordRow, Rejected
from data_access.records import instant_us
from data_access.replay import Timeline, anchor
from data_access.rollup import LARGEST
from data_access.rows import Rows
from data_access.schedule import Schedule
from data_access.sources import registry
from data_access.store import Change, FileMark, Outcome, StoreWriter
from data_access.store.writer import KEPT_A_FILE, Stream

log = logging.getLogger(__name__)

CHUNK = 20_000  # rows of one transaction
SECOND_US = 1_000_000
AGAIN_US = 30 * SECOND_US  # until a file that could not be read is tried again unchanged


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a dataset's files may lie, what they are, and the contract that holds for them."""

    path: Path
    origin: str
    contract: DatasetContract


@dataclass(frozen=True, slots=True)
class _Seen:
    """The files as a scan found them: which folder, and (path, size, mtime) of each."""

    folder: Folder
    files: tuple[tuple[Path, int, int], ...]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A piece (after, until] of the track whose rows wait to be written."""

    schedule: Schedule
    after_us: int
    until_us: int


class Channel:
    """Plays one dataset. `step` writes at most one chunk, so that channels take turns."""

    def __init__(
        self, contract: DatasetContract, city: City, writer: StoreWriter, folders: Sequence[Folder]
    ) -> None:
        self.dataset = contract.id
        self._city = city
        self._writer = writer
        self._folders = list(folders)
        self._seen: _Seen | None = None  # as read
        self._glimpsed: _Seen | None = None  # as found last time, perhaps still being written
        self._tried_us: int | None = None
        self._stream: Stream | None = None
        self._timeline: Timeline | None = None
        self._schedule = Schedule.empty()
        self._to_us = 0  # up to here of the track all is written or waits
        self._waiting: list[_Stretch] = []
        self._due_us: int | None = None  # glass time of the next row
        self.entities: tuple[Entity, ...] = ()
        self.failing: str | None = None

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
        self._folders.append(folder)

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
        self._seen, self._tried_us = found, now_us
        self._read(found, now_us, speed)
        return True

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
        begin_us = last.schedule.begin_of_chunk(self._timeline, last.after_us, last.until_us, CHUNK)
        rows, played = last.schedule.due(self._timeline, begin_us, last.until_us)
        rest = self._waiting[:-1]
        if begin_us > last.after_us:
            rest.append(replace(last, until_us=begin_us))
        done_us = min((each.after_us for each in rest), default=self._to_us)
        change = Change(rows=rows, played=played, done_us=done_us)
        outcome = self._writer.apply(self._stream.id, change, now_us=now_us)
        self._waiting = rest
        return outcome

    def _find(self) -> _Seen | None:
        for folder in self._folders:
            files = []
            for path in folder.contract.source.files(folder.path):
                try:
                    stat = path.stat()
                except OSError:
                    continue  # gone since it was listed
                files.append((path, stat.st_size, stat.st_mtime_ns))
            if files:
                return _Seen(folder, tuple(files))
        return None

    def _tries_again(self, now_us: int) -> bool:
        tried_us = self._tried_us or 0
        return self.failing is not None and now_us - tried_us >= AGAIN_US

    def _lose(self, is_first: bool, now_us: int) -> bool:
        """Take note that there are no files: from the start, or any more."""
        self._tried_us = now_us
        if is_first:
            self._writer.close_dataset(LIVE, self.dataset)
            return True
        if self._seen is None:
            return False
        log.warning("%s: its files are gone", self.dataset)
        self._seen, self.failing = None, "its files are gone"
        self._rest()
        return True

    def _rest(self) -> None:
        """Play nothing."""
        self._schedule, self._waiting, self._due_us = Schedule.empty(), [], None

    def _read(self, found: _Seen, now_us: int, speed: float) -> None:
        folder = found.folder
        old = None if self._waiting or self._stream is None else self._schedule
        self._rest()
        stream = self._writer.open_stream(
            LIVE, self.dataset, origin=folder.origin, place=str(folder.path.resolve())
        )
        if self._stream is not None and self._stream.id != stream.id:
            old = None
        self._stream, self._timeline = stream, stream.timeline
        owner = folder.contract.owner
        try:
            reading = _Reading.of(found, self._city, datetime.fromtimestamp(now_us / 1e6, UTC))
        except SourceError as error:
            self.failing = str(error)
            refused = Rejected(error.where, "unreadableFile", str(error))
            change = Change(rejected=[refused], owner=owner)
            self._writer.apply(stream.id, change, now_us=now_us)
            raise
        self.failing = reading.failing
        self.entities = tuple(reading.entities.values())
        timeline = _play(stream.timeline, reading, folder.contract, now_us, speed)
        change = Change(
            entities=self.entities,
            rejected=reading.rejected,
            owner=owner,
            files=reading.marks,
            gone=tuple(set(stream.files) - {mark.path for mark in reading.marks}),
            timeline=timeline,
        )
        if timeline is not None:
            change = replace(change, done_us=self._plan(stream, timeline, reading, old, now_us))
        self._writer.apply(stream.id, change, now_us=now_us)

    def _plan(
        self,
        stream: Stream,
        timeline: Timeline,
        reading: _Reading,
        old: Schedule | None,
        now_us: int,
    ) -> int:
        """Set out what must be written of a reading; returns up to where all is written.

        Of files that were read before nothing is written again; of changed ones the rows that are
        not as they were, or, when those are no longer at hand, all of the history.
        """
        playing_us = timeline.track(now_us)
        history_us = timeline.history_begin(playing_us)
        self._timeline = timeline
        self._schedule = Schedule.of(timeline, reading.rows, reading.records)
        goes_on = stream.timeline is not None and stream.timeline.mode == timeline.mode
        done_us = stream.done_us if goes_on else None
        self._to_us = playing_us if done_us is None else max(done_us, history_us)
        begin_us = self._to_us
        digests = {mark.path: mark.digest for mark in reading.marks}
        if digests != {mark.path: mark.digest for mark in stream.files.values()}:
            begin_us = history_us
        if begin_us < self._to_us:
            schedule = (
                self._schedule if old is None else self._schedule.changed_since(old, timeline)
            )
            self._waiting = [_Stretch(schedule, begin_us, self._to_us)]
        self._look_ahead()
        return begin_us

    def _look_ahead(self) -> None:
        self._due_us = None
        if self._timeline is not None:
            next_us = self._schedule.next_after(self._timeline, self._to_us)
            self._due_us = None if next_us is None else self._timeline.glass(next_us)


class _Reading:
    """What all files of a dataset say, checked."""

    def __init__(self) -> None:
        self.rows = Rows.join([])
        self.records: list[RecordRow] = []
        self.entities: dict[str, Entity] = {}
        self.rejected: list[Rejected] = []
        self.marks: list[FileMark] = []
        self.failing: str | None = None

    @classmethod
    def of(cls, found: _Seen, city: City, now: datetime) -> _Reading:
        """Read the files; one that cannot be read is left out, unless there is no other."""
        contract, reading = found.folder.contract, cls()
        files = [path for path, _, _ in found.files]
        while True:
            try:
                reading._read(files, contract, city, now)
                break
            except SourceError as error:
                rest = [path for path in files if not _is_about(error, path)]
                if not rest or len(rest) == len(files):
                    raise
                log.error("%s: %s", contract.id, error)
                failing = Rejected(error.where, "unreadableFile", str(error))
                files, reading = rest, cls()
                reading.rejected.append(failing)
                reading.failing = str(error)
        reading._mark(found)
        return reading

    def _read(
        self, files: Sequence[Path], contract: DatasetContract, city: City, now: datetime
    ) -> None:
        parts: list[Rows] = []
        for batch in registry.read(files, contract=contract, city=city):
            checked = check(batch, contract, now=now, areas=city.areas.codes)
            if checked.observations is not None and len(checked.observations):
                parts.append(self._summable(checked))
            self.records += checked.records
            self.entities |= {entity.entity: entity for entity in checked.entities}
            self.rejected += checked.rejected
        self.rows = Rows.join(parts)

    def _summable(self, batch: Batch) -> Rows:
        rows = Rows.of(batch.observations)
        fine = np.abs(rows.value) <= LARGEST
        for at in np.flatnonzero(~fine).tolist():
            detail = f"{rows.value[at]:g}; expected at most {LARGEST:g}, to be summed exactly"
            self.rejected.append(Rejected(rows.reference(at), "outOfRange", detail))
        return rows if fine.all() else rows.take(fine)

    def _mark(self, found: _Seen) -> None:
        """Count what each file gave, and drop the refusals past those that are kept."""
        names = {path.name: path for path, _, _ in found.files}
        accepted: Counter[str] = Counter()
        for text, count in zip(
            self.rows.refs, np.bincount(self.rows.ref, minlength=len(self.rows.refs)), strict=True
        ):
            accepted[_file_of(text, names)] += int(count)
        accepted.update(_file_of(record.source_ref, names) for record in self.records)
        refused: dict[str, Counter[str]] = {name: Counter() for name in names}
        kept = []
        for each in self.rejected:
            counts = refused[_file_of(each.source_ref, names)]
            counts[each.reason] += 1
            if counts[each.reason] <= KEPT_A_FILE:
                kept.append(each)
        self.rejected = kept
        self.marks = [
            FileMark(
                path=str(path.relative_to(found.folder.path)),
                size=size,
                mtime_ns=mtime_ns,
                digest=_digest(path),
                accepted=accepted[path.name],
                rejected=dict(refused[path.name]),
            )
            for path, size, mtime_ns in found.files
        ]


def _play(
    timeline: Timeline | None,
    reading: _Reading,
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


def _file_of(reference: str, names: dict[str, Path]) -> str:
    """Return the file a source reference ("name:line", "name#id") stands in."""
    for separator in ("", ":", "#"):
        name = reference.partition(separator)[0] if separator else reference
        if name in names:
            return name
    return next((name for name in names if reference.startswith(name)), next(iter(names)))


def _is_about(error: SourceError, path: Path) -> bool:
    return error.where == path.name or error.where.startswith((f"{path.name}:", f"{path.name}#"))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
