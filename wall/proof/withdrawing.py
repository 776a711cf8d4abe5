"""Taking a content out of the proof, by order: it was shown in the open and is marked secret now.

Evidence is not destroyed by itself. Who answers for it looks where the words stood (`find`), and
takes those contents out with the reason (`withdraw`). The chain stays: entries go on naming the
contents by their hashes, so that nothing else can be put in their place, and whoever verifies or
asks is told that they were taken out. Where a site has several controllers, the order reaches what
they share (`wall.shared.proof`), and from there each one's file (`wall.proof.sharing`).
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from wall.errors import ProofError
from wall.proof.entries import WHOLE, Entry, tiles_of
from wall.proof.reading import ProofReader

BUSY_S = 5.0
SINCE_VERSION = 3  # of the file: it has a table of what was taken out
SLICE = 500  # entries in one go
LEAST_LETTERS = 4  # of what is looked for: less stands everywhere
_BLANKS = re.compile(r"\s+")


class Order(NamedTuple):
    """When a content was taken out (Unix milliseconds), and why."""

    at_ms: float
    reason: str


@dataclass(frozen=True, slots=True)
class Shown:
    """When a wall's chain names contents that were found: first and last, and which."""

    chain_id: str
    first_ms: float
    last_ms: float
    contents: frozenset[str]  # with pictures of outputs taken while one was on glass


def find(reader: ProofReader, words: str) -> list[Shown]:
    """Return where contents with these words were on glass, by wall; raises ProofError.

    Letters count however they are composed, large or small. Pictures of outputs cannot be read:
    those taken while such a content was on glass count as having it.
    """
    named = holding(reader.contents(), words)
    if not named:
        return []
    found = (_shown(reader, each, named) for each in reader.chain_ids())
    return [each for each in found if each is not None]


def holding(contents: Iterable[tuple[str, bytes]], words: str) -> set[str]:
    """Return which of these contents (hash, bytes) have words in them; raises ProofError."""
    wanted = _plain(words)
    if len(wanted) < LEAST_LETTERS:
        raise ProofError(f"{words!r} is too short to look for: expected {LEAST_LETTERS} letters")
    return {sha256 for sha256, body in contents if wanted in _plain_bytes(body)}


def withdraw(path: Path, contents: Collection[str], *, reason: str, at_ms: float) -> int:
    """Take contents out of a file, beside its writer; return how many; raises ProofError."""
    if not reason.strip():
        raise ProofError("a reason is needed: by whose order, under which number")
    gone, is_gone = obey(path, dict.fromkeys(contents, Order(at_ms, reason.strip())))
    if not is_gone:
        raise ProofError(
            f"{path}: {gone} contents are taken out, but somebody reads the file, and its"
            " log still holds them: give the same command again"
        )
    return gone


def obey(path: Path, orders: Mapping[str, Order], *, busy_s: float = BUSY_S) -> tuple[int, bool]:
    """Take contents out of a file; return how many, and whether its log is emptied as well.

    That has to wait for whoever reads. SQLite overwrites what it deletes here. Raises ProofError.
    """
    try:
        with closing(sqlite3.connect(path, timeout=busy_s, isolation_level=None)) as connection:
            (version,) = connection.execute("pragma user_version").fetchone()
            if version < SINCE_VERSION:
                raise ProofError(
                    f"{path} is of an earlier version: start the controller once, then again"
                )
            connection.execute("pragma secure_delete = on")
            connection.execute("begin immediate")
            gone = 0
            for sha256, order in sorted(orders.items()):
                connection.execute(
                    "insert or ignore into withdrawn values (?, ?, ?)", (sha256, *order)
                )
                row = connection.execute("delete from content where sha256 = ?", (sha256,))
                gone += row.rowcount
            connection.execute("commit")
            (is_held, *_) = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
            return gone, not is_held
    except sqlite3.Error as error:
        raise ProofError(f"{path} cannot be written: {error}") from error


def _shown(reader: ProofReader, chain_id: str, named: Collection[str]) -> Shown | None:
    is_on_glass = False
    times: list[float] = []
    found: set[str] = set()
    for entry in _entries(reader, chain_id):
        here = {each["sha256"] for each in tiles_of(entry.kind, entry.body) if "sha256" in each}
        mine = here & set(named)
        if entry.kind in ("switch", *WHOLE):
            is_on_glass = bool(mine)
        is_on_glass |= bool(mine)
        if is_on_glass and entry.kind == "thumbnail":
            mine |= here
        if mine:
            found |= mine
            times.append(entry.at_ms)
    return Shown(chain_id, min(times), max(times), frozenset(found)) if times else None


def _entries(reader: ProofReader, chain_id: str) -> Iterator[Entry]:
    chain = reader.chain(chain_id)
    if chain is None:
        return
    first = chain.anchor_sequence + 1
    while first <= chain.head_sequence:
        for row in reader.rows(chain_id, first, first + SLICE - 1):
            try:
                yield row.entry()
            except ValueError as error:
                raise ProofError(f"wall {chain_id}: entry {row.sequence} is no entry") from error
        first += SLICE


def _plain_bytes(body: bytes) -> str:
    return _plain(body.decode("utf-8", "replace"))


def _plain(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text).casefold()
    return _BLANKS.sub(" ", composed).strip()
