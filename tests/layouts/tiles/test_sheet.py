"""The states sheet in a real Chromium: nothing cut, no frame empty, states in shape and word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import language as lang
from tests.layouts.tiles.sheet import SIZES, Cell, cells, sheets
from tests.layouts.tiles.stage import CLOCK, Stage, when_drawn
from tests.legible import problems, texts

pytestmark = [pytest.mark.browser, pytest.mark.looks]

WIDE_U = 16.0  # what is narrower says a state by its shape
LEAST_U = 0.8  # 16 minutes of arc, u being 20
SHEETS = [("wall", "vi"), ("wall", "en"), ("narrow", "en"), ("low", "vi"), ("console", "vi"),
          ("console", "en")]  # fmt: skip
WITHOUT_DATA = ("never written", "absent", "wrong payload", "no payload")
DATALESS = ("clock", "text")  # kinds made of no data: one state like another
OFF_TARGET = ("information", "caution", "warning", "critical")

# What a person sees of each tile: its words, shapes, drawings, and which states colour them.
_SEEN = """() => Object.fromEntries([...document.querySelectorAll("[data-tile]")].map((slot) => {
  const tile = slot.firstElementChild;
  const shown = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const all = (selector) => [...tile.querySelectorAll(selector)].filter(shown);
  const body = tile.querySelector(".tile-body") ?? tile;
  const has = (name) => all(".t-mark-" + name).length > 0;
  return [slot.dataset.tile, {
    words: tile.innerText,
    body: body.innerText.trim(),
    drawn: all(".tile-body .main-svg, .tile-body .leaflet-pane path, .tile-body .map-point").length,
    marks: ["information", "caution", "warning", "critical", "none", "exercise"].filter(has),
    inks: ["information", "caution", "warning", "critical"].filter((s) => all(
      `.t-kpi-main.ink-${s}, .t-figure.ink-${s}, .bottleneck-figure.ink-${s}, ` +
      `.t-alert-word.ink-${s}`).length),
    stale: tile.classList.contains("is-stale"),
    hatch: getComputedStyle(tile, "::after").backgroundImage !== "none",
    large: all(".tile-stale .ioc-age").map((e) => e.innerText).join(" "),
  }];
}))"""


@pytest.fixture(scope="module")
def tab(browser: Any) -> Iterator[Any]:
    """One page for all sheets."""
    opened = browser.new_page(viewport={"width": 960, "height": 540})
    opened.add_init_script(CLOCK)
    yield opened
    opened.close()


@pytest.mark.parametrize(("size_id", "language"), SHEETS)
def test_every_kind_is_whole_and_plain_in_every_state(
    size_id: str, language: str, tab: Any, stage: Stage
) -> None:
    size = SIZES[size_id]
    seen: dict[str, Any] = {}
    found: list[str] = []

    written, drawn = sheets(size, language)
    for show, layout in ((stage.write, written), *((stage.show, each) for each in drawn)):
        show(tab, layout)
        seen |= when_drawn(tab, layout, _SEEN)
        found += problems(texts(tab), least_px=LEAST_U * size.unit_px)

    assert set(seen) == {cell.name for cell in cells()}
    for cell in cells():
        is_roomy = size.width_u >= WIDE_U and cell.state != "ten times too much"
        said = complaints(cell, seen[cell.name], language, words=is_roomy)
        found += [f"{cell.name}: {each}" for each in said]
    assert not found, "\n".join(found)


def complaints(
    cell: Cell, seen: dict[str, Any], language: str, *, words: bool = True
) -> Iterator[str]:
    """Say what a person could not tell from a tile as it is seen.

    Shapes are asked of every tile; the `words` of a state only where there is room for them.
    """

    def says(key: str) -> bool:
        return lang.text(f"tiles.{key}", language) in seen["words"]

    if not seen["body"] and not seen["drawn"]:
        yield "the frame is empty"
    if cell.kind in DATALESS:
        return
    if cell.state in WITHOUT_DATA and "none" not in seen["marks"]:
        yield "no shape says that there is no data"
    if cell.state == "stale":
        if not (seen["stale"] and seen["hatch"]):
            yield "old data is not hatched"
        if not (says("stale") and seen["large"]):
            yield "no word says how old it is"
    elif seen["stale"]:
        yield "it is called old"
    if cell.state == "simulated" and not says("origin.simulated"):
        yield "no word says that it is simulated"
    if cell.state == "exercise" and cell.kind == "alerts":
        if "exercise" not in seen["marks"]:
            yield "no shape says that it is an exercise"
        if not says("alerts.exercise"):
            yield "no word says that it is an exercise"
    for status in OFF_TARGET:
        is_coloured = status in seen["inks"]
        if is_coloured and status not in seen["marks"]:
            yield f"{status} has no shape"
        if is_coloured and words and not says(f"status.{status}"):
            yield f"{status} has no word"


PLAIN: dict[str, Any] = {
    "words": "", "body": "12", "drawn": 0, "marks": [], "inks": [], "stale": False, "hatch": False,
    "large": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "seen", "complaint"),
    [
        (Cell("kpi", 0, "fresh"), {"body": ""}, "the frame is empty"),
        (Cell("map", 0, "absent"), {}, "no shape says that there is no data"),
        (Cell("kpi", 0, "stale"), {"stale": True}, "old data is not hatched"),
        (Cell("kpi", 0, "stale"), {"stale": True, "hatch": True}, "no word says how old it is"),
        (Cell("kpi", 0, "fresh"), {"stale": True, "hatch": True}, "it is called old"),
        (Cell("kpi", 0, "simulated"), {}, "no word says that it is simulated"),
        (Cell("alerts", 0, "exercise"), {"words": "Diễn tập"},
         "no shape says that it is an exercise"),
        (Cell("alerts", 0, "exercise"), {"marks": ["exercise"]},
         "no word says that it is an exercise"),
        (Cell("kpi", 0, "fresh"), {"inks": ["caution"], "words": "Chú ý"}, "caution has no shape"),
        (Cell("kpi", 0, "fresh"), {"inks": ["caution"], "marks": ["caution"]},
         "caution has no word"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_complained_of(
    cell: Cell, seen: dict[str, Any], complaint: str
) -> None:
    assert list(complaints(cell, PLAIN, "vi")) == [] or cell.state != "fresh"
    assert complaint in list(complaints(cell, PLAIN | seen, "vi"))
