"""Every visible text of every scene, read in a real Chromium at the wall's own size."""

from __future__ import annotations

from typing import Any

import pytest
from dash import html

from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from tests.layouts.tiles import cases, sample
from tests.layouts.tiles.stage import (
    CLOCK,
    Stage,
    bezels_of,
    context,
    page,
    place,
    prefixed,
    scenes,
    walls,
)
from tests.legible import problems, texts

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("legible")]

LEAST_U = 0.8  # 16 minutes of arc, u being 20
SMALL = 0.1  # device pixels a CSS pixel: the layout is the wall's, its picture need not be
SCENES = [(wall, scene) for wall, found in scenes().items() for scene in found]
KINDS = [kind for kind in cases.OPTIONS if kind != "clock"]
STATES = ("fresh", "stale", "absent", "empty", "ten times too much")


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


@pytest.mark.parametrize(
    ("unit_px", "width_u", "height_u", "language"),
    [(76, 25.0, 14.0, "vi"), (76, 12.5, 11.5, "en"), (76, 25.0, 7.1, "vi"), (16, 26.0, 18.0, "en")],
)
@pytest.mark.parametrize("kind", KINDS)
def test_every_text_of_a_kind_is_legible_in_every_state(
    kind: str, unit_px: int, width_u: float, height_u: float, language: str, tab: Any, stage: Stage
) -> None:
    width, height, shared = width_u * unit_px, height_u * unit_px, context()
    detail: Any = "console" if unit_px < 20 else "wall"
    frame = Frame(width, height, unit_px, detail, language)
    slots = [
        html.Div(
            prefixed(
                build(kind, options, frame, cases.envelopes(state), shared), f"{row}-{column}"
            ),
            **{"data-tile": f"{kind} {row} {state}"},
            style={
                "position": "absolute",
                "left": column * (width + 8),
                "top": row * (height + 8),
                "width": width,
                "height": height,
                "contain": "strict",
            },
        )
        for row, options in enumerate(cases.OPTIONS[kind])
        for column, state in enumerate(STATES)
    ]
    tab.set_viewport_size({"width": 1920, "height": 1080})

    size = {"width": len(STATES) * (width + 8), "height": len(cases.OPTIONS[kind]) * (height + 8)}
    stage.show(
        tab, html.Div(slots, id="canvas", lang=language, style={"position": "relative", **size})
    )
    found = texts(tab)

    assert found
    assert problems(found, least_px=LEAST_U * unit_px) == []
