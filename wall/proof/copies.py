"""One file's chains beside those of its site: what others wrote is taken in, what is ours goes out.

The site's chain is the one whose entries were let in under the epoch of their time. What a
controller wrote that never got there (it was killed before, or had been deposed) does not fork that
chain: it is put aside, under a name of its own, and told. What never came here is told as missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from wall.proof import retention
from wall.proof.entries import ASIDE, BEGINNING, Sealed, aside_id, opened
from wall.proof.store import ProofStore
from wall.proof.withdrawing import Order, obey

BRIEF_S = 0.05  # for which nobody's entries wait; what is not done then is done later
BACKLOG = 2_000  # entries that others may still be told of a chain nobody has heard of


class Head(NamedTuple):
    """The newest entry of a chain."""

    sequence: int
    hash: str


BEFORE_ALL = Head(0, BEGINNING)


class Copies:
    """The chains of a store, as far as they come from others or go to them."""

    def __init__(self, store: ProofStore) -> None:
        self._store = store
        self._run = store.run

    def add(self, entries: Iterable[Sealed], contents: Mapping[str, bytes]) -> list[str]:
        """Take in what the site's leader wrote, in its order; return what had to be put aside.

        `contents` are packed bodies that `lacking` named. What is here already changes nothing.
        Raises ProofError.
        """
        aside: list[str] = []
        with self._store.transaction():
            for sha256, packed in contents.items():
                self._store.keep(sha256, packed)
            for sealed in entries:
                self._add(sealed, aside)
        return aside

    def adopt(self, heads: Mapping[str, Head]) -> list[str]:
        """Go on, as the leader, from the heads of the site; return what had to be put aside."""
        aside: list[str] = []
        with self._store.transaction():
            for wall_id, theirs in heads.items():
                if self._hash_at(wall_id, theirs.sequence) != theirs.hash:
                    self._go_to(wall_id, theirs, aside)
            for wall_id, (own, shared) in self._own().items():
                head = heads.get(wall_id)
                begun = max(shared, own.sequence - BACKLOG) if head is None else head.sequence
                self._run("update chain set shared_sequence = ? where wall_id = ?",
                          (begun, wall_id))  # fmt: skip
        return aside

    def obey(self, orders: Mapping[str, Order]) -> bool:
        """Take out what the site's orders name; return whether nothing of it is in the file.

        Raises ProofError.
        """
        _, is_gone = obey(self._store.path, orders, busy_s=BRIEF_S)
        return is_gone

    def has(self, wall_id: str, head: Head) -> bool:
        """Tell whether an entry of the site's chain is in ours."""
        return self._hash_at(wall_id, head.sequence) == head.hash

    def lacking(self, names: Collection[str]) -> list[str]:
        """Return which of these contents are not in this file."""
        return [
            name
            for name in names
            if self._run(
                "select 1 from content where sha256 = ?1"
                " union all select 1 from withdrawn where sha256 = ?1",
                (name,),
            ).fetchone()
            is None
        ]

    def contents(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return packed bodies of those of these that are in this file."""
        found = {}
        for name in names:
            row = self._run("select body from content where sha256 = ?", (name,)).fetchone()
            if row is not None:
                found[name] = row[0]
        return found

    def unshared(self, most: int) -> list[Sealed]:
        """Return the oldest entries, of one wall, that others cannot have yet."""
        for wall_id, (own, shared) in self._own().items():
            if shared < own.sequence:
                rows = self._run(
                    "select body, hash from entry where wall_id = ? and sequence > ?"
                    " order by sequence limit ?",
                    (wall_id, shared, most),
                ).fetchall()
                return [opened(body, own_hash) for body, own_hash in rows]
        return []

    def shared(self, wall_id: str, sequence: int) -> None:
        """Note up to where others can have a chain."""
        with self._store.transaction():
            self._mark(wall_id, sequence)

    def shed(self, oldest_ms: float, *, is_full: bool) -> None:
        """Keep this copy in bounds, without a word in the chain."""
        with self._store.transaction():
            retention.shed(self._run, oldest_ms, is_full=is_full)

    def _add(self, sealed: Sealed, aside: list[str]) -> None:
        entry = sealed.entry
        wall_id, sequence = entry.wall_id, entry.sequence
        head = self._head(wall_id)
        if sequence <= head.sequence:
            here = self._hash_at(wall_id, sequence)
            if here == sealed.hash:
                self._mark(wall_id, sequence)
            if here in (None, sealed.hash):  # None: let go, or never came
                return
            self._put_aside(wall_id, sequence, aside)
            head = self._head(wall_id)
        before = Head(sequence - 1, entry.previous_hash)
        if head != before:
            self._go_to(wall_id, before, aside)
        self._store.add(sealed)
        if entry.kind == "trimmed":
            retention.remove(self._run, wall_id, entry.body["removed"])
        self._mark(wall_id, sequence)

    def _go_to(self, wall_id: str, target: Head, aside: list[str]) -> None:
        """Let a chain's head be an entry that is not here: what lies between is missing."""
        head, shared = self._own().get(wall_id, (BEFORE_ALL, 0))
        # What others cannot have is ours alone; and our head is, when theirs has its number.
        first = min(shared, head.sequence, target.sequence - 1) + 1
        if first <= head.sequence:
            first = self._put_aside(wall_id, first, aside)
        self._store.set_head(wall_id, *target)
        self._run("insert into missing values (?, ?, ?, ?)", (wall_id, first, *target))

    def _put_aside(self, wall_id: str, first: int, aside: list[str]) -> int:
        """Move our entries from one on under a name of their own; return the first that is gone.

        What was missing where they began is gone with them: it belonged to the same.
        """
        (first,) = self._run(
            "select coalesce(min(first), ?2) from missing"
            " where wall_id = ?1 and ?2 between first and last",
            (wall_id, first),
        ).fetchone()
        rows = self._run(
            "select body, hash from entry where wall_id = ? and sequence >= ? order by sequence",
            (wall_id, first),
        ).fetchall()
        moved = [opened(body, own_hash) for body, own_hash in rows]
        self._run("delete from entry where wall_id = ? and sequence >= ?", (wall_id, first))
        self._run("delete from missing where wall_id = ? and first >= ?", (wall_id, first))
        before = self._hash_at(wall_id, first - 1)
        if before is None:
            self._run("delete from chain where wall_id = ?", (wall_id,))
        else:
            self._store.set_head(wall_id, first - 1, before)
            self._run(
                "update chain set shared_sequence = min(shared_sequence, ?) where wall_id = ?",
                (first - 1, wall_id),
            )
        if moved:
            self._keep_aside(wall_id, moved)
            aside.append(
                f"wall {wall_id}: {len(moved)} entries from {moved[0].entry.sequence} on, of epoch "
                f"{moved[0].entry.epoch}, are not in the chain of the site and are kept aside"
            )
        return first

    def _keep_aside(self, wall_id: str, moved: Sequence[Sealed]) -> None:
        oldest, newest = moved[0].entry, moved[-1]
        chain_id = aside_id(wall_id, oldest.epoch, oldest.sequence)
        self._run(
            "insert or replace into chain values (?, ?, ?, ?, ?, null, 0)",
            (chain_id, newest.entry.sequence, newest.hash, oldest.sequence - 1,
             oldest.previous_hash),
        )  # fmt: skip
        for each in moved:
            self._run(
                "insert or replace into entry values (?, ?, ?, ?, ?, ?)",
                (chain_id, each.entry.sequence, each.entry.at_ms, each.entry.kind, each.hash,
                 each.packed),
            )  # fmt: skip
            for sha256 in each.named:
                self._run(
                    "insert or replace into used values (?, ?, ?)",
                    (sha256, chain_id, each.entry.sequence),
                )

    def _own(self) -> dict[str, tuple[Head, int]]:
        rows = self._run("select wall_id, head_sequence, head_hash, shared_sequence from chain")
        return {
            wall_id: (Head(sequence, own_hash), shared)
            for wall_id, sequence, own_hash, shared in rows.fetchall()
            if ASIDE not in wall_id
        }

    def _head(self, wall_id: str) -> Head:
        row = self._run(
            "select head_sequence, head_hash from chain where wall_id = ?", (wall_id,)
        ).fetchone()
        return Head(*row) if row is not None else BEFORE_ALL

    def _hash_at(self, wall_id: str, sequence: int) -> str | None:
        row = self._run(
            "select hash from entry where wall_id = ?1 and sequence = ?2"
            " union all select hash from missing where wall_id = ?1 and last = ?2"
            " union all select anchor_hash from chain where wall_id = ?1 and anchor_sequence = ?2",
            (wall_id, sequence),
        ).fetchone()
        return str(row[0]) if row is not None else None

    def _mark(self, wall_id: str, sequence: int) -> None:
        self._run(
            "update chain set shared_sequence = max(shared_sequence, ?) where wall_id = ?",
            (sequence, wall_id),
        )
