"""Which entries tell of an instant: the site's chain; of a time unknown to it, what was put aside.

What a leader wrote and could not share any more is not in the chain. But of its last moments it is
the only word there is, and hangs on the entry before it as any other does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wall.proof.entries import Entry
from wall.proof.reading import Aside, Chain, ProofReader
from wall.proof.verify import Broken, Link

SETTLED_MS = 5_000.0  # by then every output has told how it took a switch, or never will
MOST_ENTRIES = 20_000  # between two whole pictures; a storm makes some thousand
_END = 2**62


@dataclass(slots=True)
class Account:
    """The entries an answer rests on, each checked, from one that holds the whole picture."""

    base: int
    aside: Aside | None = None  # that the last of them are of
    until_ms: float | None = None  # with `aside`: when the chain goes on
    entries: list[Entry] = field(default_factory=list)
    contents: set[str] = field(default_factory=set)
    broken: Broken | None = None

    def verdict(self) -> dict[str, Any]:
        """Return what the check said, in the wire form."""
        return {
            "isWhole": self.broken is None,
            "broken": self.broken.to_json() if self.broken is not None else None,
            "from": self.base,
            "to": self.base + len(self.entries) - 1,
            "contents": len(self.contents),
        }


def account_at(reader: ProofReader, chain: Chain, at_ms: float) -> Account | None:
    """Return what tells of an instant; None when nothing of that time is kept."""
    wall_id = chain.wall_id
    base = reader.whole_before(wall_id, at_ms)
    found = _aside_at(reader, wall_id, at_ms)
    if found is not None:
        aside, until_ms = found
        own = reader.whole_before(aside.chain_id, at_ms)
        if own is not None:
            account = Account(own, aside, until_ms)
            _follow(reader, account, aside.chain_id, _before(reader, aside.chain_id, own), at_ms)
            return account
        if base is not None and base < aside.first:
            account = Account(base, aside, until_ms)
            previous = _before(reader, wall_id, base)
            if _follow(reader, account, wall_id, previous, at_ms, end=aside.first):
                _follow(reader, account, aside.chain_id, _anchor(reader, aside.chain_id), at_ms)
            return account
    if base is None:
        return None
    account = Account(base)
    _follow(reader, account, wall_id, _before(reader, wall_id, base), at_ms)
    return account


def _aside_at(reader: ProofReader, wall_id: str, at_ms: float) -> tuple[Aside, float | None] | None:
    """Return what was put aside that alone tells of an instant, and when the chain goes on."""
    for aside in reversed(reader.asides(wall_id)):
        first = reader.rows(aside.chain_id, aside.first, aside.first)
        if first and first[0].at_ms <= at_ms:
            until_ms = reader.first_after(wall_id, aside.first - 1)
            if until_ms is None or at_ms < until_ms:
                return aside, until_ms
    return None


def _before(reader: ProofReader, chain_id: str, base: int) -> str:
    """Return the hash that an entry of a chain must name as the one before."""
    previous = reader.rows(chain_id, base - 1, base - 1)
    if previous:
        return previous[0].hash
    missing = reader.missing(chain_id)
    return next((e.hash for e in missing if e.last == base - 1), _anchor(reader, chain_id))


def _anchor(reader: ProofReader, chain_id: str) -> str:
    chain = reader.chain(chain_id)
    return "" if chain is None else chain.anchor_hash


def _follow(
    reader: ProofReader,
    account: Account,
    chain_id: str,
    previous: str,
    at_ms: float,
    *,
    end: int = _END,
) -> bool:
    """Go on along a chain until the instant is settled; tell whether it went up to `end`."""
    first = account.base + len(account.entries)
    missing = (each.first for each in reader.missing(chain_id) if each.first > account.base)
    end = min(end, next(missing, _END))
    link = Link(reader, chain_id, first, previous, contents=account.contents)
    while len(account.entries) < MOST_ENTRIES and link.expected < end:
        rows = reader.rows(chain_id, link.expected, min(link.expected + 99, end - 1))
        try:
            account.entries.extend(link.follow(row) for row in rows)
        except Broken as error:
            account.broken = error
            return False
        if not rows or rows[-1].at_ms > at_ms + SETTLED_MS:
            return False
        if rows[-1].kind == "start" and rows[-1].sequence > account.base:
            return False
    return link.expected == end
