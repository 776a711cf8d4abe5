"""Files from strangers: one sentence for each, never a traceback."""

from __future__ import annotations

import codecs
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wall.importing.bench import edid, imported, refusal
from tests.wall.importing.test_sage2 import SAGE2
from tests.wall.importing.test_screens import DISPLAY_CLUSTER, TIDE_JSON, TIDE_XML
from wall.errors import ImportRefused
from wall.importing import draft_of
from wall.importing.writing import written

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE c [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(8))
    + "]><configuration>&i;</configuration>"
)
OUTSIDE = (
    '<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<configuration><dimensions/>&x;</configuration>"
)
SIZED = b"{resolution: {width: %s, height: 1080}, layout: {rows: 1, columns: 1}}"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"\xef\xbb\xbf", "of no format known"),
        (b"hello", "of no format known"),
        (b"# Sources\n\nText about walls.", "of no format known"),
        (b"\x80\x81\x82\x83", "neither text in UTF-8 or UTF-16"),
        (b"text\0more", "NUL"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"x" * (1024 * 1024 + 1), "larger than 1024 KiB"),
        (BOMB.encode(), "declares entities"),
        (OUTSIDE.encode(), "declares entities"),
        (b"<configuration>" * 50_000, "is not valid XML"),
        (b"[" * 500_000, "is not valid JSON5"),
        (b"{a:" * 100_000, "is not valid JSON5"),
        (b"[1, 2, 3]", "is JSON, but no object"),
        (b"{}", "is JSON, but none of these"),
        (b'{"windows": []}', "Liquid Galaxy"),
        (b"/* c */ config: { display: { numTiles = [2, 1]; }; };", "libconfig"),
        (b"/*" * 300_000, "of no format known"),
        (codecs.BOM_UTF16_LE + b"{", "neither text"),
        (SIZED % b"1" + b"0" * 400, "is not valid JSON5"),
        (SIZED % (b"1" + b"0" * 400), "resolution.width is 1000"),
        (SIZED % (b"0x" + b"f" * 20_000), "resolution.width is a number of thousands of digits"),
        (SIZED % (b"{a: 0x" + b"f" * 20_000 + b"}"), "is a number of thousands of digits"),
        (SIZED % b"-Infinity", "resolution.width is -inf"),
        (SIZED % b"true", "resolution.width is True"),
        (b"Monitors: 1\n 0: +*DP-1 1920/510x1080/287+0+0  DP-1\n", "xrandr --listmonitors"),
        (edid()[:9], "is cut off"),
        (b"00ffffffffffff00" + b"a" * 40, "is cut off"),
    ],
)
def test_what_is_no_wall_is_refused_in_one_sentence(data: bytes, said: str) -> None:
    assert said in refusal(data)


def test_deep_but_whole_xml_is_refused_as_well() -> None:
    depth = 40_000
    assert refusal(b"<a>" * depth + b"</a>" * depth)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [SAGE2, TIDE_XML, DISPLAY_CLUSTER])
def test_marks_and_wide_characters_change_nothing(tmp_path: Path, text: str, encoding: str) -> None:
    assert imported(tmp_path, text.strip().encode(encoding)) == imported(tmp_path, text)


def test_names_cannot_write_toml(tmp_path: Path) -> None:
    evil = "x\\u0022 }\\nbase = \\u0022stolen\\u0022 # \\u0007\\u2028"
    wall, _ = imported(tmp_path, SAGE2.replace("Sảnh", evil))
    assert wall.base == "overview"
    draft = draft_of(DISPLAY_CLUSTER.replace('host="r1"', 'host="r1&#10;base = 3"').encode())
    text = written(draft, wall_id="north", file_name="a\nbase = 1\r.xml")
    assert tomllib.loads(text)["base"] == "overview"


SOURCES = [each.encode() for each in (SAGE2, TIDE_JSON, TIDE_XML, DISPLAY_CLUSTER)]


@given(st.sampled_from(SOURCES), st.data())
def test_a_cut_or_damaged_file_is_a_wall_or_a_refusal(source: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, min(len(source), start + 12)))
    new = data.draw(st.one_of(st.binary(max_size=4), st.sampled_from([b"-1", b"NaN", b"1e99"])))
    damaged = source[:start] + new + source[end:]
    with suppress(ImportRefused):
        made = written(draft_of(damaged, surface=None), wall_id="north", file_name="x")
        assert tomllib.loads(made)["id"] == "north"


@given(st.binary(max_size=200))
def test_no_bytes_end_in_anything_but_a_refusal(data: bytes) -> None:
    with pytest.raises(ImportRefused):
        draft_of(data)
