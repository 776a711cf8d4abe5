"""Plain JSON as bytes that are the same for the same values, and as it is kept.

Keys are sorted, nothing is added; SHA-256 of these bytes names a result. Kept compressed.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from jobs.errors import Refused
from language import told

MOST_BYTES = 64_000_000  # of a result, before it is compressed: ten times a whole city's frames
MOST_INPUT_BYTES = 4_000_000
FAST = 1  # zlib's level: JSON of numbers gets little smaller by more


def canonical(plain: Any) -> bytes:
    """Return the canonical bytes of an object of plain JSON; raises Refused for anything else."""
    if not isinstance(plain, Mapping):
        raise Refused("notPlain", told("{name} is no JSON object.", name=type(plain).__name__))
    try:
        return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
    except (TypeError, orjson.JSONEncodeError, RecursionError) as error:
        raise Refused("notPlain", told("This is no plain JSON: {error}.", error=error)) from error


def hash_of(canonical_bytes: bytes) -> str:
    """Return the name of a result."""
    return sha256(canonical_bytes).hexdigest()


def pack(canonical_bytes: bytes) -> bytes:
    """Return bytes as they are kept and sent."""
    return zlib.compress(canonical_bytes, FAST)


def unpack(packed: bytes, *, most_bytes: int) -> Any:
    """Return the values of packed bytes; raises ValueError when they are none or too many."""
    inflating = zlib.decompressobj()
    try:
        found = inflating.decompress(packed, most_bytes)
    except zlib.error as error:
        raise ValueError(f"kept bytes are damaged: {error}") from error
    if inflating.unconsumed_tail or not inflating.eof:
        raise ValueError(f"kept bytes are cut off, or more than {most_bytes}")
    return orjson.loads(found)
