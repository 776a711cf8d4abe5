"""Reading the file of the chains beside its writer: entries, contents, heads. Changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wall.errors import ProofError
from wall.proof.entries import ASIDE, STEPS, WHOLE, Entry, unpacked, unsealed, wall_of

BUSY_S = 5.0
UNREADABLE = (sqlite3.Error, ValueError)  # ValueError: what SQLite says of it is no UTF-8
_COLUMNS = "wall_id, head_sequence, head_hash, anchor_sequence, anchor_hash, anchor_at_ms"
_CHAIN = f"select {_COLUMNS} from chain"


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it lies in the file; `sealed` is None when that cannot even be unpacked."""

    sequence: int
    at_ms: float
    kind: str
    hash: str
    sealed: bytes | None

    def entry(self) -> Entry:
        """Return what it holds; raises ValueError."""
        if self.sealed is None:
            raise ValueError("cannot be unpacked")
        return unsealed(self.sealed)


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a wall's chain begins and ends, as the file says."""

    wall_id: str
    head_sequence: int
    head_hash: str
    anchor_sequence: int
    anchor_hash: str
    anchor_at_ms: float | None


@dataclass(frozen=True, slots=True)
class Missing:
    """Entries, first to last, that never came to this file, and the hash of the last."""

    first: int
    last: int
    hash: str


@dataclass(frozen=True, slots=True)
class Aside:
    """Entries of this file that its site's chain does not have: where they would have begun."""

    chain_id: str
    first: int
    last: int
    epoch: int

    def to_json(self) -> dict[str, int]:
        """Return the wire form."""
        return {"first": self.first, "last": self.last, "epoch": self.epoch}


