"""What the tests of importing share: an import into a folder, and displays made by hand."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from wall.errors import ImportRefused
from wall.geometry import Wall, read_walls
from wall.importing import draft_of
from wall.importing.writing import written


def imported(folder: Path, data: bytes | str, *, surface: int | None = None) -> tuple[Wall, str]:
    """Import `data` as a wall file into `folder`; return the wall as the product loads it."""
    raw = data.encode() if isinstance(data, str) else data
    text = written(draft_of(raw, surface=surface), wall_id="north", file_name="north.cfg")
    (folder / "north.toml").write_text(text, encoding="utf-8")
    walls, problems = read_walls(folder)
    assert problems == []
    return walls["north"], text


def refusal(data: bytes | str, *, surface: int | None = None) -> str:
    """Return the one sentence with which `data` is refused."""
    raw = data.encode() if isinstance(data, str) else data
    with pytest.raises(ImportRefused) as caught:
        written(draft_of(raw, surface=surface), wall_id="north", file_name="north.cfg")
    said = str(caught.value)
    assert "\n" not in said
    assert 10 < len(said) < 400
    return said


def detailed(width_px: int, height_px: int, width_mm: int, height_mm: int) -> bytes:
    """Make a detailed timing descriptor (E-EDID 1.4, 3.10.2)."""
    return bytes(
        [
            0x01, 0x1D,
            width_px & 0xFF, 0, (width_px >> 8) << 4,
            height_px & 0xFF, 0, (height_px >> 8) << 4,
            0, 0, 0, 0,
            width_mm & 0xFF, height_mm & 0xFF, (width_mm >> 8) << 4 | height_mm >> 8,
            0, 0, 0x1A,
        ]
    )  # fmt: skip


def edid(
    *timings: bytes,
    cm: tuple[int, int] = (121, 68),
    prefers_first: bool = True,
    name: str = "PANEL",
    extensions: tuple[bytes, ...] = (),
) -> bytes:
    """Make an EDID of up to three timings, a name and whole extension blocks."""
    head = bytes.fromhex("00ffffffffffff00") + b"\x10\xac" + bytes(8) + b"\x01\x04"
    head += bytes([0x80, *cm, 0x78, 0x02 if prefers_first else 0x00])
    named = b"\0\0\0\xfc\0" + name.encode().ljust(13, b"\n")[:13]
    blank = b"\0\0\0\x10" + bytes(14)
    body = b"".join(timings) + named
    body += blank * ((72 - len(body)) // 18)
    block = head.ljust(54, b"\1") + body + bytes([len(extensions)])
    return checked(block) + b"".join(extensions)


def display_id(*blocks: bytes, version: int = 0x12) -> bytes:
    """Make a DisplayID extension of data blocks."""
    payload = b"".join(blocks)
    return checked(bytes([0x70, version, 121, 0, 0]) + payload.ljust(122, b"\0"))


def tile(
    columns: int, rows: int, column: int, row: int, width_px: int, height_px: int,
    *, capabilities: int = 0x80, serial: bytes = b"\1\2\3\4", tag: int = 0x12,
) -> bytes:  # fmt: skip
    """Make a tiled display topology data block."""
    high_columns, high_rows = (columns - 1) >> 4, (rows - 1) >> 4
    topology = bytes(
        [
            ((columns - 1) & 15) << 4 | (rows - 1) & 15,
            (column & 15) << 4 | row & 15,
            high_columns << 6 | high_rows << 4 | (column >> 4) << 2 | row >> 4,
        ]
    )
    size = struct.pack("<HH", width_px - 1, height_px - 1)
    return bytes([tag, 0, 22, capabilities]) + topology + size + bytes(5) + b"DEL\1\1" + serial


def checked(block: bytes) -> bytes:
    """Close a block of 127 bytes with its checksum."""
    assert len(block) == 127
    return block + bytes([-sum(block) % 256])


def hex_lines(data: bytes) -> str:
    """Write bytes as xrandr prints a property."""
    digits = data.hex()
    return "".join(f"\t\t{digits[i : i + 32]}\n" for i in range(0, len(digits), 32))
