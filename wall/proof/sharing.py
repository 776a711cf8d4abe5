"""How the controllers of a site come to have one chain: a leader's entries go out, others take
them in.

What lies between them is `Shared` (`wall.shared.proof`), which lets nobody in but the site's leader
and nothing that does not follow the chain's head. Used by a recorder's thread and, while standing
by, by the copier's; the one ends before the other begins, or waits.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from wall.proof.copies import Copies, Head
from wall.proof.entries import Sealed
from wall.proof.withdrawing import Order

AT_ONCE = 50  # entries in one go
# What goes out in one go: a write of that size holds up a commit's for a millisecond or two.
LARGEST_BYTES = 256 * 1024


class Shared(Protocol):
    """What the controllers of a site have in common. All methods raise StoreError."""

    def heads(self) -> dict[str, Head]:
        """Return the newest entry of every chain."""

    def read(self, after: str | None, most: int) -> list[tuple[str, Sealed | None]]:
        """Return the next entries with their places; None for what is no entry."""

    def is_there(self, place: str) -> bool:
        """Tell whether what was read there can still be."""

    def lacking(self, names: Sequence[str]) -> list[str]:
        """Return which of these contents are not there and may be."""

    def contents(self, names: Sequence[str]) -> dict[str, bytes]:
        """Return those of these contents that are there, packed."""

    def ordered(self) -> int:
        """Return how many contents were taken out by order."""

    def orders(self) -> dict[str, Order]:
        """Return which contents were taken out, by which order."""

    def append(self, epoch: int, entries: Sequence[Sealed], contents: Mapping[str, bytes]) -> str:
        """Add entries of one wall behind its head, and return the last one's place.

        Raises Deposed under another epoch, Forked when they do not follow.
        """


class Sharing:
    """Where one controller stands in what its site shares."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._after: str | None = None  # the last place read; None: from the oldest on
        self._unattained: dict[str, Head] = {}  # which a whole reading did not give
        self._obeyed = 0  # so many orders to take a content out
        self._lock = threading.Lock()

    def follow(self, copies: Copies) -> tuple[bool, list[str]]:
        """Take in the next entries; return whether there may be more, and what was put aside.

        Raises StoreError and ProofError.
        """
        with self._lock:
            self._obey(copies)
            # Asked before: what they name must be found by the reading.
            heads = self._shared.heads()
            found = self._shared.read(self._after, AT_ONCE)
            if not found:
                return self._begins_anew(copies, heads), []
            entries = [sealed for _, sealed in found if sealed is not None]
            lacking = copies.lacking({name for each in entries for name in each.named})
            contents = self._shared.contents(lacking) if lacking else {}
            if len(contents) < len(lacking) and not self._shared.is_there(found[0][0]):
                self._after = None  # let go while it was read
                return True, []
            aside = copies.add(entries, contents)
            self._after = found[-1][0]
            return True, aside

    def lead(self, copies: Copies) -> list[str]:
        """Have all that leaders before had shared, and go on from there; return what was put aside.

        Only under the epoch that keeps them from sharing more.
        """
        aside: list[str] = []
        goes_on = True
        while goes_on:
            goes_on, put = self.follow(copies)
            aside += put
        return aside + copies.adopt(self._shared.heads())

    def ship(self, copies: Copies, epoch: int) -> bool:
        """Let others have the next entries; return whether there are more.

        Raises Deposed, Forked and other StoreErrors, and ProofError.
        """
        with self._lock:
            self._obey(copies)
            waiting = copies.unshared(AT_ONCE)
            if not waiting:
                return False
            names = sorted({name for each in waiting for name in each.named})
            contents = copies.contents(self._shared.lacking(names) if names else [])
            entries, sent = _in_one_go(waiting, contents)
            self._after = self._shared.append(epoch, entries, sent)
            copies.shared(entries[-1].entry.wall_id, entries[-1].entry.sequence)
            return True

    def _obey(self, copies: Copies) -> None:
        """Take out of our file what an order somewhere in the site names, until all of it is."""
        ordered = self._shared.ordered()
        if ordered != self._obeyed and copies.obey(self._shared.orders()):
            self._obeyed = ordered

    def _begins_anew(self, copies: Copies, heads: dict[str, Head]) -> bool:
        """Read from the oldest again, once, when what is shared has a head that we have not."""
        unattained = {each: head for each, head in heads.items() if not copies.has(each, head)}
        if not unattained or unattained == self._unattained or self._after is None:
            self._unattained = unattained
            return False
        self._unattained = unattained
        self._after = None
        return True


def _in_one_go(
    waiting: Sequence[Sealed], contents: Mapping[str, bytes]
) -> tuple[list[Sealed], dict[str, bytes]]:
    """Return as many of the first entries, with their contents, as are let out at once."""
    entries: list[Sealed] = []
    sent: dict[str, bytes] = {}
    size = 0
    for each in waiting:
        more = {name: contents[name] for name in _new(each.named, contents, sent)}
        size += len(each.packed) + sum(map(len, more.values()))
        if entries and size > LARGEST_BYTES:
            break
        entries.append(each)
        sent |= more
    return entries, sent


def _new(
    named: Collection[str], contents: Mapping[str, bytes], sent: Mapping[str, bytes]
) -> list[str]:
    return [name for name in named if name in contents and name not in sent]
