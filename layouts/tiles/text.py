"""Words somebody wrote: a heading, a note, a duty order. Not for data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html
from pydantic import Field

import language as lang
from data_access.envelope import Envelope
from layouts.tiles.anatomy import Tile, type_class
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import wrap

SIZES = (3.0, 2.0, 1.5, 1.25, 1.0)
LEADING = {3.0: 3.75, 2.0: 2.5, 1.5: 2.0, 1.25: 1.75, 1.0: 1.5}


class Options(TileOptions):
    """Options of `text`."""

    text: dict[str, str] = Field(min_length=1)  # {vi, en}; a line break begins a paragraph


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile in the largest type that holds all of it."""
    tile = Tile(frame, "text", title=lang.pick(options.title, frame.language))
    paragraphs = [part for part in lang.pick(options.text, frame.language).split("\n") if part]
    size, lines = _set(paragraphs, tile.width_u, tile.height_u)
    body: list[Any] = [html.Div(line, className=f"t-line {type_class(size)}") for line in lines]
    return tile.build(html.Div(body, className="t-words"))


def _set(paragraphs: list[str], width: float, height: float) -> tuple[float, list[str]]:
    for size in SIZES:
        lines = [line for part in paragraphs for line in wrap(part, width, size, lines=40)]
        if len(lines) * LEADING[size] <= height:
            return size, lines
    most = max(1, int(height // LEADING[size]))
    return size, [*lines[: most - 1], *wrap(" ".join(lines[most - 1 :]), width, size, lines=1)]


KIND = TileKind(
    kind="text",
    name={"vi": "Văn bản", "en": "Text"},
    options=Options,
    needs=lambda options: (),
    build=build,
)
