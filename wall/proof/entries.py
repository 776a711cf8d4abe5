"""An entry of a wall's chain: canonical JSON, and the SHA-256 of it that the next one names."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

BEGINNING = "0" * 64  # what the first entry of a chain names as the one before
ASIDE = "~"  # in no wall's id
WHOLE = ("start", "standing")  # these hold the whole picture; others what changed
STEPS = (  # something to be seen changed: where a reader goes from one to the next
    "start", "stop", "outcome", "mask", "unmask", "overlay", "notes", "freeze", "output", "gap",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of a chain, as it was read or is to be written."""

    wall_id: str
    sequence: int
    previous_hash: str
    at_ms: float  # the controller's clock when it knew
    epoch: int
    kind: str
    body: Mapping[str, Any]

    def sealed(self) -> tuple[bytes, str]:
        """Return the canonical bytes and their hash."""
        fields = {
            "wallId": self.wall_id,
            "sequence": self.sequence,
            "previousHash": self.previous_hash,
            "atMs": self.at_ms,
            "epoch": self.epoch,
            "kind": self.kind,
            "body": self.body,
        }
        sealed = canonical(fields)
        return sealed, digest(sealed)


def unsealed(sealed: bytes) -> Entry:
    """Return the entry that canonical bytes hold; raises ValueError when they hold none."""
    fields = orjson.loads(sealed)
    try:
        return Entry(
            wall_id=fields["wallId"],
            sequence=fields["sequence"],
            previous_hash=fields["previousHash"],
            at_ms=fields["atMs"],
            epoch=fields["epoch"],
            kind=fields["kind"],
            body=fields["body"],
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"no entry: {error!r}") from error


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry on its way from one file to another: its bytes, packed, and what they say."""

    entry: Entry
    hash: str
    packed: bytes

    @property
    def named(self) -> frozenset[str]:
        """Return the hashes of the contents it names."""
        tiles = tiles_of(self.entry.kind, self.entry.body)
        return frozenset(each["sha256"] for each in tiles if "sha256" in each)


def unpacked(packed: bytes) -> bytes | None:
    """Return packed bytes as they were; None when they cannot be unpacked."""
    try:
        return zlib.decompress(packed)
    except zlib.error:
        return None


def opened(packed: bytes, own_hash: str) -> Sealed:
    """Return the entry that packed bytes hold; raises ValueError when they are not of that hash."""
    sealed = unpacked(packed)
    if sealed is None or digest(sealed) != own_hash:
        raise ValueError("no entry: not what its hash says")
    return Sealed(unsealed(sealed), own_hash, packed)


def aside_id(wall_id: str, epoch: int, first: int) -> str:
    """Return under which name a file keeps entries of a wall that are not in its site's chain."""
    return f"{wall_id}{ASIDE}{epoch}{ASIDE}{first}"


def wall_of(chain_id: str) -> str:
    """Return whose entries lie under a name."""
    return chain_id.partition(ASIDE)[0]


def canonical(fields: Mapping[str, Any]) -> bytes:
    """Return JSON with sorted keys, no blanks, and numbers in their shortest form."""
    return orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)


def digest(octets: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return sha256(octets).hexdigest()


def tiles_of(kind: str, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Return every place in an entry that names a content, or a picture of an output."""
    if kind == "thumbnail":
        yield dict(body)
    if kind in WHOLE:
        picture = body["picture"]
        yield from (each["thumbnail"] for each in picture["outputs"] if "thumbnail" in each)
        yield from (picture["program"] or {}).get("tiles", ())
        yield from picture["held"]
    yield from body.get("tiles", ()) if kind == "switch" else ()
    yield from body.get("changes", ()) if kind == "contents" else ()


def with_digests(
    kind: str, body: Mapping[str, Any], digest_of: Callable[[dict[str, Any]], str | None]
) -> dict[str, Any]:
    """Return `body` with `sha256` beside each content it names; nothing is changed in place."""

    def named(tile: dict[str, Any]) -> dict[str, Any]:
        found = digest_of(tile)
        return tile if found is None else {**tile, "sha256": found}

    if kind in WHOLE:
        picture = dict(body["picture"])
        if picture["program"] is not None:
            tiles = [named(each) for each in picture["program"]["tiles"]]
            picture["program"] = {**picture["program"], "tiles": tiles}
        picture["held"] = [named(each) for each in picture["held"]]
        return {**body, "picture": picture}
    if kind == "switch":
        return {**body, "tiles": [named(each) for each in body["tiles"]]}
    if kind == "contents":
        return {**body, "changes": [named(each) for each in body["changes"]]}
    return dict(body)
