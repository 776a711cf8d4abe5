"""The file of all chains: entries and, once by hash, the contents they name; one writer.

SQLite through the standard library, WAL: anyone may read while the controller writes. An entry and
its contents go in one transaction, so a kill at any instant leaves chains that verify. Not synced
at each commit (`synchronous=NORMAL`): what a pulled plug takes is a gap that the next start shows,
and the desired state, which must not be lost, is in the controller's own store.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wall.errors import ProofError
from wall.file_schema import bring_forward
from wall.proof import retention
from wall.proof.entries import BEGINNING, Entry, Sealed, digest, with_digests
from wall.proof.retention import Retention
from wall.renders import Content

if TYPE_CHECKING:
    from wall.effects import ProofRecord

SCHEMA_VERSION = 3
BUSY_S = 5.0
LOG_LIMIT = 64 * 1024 * 1024
CACHE_KIB = 128  # it is written, hardly ever read: more would only fill, for hours

# Up to `shared_sequence` a chain is surely what the site's other controllers have or could have.
_SHARED = ("alter table chain add column shared_sequence integer not null default 0",)
# Entries that never came to this file, with the hash of the last.
_MISSING = (
    "create table missing (wall_id text not null, first integer not null, last integer not null,"
    " hash text not null, primary key (wall_id, first)) strict, without rowid",
)
# Contents that were taken out by order (withdrawing.py), and are not let in again.
_WITHDRAWN = (
    "create table withdrawn (sha256 text primary key, at_ms real not null, reason text not null)"
    " strict",
)
_SCHEMA = (
    "create table chain (wall_id text primary key, head_sequence integer not null,"
    " head_hash text not null, anchor_sequence integer not null, anchor_hash text not null,"
    " anchor_at_ms real) strict",
    "create table entry (wall_id text not null, sequence integer not null, at_ms real not null,"
    " kind text not null, hash text not null, body blob not null,"
    " primary key (wall_id, sequence)) strict, without rowid",
    "create index entry_by_time on entry (wall_id, at_ms)",
    "create index entry_by_kind on entry (wall_id, kind, sequence)",
    "create table content (sha256 text primary key, body blob not null) strict",
    "create table used (sha256 text not null, wall_id text not null, sequence integer not null,"
    " primary key (sha256, wall_id)) strict, without rowid",
    "create index used_last on used (wall_id, sequence)",
    "create trigger entry_no_update before update on entry"
    " begin select raise(abort, 'the proof is append-only'); end",
    *_SHARED,
    *_MISSING,
    *_WITHDRAWN,
)
_FROM_VERSION = {0: _SCHEMA, 1: (*_SHARED, *_MISSING, *_WITHDRAWN), 2: _WITHDRAWN}


class ProofStore:
    """The open file; used by one thread."""

    def __init__(self, path: Path, *, epoch: int, retention: Retention) -> None:
        """Open or make the file (mode 0600); raises ProofError."""
        self.path = path
        self._epoch = epoch
        self._retention = retention
        self._trimmed_at_ms = float("-inf")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            with ExitStack() as unless_used:
                self._connection = sqlite3.connect(
                    path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
                )
                unless_used.callback(self.close)
                self._prepare()
                unless_used.pop_all()
        except (sqlite3.Error, OSError, ValueError) as error:  # ValueError: it says no UTF-8
            raise ProofError(f"{path} cannot be used: {error}") from error

    def write(self, records: Iterable[ProofRecord]) -> None:
        """Add entries in this order, all or none; raises ProofError."""
        with self.transaction():
            for record in records:
                self._append(record)

    def trim(self, *, now_ms: float) -> None:
        """Let the oldest go, at most once a minute and so many at a time; raises ProofError."""
        if now_ms < self._trimmed_at_ms + retention.TRIM_EVERY_MS:
            return
        self._trimmed_at_ms = now_ms
        is_full = self.used_bytes() > self._retention.megabytes * 1e6
        oldest_ms = now_ms - self._retention.days * retention.DAY_MS
        with self.transaction():
            for wall_id, removed in retention.let_go(self.run, oldest_ms, is_full=is_full):
                self._seal(wall_id, now_ms, "trimmed", {"removed": removed})

    def used_bytes(self) -> int:
        """Return how much of the file holds something."""
        (pages,), (free,) = (
            self.run(f"pragma {name}").fetchone() for name in ("page_count", "freelist_count")
        )
        (size,) = self.run("pragma page_size").fetchone()
        return int((pages - free) * size)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Let all that is run within be done, or nothing of it; raises ProofError."""
        try:
            self.run("begin immediate")
            try:
                yield
                self.run("commit")
            except BaseException:
                if self._connection.in_transaction:
                    self.run("rollback")
                raise
        except sqlite3.Error as error:
            raise ProofError(f"{self.path} cannot be written: {error}") from error

    def run(self, statement: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        """Run one statement; raises sqlite3.Error."""
        return self._connection.execute(statement, tuple(values))

    def add(self, sealed: Sealed) -> None:
        """Add an entry at the head of its chain, and note which contents it names."""
        entry = sealed.entry
        self.run(
            "insert into entry values (?, ?, ?, ?, ?, ?)",
            (entry.wall_id, entry.sequence, entry.at_ms, entry.kind, sealed.hash, sealed.packed),
        )
        self.set_head(entry.wall_id, entry.sequence, sealed.hash)
        for each in sealed.named:
            self.run(
                "insert into used values (?, ?, ?) on conflict do update"
                " set sequence = max(sequence, excluded.sequence)",
                (each, entry.wall_id, entry.sequence),
            )

    def set_head(self, wall_id: str, sequence: int, own_hash: str) -> None:
        """Say which entry is the newest of a chain, which begins when there is none."""
        self.run(
            "insert into chain (wall_id, head_sequence, head_hash, anchor_sequence, anchor_hash)"
            " values (?, ?, ?, 0, ?) on conflict (wall_id) do update"
            " set head_sequence = excluded.head_sequence, head_hash = excluded.head_hash",
            (wall_id, sequence, own_hash, BEGINNING),
        )

    def keep(self, sha256: str, packed: bytes) -> None:
        """Keep a content, once; none that was taken out by order."""
        self.run(
            "insert or ignore into content select ?1, ?2"
            " where not exists (select 1 from withdrawn where sha256 = ?1)",
            (sha256, packed),
        )

    def _prepare(self) -> None:
        self.run("pragma journal_mode = wal")
        self.run("pragma synchronous = normal")
        self.run(f"pragma journal_size_limit = {LOG_LIMIT}")
        self.run(f"pragma cache_size = -{CACHE_KIB}")
        version = bring_forward(
            self._connection, _FROM_VERSION, newest=SCHEMA_VERSION, begin="begin immediate"
        )
        if version > SCHEMA_VERSION:
            raise sqlite3.DatabaseError(f"schema {version} is of a newer version of this program")

    def _append(self, record: ProofRecord) -> None:
        digests: dict[Any, str] = {_name(each): self._keep(each.body) for each in record.contents}
        for image in record.images:
            self._keep(image)

        def digest_of(tile: dict[str, Any]) -> str | None:
            return digests.get((tile["renderId"], tile.get("version"), tile["contentHash"]))

        body = with_digests(record.kind, record.body, digest_of)
        self._seal(record.wall_id, record.at_ms, record.kind, body)

    def _seal(self, wall_id: str, at_ms: float, kind: str, body: dict[str, Any]) -> None:
        head = self.run(
            "select head_sequence, head_hash from chain where wall_id = ?", (wall_id,)
        ).fetchone()
        sequence, previous = head or (0, BEGINNING)
        entry = Entry(wall_id, sequence + 1, previous, at_ms, self._epoch, kind, body)
        sealed, own_hash = entry.sealed()
        self.add(Sealed(entry, own_hash, zlib.compress(sealed)))

    def _keep(self, body: bytes) -> str:
        """Keep a content's or picture's bytes, once; return their hash."""
        found = digest(body)
        if self.run("select 1 from content where sha256 = ?", (found,)).fetchone() is None:
            self.keep(found, zlib.compress(body))
        return found


def _name(content: Content) -> tuple[str, int, str]:
    return content.render_id, content.version, content.content_hash
