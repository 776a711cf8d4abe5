"""Is a chain as it was written? Every hash computed again, every link followed, from the file.

Whoever can write the file could write all of it anew: against that, note heads elsewhere
(`wall proof head`) and verify with them. What a copy lacks (it began later than its chain, or was
away too long) and what was taken out of it by order is no fault, but is told with the verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from wall.proof.entries import ASIDE, BEGINNING, Entry, digest, tiles_of, wall_of
from wall.proof.reading import Chain, Missing, ProofReader, Row

SLICE = 50  # entries in one go
REMEMBERED = 100_000  # contents already found right


FAULTS = {  # by a stable code, what is wrong with an entry
    "removed": "is missing: it was removed",
    "noChain": "is missing: there is no chain of this wall",
    "changed": "was changed: its content is not that of its hash",
    "foreign": "is not in the form in which this program writes",
    "moved": "does not belong here: it was moved or put in",
    "replaced": "does not follow entry {before}: one of them was replaced",
    "contentMissing": "names a content that is missing (render {render})",
    "contentChanged": "names a content that was changed (render {render})",
    "letGo": "does not belong here: it had been let go",
    "endCut": "is missing: the end of the chain was cut",
    "endReplaced": "is not the head that the file names: the end was added to or replaced",
    "beginningCut": "is missing: the beginning was cut, and no entry records that it was let go",
    "headOlder": "was the head noted, but all up to {anchor} was let go",
    "headNotCopied": "was the head noted, but never came to this file",
    "headMissing": "is not the head noted: the end of the chain was cut or replaced",
    "headNowhere": "is the last, and the head noted is not in the chain: its end was replaced",
}


class Broken(Exception):
    """The first thing in a chain that is not as it was written, in one sentence."""

    def __init__(self, wall_id: str, sequence: int, code: str, **about: object) -> None:
        what = FAULTS[code].format(before=sequence - 1, **about)
        super().__init__(f"wall {wall_id}: entry {sequence} {what}")
        self.sequence = sequence
        self.code = code

    def to_json(self) -> dict[str, Any]:
        """Return the wire form."""
        return {"code": self.code, "entry": self.sequence, "message": str(self)}


@dataclass(slots=True)
class Link:
    """Follows a chain entry by entry; raises Broken at the first that does not belong."""

    reader: ProofReader
    wall_id: str
    expected: int
    previous: str
    checked: int = 0
    contents: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)  # contents that were taken out by order
    missing: tuple[Missing, ...] = ()  # what is known not to be in this file

    def skip_missing(self) -> None:
        """Go on behind entries that never came to this file, when these are the next."""
        for each in self.missing:
            if each.first <= self.expected <= each.last:
                self.expected, self.previous = each.last + 1, each.hash

    def follow(self, row: Row) -> Entry:
        """Check one entry and the contents it names; raises Broken."""
        number = row.sequence
        if number > self.expected:
            raise Broken(self.wall_id, self.expected, "removed")
        if row.sealed is None or digest(row.sealed) != row.hash:
            raise Broken(self.wall_id, number, "changed")
        try:
            entry = row.entry()
        except ValueError as error:
            raise Broken(self.wall_id, number, "foreign") from error
        if entry.sealed()[0] != row.sealed:
            raise Broken(self.wall_id, number, "foreign")
        place = (entry.wall_id, entry.sequence, entry.kind, entry.at_ms)
        if place != (wall_of(self.wall_id), number, row.kind, row.at_ms) or number != self.expected:
            raise Broken(self.wall_id, number, "moved")
        if entry.previous_hash != self.previous:
            raise Broken(self.wall_id, number, "replaced")
        self._contents(entry)
        self.expected, self.previous = number + 1, row.hash
        self.checked += 1
        return entry

    def _contents(self, entry: Entry) -> None:
        for tile in tiles_of(entry.kind, entry.body):
            sha256 = tile.get("sha256")
            if sha256 is None or sha256 in self.contents or sha256 in self.withdrawn:
                continue
            body = self.reader.content(sha256)
            if body is None and self.reader.is_withdrawn(sha256):
                self.withdrawn.add(sha256)
                continue
            code = "contentMissing" if body is None else "contentChanged"
            if body is None or digest(body) != sha256:
                raise Broken(self.wall_id, entry.sequence, code, render=tile.get("renderId", "-"))
            if len(self.contents) < REMEMBERED:
                self.contents.add(sha256)


def verify(
    reader: ProofReader,
    wall_id: str,
    *,
    from_ms: float | None = None,
    to_ms: float | None = None,
    head: str | None = None,
) -> Iterator[Link]:
    """Go through a wall's chain, a slice at each step; raises Broken at the first fault.

    Between instants only the entries within are followed. `head` is one noted elsewhere:
    `HASH` or `SEQUENCE:HASH`.
    """
    chain = reader.chain(wall_id)
    if chain is None:
        raise Broken(wall_id, 1, "noChain")
    first, last = chain.anchor_sequence + 1, chain.head_sequence
    missing = tuple(reader.missing(wall_id))
    link = Link(reader, wall_id, first, chain.anchor_hash, missing=missing)
    is_part = from_ms is not None or to_ms is not None
    if is_part:
        bounds = reader.bounds(wall_id, from_ms, to_ms)
        first, last = bounds or (1, 0)
        link.expected = first
        is_behind = any(each.last == first - 1 for each in missing)
        if is_behind:
            link.expected = first - 1
        elif bounds is not None and first > chain.anchor_sequence + 1:
            before = reader.rows(wall_id, first - 1, first - 1)
            if not before:
                raise Broken(wall_id, first - 1, "removed")
            link.previous = before[0].hash
    noted = _Noted(head) if head is not None else None
    if noted is not None:
        noted.see(chain.anchor_sequence, chain.anchor_hash)
    anchors = set()
    # Also what lies beyond the head: put in, or a head that was set back.
    end = last if is_part else 2**62
    while rows := _next_rows(link, end):
        for row in rows:
            link.skip_missing()
            entry = link.follow(row)
            if entry.kind == "trimmed":
                removed = entry.body["removed"]
                anchors.add((removed["sequence"], removed["hash"]))
            if noted is not None:
                noted.see(row.sequence, row.hash)
        yield link
    if not is_part:
        _refuse_ends(reader, chain, link, anchors)
    elif link.expected <= last:
        raise Broken(wall_id, link.expected, "removed")
    if noted is not None and not is_part:
        noted.refuse_missing(chain, missing)
    yield link


def _next_rows(link: Link, end: int) -> list[Row]:
    link.skip_missing()
    first = link.expected
    return link.reader.rows(link.wall_id, first, min(end, first + SLICE - 1))


def _refuse_ends(
    reader: ProofReader, chain: Chain, link: Link, anchors: set[tuple[int, str]]
) -> None:
    beyond = reader.bounds(chain.wall_id, None, None)
    if beyond is not None and beyond[1] >= link.expected:
        raise Broken(chain.wall_id, link.expected, "removed")
    if beyond is not None and beyond[0] <= chain.anchor_sequence:
        raise Broken(chain.wall_id, beyond[0], "letGo")
    if (link.expected - 1, link.previous) != (chain.head_sequence, chain.head_hash):
        if link.expected - 1 >= chain.head_sequence:
            raise Broken(chain.wall_id, link.expected - 1, "endReplaced")
        raise Broken(chain.wall_id, link.expected, "endCut")
    if ASIDE in chain.wall_id:  # nothing more is claimed of it than that it hangs together
        return
    anchor = (chain.anchor_sequence, chain.anchor_hash)
    if anchor != (0, BEGINNING) and anchor not in anchors:
        raise Broken(chain.wall_id, chain.anchor_sequence, "beginningCut")


class _Noted:
    """A head noted elsewhere: is it still in the chain?"""

    def __init__(self, head: str) -> None:
        number, _, found = head.rpartition(":")
        self.sequence = int(number) if number.isdigit() else None
        self.hash = found.strip().lower()
        self.is_seen = False

    def see(self, sequence: int, own_hash: str) -> None:
        """Compare with an entry of the chain."""
        if own_hash == self.hash and self.sequence in (None, sequence):
            self.is_seen = True

    def refuse_missing(self, chain: Chain, missing: Sequence[Missing]) -> None:
        """Raise Broken unless the head was seen, or is older than what is kept."""
        if self.is_seen:
            return
        number = self.sequence
        if number is None:
            raise Broken(chain.wall_id, chain.head_sequence, "headNowhere")
        if number <= chain.anchor_sequence:
            raise Broken(chain.wall_id, number, "headOlder", anchor=chain.anchor_sequence)
        if any(each.first <= number <= each.last for each in missing):
            raise Broken(chain.wall_id, number, "headNotCopied")
        raise Broken(chain.wall_id, number, "headMissing")
