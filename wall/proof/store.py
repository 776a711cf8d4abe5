"""The file of all chains: entries and, once by hash, the contents they name; one writer.

SQLite through the standard library, WAL: anyone may read while the controller writes. An entry and
its contents go in one transaction, so a kill at any instant leaves chains that verify. Not synced
at each commit (`synchronous=NORMAL`): what a pulled plug takes is a gap that the next start shows,
and the desired state, which must not be lost, is in the controller's own store.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wall.errors import ProofError
from wall.proof.entries import BEGINNING, Entry, digest, tiles_of, with_digests
from wall.renders import Content

if TYPE_CHECKING:
    from wall.effects import ProofRecord

SCHEMA_VERSION = 1
BUSY_S = 5.0
DAY_MS = 86_400_000.0
TRIM_EVERY_MS = 60_000.0
TRIM_ENTRIES = 2_000  # in one transaction: readers and the next entries wait for no longer one
LEAST_ENTRIES = 100  # of each wall, whatever the limits say
LOG_LIMIT = 64 * 1024 * 1024

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
)


@dataclass(frozen=True, slots=True)
class Retention:
    """How much is kept: the older of what the two allow goes."""

    days: float
    megabytes: float


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
            self._connection = sqlite3.connect(
                path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
            self._prepare()
        except (sqlite3.Error, OSError) as error:
            raise ProofError(f"{path} cannot be used: {error}") from error

    def write(self, records: Iterable[ProofRecord]) -> None:
        """Add entries in this order, all or none; raises ProofError."""
        run = self._connection.execute
        try:
            run("begin immediate")
            try:
                for record in records:
                    self._append(record)
                run("commit")
            except BaseException:
                if self._connection.in_transaction:
                    run("rollback")
                raise
        except sqlite3.Error as error:
            raise ProofError(f"{self.path} cannot be written: {error}") from error

    def trim(self, *, now_ms: float) -> None:
        """Let the oldest go, at most once a minute and so many at a time; raises ProofError."""
        if now_ms < self._trimmed_at_ms + TRIM_EVERY_MS:
            return
        self._trimmed_at_ms = now_ms
        run = self._connection.execute
        oldest_ms = now_ms - self._retention.days * DAY_MS
        is_full = self.used_bytes() > self._retention.megabytes * 1e6
        try:
            run("begin immediate")
            oldest = run(
                "select wall_id from entry group by wall_id order by min(at_ms)"
            ).fetchall()
            for number, (wall_id,) in enumerate(oldest):
                is_first = is_full and number == 0  # for want of room the oldest of all goes
                self._trim_wall(wall_id, oldest_ms, is_full=is_first, now_ms=now_ms)
            run("commit")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                run("rollback")
            raise ProofError(f"{self.path} cannot be trimmed: {error}") from error

    def used_bytes(self) -> int:
        """Return how much of the file holds something."""
        run = self._connection.execute
        (pages,), (free,) = run("pragma page_count").fetchone(), run(
            "pragma freelist_count"
        ).fetchone()  # fmt: skip
        (size,) = run("pragma page_size").fetchone()
        return int((pages - free) * size)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _prepare(self) -> None:
        run = self._connection.execute
        run("pragma journal_mode = wal")
        run("pragma synchronous = normal")
        run(f"pragma journal_size_limit = {LOG_LIMIT}")
        run("begin immediate")
        (version,) = run("pragma user_version").fetchone()
        if version == 0:
            for statement in _SCHEMA:
                run(statement)
            run(f"pragma user_version = {SCHEMA_VERSION}")
        run("commit")
        if version > SCHEMA_VERSION:
            raise sqlite3.DatabaseError(f"schema {version} is of a newer version of this program")

    def _append(self, record: ProofRecord) -> None:
        digests: dict[Any, str] = {_name(each): self._keep(each) for each in record.contents}

        def digest_of(tile: dict[str, Any]) -> str | None:
            return digests.get((tile["renderId"], tile.get("version"), tile["contentHash"]))

        body = with_digests(record.kind, record.body, digest_of)
        self._seal(record.wall_id, record.at_ms, record.kind, body)

    def _seal(self, wall_id: str, at_ms: float, kind: str, body: dict[str, Any]) -> None:
        run = self._connection.execute
        head = run(
            "select head_sequence, head_hash from chain where wall_id = ?", (wall_id,)
        ).fetchone()
        sequence, previous = head or (0, BEGINNING)
        entry = Entry(wall_id, sequence + 1, previous, at_ms, self._epoch, kind, body)
        sealed, own_hash = entry.sealed()
        run(
            "insert into entry values (?, ?, ?, ?, ?, ?)",
            (wall_id, entry.sequence, at_ms, kind, own_hash, zlib.compress(sealed)),
        )
        run(
            "insert into chain values (?, ?, ?, 0, ?, null) on conflict (wall_id) do update"
            " set head_sequence = excluded.head_sequence, head_hash = excluded.head_hash",
            (wall_id, entry.sequence, own_hash, BEGINNING),
        )
        named = {tile["sha256"] for tile in tiles_of(kind, body) if "sha256" in tile}
        self._connection.executemany(
            "insert into used values (?, ?, ?) on conflict do update"
            " set sequence = excluded.sequence",
            [(each, wall_id, entry.sequence) for each in named],
        )

    def _keep(self, content: Content) -> str:
        """Keep a content's body, once; return its hash."""
        found = digest(content.body)
        run = self._connection.execute
        if run("select 1 from content where sha256 = ?", (found,)).fetchone() is None:
            run("insert into content values (?, ?)", (found, zlib.compress(content.body)))
        return found

    def _trim_wall(self, wall_id: str, oldest_ms: float, *, is_full: bool, now_ms: float) -> None:
        run = self._connection.execute
        head, anchor = run(
            "select head_sequence, anchor_sequence from chain where wall_id = ?", (wall_id,)
        ).fetchone()
        last = min(anchor + TRIM_ENTRIES, head - LEAST_ENTRIES)
        if not is_full:
            (young,) = run(
                "select min(sequence) from (select sequence, at_ms from entry where wall_id = ?"
                " order by sequence limit ?) where at_ms >= ?",
                (wall_id, TRIM_ENTRIES + 1, oldest_ms),
            ).fetchone()
            last = min(last, (young or last + 1) - 1)
        if last <= anchor:
            return
        row = run(
            "select hash, at_ms from entry where wall_id = ? and sequence = ?", (wall_id, last)
        ).fetchone()
        if row is None:  # somebody took it away: leave the rest as evidence
            return
        removed = {"sequence": last, "hash": row[0], "atMs": row[1]}
        gone = (wall_id, last)
        run("delete from entry where wall_id = ? and sequence <= ?", gone)
        unused = run(
            "delete from used where wall_id = ? and sequence <= ? returning sha256", gone
        ).fetchall()
        self._connection.executemany(
            "delete from content where sha256 = ?1"
            " and not exists (select 1 from used where used.sha256 = ?1)",
            unused,
        )
        run(
            "update chain set anchor_sequence = ?, anchor_hash = ?, anchor_at_ms = ?"
            " where wall_id = ?",
            (last, row[0], row[1], wall_id),
        )
        self._seal(wall_id, now_ms, "trimmed", {"removed": removed})


def _name(content: Content) -> tuple[str, int, str]:
    return content.render_id, content.version, content.content_hash
