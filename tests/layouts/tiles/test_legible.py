"""Every visible text of every scene, read in a real Chromium at the wall's own size."""

from __future__ import annotations

from typing import Any

import pytest
from dash import html

from tests.layouts.tiles import sample
from tests.layouts.tiles.stage import CLOCK, ROOT, Stage, bezels_of, page, place, scenes, walls
from tests.legible import problems, texts

pytestmark = [pytest.mark.browser, pytest.mark.looks]

LEAST_U = 0.8  # 16 minutes of arc, u being 20
SMALL = 0.1  # device pixels a CSS pixel: the layout is the wall's, its picture need not be
SCENES = [(wall, scene) for wall, found in scenes().items() for scene in found]


@pytest.fixture(scope="module")
def tab(browser: Any) -> Any:
    """One page for all scenes: what it loaded once it need not load again."""
    opened = browser.new_page(device_scale_factor=SMALL)
    opened.add_init_script(CLOCK)
    yield opened
    opened.close()


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("wall_id", "scene_id"), SCENES)
def test_every_text_of_a_scene_is_legible(
    wall_id: str, scene_id: str, language: str, tab: Any, stage: Stage
) -> None:
    wall, scene = walls()[wall_id], scenes()[wall_id][scene_id]
    canvas, bezels = wall.canvas, bezels_of(wall)
    tab.set_viewport_size({"width": canvas.width, "height": canvas.height})
    layout = page(
        place(wall, scene, language),
        sample.everything(),
        width=canvas.width,
        height=canvas.height,
        bezels=bezels,
        language=language,
    )

    stage.show(tab, layout)
    found = texts(tab)

    assert len(found) > 40
    assert {ink.tile for ink in found} == {tile.tile_id for tile in scene.tiles}
    assert problems(found, least_px=LEAST_U * wall.unit_px, bezels=bezels) == []


def test_the_face_is_the_one_that_was_measured(tab: Any, stage: Stage) -> None:
    """16 minutes of arc are 0.8 units only where capitals are 0.71 of the size or more."""
    stage.write(tab, html.Div(html.Div("H", className="tile"), id="canvas"))

    height = tab.evaluate("""() => {
      const pen = document.createElement("canvas").getContext("2d");
      pen.font = `1000px ${getComputedStyle(document.querySelector(".tile")).fontFamily}`;
      return pen.measureText("H").actualBoundingBoxAscent;
    }""")

    assert tab.evaluate("document.fonts.check('16px \"Noto Sans\"')")
    assert height >= 710


GOOD = '<div class="tile" style="left:100px;top:100px;width:400px;height:200px">{}</div>'
LINE = '<p style="position:absolute;left:{}px;top:{}px;{}">{}</p>'
WORDS = "Chất lượng"
BAD = {
    "is 12.0 px, under 16.0": GOOD.format(LINE.format(20, 20, "font-size:12px", WORDS)),
    "is 8.0 px, under 16.0": GOOD.format(
        '<svg width="300" height="90"><text x="9" y="50" font-size="8">40</text></svg>'
    ),
    "is cut by div.narrow": GOOD.format(
        f'<div class="narrow" style="width:40px;overflow:hidden"><p>{WORDS}</p></div>'
    ),
    "leaves its tile": GOOD.format(LINE.format(350, 20, "", WORDS)),
    "meets": GOOD.format(LINE.format(20, 20, "", WORDS) + LINE.format(40, 28, "", WORDS)),
    "lies on the bezel at 300,0": GOOD.format(LINE.format(160, 20, "", WORDS)),
}
STYLE = """<style>body { margin: 0 } #canvas { position: relative; width: 900px; height: 600px }
.tile { position: absolute; overflow: visible } p { margin: 0; font-size: 20px; line-height: 1.2;
white-space: nowrap }</style>"""
BEZEL = (300.0, 0.0, 10.0, 600.0)


def complaints(tab: Any, body: str) -> list[str]:
    tab.set_viewport_size({"width": 1000, "height": 700})
    tab.set_content(f'{STYLE}<div id="canvas">{body}</div>')
    return problems(texts(tab), least_px=16.0, bezels=[BEZEL])


@pytest.mark.parametrize("complaint", BAD)
def test_a_bad_page_is_complained_of(tab: Any, complaint: str) -> None:
    assert any(complaint in each for each in complaints(tab, BAD[complaint]))


def test_a_good_page_is_not_complained_of(tab: Any) -> None:
    above, below = LINE.format(20, 20, "", WORDS), LINE.format(20, 48, "", WORDS)
    assert complaints(tab, GOOD.format(above + below)) == []


@pytest.mark.parametrize("how", ["display:none", "visibility:hidden", "opacity:0"])
def test_what_is_not_seen_is_not_complained_of(tab: Any, how: str) -> None:
    assert complaints(tab, GOOD.format(LINE.format(20, 20, f"font-size:9px;{how}", WORDS))) == []


def test_every_scene_of_both_walls_is_walked() -> None:
    assert {wall for wall, _ in SCENES} == {"le-lai", "ngo-quyen"}
    assert len(SCENES) == sum(1 for _ in (ROOT / "city" / "scenes").glob("*/*.toml")) >= 12
