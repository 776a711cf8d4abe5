"""Real files of installers: what each is worth, written down by hand from reading it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.wall.importing.bench import imported, refusal
from wall.geometry import Rect

pytestmark = pytest.mark.real_files


@dataclass(frozen=True)
class Grid:
    """The geometry of a file whose panels are all alike."""

    columns: int
    rows: int
    panel: tuple[int, int]
    gap: tuple[int, int] = (0, 0)
    width_mm: float | None = None  # None: must be marked as not known
    outputs: int | None = None  # one a panel
    distance_m: float | None = None
    said: str = ""


FULL_HD = Grid(1, 1, (1920, 1080))
ICEWALL = Grid(1, 1, (1536, 1360))
UP2715K = Grid(1, 1, (5120, 2880), width_mm=597, outputs=2, said="has 2 inputs")
XV273K = Grid(1, 1, (3840, 2160), width_mm=597, outputs=2, said="has 2 inputs")

GRIDS = {
    "displaycluster/configure_rattler.xml": Grid(
        7, 3, (3840, 2160), gap=(75, 75), said="b6: r11, :0, window at 7,-10"
    ),
    "displaycluster/example_configuration.xml": Grid(2, 2, (400, 400), gap=(50, 50)),
    "edid/acer-xv273k-dp1-tile0.bin": XV273K,
    "edid/acer-xv273k-dp2-tile1.bin": XV273K,
    "edid/dell-3007wfp-dvi.bin": Grid(1, 1, (2560, 1600), width_mm=646),
    "edid/dell-p2415q-dp.bin": Grid(1, 1, (3840, 2160), width_mm=527),
    "edid/dell-up2715k-dp-switchresx.bin": Grid(
        1, 1, (3840, 2160), width_mm=597, said="can also show 5120 x 2880"
    ),
    "edid/dell-up2715k-dp.bin": Grid(1, 1, (3840, 2160), width_mm=597),
    "edid/dell-up2715k-dp1-tile1.bin": UP2715K,
    "edid/dell-up2715k-dp2-tile0.bin": UP2715K,
    "edid/elo-4600l-hdmi.bin": Grid(1, 1, (1920, 1080), width_mm=1018),
    "edid/lg-55uh5c-hdmi.bin": Grid(1, 1, (3840, 2160), width_mm=1220, said="1600 x 900 mm"),
    "edid/matrox-triplehead2go-dvi.bin": Grid(
        1, 1, (3840, 1024), width_mm=3 * 410, said="probably 3 panels"
    ),
    "edid/samsung-qm65h-hdmi.bin": Grid(1, 1, (3840, 2160), width_mm=1420, said="1210 x 681 mm"),
    "edid/sharp-pn465-dvi.bin": Grid(1, 1, (1920, 1080), width_mm=1018),
    "sage2/arthur-icewall-cfg.json": Grid(2, 1, (3072, 1360), said='en = "Endeavour"'),
    "sage2/dante-cfg.json": Grid(
        1,
        3,
        (4080, 768),
        gap=(0, 5),  # 4 mm of 0.804 mm
        width_mm=3 * 1093,
        distance_m=2.5,
        said="1093 x 646 mm for 4080 x 768",
    ),
    "sage2/default-cfg.json": FULL_HD,
    "sage2/defaultWin-cfg.json": FULL_HD,
    "sage2/defaultWinstall-cfg.json": FULL_HD,
    "sage2/deimos-right-cfg.json": FULL_HD,
    "sage2/docker-cfg.json": FULL_HD,
    "sage2/icewallAN-cfg.json": ICEWALL,
    "sage2/icewallKB-cfg.json": ICEWALL,
    "sage2/icewallRight-cfg.json": Grid(2, 1, (1536, 1366)),
    "sage2/icewallTM-cfg.json": ICEWALL,
    "sage2/inferno-cfg.json": Grid(1, 1, (8160, 2304)),
    "sage2/iridium-cfg.json": Grid(2, 3, (4098, 768)),
    "sage2/luc-cfg.json": Grid(1, 1, (2560, 1600)),
    "sage2/mesaverde-arthur-cfg.json": Grid(1, 1, (11520, 2160), width_mm=5882, distance_m=2.6),
    "sage2/raspberrypi-cfg.json": FULL_HD,
    "sage2/sage2-display-span-example-cfg.json": Grid(3, 3, (300, 200), outputs=3),
    "sage2/sage2server-cfg.json": Grid(2, 1, (1920, 1080)),
    "sage2/tmarrinan-cfg.json": Grid(1, 1, (1680, 840)),
    "tide/examples_configuration_1x1.json": Grid(1, 1, (1200, 600)),
    "tide/examples_configuration_1x3.json": Grid(1, 3, (1536, 216)),
    "tide/examples_configuration_2x2.json": Grid(2, 2, (400, 400)),
    "tide/tests_resources_configuration.xml": Grid(
        4,
        3,
        (1920, 1080),
        gap=(14, 12),
        width_mm=3500 * 1920 / (4 * 1920 + 3 * 14),
        outputs=6,
        said="a3: bbplxviz04i, :0.2",
    ),
    "tide/tests_resources_configuration_minimal.xml": FULL_HD,
    "xrandr/xrandr.out": Grid(1, 1, (1920, 1080), width_mm=310, said="HDMI1 is connected but not"),
    "xrandr/xrandr_2.out": Grid(1, 1, (1920, 1080), width_mm=309),
    "xrandr/xrandr_simple.out": Grid(1, 1, (1920, 1080), width_mm=310),
}
PLACED = "xrandr/xrandr_properties.out"
REFUSED = {
    "SOURCE.md": "is of no format known here",
    "liquidgalaxy/wall_kiosk.json": "is not valid JSON5: line 67, column 7: Expected a comma",
    "sage2/midori-cfg.json": "is not valid JSON5: line 79, column 1: Extra data '}'",
    "sage2/template-cfg.json": "is not valid JSON5: line 35, column 17: Expected a comma",
    "tide/tests_resources_state_v3.dcx": "is a saved session of Tide",
    "unlicensed/omegalib_sample.cfg": "libconfig",
    "unlicensed/omegalib_test-multipipe.cfg": "libconfig",
    "xibo/export-layout-for-schedule-1.zip": "Xibo",
    "xibo/export-layout-with-8-items-dataset.zip": "Xibo",
}


def test_no_file_is_forgotten(real_data: Path) -> None:
    folder = real_data / "wall"
    found = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}
    assert found == {*GRIDS, PLACED, *REFUSED}


@pytest.mark.parametrize("name", GRIDS)
def test_a_wall_is_imported_as_its_file_has_it(real_data: Path, tmp_path: Path, name: str) -> None:
    grid = GRIDS[name]
    wall, text = imported(tmp_path, (real_data / "wall" / name).read_bytes())
    (width, height), (gap_x, gap_y) = grid.panel, grid.gap
    assert [each.rect for each in wall.panels] == [
        Rect(column * (width + gap_x), row * (height + gap_y), width, height)
        for row in range(grid.rows)
        for column in range(grid.columns)
    ]
    assert len(wall.outputs) == (grid.outputs or grid.columns * grid.rows)
    assert sum(each.rect.width * each.rect.height for each in wall.outputs) >= sum(
        each.rect.width * each.rect.height for each in wall.panels
    )
    unknown = {line.split(" ")[0] for line in text.splitlines() if "# SET" in line}
    assert ("panel" in unknown) == (grid.width_mm is None)
    if grid.width_mm is not None:
        assert wall.pitch_mm * width == pytest.approx(grid.width_mm, abs=0.1)
    assert ("viewing_distance_m" in unknown) == (grid.distance_m is None)
    if grid.distance_m is not None:
        assert wall.viewing_distance_m == grid.distance_m
    assert ("bezel_mm" in unknown) == (grid.columns * grid.rows > 1 and grid.gap == (0, 0))
    assert grid.said in text


def test_the_two_outputs_of_a_desk_are_placed_as_the_x_screen_has_them(
    real_data: Path, tmp_path: Path
) -> None:
    wall, text = imported(tmp_path, (real_data / "wall" / PLACED).read_bytes())
    assert {each.output_id: each.rect for each in wall.outputs} == {
        "LVDS-1": Rect(0, 0, 1366, 768),
        "VGA-1": Rect(1366, 0, 1440, 900),
    }
    assert wall.canvas == Rect(0, 0, 2806, 900)
    assert [round(each.pitch_mm, 4) for each in wall.panels] == [
        round(344 / 1366, 4),
        round(408 / 1440, 4),
    ]
    assert "VGA-1 (ASUS VW193S)" in text


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_wall_is_refused_with_the_reason(real_data: Path, name: str) -> None:
    assert REFUSED[name] in refusal((real_data / "wall" / name).read_bytes())


def test_displays_that_span_cells_keep_their_places(real_data: Path, tmp_path: Path) -> None:
    file = real_data / "wall" / "sage2" / "sage2-display-span-example-cfg.json"
    wall, _ = imported(tmp_path, file.read_bytes())
    assert {each.output_id: each.rect for each in wall.outputs} == {
        "a1": Rect(0, 0, 300, 600),
        "a2": Rect(300, 0, 600, 400),
        "c2": Rect(300, 400, 600, 200),
    }
