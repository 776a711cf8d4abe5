"""EDID made by hand, byte for byte as VESA has it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wall.importing.bench import checked, detailed, display_id, edid, imported, refusal, tile
from wall.errors import ImportRefused
from wall.geometry import Rect
from wall.importing import draft_of
from wall.importing.edid import parse_edid

FULL_HD = detailed(1920, 1080, 1210, 681)
FOUR_K = detailed(3840, 2160, 1210, 681)


def test_a_display_is_a_wall_of_one_panel(tmp_path: Path) -> None:
    wall, text = imported(tmp_path, edid(FULL_HD, name="VIDEOWALL"))
    assert wall.canvas == Rect(0, 0, 1920, 1080)
    assert wall.pitch_mm == pytest.approx(1210 / 1920)
    assert wall.name["vi"] == "VIDEOWALL"
    assert "the EDID of a display by DEL" in text


def test_edid_written_as_hexadecimal_digits_is_the_same(tmp_path: Path) -> None:
    raw = edid(FULL_HD)
    assert imported(tmp_path, raw.hex("\n", 16))[0] == imported(tmp_path, raw)[0]


def test_without_a_preferred_timing_the_largest_is_taken(tmp_path: Path) -> None:
    first, _ = imported(tmp_path, edid(FULL_HD, FOUR_K))
    largest, _ = imported(tmp_path, edid(FULL_HD, FOUR_K, prefers_first=False))
    assert (first.canvas.width, largest.canvas.width) == (1920, 3840)


def test_a_larger_picture_than_the_preferred_is_said(tmp_path: Path) -> None:
    assert "can also show 3840 x 2160" in imported(tmp_path, edid(FULL_HD, FOUR_K))[1]


def test_two_sizes_that_disagree_are_said_and_the_base_block_is_taken(tmp_path: Path) -> None:
    wall, text = imported(tmp_path, edid(FOUR_K, cm=(142, 80)))
    assert wall.pitch_mm == pytest.approx(1420 / 3840)
    assert "two sizes, 1420 x 800 mm (taken) and 1210 x 681 mm" in text


def test_a_projector_tells_no_size(tmp_path: Path) -> None:
    _, text = imported(tmp_path, edid(detailed(1920, 1080, 0, 0), cm=(0, 0)))
    assert "# SET: width_mm is not in the file" in text


def test_a_tile_of_a_panel_gives_the_whole_panel_and_all_its_outputs(tmp_path: Path) -> None:
    for tag, version in ((0x12, 0x12), (0x28, 0x20)):
        block = display_id(tile(2, 1, 1, 0, 2560, 2880, tag=tag), version=version)
        raw = edid(detailed(2560, 2880, 597, 336), cm=(60, 34), extensions=(block,))
        wall, text = imported(tmp_path, raw)
        assert wall.canvas == Rect(0, 0, 5120, 2880)
        assert [each.rect for each in wall.outputs] == [
            Rect(0, 0, 2560, 2880),
            Rect(2560, 0, 2560, 2880),
        ]
        assert "a1-2: the input that told this EDID" in text


def test_a_display_of_a_set_is_one_panel(tmp_path: Path) -> None:
    block = display_id(tile(2, 2, 0, 0, 1920, 1080, capabilities=0))
    wall, text = imported(tmp_path, edid(FULL_HD, extensions=(block,)))
    assert wall.canvas == Rect(0, 0, 1920, 1080)
    assert "one of several displays of a set" in text


@given(st.integers(1, 64), st.integers(1, 64), st.data())
def test_tile_topology_is_read_as_it_was_written(
    columns: int, rows: int, data: st.DataObject
) -> None:
    column, row = data.draw(st.integers(0, columns - 1)), data.draw(st.integers(0, rows - 1))
    block = display_id(tile(columns, rows, column, row, 640, 480))
    found = parse_edid(edid(FULL_HD, extensions=(block,))).tile
    assert found is not None
    assert (found.columns, found.rows, found.column, found.row) == (columns, rows, column, row)
    assert (found.width_px, found.height_px) == (640, 480)


@given(st.integers(1, 4095), st.integers(1, 4095), st.integers(0, 4095), st.integers(0, 4095))
def test_detailed_timings_are_read_as_they_were_written(
    width_px: int, height_px: int, width_mm: int, height_mm: int
) -> None:
    picture = parse_edid(edid(detailed(width_px, height_px, width_mm, height_mm))).picture
    assert (picture.width_px, picture.height_px) == (width_px, height_px)
    assert (picture.width_mm, picture.height_mm) == (width_mm, height_mm)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (edid(FULL_HD)[:100], "is cut off"),
        (edid(FULL_HD)[:8], "is cut off"),
        (edid(FULL_HD) + bytes(128), "announces 128 bytes, the file has 256"),
        (edid(FULL_HD, extensions=(bytes(128),))[:128], "announces 256 bytes, the file has 128"),
        (edid(FULL_HD)[:-1] + b"\x99", "checksum of EDID block 0"),
        (edid(), "without a detailed timing"),
        (
            edid(FULL_HD, extensions=(display_id(tile(2, 1, 5, 0, 64, 64)),)),
            "tile 5,0 of 2 x 1",
        ),
        (
            edid(FULL_HD, extensions=(display_id(tile(60, 60, 0, 0, 9000, 9000)),)),
            "a panel of 540000 x 540000 pixels",
        ),
    ],
)
def test_a_wrong_edid_is_refused_with_the_reason(data: bytes, said: str) -> None:
    assert said in refusal(data)


@given(st.binary(min_size=119, max_size=119), st.lists(st.binary(min_size=127, max_size=127),
                                                       max_size=2))  # fmt: skip
def test_no_bytes_with_right_checksums_end_in_anything_but_a_refusal(
    rest: bytes, extensions: list[bytes]
) -> None:
    base = bytes.fromhex("00ffffffffffff00") + rest[:118] + bytes([len(extensions)])
    data = checked(base) + b"".join(checked(b"\x70" + each[1:]) for each in extensions)
    with suppress(ImportRefused):
        draft_of(data)


def cta(*blocks: bytes) -> bytes:
    """Make a CTA extension of data blocks, without timings."""
    payload = b"".join(blocks)
    return checked(bytes([0x02, 0x03, 4 + len(payload), 0]) + payload.ljust(123, b"\0"))


def test_more_extensions_than_the_first_block_announces_are_read(tmp_path: Path) -> None:
    tiled = display_id(tile(2, 1, 0, 0, 2560, 2880))
    first = cta(bytes([0xE2, 0x78, 2]))
    raw = bytearray(edid(detailed(2560, 2880, 597, 336), cm=(60, 34), extensions=(first, tiled)))
    raw[126] = 1  # for players that read no more than one
    raw[127] = (raw[127] + 1) % 256
    wall, text = imported(tmp_path, bytes(raw))
    assert wall.canvas == Rect(0, 0, 5120, 2880)
    assert "has 2 inputs" in text
    assert imported(tmp_path, bytes(raw[:256]))[0].canvas == Rect(0, 0, 2560, 2880)
    raw[128 + 6] = 3
    raw[255] = (raw[255] - 1) % 256
    assert "announces 512 bytes, the file has 384" in refusal(bytes(raw))


def test_extensions_of_other_kinds_are_passed_over(tmp_path: Path) -> None:
    others = tuple(checked(bytes([tag]) + bytes(126)) for tag in (0x10, 0x40, 0x50, 0xF0, 0xFF))
    wall, _ = imported(tmp_path, edid(FULL_HD, extensions=(*others, cta())))
    assert wall.canvas == Rect(0, 0, 1920, 1080)


@pytest.mark.parametrize("block", [0, 1, 2])
def test_a_block_with_a_wrong_checksum_is_named(block: int) -> None:
    raw = bytearray(edid(FULL_HD, extensions=(cta(), display_id())))
    raw[128 * block + 60] ^= 0x10
    assert f"the checksum of EDID block {block} is wrong" in refusal(bytes(raw))