class ProofReader:
    """The file, read only; `snapshot` keeps one state of it in view."""

    def __init__(self, path: Path) -> None:
        """Open the file; raises ProofError when it is not there or none of ours."""
        self.path = path
        if not path.is_file():
            raise ProofError(f"there is no proof of display at {path}")
        try:
            with ExitStack() as unless_read:
                self._connection = sqlite3.connect(
                    f"file:{path.resolve()}?mode=ro",
                    uri=True,
                    timeout=BUSY_S,
                    isolation_level=None,
                    check_same_thread=False,
                )
                unless_read.callback(self.close)
                self._connection.execute("select 1 from chain limit 1")
                (version,) = self._connection.execute("pragma user_version").fetchone()
                unless_read.pop_all()
            self._has_missing = version > 1
            self._has_withdrawn = version > 2
        except UNREADABLE as error:
            raise ProofError(f"{path} cannot be read: {error}") from error

    def snapshot(self) -> None:
        """See the file as it is now until it is closed."""
        self._connection.execute("begin")
        self._connection.execute("select 1 from chain limit 1").fetchone()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def copy_to(self, target: Path) -> None:
        """Write the file as it is now into another, beside its writer; raises ProofError."""
        try:
            with closing(sqlite3.connect(target)) as copy:
                self._connection.backup(copy)
        except UNREADABLE as error:
            raise ProofError(f"{self.path} cannot be copied to {target}: {error}") from error

    def chains(self) -> list[Chain]:
        """Return every wall's chain, by wall."""
        rows = self._run(f"{_CHAIN} order by wall_id")
        return [Chain(*row) for row in rows if ASIDE not in row[0]]

    def chain_ids(self) -> list[str]:
        """Return the names of all chains, those put aside among them."""
        return [row[0] for row in self._run(f"{_CHAIN} order by wall_id")]

    def chain(self, wall_id: str) -> Chain | None:
        """Return a wall's chain, or one that was put aside."""
        found = self._run(f"{_CHAIN} where wall_id = ?", wall_id)
        return Chain(*found[0]) if found else None

    def asides(self, wall_id: str) -> list[Aside]:
        """Return what was put aside of a wall, the first first."""
        rows = self._run(f"{_CHAIN} order by anchor_sequence, wall_id")
        return [
            Aside(each.wall_id, each.anchor_sequence + 1, each.head_sequence, epoch)
            for each in (Chain(*row) for row in rows)
            if ASIDE in each.wall_id and wall_of(each.wall_id) == wall_id
            for epoch in [int(each.wall_id.split(ASIDE)[1])]
        ]

    def missing(self, wall_id: str) -> list[Missing]:
        """Return what never came to this file of a wall's chain, in order."""
        if not self._has_missing:
            return []
        rows = self._run(
            "select first, last, hash from missing where wall_id = ? order by first", wall_id
        )
        return [Missing(*row) for row in rows]

    def rows(self, wall_id: str, first: int, last: int) -> list[Row]:
        """Return entries from `first` to `last` (sequence), in order."""
        return self._rows("sequence between ? and ? order by sequence", wall_id, first, last)

    def bounds(
        self, wall_id: str, from_ms: float | None, to_ms: float | None
    ) -> tuple[int, int] | None:
        """Return the first and last sequence of entries within these instants."""
        ((first, last),) = self._run(
            "select min(sequence), max(sequence) from entry where wall_id = ?"
            " and at_ms between ? and ?",
            wall_id,
            -1e18 if from_ms is None else from_ms,
            1e18 if to_ms is None else to_ms,
        )
        return None if first is None else (first, last)

    def first_after(self, wall_id: str, sequence: int) -> float | None:
        """Return the instant of the first entry after one; None when there is none yet."""
        found = self._run(
            "select at_ms from entry where wall_id = ? and sequence > ? order by sequence limit 1",
            wall_id,
            sequence,
        )
        return found[0][0] if found else None

    def first_whole_after(self, wall_id: str, sequence: int) -> float | None:
        """Return the instant of the first entry after one that holds the whole picture."""
        kinds = ", ".join("?" for _ in WHOLE)
        found = self._run(
            f"select at_ms from entry where wall_id = ? and sequence > ? and kind in ({kinds})"
            " order by sequence limit 1",
            wall_id,
            sequence,
            *WHOLE,
        )
        return found[0][0] if found else None

    def whole_before(self, wall_id: str, at_ms: float) -> int | None:
        """Return the newest entry at or before `at_ms` that holds the whole picture."""
        kinds = ", ".join("?" for _ in WHOLE)
        found = self._run(
            f"select sequence from entry where wall_id = ? and at_ms <= ? and kind in ({kinds})"
            " order by at_ms desc, sequence desc limit 1",
            wall_id,
            at_ms,
            *WHOLE,
        )
        return found[0][0] if found else None

    def steps(self, wall_id: str, at_ms: float) -> tuple[float | None, float | None]:
        """Return when something that is seen changed last before, and first after, an instant."""
        kinds = ", ".join("?" for _ in STEPS)
        of_them = f"from entry where wall_id = ? and kind in ({kinds})"
        ((before,),) = self._run(
            f"select max(at_ms) {of_them} and at_ms < ?",
            wall_id,
            *STEPS,
            at_ms - 0.5,
        )
        ((after,),) = self._run(
            f"select min(at_ms) {of_them} and at_ms > ?",
            wall_id,
            *STEPS,
            at_ms + 0.5,
        )
        return before, after

    def oldest_ms(self, wall_id: str) -> float | None:
        """Return the instant of the oldest entry kept."""
        found = self._run(
            "select at_ms from entry where wall_id = ? order by sequence limit 1", wall_id
        )
        return found[0][0] if found else None

    def content(self, sha256: str) -> bytes | None:
        """Return a content's bytes; None when it is not there or cannot be unpacked."""
        found = self._run("select body from content where sha256 = ?", sha256)
        return unpacked(found[0][0]) if found else None

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Yield hash and bytes of every content that can be unpacked."""
        for (sha256,) in self._run("select sha256 from content"):
            body = self.content(sha256)
            if body is not None:
                yield sha256, body

    def is_withdrawn(self, sha256: str) -> bool:
        """Tell whether a content was taken out by order."""
        if not self._has_withdrawn:
            return False
        return bool(self._run("select 1 from withdrawn where sha256 = ?", sha256))

    def withdrawals(self) -> list[tuple[float, str, int]]:
        """Return when contents were taken out, why, and how many, the first first."""
        if not self._has_withdrawn:
            return []
        rows = self._run(
            "select at_ms, reason, count(*) from withdrawn group by at_ms, reason order by at_ms"
        )
        return [(at_ms, reason, count) for at_ms, reason, count in rows]

    def orders(self) -> dict[str, tuple[float, str]]:
        """Return which contents were taken out: when (Unix milliseconds) and why, by hash."""
        if not self._has_withdrawn:
            return {}
        rows = self._run("select sha256, at_ms, reason from withdrawn")
        return {sha256: (at_ms, reason) for sha256, at_ms, reason in rows}

    def _rows(self, condition: str, *values: Any) -> list[Row]:
        columns = "select sequence, at_ms, kind, hash, body from entry where wall_id = ? and "
        found = self._run(columns + condition, *values)
        return [
            Row(sequence, at_ms, kind, own_hash, unpacked(body))
            for sequence, at_ms, kind, own_hash, body in found
        ]

    def _run(self, statement: str, *values: Any) -> list[Any]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except UNREADABLE as error:
            raise ProofError(f"{self.path} cannot be read: {error}") from error
