"""One live dataset on its way from the spool to the store: read, checked, written as it comes.

Beside Channel, which plays files. What is taken from the spool, the rows of it and the number up to
which the spool is done go into one transaction, so that a kill loses and doubles nothing. A payload
that cannot be read is refused whole, counted, and stops no other. How payloads come in is
data_access/intake.
"""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data_access import secrecy
from data_access.apart import Apart
from data_access.city import City
from data_access.contracts import DatasetContract, duration_s
from data_access.envelope import LIVE
from data_access.errors import StoreRefused
from data_access.intake.health import HealthBook
from data_access.intake.intake import Intake
from data_access.intake.spool import Spool, Spooled
from data_access.intake.ways import LakeWay, Way
from data_access.live_files import counted, name_of, of_their_parts, written
from data_access.live_parts import gone, wholes_of
from data_access.model import Entity
from data_access.quarantine import Decided, Order
from data_access.reading import (
    Reading,
    fault_of,
    read_payloads,
    unreadable,
)
from data_access.readmission import AT_ONCE, readmitted
from data_access.records import Played, instant_us
from data_access.replay import LONGEST_HISTORY, MINUTE, Timeline
from data_access.rows import Rows
from data_access.schema import Schema, joined
from data_access.sources import registry
from data_access.sources.unpacking import is_more_than
from data_access.store import Change, FileMark, Outcome, StoreReader, StoreWriter, Stream
from language import told

log = logging.getLogger(__name__)

CHUNK = 10_000  # rows of one transaction
MOST_BYTES = 1_000_000  # of payloads read in one step
MOST_UNPACKED = 4 * MOST_BYTES  # of one that is packed
MOST_PAYLOADS = 1_000
PRUNE_US = 5 * MINUTE  # between two times of forgetting what is older than is kept
COUNTED_DAYS = 31  # for which accepted and refused rows are counted


@dataclass(frozen=True, slots=True)
class _Said:
    """What the contract made of what was taken."""

    rows: int = 0
    refused: int = 0
    lag_us: int | None = None


