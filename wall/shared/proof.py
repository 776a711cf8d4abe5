"""What the controllers of a site share of their proof of display, in Redis: the newest entries.

A stream of entries of all walls, the contents they name once by hash, and each chain's head. Let in
is only what the holder of the site's epoch adds behind the head. Bounded: the oldest entries go,
with the contents that no later one names; whoever was away for longer lacks them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import redis
import structlog

from wall.errors import Deposed, Forked, StoreError
from wall.proof.copies import Head
from wall.proof.entries import BEGINNING, Sealed, opened
from wall.shared import scripts
from wall.shared.server import address, translated

MOST_ENTRIES = 20_000
MOST_BYTES = 64 * 1024 * 1024
LEAST_ENTRIES = 100  # kept whatever they take
NAMES = ("epoch", "proof", "proof:heads", "proof:contents", "proof:used", "proof:bytes")

log = structlog.get_logger("wall")


class RedisProof:
    """The shared chains of one site; used by any thread."""

    def __init__(
        self,
        client: redis.Redis,
        site: str,
        *,
        most_entries: int = MOST_ENTRIES,
        most_bytes: int = MOST_BYTES,
        least_entries: int = LEAST_ENTRIES,
    ) -> None:
        self._client = client
        self._limits = (most_entries, most_bytes, least_entries)
        self._keys = [f"ioc:wall:{{{site}}}:{name}" for name in NAMES]
        _, self._stream, self._heads, self._contents, _, _ = self._keys
        self._prove = client.register_script(scripts.PROVE)

    def heads(self) -> dict[str, Head]:
        """Return the newest entry of every chain; raises StoreError."""
        with translated(self._client):
            found: Any = self._client.hgetall(self._heads)
        try:
            return {wall_id.decode(): _head(told) for wall_id, told in found.items()}
        except ValueError as error:
            where = f"{address(self._client)} holds in {self._heads}"
            raise StoreError(f"{where} what is not ours: {error}") from error

    def read(self, after: str | None, most: int) -> list[tuple[str, Sealed | None]]:
        """Return the next entries with their places; None for what is no entry."""
        first = "-" if after is None else f"({after}"
        with translated(self._client):
            found: Any = self._client.xrange(self._stream, min=first, count=most)
        return [(place.decode(), _opened(fields)) for place, fields in found]

    def is_there(self, place: str) -> bool:
        """Tell whether what was read there can still be."""
        with translated(self._client):
            return bool(self._client.xrange(self._stream, min=place, max=place))

    def lacking(self, names: Sequence[str]) -> list[str]:
        """Return which of these contents are not there."""
        with translated(self._client):
            asking = self._client.pipeline(transaction=False)
            for name in names:
                asking.hexists(self._contents, name)
            return [name for name, is_there in zip(names, asking.execute(), strict=True)
                    if not is_there]  # fmt: skip

    def contents(self, names: Sequence[str]) -> dict[str, bytes]:
        """Return those of these contents that are there, packed."""
        with translated(self._client):
            found: Any = self._client.hmget(self._contents, list(names))
        return {name: body for name, body in zip(names, found, strict=True) if body is not None}

    def append(self, epoch: int, entries: Sequence[Sealed], contents: Mapping[str, bytes]) -> str:
        """Add entries of one wall behind its head, and return the last one's place.

        What is there already is not added again. Raises Deposed under another epoch, Forked when
        they do not follow, else StoreError.
        """
        first = entries[0].entry
        base = f"{first.sequence - 1}:{first.previous_hash}"
        words: list[str | int | bytes] = [epoch, *self._limits, first.wall_id, base, len(entries)]
        for each in entries:
            names = sorted(each.named)
            words += [each.entry.sequence, each.hash, each.packed, len(names), *names]
        for name, body in contents.items():
            words += [name, body]
        with translated(self._client):
            code, told = self._prove(keys=self._keys, args=words)
        if code == 0:
            raise Deposed(f"epoch {epoch} of this controller has ended")
        if code == 2:
            raise Forked(
                f"the chain of wall {first.wall_id} that is shared ends with {told.decode()}, and "
                f"entry {first.sequence} does not follow"
            )
        return str(told.decode())


def _opened(fields: Mapping[bytes, bytes]) -> Sealed | None:
    try:
        sealed = opened(fields[b"body"], fields[b"hash"].decode())
        entry = sealed.entry
        is_first = entry.sequence == 1
        if entry.sequence < 1 or is_first != (entry.previous_hash == BEGINNING):
            raise ValueError(f"entry {entry.sequence} follows {entry.previous_hash}")
    except (ValueError, KeyError) as error:
        log.error("shared proof holds what is no entry", error=repr(error))
        return None
    return sealed


def _head(told: bytes) -> Head:
    sequence, _, own_hash = told.decode().partition(":")
    return Head(int(sequence), own_hash)
