"""Zip archives: bombs, liars, damage and secrets are refused before they are unpacked."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from datetime import datetime

import pytest

from data_access.errors import SourceTooBig, SourceUnreadable
from data_access.sources import archive, unpacking
from data_access.sources.payload import Payload


def _zip(*, compression: int = zipfile.ZIP_DEFLATED, **files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


def _payload(content: bytes) -> Payload:
    return Payload("feed.zip", content)


def test_members_are_found_in_any_folder_and_case() -> None:
    found = archive.unpack(_payload(_zip(feed__STOPS=b"1", other=b"2")), ["stops"])
    assert {name: each.content for name, each in found.items()} == {"stops": b"1"}
    assert found["stops"].name == "feed.zip#stops"


def test_a_bomb_is_refused_by_what_it_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "RATIO_FROM", 1024)
    with pytest.raises(SourceTooBig, match="unpack to 1000000"):
        archive.unpack(_payload(_zip(zeros=b"0" * 1_000_000)), ["zeros"])


PACKED = {
    "plain": b"1" * 1000,
    "gzip": gzip.compress(b"1" * 1000),
    "gzip of several members": gzip.compress(b"1" * 400) + gzip.compress(b"1" * 600),
    "zip": _zip(a=b"1" * 400, b=b"1" * 600),
}


@pytest.mark.parametrize("kind", PACKED)
def test_how_much_something_unpacks_to_is_known_before(kind: str) -> None:
    assert unpacking.is_more_than(PACKED[kind], 999)
    assert not unpacking.is_more_than(PACKED[kind], 1000)


@pytest.mark.parametrize("content", [b"\x1f\x8b\x08", b"\x1f\x8b\xff\xff", b"PK\x03\x04", b""])
def test_what_is_damaged_is_left_to_be_refused(content: bytes) -> None:
    assert not unpacking.is_more_than(content, 100)


def test_an_archive_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MAX_BYTES", 100)
    with pytest.raises(SourceTooBig, match="at most 100 bytes"):
        archive.unpack(_payload(_zip(a=b"x" * 60, b=b"y" * 60)), ["a"])


def test_an_archive_that_lies_about_a_size_is_stopped_there() -> None:
    content = _zip(zeros=b"0" * 100_000)
    true, claimed = struct.pack("<I", 100_000), struct.pack("<I", 10)
    assert content.count(true) == 2
    with pytest.raises((SourceTooBig, SourceUnreadable)):
        archive.unpack(_payload(content.replace(true, claimed)), ["zeros"])


def test_too_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    with pytest.raises(SourceTooBig, match="of 3 files"):
        archive.unpack(_payload(_zip(a=b"", b=b"", c=b"")), ["a"])


@pytest.mark.parametrize("cut", [30, 60, 120])
def test_a_damaged_archive_is_unreadable(cut: int) -> None:
    content = _zip(a=bytes(range(256)) * 8)
    with pytest.raises(SourceUnreadable, match="damaged"):
        archive.unpack(_payload(content[:-cut]), ["a"])
    with pytest.raises(SourceUnreadable, match="damaged"):
        archive.unpack(_payload(content[:cut] + b"\xff" * 20 + content[cut + 20 :]), ["a"])


def test_a_member_with_a_password_is_unreadable() -> None:
    content = bytearray(_zip(a=b"x"))
    content[6] |= 1  # the flag of the member …
    content[content.index(b"PK\x01\x02") + 8] |= 1  # … and of its entry in the list
    with pytest.raises(SourceUnreadable, match="encrypted"):
        archive.unpack(_payload(bytes(content)), ["a"])


def test_an_unusual_compression_is_unreadable() -> None:
    with pytest.raises(SourceUnreadable, match="unusual compression"):
        archive.unpack(_payload(_zip(compression=zipfile.ZIP_BZIP2, a=b"x" * 99)), ["a"])


def test_the_newest_date_counts_unless_none_is_set() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr(zipfile.ZipInfo("a", (2026, 5, 30, 8, 0, 0)), b"")
        made.writestr(zipfile.ZipInfo("b", (1980, 1, 1, 0, 0, 0)), b"")
    assert archive.changed_at(_payload(packed.getvalue())) == datetime(2026, 5, 30, 8)  # noqa: DTZ001
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr(zipfile.ZipInfo("b", (1980, 1, 1, 0, 0, 0)), b"")
    assert archive.changed_at(_payload(packed.getvalue())) is None
