"""Zip archives: their members within limits, so that a bomb is refused before it is unpacked.

Only flat archives of named files are read (a feed's tables, a workbook's parts), never to disk.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Collection
from datetime import datetime

from data_access.errors import SourceTooBig, SourceUnreadable
from data_access.sources import unpacking as bytes_of
from data_access.sources.payload import Payload
from language import told

MAX_MEMBERS = 2000
UNSET_YEAR = 1980  # what archives say whose maker set no dates
DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, ValueError, LookupError, NotImplementedError,
    EOFError, OSError,
)  # fmt: skip
_STORED_OR_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def is_archive(payload: Payload) -> bool:
    """Tell a zip archive by its content."""
    return payload.content.startswith(b"PK\x03\x04")


def check(payload: Payload) -> list[zipfile.ZipInfo]:
    """Return what an archive lists; raises SourceError for bombs, damage and secrets.

    Sizes are as the archive claims; `unpack` holds it to them.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(payload.content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except DAMAGED as error:
        found = told("a damaged zip archive ({error})", error=error)
        raise SourceUnreadable(found, payload.name, told("a zip archive")) from error
    if len(members) > MAX_MEMBERS:
        found = told("a zip archive of {count} files", count=len(members))
        raise SourceTooBig(found, payload.name, told("at most {most} files", most=MAX_MEMBERS))
    size = sum(member.file_size for member in members)
    packed = len(payload.content)
    if size > bytes_of.MAX_BYTES or (
        size > bytes_of.RATIO_FROM and size > bytes_of.MAX_RATIO * packed
    ):
        found = told("{packed} bytes of zip that unpack to {size}", packed=packed, size=size)
        raise SourceTooBig(
            found, payload.name, told("at most {most} bytes", most=bytes_of.MAX_BYTES)
        )
    for member in members:
        if member.flag_bits & 1:
            found = told("{filename!r} is encrypted", filename=member.filename)
            raise SourceUnreadable(found, payload.name, told("an archive without a password"))
    return members


def unpack(payload: Payload, names: Collection[str]) -> dict[str, Payload]:
    """Return the members called `names` (in whatever folder, in any case); raises SourceError."""
    wanted = {name.casefold() for name in names}
    found: dict[str, Payload] = {}
    for member in check(payload):
        name = member.filename.rpartition("/")[2].casefold()
        if name in wanted and name not in found:
            found[name] = Payload(f"{payload.name}#{name}", _content(payload, member))
    return found


def changed_at(payload: Payload) -> datetime | None:
    """Return the newest date of a member, local to whoever packed it; None when none is set."""
    times = [member.date_time for member in check(payload)]
    dates = []
    for year, month, day, hour, minute, second in times:
        try:
            if year > UNSET_YEAR:
                dates.append(datetime(year, month, day, hour, minute, min(second, 59)))  # noqa: DTZ001
        except ValueError:
            continue
    return max(dates, default=None)


def _content(payload: Payload, member: zipfile.ZipInfo) -> bytes:
    name = f"{payload.name}#{member.filename}"
    if member.compress_type not in _STORED_OR_DEFLATED:
        raise SourceUnreadable(
            told("an unusual compression"), name, told("stored or deflated files")
        )
    try:
        with (
            zipfile.ZipFile(io.BytesIO(payload.content)) as archive,
            archive.open(member) as file,
        ):
            content = file.read(member.file_size + 1)
    except DAMAGED as error:
        raise SourceUnreadable(
            told("a damaged file ({error})", error=error), name, told("a zip archive")
        ) from error
    if len(content) > member.file_size:
        raise SourceTooBig(
            told("more bytes than the archive says"),
            name,
            told("{size} bytes", size=member.file_size),
        )
    return content
