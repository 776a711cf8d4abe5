"""How much a packed file may unpack to, and gzip within that; zip's members are `archive.py`'s.

A bomb is small on the disk: it is stopped while it unpacks, by size and by ratio.
"""

from __future__ import annotations

import io
import zipfile
import zlib

from data_access.errors import SourceTooBig, SourceUnreadable
from language import told

MAX_BYTES = 256 * 1024 * 1024  # of a file, unpacked: hundreds of times the largest of today
MAX_RATIO = 200  # unpacked over packed; text packs to a tenth or twentieth
RATIO_FROM = 16 * 1024 * 1024  # bytes below which no ratio is suspicious
CHUNK = 1024 * 1024


def gunzip(content: bytes, name: str, limit: int) -> bytes:
    """Unpack all members, stopping before a bomb fills the memory; raises SourceError."""
    unpacked: list[bytes] = []
    size, packed = 0, len(content)
    try:
        while content:
            unpacker = zlib.decompressobj(wbits=31)
            while not unpacker.eof:
                part = unpacker.decompress(content, CHUNK)
                content = unpacker.unconsumed_tail
                if not part and not content and not unpacker.eof:
                    raise SourceUnreadable(
                        told("a gzip archive that is cut off"), name, told("all of it")
                    )
                unpacked.append(part)
                size += len(part)
                if size > limit or (size > RATIO_FROM and size > MAX_RATIO * packed):
                    found = told(
                        "{packed} bytes of gzip that unpack to more than {size}",
                        packed=packed,
                        size=size - len(part),
                    )
                    raise SourceTooBig(found, name, told("at most {most} bytes", most=limit))
            content = unpacker.unused_data.lstrip(b"\0")
            if content and not content.startswith(b"\x1f\x8b"):
                break  # trailing bytes that are no member are ignored, as gzip(1) does
    except zlib.error as error:
        raise SourceUnreadable(
            told("a damaged gzip archive ({error})", error=error), name, told("gzip")
        ) from error
    return b"".join(unpacked)


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
    while content.startswith(b"\x1f\x8b") and size <= most:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            size += len(unpacker.decompress(content, most + 1 - size))
        except zlib.error:
            break
        content = unpacker.unused_data if unpacker.eof else b""
    return size > most
