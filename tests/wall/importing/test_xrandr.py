"""What xrandr prints, by hand: grids, mixed and turned panels, mirrors, tiles, scaling."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wall.importing.bench import (
    detailed,
    display_id,
    edid,
    hex_lines,
    imported,
    refusal,
    tile,
)
from wall.geometry import Rect

SCREEN = "Screen 0: minimum 320 x 200, current 3840 x 2160, maximum 16384 x 16384\n"
WAYS = "(normal left inverted right x axis y axis)"


def lit(name: str, geometry: str, mm: str = "1210mm x 680mm", *, before: str = "") -> str:
    return f"{name} connected {geometry}{before} {WAYS} {mm}\n   1920x1080     60.00*+  59.94\n"


def xrandr(*outputs: str) -> str:
    return SCREEN + "".join(outputs) + "DP-9 disconnected (normal left inverted right)\n"


def test_alike_panels_in_rows_are_a_grid_whose_bezel_is_not_known(tmp_path: Path) -> None:
    wall, text = imported(
        tmp_path,
        xrandr(
            *(lit(f"DP-{1 + i}", f"1920x1080+{i % 2 * 1920}+{i // 2 * 1080}") for i in range(4))
        ),
    )
    assert "columns = 2\nrows = 2\n" in text
    assert "bezel_mm = 0.0  # SET" in text
    assert "b1: DP-3 at 0,1080 of the X screen" in text
    assert wall.canvas == Rect(0, 0, 3840, 2160)
    assert wall.pitch_mm == pytest.approx(1210 / 1920)


def test_outputs_that_leave_room_between_them_have_that_bezel(tmp_path: Path) -> None:
    wall, _ = imported(
        tmp_path, xrandr(lit("DP-1", "1920x1080+0+0"), lit("DP-2", "1920x1080+1930+0"))
    )
    assert wall.columns.seams == ((1920, 1930),)


def test_panels_that_differ_are_placed_one_by_one(tmp_path: Path) -> None:
    wall, text = imported(
        tmp_path,
        xrandr(
            lit("eDP-1", "1366x768+0+312", "344mm x 194mm"),
            lit("VGA-1", "1080x1920+1366+0", "510mm x 287mm", before=" left"),
        ),
    )
    assert {each.output_id: each.rect for each in wall.outputs} == {
        "eDP-1": Rect(0, 312, 1366, 768),
        "VGA-1": Rect(1366, 0, 1080, 1920),
    }
    assert [each.rotation for each in wall.panels] == [0, 90]
    assert wall.panels[1].pitch_mm == pytest.approx(510 / 1920)
    assert "# SET: at_px leaves no room for bezels" in text


def test_verbose_text_is_read_as_well(tmp_path: Path) -> None:
    text = (
        SCREEN
        + f"DP-1 connected primary 1920x1080+0+0 (0x46) normal {WAYS} 1210mm x 680mm\n"
        + "\tIdentifier: 0x42\n\tEDID:\n"
        + hex_lines(edid(detailed(1920, 1080, 1215, 683), name="VIDEOWALL"))
        + "\tTransform:  1.000000 0.000000 0.000000\n"
        + "  1920x1080 (0x46) 148.500MHz +HSync +VSync *current +preferred\n"
        + "        h: width  1920 start 2008 end 2052 total 2200 skew    0 clock  67.50KHz\n"
    )
    wall, written = imported(tmp_path, text)
    assert wall.pitch_mm == pytest.approx(1215 / 1920)
    assert "DP-1 (VIDEOWALL)" in written
    assert "scaled" not in written


def test_what_is_not_lit_or_a_copy_is_left_out_and_said(tmp_path: Path) -> None:
    wall, text = imported(
        tmp_path,
        xrandr(
            lit("DP-1", "1920x1080+0+0"),
            lit("DP-2", "1920x1080+0+0"),
            f"HDMI-1 connected {WAYS}\n   1920x1080     60.00 +\n",
        ),
    )
    assert len(wall.outputs) == 1
    assert "DP-2 shows the same pixels as DP-1" in text
    assert "HDMI-1 is connected but not lit" in text


def test_a_scaled_output_is_taken_with_the_pixels_of_the_screen(tmp_path: Path) -> None:
    wall, text = imported(tmp_path, xrandr(lit("DP-1", "3840x2160+0+0")))
    assert wall.canvas == Rect(0, 0, 3840, 2160)
    assert "DP-1 is scaled: its mode is 1920 x 1080" in text


def test_a_size_of_0_mm_or_only_an_aspect_is_not_known(tmp_path: Path) -> None:
    for mm in ("0mm x 0mm", "160mm x 90mm", ""):
        _, text = imported(tmp_path, xrandr(lit("DP-1", "1920x1080+0+0", mm)))
        assert "# SET: width_mm is not in the file" in text


def tiled(name: str, x: int, column: int, serial: bytes = b"\1\2\3\4") -> str:
    data = edid(
        detailed(2560, 2880, 597, 336),
        cm=(60, 34),
        name="FIVE K",
        extensions=(display_id(tile(2, 1, column, 0, 2560, 2880, serial=serial)),),
    )
    return (
        f"{name} connected 2560x2880+{x}+0 {WAYS} 597mm x 336mm\n\tEDID: \n{hex_lines(data)}"
        "   2560x2880     60.00*+\n"
    )


def test_two_inputs_of_one_panel_are_one_panel_of_two_outputs(tmp_path: Path) -> None:
    wall, text = imported(tmp_path, xrandr(tiled("DP-2", 2560, 1), tiled("DP-1", 0, 0)))
    assert [each.rect for each in wall.panels] == [Rect(0, 0, 5120, 2880)]
    assert {each.output_id: each.rect for each in wall.outputs} == {
        "DP-1": Rect(0, 0, 2560, 2880),
        "DP-2": Rect(2560, 0, 2560, 2880),
    }
    assert wall.pitch_mm == pytest.approx(597 / 5120)
    assert "a tile of one panel" in text


def test_a_tiled_panel_beside_another_leaves_both_their_outputs(tmp_path: Path) -> None:
    wall, _ = imported(
        tmp_path,
        xrandr(tiled("DP-1", 0, 0), tiled("DP-2", 2560, 1), lit("DP-3", "1920x1080+5120+0")),
    )
    assert {each.output_id for each in wall.outputs} == {"DP-1", "DP-2", "DP-3"}
    assert len(wall.panels) == 2


def test_tiles_of_two_panels_are_not_put_together(tmp_path: Path) -> None:
    wall, _ = imported(
        tmp_path, xrandr(tiled("DP-1", 0, 0), tiled("DP-2", 2560, 1, serial=b"\5\6\7\10"))
    )
    assert len(wall.panels) == 2


def test_a_damaged_edid_is_left_aside_and_said(tmp_path: Path) -> None:
    broken = bytearray(edid(detailed(1920, 1080, 1215, 683)))
    broken[60] ^= 1
    text = xrandr(f"DP-1 connected 1920x1080+0+0 {WAYS} 1210mm x 680mm\n\tEDID:\n"
                  + hex_lines(bytes(broken)))  # fmt: skip
    wall, written = imported(tmp_path, text)
    assert wall.pitch_mm == pytest.approx(1210 / 1920)
    assert "DP-1: its EDID was left aside, it is damaged" in written


def test_a_panel_that_is_switched_off_is_left_out_and_said(tmp_path: Path) -> None:
    off = f"DP-2 disconnected 1920x1080+1920+0 {WAYS} 0mm x 0mm\n  1920x1080 (0x48) 60.0*\n"
    wall, text = imported(tmp_path, xrandr(lit("DP-1", "1920x1080+0+0"), off))
    assert len(wall.outputs) == 1
    assert "DP-2 is lit, but no display answers there: it is left out; if one hangs" in text
    assert "DP-9" not in text
    assert "DP-2 is lit, but no display" in refusal(xrandr(off))


def test_a_picture_that_pans_or_is_mirrored_is_said(tmp_path: Path) -> None:
    pans = lit("DP-1", "1920x1080+0+0", "1210mm x 680mm panning 3840x1080+0+0")
    wall, text = imported(tmp_path, xrandr(pans))
    assert wall.canvas == Rect(0, 0, 1920, 1080)
    assert "DP-1 moves over a larger picture" in text
    _, text = imported(tmp_path, xrandr(lit("DP-1", "1080x1920+0+0", before=" left X and Y axis")))
    assert "rotation = 90" in text
    assert "DP-1 shows its picture mirrored" in text


def test_an_output_without_a_display_of_its_own_is_a_panel_of_unknown_size(tmp_path: Path) -> None:
    idle = f"VIRTUAL1 disconnected {WAYS}\n"
    for name in ("VIRTUAL-1", "XWAYLAND0", "default", "None-1"):
        wall, text = imported(tmp_path, xrandr(idle, lit(name, "3072x1728+0+0", "0mm x 0mm")))
        assert wall.canvas == Rect(0, 0, 3072, 1728)
        assert "width_mm is not in the file" in text


def test_a_size_that_no_panel_has_is_asked_for(tmp_path: Path) -> None:
    for mm in ("7mm x 4mm", "32000mm x 18000mm"):
        wall, text = imported(tmp_path, xrandr(lit("DP-1", "1920x1080+0+0", mm)))
        assert wall.pitch_mm == pytest.approx(1217.6 / 1920)
        assert f"# SET: width_mm is {mm.split('mm')[0]} there, as no panel" in text


def test_screens_left_of_the_first_one_have_their_place(tmp_path: Path) -> None:
    wall, text = imported(
        tmp_path, xrandr(lit("DP-1", "1920x1080+0+0"), lit("DP-2", "1920x1080+-1920+0"))
    )
    assert wall.canvas == Rect(0, 0, 3840, 1080)
    assert "a1: DP-2 at -1920,0 of the X screen" in text


def test_digits_of_another_property_are_no_part_of_the_edid(tmp_path: Path) -> None:
    digits = hex_lines(edid(detailed(1920, 1080, 1215, 683), name="VIDEOWALL"))
    other = "\tHDR_OUTPUT_METADATA:\n\t\t" + "01" * 16 + "\n"
    for text in (f"\tEDID:\n{digits}{other}", f"{other}\tEDID_DATA:\n{digits}\tCTM: 0 1\n"):
        _, made = imported(tmp_path, xrandr(lit("DP-1", "1920x1080+0+0") + text))
        assert "DP-1 (VIDEOWALL)" in made


def test_what_windows_wrote_is_read_as_well(tmp_path: Path) -> None:
    text = xrandr(lit("DP-1", "1920x1080+0+0"))
    plain = imported(tmp_path, text)
    assert imported(tmp_path, text.replace("\n", "\r\n")) == plain
    assert imported(tmp_path, "xrandr: Failed to get size of gamma\n" + text) == plain


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SCREEN, "no output is lit"),
        (xrandr(f"HDMI-1 connected {WAYS}\n"), "no output is lit, expected at least one; HDMI-1"),
        (
            xrandr(lit("DP-1", "1920x1080+0+0"), lit("DP-2", "1920x1080+1000+0")),
            "DP-1 and DP-2 show overlapping pixels",
        ),
        (xrandr(lit("DP-1", "1920x-1080+0+0")), "line 2 is not as xrandr writes"),
        (xrandr(lit("DP-1", "nanxnan+0+0")), "line 2 is not as xrandr writes"),
        (xrandr(lit("DP-1", "0x0+0+0")), "DP-1 is 0 x 0 pixels"),
        (xrandr(lit("DP-1", "99999x1080+0+0")), "DP-1 is 99999 x 1080 pixels"),
        (SCREEN + SCREEN, "several X screens"),
        (
            xrandr(*(lit(f"DP-{i}", f"100x100+{i * 100}+0") for i in range(3000))),
            "the list of outputs holds 3000 entries",
        ),
    ],
)
def test_wrong_text_is_refused_with_the_reason(text: str, said: str) -> None:
    assert said in refusal(text)
