"""What came in and is not in the store yet, kept on disk: an acknowledgement waits for it.

One thread writes, many payloads to a transaction; each is durable before its future is done. The
state of a way (ETag, watermark) goes into the transaction of the payloads it speaks of, so a kill
fetches again or not at all, and never skips. Ids rise with the clock even over a spool that was
lost, so that the store knows by one number what it has (`done`).

Not a history: what the store has is deleted a while later.
"""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson

from data_access.errors import SpoolFull, StoreError
from language import told

log = logging.getLogger(__name__)

Framing = Literal["file", "lines", "messages", "gone"]

MOST_WAITING = 256 * 1024 * 1024  # bytes of one dataset the store has not got yet
MOST_IN_FLIGHT = 64 * 1024 * 1024  # bytes in memory on their way to the disk
MOST_TOGETHER = 1000  # jobs of one transaction
REMEMBERED_US = 120_000_000  # after the store has it, so that a repetition is known as one
_WAL_BYTES = 64 * 1024 * 1024  # to which the journal is cut back
_SCHEMA = """
CREATE TABLE IF NOT EXISTS payload (
    id INTEGER PRIMARY KEY, dataset TEXT NOT NULL, way TEXT NOT NULL, name TEXT NOT NULL,
    framing TEXT NOT NULL, received_us INTEGER NOT NULL, body BLOB NOT NULL,
    part TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS payload_of_dataset ON payload (dataset, id);
CREATE TABLE IF NOT EXISTS state (
    dataset TEXT NOT NULL, way TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (dataset, way))
    WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A payload as it came. `name` is how source references call it.

    `framing`: a file of its own; lines of a log; or messages, one JSON object a line
    (data_access/messages.py); or `gone`, nothing but the word that its part is. Lines and messages
    of several payloads may be read together. `part` names what of its source it is all of: what was
    said of that before, and is not, is withdrawn.
    """

    name: str
    body: bytes
    received_us: int
    framing: Framing = "file"
    part: str = ""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A payload of the spool."""

    id: int
    way: str
    arrival: Arrival


@dataclass(slots=True)
class _Waiting:
    """What of a dataset the store has not got yet."""

    payloads: int = 0
    size: int = 0
    done: int = 0  # id up to which the store has all


@dataclass(frozen=True, slots=True)
class _Job:
    """One thing to be written; `future` is done when it is durable."""

    future: Future[None]
    dataset: str
    way: str = ""
    arrivals: Sequence[Arrival] = ()
    state: Mapping[str, Any] | None = None
    done: int | None = None
    forgets: bool = False  # what is done is deleted at once, and overwritten
    size: int = field(default=0)


class Spool:
    """The payloads of all live datasets, in the order they came."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        """Open or make the file; raises StoreError."""
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()  # of what is counted
        self._reads = threading.Lock()  # of the reading connection
        self._jobs: queue.Queue[_Job | None] = queue.Queue()
        self._in_flight = 0
        self._waiting: dict[str, _Waiting] = {}
        self._last_id = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with ExitStack() as unless_used:
                writing = _connect(path, unless_used)
                writing.executescript(_SCHEMA)
                _widen(writing)
                self._reading = reading = _connect(path, unless_used)
                self._last_id = reading.execute("SELECT max(id) FROM payload").fetchone()[0] or 0
                unless_used.pop_all()
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"The spool {path} cannot be opened: {error}") from error
        self._thread = threading.Thread(
            target=self._write, args=(writing,), name="spool", daemon=True
        )
        self._thread.start()

    def begin(self, dataset: str, done: int, *, forgets: Sequence[str] = ()) -> None:
        """Say up to which id the store has a dataset's payloads, and of which ways to forget all.

        To be called once, before anything of the dataset is put.
        """
        with self._lock:
            self._last_id = max(self._last_id, done)
        for way in forgets:
            self._put(_Job(Future(), dataset, way, state={})).result()
        with self._reads:
            count, size = self._reading.execute(
                "SELECT count(*), coalesce(sum(length(body)), 0) FROM payload"
                " WHERE dataset = ? AND id > ?",
                (dataset, done),
            ).fetchone()
        with self._lock:
            self._waiting[dataset] = _Waiting(count, size, done)

    def has_room(self, dataset: str) -> bool:
        """Tell whether more of a dataset may be put."""
        with self._lock:
            waiting = self._waiting.get(dataset)
            if waiting is None or self._in_flight > MOST_IN_FLIGHT:
                return False
            return waiting.size <= MOST_WAITING

    def put(
        self,
        dataset: str,
        way: str,
        arrivals: Sequence[Arrival],
        *,
        state: Mapping[str, Any] | None = None,
    ) -> Future[None]:
        """Take payloads and the state of their way; the future is done when both are durable.

        It raises StoreError when they could not be written. Raises SpoolFull.
        """
        if not self.has_room(dataset):
            raise SpoolFull(told("the store is behind; what came in before waits"))
        size = sum(len(each.body) for each in arrivals)
        return self._put(_Job(Future(), dataset, way, arrivals, state, size=size))

    def state(self, dataset: str, way: str) -> dict[str, Any]:
        """Return the state last put for a way, empty when there is none."""
        with self._reads:
            row = self._reading.execute(
                "SELECT body FROM state WHERE dataset = ? AND way = ?", (dataset, way)
            ).fetchone()
        return {} if row is None else dict(orjson.loads(row[0]))

    def waiting(self, dataset: str) -> int:
        """Return how many payloads of a dataset wait for the store."""
        with self._lock:
            found = self._waiting.get(dataset)
            return 0 if found is None else found.payloads

    def take(self, dataset: str, *, most_bytes: int, most: int) -> list[Spooled]:
        """Return the first payloads that wait, of one way and framing; at least one if any.

        Of a part of a source it is one: each answer is held against what was known before it.
        """
        with self._lock:
            done = self._waiting[dataset].done
        with self._reads:
            found = self._reading.execute(
                "SELECT id, way, name, framing, received_us, body, part FROM payload"
                " WHERE dataset = ? AND id > ? ORDER BY id LIMIT ?",
                (dataset, done, most),
            )
            taken: list[Spooled] = []
            size = 0
            parts: set[str] = set()
            for each, way, name, framing, received_us, body, part in found:
                size += len(body)
                first = taken[0] if taken else None
                if first is not None and (
                    size > most_bytes
                    or (first.way, first.arrival.framing) != (way, framing)
                    or (part and part in parts)
                ):
                    break
                parts.add(part)
                arrival = Arrival(name, body, received_us, framing, part)
                taken.append(Spooled(each, way, arrival))
            found.close()
        return taken

    def recent(self, dataset: str, way: str) -> Iterable[Arrival]:
        """Return the payloads of a way that are still here, whether the store has them or not."""
        with self._reads:
            found = self._reading.execute(
                "SELECT name, body, received_us, framing, part FROM payload"
                " WHERE dataset = ? AND way = ? ORDER BY id",
                (dataset, way),
            ).fetchall()
        return [Arrival(*each) for each in found]

    def done(
        self, dataset: str, taken: Sequence[Spooled], *, forgets: bool = False
    ) -> Future[None]:
        """Take note that the store has these, durably; what it had long ago is deleted.

        With `forgets` all it has is, and its bytes in the file are overwritten.
        """
        with self._lock:
            waiting = self._waiting[dataset]
            waiting.done = taken[-1].id
            waiting.payloads -= len(taken)
            waiting.size -= sum(len(each.arrival.body) for each in taken)
        return self._put(_Job(Future(), dataset, done=taken[-1].id, forgets=forgets))

    def close(self) -> None:
        """Write what was put, and let the file go."""
        self._jobs.put(None)
        self._thread.join()
        with self._reads:
            self._reading.close()

    def _put(self, job: _Job) -> Future[None]:
        job.future.set_running_or_notify_cancel()  # whoever waits may go away; it is written
        with self._lock:
            self._in_flight += job.size
        self._jobs.put(job)
        return job.future

    def _write(self, connection: sqlite3.Connection) -> None:
        """Write what is put until the end is; as much together as waits."""
        ends = False
        while not ends:
            jobs: list[_Job] = []
            job = self._jobs.get()
            while job is not None:
                jobs.append(job)
                if len(jobs) == MOST_TOGETHER:
                    break
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            ends = job is None
            if jobs:
                self._write_together(connection, jobs)
        connection.close()

    def _write_together(self, connection: sqlite3.Connection, jobs: Sequence[_Job]) -> None:
        failure: StoreError | None = None
        try:
            connection.execute("BEGIN IMMEDIATE")
            for job in jobs:
                self._write_one(connection, job)
            connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            failure = StoreError(f"The spool {self._path} cannot be written: {error}")
            failure.__cause__ = error
            log.error("%s", failure)
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        with self._lock:
            for job in jobs:
                self._in_flight -= job.size
                if failure is None and job.arrivals:
                    waiting = self._waiting[job.dataset]
                    waiting.payloads += len(job.arrivals)
                    waiting.size += job.size
        for job in jobs:
            if failure is None:
                job.future.set_result(None)
            else:
                job.future.set_exception(failure)

    def _write_one(self, connection: sqlite3.Connection, job: _Job) -> None:
        for each in job.arrivals:
            self._last_id = max(int(self._clock() * 1_000_000), self._last_id + 1)
            row = (self._last_id, job.dataset, job.way, each.name, each.framing)
            connection.execute(
                "INSERT INTO payload VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, each.received_us, each.body, each.part),
            )
        if job.state is not None:
            connection.execute(
                "INSERT OR REPLACE INTO state VALUES (?, ?, ?)",
                (job.dataset, job.way, orjson.dumps(dict(job.state))),
            )
        if job.done is not None:
            before = job.done
            if not job.forgets:
                before = min(before, int(self._clock() * 1_000_000) - REMEMBERED_US)
            connection.execute(f"PRAGMA secure_delete = {'ON' if job.forgets else 'OFF'}")
            connection.execute(
                "DELETE FROM payload WHERE dataset = ? AND id <= ?", (job.dataset, before)
            )


def _widen(connection: sqlite3.Connection) -> None:
    """Bring a file that another edition made to the newest shape; what waits in it stays."""
    names = [row[1] for row in connection.execute("PRAGMA table_info(payload)")]
    if "part" not in names:
        connection.execute("ALTER TABLE payload ADD COLUMN part TEXT NOT NULL DEFAULT ''")


def _connect(path: Path, unless_used: ExitStack) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    unless_used.callback(connection.close)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
    return connection
