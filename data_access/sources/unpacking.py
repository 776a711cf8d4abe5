"""How much a packed file may unpack to, and gzip within that; zip's members are `archive.py`'s.

A bomb is small on the disk: it is stopped while it unpacks, by size and by ratio.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress

from data_access.errors import SourceTooBig, SourceUnreadable
from language import told

MAX_BYTES = 256 * 1024 * 1024  # of a file, unpacked: hundreds of times the largest of today
MAX_RATIO = 200  # unpacked over packed; text packs to a tenth or twentieth
RATIO_FROM = 16 * 1024 * 1024  # bytes below which no ratio is suspicious
CHUNK = 1024 * 1024  # bytes that are unpacked at once …
TAKEN = 16 * 1024  # … of so many packed ones


def gunzip(content: bytes, name: str, limit: int) -> bytes:
    """Unpack all members, stopping before a bomb fills the memory; raises SourceError."""
    unpacked: list[bytes] = []
    size, packed = 0, len(content)
    try:
        for part in _parts(content):
            unpacked.append(part)
            size += len(part)
            if size > limit or (size > RATIO_FROM and size > MAX_RATIO * packed):
                found = told(
                    "{packed} bytes of gzip that unpack to more than {size}",
                    packed=packed,
                    size=size - len(part),
                )
                raise SourceTooBig(found, name, told("at most {most} bytes", most=limit))
    except EOFError as error:
        raise SourceUnreadable(
            told("a gzip archive that is cut off"), name, told("all of it")
        ) from error
    except zlib.error as error:
        raise SourceUnreadable(
            told("a damaged gzip archive ({error})", error=error), name, told("gzip")
        ) from error
    return b"".join(unpacked)


def _parts(content: bytes) -> Iterator[bytes]:
    """Yield what all members hold, little by little; raises zlib.error, EOFError when cut off.

    What follows the members is ignored, as gzip(1) does. Thousands of tiny members cost no more
    than one: no more is taken at once than one of them may leave over.
    """
    at = 0
    while content.startswith(b"\x1f\x8b", at):
        unpacker = zlib.decompressobj(wbits=31)
        piece = b""
        while not unpacker.eof:
            if not piece:
                if at >= len(content):
                    raise EOFError
                piece = content[at : at + TAKEN]
                at += len(piece)
            yield unpacker.decompress(piece, CHUNK)
            piece = unpacker.unconsumed_tail
        at -= len(unpacker.unused_data)
        while content.startswith(b"\0", at):
            block = content[at : at + TAKEN]
            at += len(block) - len(block.lstrip(b"\0"))


def is_more_than(content: bytes, most: int) -> bool:
    """Tell whether bytes are more than `most`, unpacked where they are packed; no more is unpacked.

    Of a zip archive what it says of itself counts: `archive.py` holds it to that.
    """
    if len(content) > most:
        return True
    if content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return sum(member.file_size for member in archive.infolist()) > most
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            return False  # refused when it is read
    size = 0
    with suppress(zlib.error, EOFError):
        for part in _parts(content):
            size += len(part)
            if size > most:
                return True
    return False
