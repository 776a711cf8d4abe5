"""Reading the file of the chains beside its writer: entries, contents, heads. Changes nothing."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wall.errors import ProofError
from wall.proof.entries import STEPS, WHOLE, Entry, unsealed

BUSY_S = 5.0


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


class ProofReader:
    """The file, read only; `snapshot` keeps one state of it in view."""

    def __init__(self, path: Path) -> None:
        """Open the file; raises ProofError when it is not there or none of ours."""
        self.path = path
        if not path.is_file():
            raise ProofError(f"there is no proof of display at {path}")
        try:
            self._connection = sqlite3.connect(
                f"file:{path.resolve()}?mode=ro",
                uri=True,
                timeout=BUSY_S,
                isolation_level=None,
                check_same_thread=False,
            )
            self._connection.execute("select 1 from chain limit 1")
        except sqlite3.Error as error:
            raise ProofError(f"{path} cannot be read: {error}") from error

    def snapshot(self) -> None:
        """See the file as it is now until it is closed."""
        self._connection.execute("begin")
        self._connection.execute("select 1 from chain limit 1").fetchone()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def chains(self) -> list[Chain]:
        """Return every wall's chain, by wall."""
        return [Chain(*row) for row in self._run("select * from chain order by wall_id")]

    def chain(self, wall_id: str) -> Chain | None:
        """Return a wall's chain."""
        found = self._run("select * from chain where wall_id = ?", wall_id)
        return Chain(*found[0]) if found else None

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

    def last_before(self, wall_id: str, at_ms: float) -> int | None:
        """Return the newest entry at or before `at_ms`."""
        found = self._run(
            "select sequence from entry where wall_id = ? and at_ms <= ?"
            " order by at_ms desc, sequence desc limit 1",
            wall_id,
            at_ms,
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
        return _unpacked(found[0][0]) if found else None

    def anchors(self, wall_id: str) -> Iterator[Row]:
        """Return the entries that record what was let go."""
        yield from self._rows("kind = 'trimmed' order by sequence", wall_id)

    def _rows(self, condition: str, *values: Any) -> list[Row]:
        columns = "select sequence, at_ms, kind, hash, body from entry where wall_id = ? and "
        found = self._run(columns + condition, *values)
        return [
            Row(sequence, at_ms, kind, own_hash, _unpacked(body))
            for sequence, at_ms, kind, own_hash, body in found
        ]

    def _run(self, statement: str, *values: Any) -> list[Any]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise ProofError(f"{self.path} cannot be read: {error}") from error


def _unpacked(packed: bytes) -> bytes | None:
    try:
        return zlib.decompress(packed)
    except zlib.error:
        return None