class LiveChannel:
    """Stores one dataset as it comes in. `step` writes at most one chunk: channels take turns."""

    def __init__(
        self,
        contract: DatasetContract,
        city: City,
        writer: StoreWriter,
        reader: StoreReader,
        intake: Intake,
        *,
        beside: Sequence[Path],
        scratch: Path,
    ) -> None:
        """`beside` are files read with every payload, unless a companion of the source came.

        `scratch` is a folder of its own.
        """
        self.dataset = contract.id
        self.entities: tuple[Entity, ...] = ()
        self._contract = contract
        self._city = city
        self._writer = writer
        self._reader = reader
        self._intake = intake
        self._spool: Spool = intake.spool
        self._health: HealthBook = intake.health
        self._beside = beside
        self._scratch = scratch
        self._stream: Stream | None = None
        self._marks: dict[str, FileMark] = {}
        self._schema: Schema = {}
        self._waiting: list[Change] = []  # of what was taken, in order; the last one ends it
        self._taken: list[Spooled] = []
        self._refusal: str | None = None  # why the last payload was refused
        self._said = _Said()
        self._taken_back = 0  # observations of what was taken that are said no more
        self._has_news = False  # of what was taken, something was not in the store yet
        self._arrived: Counter[str] = Counter()  # takings with news, and those that came late
        self._apart: Apart | None = None
        self._singly = 0  # so many payloads are taken one by one
        self._is_placed = True
        self._prune_us = 0

    @property
    def is_busy(self) -> bool:
        """Whether more waits than one step takes."""
        if self._apart is not None:
            return False
        return bool(self._waiting) or self._spool.waiting(self.dataset) > MOST_PAYLOADS

    @property
    def due_us(self) -> int | None:
        """Zero when something waits, None when nothing does."""
        return 0 if self._stream is not None and self._spool.waiting(self.dataset) else None

    @property
    def failing(self) -> str | None:
        """Why nothing comes, or why what came last was refused."""
        return self._health.error(self.dataset) or self._refusal

    def scan(self, now_us: int, speed: float) -> bool:
        """Open the stream first of all; tell whether there are entities to be drawn anew."""
        if self._stream is None:
            self._open(now_us)
            return True
        is_placed, self._is_placed = self._is_placed, True
        return not is_placed

    def release(self, order: Order, now_us: int) -> bool:
        """Do the next part of an order about rows in quarantine; tell whether it is done.

        Rows and what became of them are written in one transaction. Raises StoreError.
        """
        if self._stream is None:
            return False
        held = self._writer.take_held(order, limit=AT_ONCE)
        if not held:
            return True
        now = datetime.fromtimestamp(now_us / 1e6, UTC)
        change = readmitted(held, order, self._contract, self._city, now)
        try:
            self._writer.apply(self._stream.id, change, now_us=now_us)
        except StoreRefused as error:
            log.error("%s: order %d: %s", self.dataset, order.order_id, error)
            ids = [row_id for row_id, _, _ in held]
            still = Decided(order.order_id, held=ids, why=dict.fromkeys(ids, error.told))
            self._writer.apply(self._stream.id, Change(decided=(order, still)), now_us=now_us)
        return False

    def step(self, now_us: int) -> Outcome:
        """Write the next chunk of what came in; raises StoreError."""
        if self._stream is None:
            return Outcome()
        if not self._waiting:
            self._take()
        if not self._waiting:
            return Outcome()
        change = self._waiting[0]
        try:
            outcome = self._writer.apply(self._stream.id, change, now_us=now_us)
        except StoreRefused as error:
            self._refuse(error)
            return Outcome()
        del self._waiting[0]
        self._has_news |= outcome.changed
        self._taken_back += outcome.taken_back
        if isinstance(self._way, LakeWay):
            self._read_again(outcome.others, [self._taken[0].way])
        if not self._waiting:
            self._finish(change)
            self._prune(self._stream.id, now_us)
        return outcome

    def close(self) -> None:
        """End a reading under way; what it reads is taken again."""
        if self._apart is not None:
            self._apart.close()

    def _open(self, now_us: int) -> None:
        stream = self._writer.open_stream(LIVE, self.dataset, origin=LIVE, place=LIVE)
        is_new = stream.timeline is None
        if is_new:
            self._writer.apply(stream.id, Change(timeline=Timeline.live()), now_us=now_us)
        with self._reader.snapshot() as snapshot:
            places = snapshot.places(self.dataset).values()
            before = [each for each in snapshot.sources() if each.dataset == self.dataset]
        self.entities = tuple(
            Entity(each.entity, each.name, each.lat, each.lon, each.area, each.attributes)
            for each in places
        )
        self._marks = dict(stream.files)
        self._schema = stream.schema
        self._intake.begin(
            self._contract,
            stream.done_us,
            is_new=is_new,
            before=before,
            fault=lambda path: fault_of(path, self._contract, self._city),
        )
        self._read_again(stream.asked, self._contract.source.ways)
        self._stream = stream

    def _read_again(self, parts: Collection[str], ways: Iterable[str]) -> None:
        """Have partitions read once more, each by the way that has it."""
        for way in ways:
            if parts and isinstance(self._contract.source.ways.get(way), LakeWay):
                self._intake.read_again(self.dataset, way, parts)

    def _take(self) -> None:
        """Have what waits read, and set out what is to be written of it."""
        if self._apart is not None:
            readings = self._apart.poll()
            if readings is not None:
                self._apart = None
                self._arrange(readings)
            return
        self._taken = self._spool.take(
            self.dataset, most_bytes=MOST_BYTES, most=1 if self._singly else MOST_PAYLOADS
        )
        if not self._taken:
            return
        if self._taken[0].arrival.framing == "gone":
            self._said = _Said()
            wholes = list(gone(self._taken, self._way))
            self._waiting = [Change(wholes=wholes, done_us=self._taken[-1].id)]
            return
        shutil.rmtree(self._scratch, ignore_errors=True)
        files = list(written(self._taken, self._scratch, self._contract.source.format))
        beside = self._intake.beside(self.dataset) or self._beside
        order = (files, beside, self._contract, self._city, self._now, self._schema)
        bodies = [each.arrival.body for each in self._taken]
        if sum(map(len, bodies)) > MOST_BYTES or any(
            is_more_than(body, MOST_UNPACKED) for body in bodies
        ):
            self._apart = Apart(*order)
        else:
            self._arrange(read_payloads(*order))

    @property
    def _now(self) -> datetime:
        """When the last of what was taken came in."""
        return datetime.fromtimestamp(self._taken[-1].arrival.received_us / 1e6, UTC)

    @property
    def _way(self) -> Way | None:
        """How what was taken came in."""
        return self._contract.source.ways.get(self._taken[0].way)

    def _arrange(self, readings: Sequence[Reading]) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._refusal = readings[-1].failing
        self._waiting = list(self._changes(readings))

    def _changes(self, readings: Sequence[Reading]) -> Iterator[Change]:
        """Yield what is to be written: rows in chunks, and with the last one all the rest."""
        lake = self._taken if isinstance(self._way, LakeWay) else []
        wholes = list(wholes_of(readings, self._taken, self._way, self._contract))
        rows = Rows.join([each.rows for each in readings])
        records = of_their_parts([record for each in readings for record in each.records], lake)
        rejected = [refused for each in readings for refused in each.rejected]
        newest = [int(rows.at_us.max())] if len(rows) else []
        newest += [instant_us(record.reported_at) for record in records]
        self._said = _Said(
            rows=len(rows) + len(records),
            refused=len(rejected),
            lag_us=instant_us(self._now) - max(newest) if newest else None,
        )
        # Of pushed lines each comes once, of a fetched log all come again.
        adds = self._taken[0].arrival.framing == "lines" and registry.counts(
            self._contract.source.format
        )
        owns = isinstance(self._way, LakeWay) and bool(self._taken[0].arrival.part)
        while len(rows) > CHUNK and not adds:  # what adds up goes in one transaction
            yield Change(rows=rows.take(slice(0, CHUNK)), owns=owns)
            rows = rows.take(slice(CHUNK, len(rows)))
        schema = joined(self._schema, *(each.schema for each in readings))
        is_known, self._schema = schema == self._schema, schema
        measured = sum((each.measured for each in readings), Counter(self._arrived))
        self._arrived.clear()
        day = self._now.astimezone(self._city.zone).date().isoformat()
        was = self._marks.get(day) or FileMark(day, 0, 0, "")
        mark, kept = counted(was, self._taken, self._said.rows, rejected, measured)
        entities = {each.entity: each for reading in readings for each in reading.entities.values()}
        known = {each.entity: each for each in self.entities}
        yield Change(
            rows=rows if len(rows) else None,
            adds=adds,
            owns=owns,
            wholes=wholes,
            played=[Played(record) for record in records],
            entities=[each for each in entities.values() if known.get(each.entity) != each],
            rejected=kept,
            owner=self._contract.owner,
            files=[mark],
            gone=sorted({*self._marks, mark.path})[:-COUNTED_DAYS],
            done_us=self._taken[-1].id,
            schema=None if is_known else schema,
            withdrawn=set().union(*(each.withdrawn for each in readings)),
        )

    def _finish(self, change: Change) -> None:
        """Take note that all that was taken is in the store; `change` was the last of it."""
        self._marks |= {mark.path: mark for mark in change.files}
        for day in change.gone:
            self._marks.pop(day, None)
        if change.entities:
            found = {each.entity: each for each in (*self.entities, *change.entities)}
            self.entities, self._is_placed = tuple(found.values()), False
        self._health.stored(
            self.dataset,
            self._taken[0].way,
            rows=self._said.rows,
            refused=self._said.refused,
            lag_us=self._said.lag_us,
            withdrawn=self._taken_back,
        )
        self._taken_back = 0
        if self._has_news and self._said.lag_us is not None:
            self._arrived["came"] += 1
            self._arrived["late"] += self._said.lag_us > self._contract.stale_after_ms * 1000
        self._has_news = False
        # Documents with a label of secrecy may have held some that must not be kept.
        forgets = secrecy.field_of(self._contract) is not None
        self._spool.done(self.dataset, self._taken, forgets=forgets)
        self._singly = max(0, self._singly - 1)

    def _refuse(self, error: StoreRefused) -> None:
        """Find the payload the store refuses, one by one, and refuse that."""
        log.error("%s: %s", self.dataset, error)
        if len(self._taken) > 1:
            self._singly, self._waiting = len(self._taken), []
            return
        name = name_of(self._taken[0].arrival.name)
        self._arrange([unreadable(name, told("{name}: the store refuses what it says", name=name))])

    def _prune(self, stream_id: int, now_us: int) -> None:
        """Let the store forget rows older than the contract keeps them."""
        if now_us < self._prune_us:
            return
        self._prune_us = now_us + PRUNE_US
        kept_us = now_us - round(duration_s(self._contract.source.keep) * 1e6)
        self._writer.prune(
            stream_id,
            rows_before_us=kept_us,
            hours_before_us=min(kept_us, now_us - LONGEST_HISTORY),
        )
