"""How long a proof is kept, and in how much room: what is let go, and what remains to tell of it.

The last entry that was let go is named by one that stays (`trimmed`), so that what remains still
verifies. A copy lets go what its site's leader let go, and decides nothing itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from wall.proof.entries import ASIDE

DAY_MS = 86_400_000.0
TRIM_EVERY_MS = 60_000.0
TRIM_ENTRIES = 2_000  # in one transaction: readers and the next entries wait for no longer one
LEAST_ENTRIES = 100  # of each wall, whatever the limits say

Run = Callable[..., sqlite3.Cursor]


@dataclass(frozen=True, slots=True)
class Retention:
    """How much is kept: the older of what the two allow goes."""

    days: float
    megabytes: float


def let_go(run: Run, oldest_ms: float, *, is_full: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Let go what is older than an instant, and for want of room the oldest of all.

    Gives of each chain the last entry that went, for the entry that tells of it.
    """
    for number, chain_id in enumerate(_oldest_first(run)):
        is_first = is_full and number == 0
        if ASIDE in chain_id:
            _drop_aside(run, chain_id, oldest_ms, is_full=is_first)
            continue
        removed = _last_to_go(run, chain_id, oldest_ms, is_full=is_first)
        if removed is not None:
            remove(run, chain_id, removed)
            yield chain_id, removed


def shed(run: Run, oldest_ms: float, *, is_full: bool) -> None:
    """Keep a copy in bounds: for want of room its oldest goes, noted as missing in this file."""
    for number, chain_id in enumerate(_oldest_first(run)):
        is_first = is_full and number == 0
        if ASIDE in chain_id:
            _drop_aside(run, chain_id, oldest_ms, is_full=is_first)
        elif is_first and (removed := _last_to_go(run, chain_id, oldest_ms, is_full=True)):
            anchor = _anchor(run, chain_id)
            last = removed["sequence"]
            _delete(run, chain_id, last)
            run(
                "insert into missing values (?, ?, ?, ?)",
                (chain_id, anchor + 1, last, removed["hash"]),
            )


def remove(run: Run, wall_id: str, removed: dict[str, Any]) -> None:
    """Remove a chain's entries up to one, contents nobody names any more, and anchor the rest."""
    last = removed["sequence"]
    if last <= _anchor(run, wall_id):
        return
    _delete(run, wall_id, last)
    run(
        "update chain set anchor_sequence = ?, anchor_hash = ?, anchor_at_ms = ? where wall_id = ?",
        (last, removed["hash"], removed["atMs"], wall_id),
    )


def _oldest_first(run: Run) -> list[str]:
    rows = run("select wall_id from entry group by wall_id order by min(at_ms)")
    return [chain_id for (chain_id,) in rows.fetchall()]


def _anchor(run: Run, wall_id: str) -> int:
    (anchor,) = run("select anchor_sequence from chain where wall_id = ?", (wall_id,)).fetchone()
    return int(anchor)


def _last_to_go(
    run: Run, wall_id: str, oldest_ms: float, *, is_full: bool
) -> dict[str, Any] | None:
    (head,) = run("select head_sequence from chain where wall_id = ?", (wall_id,)).fetchone()
    oldest = run(
        "select sequence, hash, at_ms from entry where wall_id = ? and sequence <= ?"
        " order by sequence limit ?",
        (wall_id, head - LEAST_ENTRIES, TRIM_ENTRIES),
    ).fetchall()
    last, count = None, 0
    for row in oldest:
        if row[2] >= oldest_ms and not is_full:
            break
        last, count = row, count + 1
    if last is None or count + _missing(run, wall_id, last[0]) < last[0] - _anchor(run, wall_id):
        return None  # nothing, or somebody took some away: leave the rest as evidence
    return {"sequence": last[0], "hash": last[1], "atMs": last[2]}


def _missing(run: Run, wall_id: str, last: int) -> int:
    """Return how many entries up to one never came to this file."""
    (count,) = run(
        "select coalesce(sum(last - first + 1), 0) from missing where wall_id = ? and last < ?",
        (wall_id, last),
    ).fetchone()
    return int(count)


def _delete(run: Run, wall_id: str, last: int) -> None:
    gone = (wall_id, last)
    run("delete from entry where wall_id = ? and sequence <= ?", gone)
    run("delete from missing where wall_id = ? and last <= ?", gone)
    run("update missing set first = ?2 + 1 where wall_id = ?1 and first <= ?2", gone)
    _forget_unused(run, "wall_id = ? and sequence <= ?", gone)


def _drop_aside(run: Run, chain_id: str, oldest_ms: float, *, is_full: bool) -> None:
    """Let entries that are in no site's chain go all together: nothing links to them."""
    (newest_ms,) = run("select max(at_ms) from entry where wall_id = ?", (chain_id,)).fetchone()
    if newest_ms >= oldest_ms and not is_full:
        return
    run("delete from entry where wall_id = ?", (chain_id,))
    run("delete from chain where wall_id = ?", (chain_id,))
    _forget_unused(run, "wall_id = ?", (chain_id,))


def _forget_unused(run: Run, which: str, values: tuple[Any, ...]) -> None:
    for unused in run(f"delete from used where {which} returning sha256", values).fetchall():
        run(
            "delete from content where sha256 = ?1"
            " and not exists (select 1 from used where used.sha256 = ?1)",
            unused,
        )
