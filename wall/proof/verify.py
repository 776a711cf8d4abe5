"""Is a chain as it was written? Every hash computed again, every link followed, from the file.

Whoever can write the file could write all of it anew: against that, note heads elsewhere
(`wall proof head`) and verify with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from wall.proof.entries import BEGINNING, Entry, digest, tiles_of
from wall.proof.reading import Chain, ProofReader, Row

SLICE = 50  # entries in one go
REMEMBERED = 100_000  # contents already found right


class Broken(Exception):
    """The first thing in a chain that is not as it was written, in one sentence."""

    def __init__(self, wall_id: str, sequence: int, what: str) -> None:
        super().__init__(f"wall {wall_id}: entry {sequence} {what}")
        self.sequence = sequence


@dataclass(slots=True)
class Link:
    """Follows a chain entry by entry; raises Broken at the first that does not belong."""

    reader: ProofReader
    wall_id: str
    expected: int
    previous: str
    checked: int = 0
    contents: set[str] = field(default_factory=set)

    def follow(self, row: Row) -> Entry:
        """Check one entry and the contents it names."""
        number = row.sequence
        if number > self.expected:
            raise Broken(self.wall_id, self.expected, "is missing: it was removed")
        if row.sealed is None or digest(row.sealed) != row.hash:
            raise Broken(self.wall_id, number, "was changed: its content is not that of its hash")
        try:
            entry = row.entry()
        except ValueError as error:
            raise Broken(self.wall_id, number, "is no entry of this program") from error
        if entry.sealed()[0] != row.sealed:
            raise Broken(self.wall_id, number, "is not in its canonical form")
        place = (entry.wall_id, entry.sequence, entry.kind, entry.at_ms)
        if place != (self.wall_id, number, row.kind, row.at_ms) or number != self.expected:
            raise Broken(self.wall_id, number, "does not belong here: it was moved or put in")
        if entry.previous_hash != self.previous:
            raise Broken(
                self.wall_id,
                number,
                f"does not follow entry {number - 1}: one of them was replaced",
            )
        self._contents(entry)
        self.expected, self.previous = number + 1, row.hash
        self.checked += 1
        return entry

    def _contents(self, entry: Entry) -> None:
        for tile in tiles_of(entry.kind, entry.body):
            sha256 = tile.get("sha256")
            if sha256 is None or sha256 in self.contents:
                continue
            body = self.reader.content(sha256)
            if body is None:
                what = f"names a content that is missing (render {tile['renderId']})"
                raise Broken(self.wall_id, entry.sequence, what)
            if digest(body) != sha256:
                what = f"names a content that was changed (render {tile['renderId']})"
                raise Broken(self.wall_id, entry.sequence, what)
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
        raise Broken(wall_id, 1, "is missing: there is no chain of this wall")
    first, last = chain.anchor_sequence + 1, chain.head_sequence
    link = Link(reader, wall_id, first, chain.anchor_hash)
    is_part = from_ms is not None or to_ms is not None
    if is_part:
        bounds = reader.bounds(wall_id, from_ms, to_ms)
        first, last = bounds or (1, 0)
        link.expected = first
        if bounds is not None and first > chain.anchor_sequence + 1:
            before = reader.rows(wall_id, first - 1, first - 1)
            if not before:
                raise Broken(wall_id, first - 1, "is missing: it was removed")
            link.previous = before[0].hash
    noted = _Noted(head) if head is not None else None
    if noted is not None:
        noted.see(chain.anchor_sequence, chain.anchor_hash)
    anchors = set()
    # Also what lies beyond the head: put in, or a head that was set back.
    end = last if is_part else 2**62
    while rows := reader.rows(wall_id, link.expected, min(end, link.expected + SLICE - 1)):
        for row in rows:
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
        raise Broken(wall_id, link.expected, "is missing: it was removed")
    if noted is not None and not is_part:
        noted.refuse_missing(chain)
    yield link


def _refuse_ends(
    reader: ProofReader, chain: Chain, link: Link, anchors: set[tuple[int, str]]
) -> None:
    beyond = reader.bounds(chain.wall_id, None, None)
    if beyond is not None and beyond[1] >= link.expected:
        raise Broken(chain.wall_id, link.expected, "is missing: it was removed")
    if beyond is not None and beyond[0] <= chain.anchor_sequence:
        raise Broken(chain.wall_id, beyond[0], "does not belong here: it had been let go")
    if (link.expected - 1, link.previous) != (chain.head_sequence, chain.head_hash):
        what = "is missing: the end of the chain was cut"
        if link.expected - 1 >= chain.head_sequence:
            what = "is not the head that the file names: the end was added to or replaced"
            raise Broken(chain.wall_id, link.expected - 1, what)
        raise Broken(chain.wall_id, link.expected, what)
    anchor = (chain.anchor_sequence, chain.anchor_hash)
    if anchor != (0, BEGINNING) and anchor not in anchors:
        what = "is missing: the beginning was cut, and no entry records that it was let go"
        raise Broken(chain.wall_id, chain.anchor_sequence, what)


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

    def refuse_missing(self, chain: Chain) -> None:
        """Raise Broken unless the head was seen, or is older than what is kept."""
        if self.is_seen:
            return
        number = self.sequence
        if number is not None and number <= chain.anchor_sequence:
            what = f"was the head noted, but all up to {chain.anchor_sequence} was let go"
            raise Broken(chain.wall_id, number, what)
        what = "is the last, and the head noted is not in the chain: its end was cut or replaced"
        raise Broken(chain.wall_id, number or chain.head_sequence, what if number is None else (
            "is not the head noted: the end of the chain was cut or replaced"))  # fmt: skip
