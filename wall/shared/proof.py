"""What the controllers of a site share of their proof of display, in Redis: the newest entries.

A stream of entries of all walls, the contents they name once by hash, and each chain's head. Let in
is only what the holder of the site's epoch adds behind the head. Bounded: the oldest entries go,
with the contents that no later one names; whoever was away for longer lacks them. What was taken
out by order stays named here, for every controller of the site to take it out, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
import redis
import structlog

from settings import Settings
from wall.errors import Deposed, Forked, StoreError
from wall.proof.copies import Head
from wall.proof.entries import BEGINNING, Sealed, opened, unpacked
from wall.proof.withdrawing import Order
from wall.shared import scripts
from wall.shared.server import ALL_SITES, address, connect, rewrite_files, translated

MOST_ENTRIES = 20_000
MOST_BYTES = 64 * 1024 * 1024
LEAST_ENTRIES = 100  # kept whatever they take
AT_ONCE = 500  # contents that are taken out in one go
LOOKED_INTO = 50  # contents that are read in one go: a megabyte or so
NAMES = (
    "epoch",
    "proof",
    "proof:heads",
    "proof:contents",
    "proof:used",
    "proof:bytes",
    "proof:withdrawn",
)

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
        _, self._stream, self._heads, self._contents, *_, self._withdrawn = self._keys
        self._prove = client.register_script(scripts.PROVE)
        self._withdraw = client.register_script(scripts.WITHDRAW)

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
        """Return which of these contents are not there and may be."""
        with translated(self._client):
            asking = self._client.pipeline(transaction=False)
            for name in names:
                asking.hexists(self._contents, name)
                asking.hexists(self._withdrawn, name)
            told = asking.execute()
        found = zip(names, told[::2], told[1::2], strict=True)
        return [name for name, is_there, is_out in found if not (is_there or is_out)]

    def contents(self, names: Sequence[str]) -> dict[str, bytes]:
        """Return those of these contents that are there, packed."""
        with translated(self._client):
            found: Any = self._client.hmget(self._contents, list(names))
        return {name: body for name, body in zip(names, found, strict=True) if body is not None}

    def every_content(self) -> Iterator[tuple[str, bytes]]:
        """Yield hash and bytes of all contents that can be unpacked; raises StoreError."""
        with translated(self._client):
            for name, packed in self._client.hscan_iter(self._contents, count=LOOKED_INTO):
                body = unpacked(packed)
                if body is not None:
                    yield name.decode(), body

    def ordered(self) -> int:
        """Return how many contents were taken out by order."""
        with translated(self._client):
            count: Any = self._client.hlen(self._withdrawn)
        return int(count)

    def orders(self) -> dict[str, Order]:
        """Return which contents were taken out, by which order."""
        with translated(self._client):
            found: Any = self._client.hgetall(self._withdrawn)
        return {name.decode(): Order(*orjson.loads(told)) for name, told in found.items()}

    def withdraw(self, orders: Mapping[str, Order]) -> int:
        """Take contents out, for good and for all controllers; return how many were here.

        Its files are written anew, without them. Raises StoreError.
        """
        words: list[str | bytes] = []
        for name, order in orders.items():
            words += [name, orjson.dumps([*order])]
        _, _, _, contents, used, size, withdrawn = self._keys
        gone = 0
        with translated(self._client):
            for at in range(0, len(words), 2 * AT_ONCE):
                some = words[at : at + 2 * AT_ONCE]
                gone += self._withdraw(keys=[contents, used, size, withdrawn], args=some)
        if orders:
            rewrite_files(self._client)
        return gone

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


@contextmanager
def shared_proof(settings: Settings) -> Iterator[RedisProof | None]:
    """Give what this installation's controllers share, None where there is but one."""
    if settings.redis_url is None:
        yield None
        return
    client = connect(settings.redis_url.get_secret_value())
    try:
        yield RedisProof(client, settings.site or ALL_SITES)
    finally:
        client.close()


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
