"""The states sheet: every tile kind in every state its data can be in, on one page, to look at.

    python -m tests.layouts.tiles.sheet wall vi out-@.png [scale]

Sizes are those of `SIZES`; a caption names kind, use and state. `test_sheet` measures it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from dash import html

from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from tests.conftest import CHROMIUM
from tests.layouts.tiles import cases
from tests.layouts.tiles.markup import drawings
from tests.layouts.tiles.stage import BROWSER_ARGS, CLOCK, context, prefixed, served

T = TypeVar("T")

GAP_PX = 8
DRAWN_ROWS = 2  # of tiles with a drawing, on one page
CAPTIONS = """() => {
  for (const slot of document.querySelectorAll("[data-tile]")) {
    const caption = document.createElement("div");
    caption.textContent = slot.dataset.tile;
    const unit = parseFloat(slot.firstElementChild.style.getPropertyValue("--u"));
    caption.style.cssText = `position:absolute;right:0;bottom:0;z-index:9;background:#246;
      color:#fff;font:${unit * 0.7}px monospace;opacity:0.8`;
    slot.append(caption);
  }
}"""


@dataclass(frozen=True, slots=True)
class Size:
    """A rectangle in units of type, on a display of its own pitch."""

    unit_px: float
    width_u: float
    height_u: float
    detail: Literal["wall", "console"] = "wall"

    @property
    def px(self) -> tuple[float, float]:
        """Width and height in pixels."""
        return self.width_u * self.unit_px, self.height_u * self.unit_px


SIZES = {
    "wall": Size(76, 25.0, 14.0),
    "narrow": Size(76, 12.5, 11.5),
    "low": Size(76, 25.0, 7.1),
    "console": Size(16, 26.0, 18.0, "console"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A tile of the sheet: which use of which kind, in which state."""

    kind: str
    use: int
    state: str

    @property
    def name(self) -> str:
        """What the tile is called on the page."""
        return f"{self.kind} {self.use} · {self.state}"


def cells() -> Iterator[Cell]:
    """Walk the sheet, state by state of use by use."""
    for kind, uses in cases.OPTIONS.items():
        for use in range(len(uses)):
            for state in cases.STATES:
                yield Cell(kind, use, state)


def sheets(size: Size, language: str) -> tuple[html.Div, list[html.Div]]:
    """Return all tiles: those that are only written on one page, those with a drawing on some.

    A browser draws a hundred maps on one page for minutes.
    """
    frame = Frame(*size.px, size.unit_px, size.detail, language)
    shared = context()
    given = {state: cases.envelopes(state) for state in cases.STATES}
    written: list[tuple[Cell, Any]] = []
    drawn: list[tuple[Cell, Any]] = []
    for cell in cells():
        options = cases.OPTIONS[cell.kind][cell.use]
        tile = build(cell.kind, options, frame, given[cell.state], shared)
        (drawn if drawings(tile) else written).append((cell, tile))
    columns = len(cases.STATES)
    pages = batched(drawn, DRAWN_ROWS * columns)
    return _page(written, size, language), [_page(each, size, language) for each in pages]


def batched(tiles: Sequence[T], count: int) -> Iterator[Sequence[T]]:
    """Part tiles into so many at a time."""
    return (tiles[at : at + count] for at in range(0, len(tiles), count))


def _page(tiles: Sequence[tuple[Cell, Any]], size: Size, language: str) -> html.Div:
    width, height = size.px
    columns = len(cases.STATES)
    slots = [
        html.Div(
            prefixed(tile, f"slot-{index}"),
            **{"data-tile": cell.name},
            style={
                "position": "absolute",
                "left": index % columns * (width + GAP_PX),
                "top": index // columns * (height + GAP_PX),
                "width": width,
                "height": height,
                "contain": "strict",
            },
        )
        for index, (cell, tile) in enumerate(tiles)
    ]
    whole = {
        "width": columns * (width + GAP_PX),
        "height": -(-len(tiles) // columns) * (height + GAP_PX),
    }
    return html.Div(slots, id="canvas", lang=language, style={"position": "relative"} | whole)


def main() -> None:
    """Photograph both pages of a sheet: `size language out-@.png [scale]`, @ being the page."""
    from playwright.sync_api import sync_playwright

    size, language, out = SIZES[sys.argv[1]], sys.argv[2], sys.argv[3]
    scale = float(sys.argv[4]) if len(sys.argv) > 4 else 12 / size.unit_px
    with sync_playwright() as play, served() as stage:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGS)
        written, drawn = sheets(size, language)
        tab = browser.new_page(viewport={"width": 1920, "height": 1080}, device_scale_factor=scale)
        tab.add_init_script(CLOCK)
        pages = [("written", stage.write, written)]
        pages += [(f"drawn-{n}", stage.show, each) for n, each in enumerate(drawn, 1)]
        for name, show, layout in pages:
            show(tab, layout)
            tab.evaluate(CAPTIONS)
            tab.locator("#canvas").screenshot(path=out.replace("@", name))
        browser.close()


if __name__ == "__main__":
    main()
