"""The city's five bottlenecks at a glance: one row each, the gravest seen from the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from data_access.envelope import Envelope, Number

from layouts.tiles import reading
from layouts.tiles.absence import absent, missing
from layouts.tiles.anatomy import CAPTION, Tile, title_of, type_class, u
from layouts.tiles.figure_row import digits, extent, ink
from layouts.tiles.figures import band_of, written
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import cut, fit, wrap
from layouts.tiles.panes import stretches
from layouts.tiles.status import mark

BOTTLENECKS = ("flooding", "congestion", "air", "food_safety", "urban_order")
AGGREGATE = "city.bottlenecks"
FIGURE_SIZES = (3.5, 3.0, 2.5, 2.0, 1.75, 1.5, 1.25, 1.0)
NAME_SIZES = (1.5, 1.25, 1.0)
MARK = 1.75  # width of the shape before a name
ROW_MOST = 5.0
SEAM_AIR = 0.5


class Options(TileOptions):
    """Options of `bottlenecks`: none but a title."""


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; it may stand across a horizontal bezel, its rows do not."""
    envelope = envelopes.get(AGGREGATE)
    narrow = Frame(**{**_fields(frame), "seams_y_px": ()})
    title = title_of(options.title, envelope.label if envelope else None, frame.language)
    tile = Tile(narrow, "bottlenecks", title=title, envelope=envelope)
    if refused := absent(tile, envelope):
        return refused
    figures = reading.numbers(envelope, BOTTLENECKS) if envelope else {}
    if not figures:
        return missing(tile, envelope)
    places = _places(tile, frame, len(figures))
    rows = [
        _row(tile, name, figure, context, top=top, height=height)
        for (name, figure), (top, height) in zip(figures.items(), places, strict=True)
    ]
    return tile.build(rows, statuses=[figure["status"] for figure in figures.values()])


def _places(tile: Tile, frame: Frame, count: int) -> list[tuple[float, float]]:
    """Return top and height of each row in units of the body, none across a bezel."""
    unit_px = frame.unit_px
    body_top = tile.body_px[1] / unit_px
    seams = [(a / unit_px - body_top, b / unit_px - body_top) for a, b in frame.seams_y_px]
    pieces = [
        (max(0.0, begin) + (SEAM_AIR if begin > 0 else 0), end - (SEAM_AIR if end < tile.height_u else 0))
        for begin, end in stretches(tile.height_u, [s for s in seams if 0 < s[1] and s[0] < tile.height_u])
    ]  # fmt: skip
    height = next(
        (
            each
            for each in (ROW_MOST - 0.25 * step for step in range(14))
            if sum(int((end - begin) // each) for begin, end in pieces) >= count
        ),
        1.5,
    )
    places: list[tuple[float, float]] = []
    for index, (begin, end) in enumerate(pieces):
        rest = count - len(places)
        later = sum(int((e - b) // height) for b, e in pieces[index + 1 :])
        here = min(rest, max(int((end - begin) // height), rest - later))
        if len(pieces) == 1:
            height = max(height, min(6.0, (end - begin) / max(1, here)))
        stride = (end - begin) / here if here and len(pieces) > 1 else height
        places += [(begin + i * stride, min(stride, 6.0)) for i in range(here)]
    return places


def _row(
    tile: Tile, name: str, figure: Number, context: TileContext, *, top: float, height: float
) -> html.Div:
    status = figure["status"]
    text = written(figure, tile.language)
    size = next((s for s in FIGURE_SIZES if s * 1.1 <= height and extent(text, s) <= 0.45 * tile.width_u),
                FIGURE_SIZES[-1])  # fmt: skip
    taken = max(extent(text, size), 3.0) + 1.0
    width = tile.width_u - MARK - taken
    title = tile.words(figure["label"]) or tile.say(f"bottleneck.{name}")
    name_size = fit(title, width, [s for s in NAME_SIZES if s * 1.3 <= height], bold=True)
    lines: list[Any] = [
        html.Div(
            cut(title, width, name_size or 1.0, bold=True),
            className=f"line bottleneck-name {type_class(name_size or 1.0)}",
        )
    ]
    left = height - (name_size or 1.0) * 1.34
    lines += _why(tile, figure, context, width, int(max(0.0, left - 0.25) // 1.0))
    shape = mark(status) if figure["value"] is not None else html.Span(className="mark mark-none")
    return html.Div(
        [
            html.Div(shape, className=f"bottleneck-mark ink-{status}"),
            html.Div(lines, className="bottleneck-words", style={"width": u(width)}),
            html.Div(
                digits(text, size),
                className=f"bottleneck-figure{ink(figure)}",
                style={"fontSize": u(size)},
            ),
        ],
        className=f"bottleneck status-{status}",
        style={"top": u(top), "height": u(height)},
    )


def _why(
    tile: Tile, figure: Number, context: TileContext, width: float, lines: int
) -> list[html.Div]:
    """Return state and cause of a bottleneck in `lines` lines of caption size."""
    if lines < 1:
        return []
    band = band_of(figure, context.scales)
    told = []
    if figure["value"] is not None:
        told.append(tile.say(f"status.{figure['status']}"))
    if band is not None:
        told.append(tile.words(band.get("label")))
    if note := tile.words(figure.get("note")):
        told.append(note)
    state, *rest = told or [""]
    parts: Sequence[str] = wrap(" · ".join(told), width, CAPTION, lines=lines)
    body: list[html.Div] = []
    for index, part in enumerate(parts):
        head = state if index == 0 and figure["status"] != "normal" and part.startswith(state) else ""
        body.append(
            html.Div(
                [html.Span(head, className=f"ink-{figure['status']} strong"), part[len(head) :]]
                if head
                else part,
                className="line type-16 bottleneck-why",
            )
        )
    return body


def _fields(frame: Frame) -> dict[str, Any]:
    return {name: getattr(frame, name) for name in frame.__slots__}


KIND = TileKind(
    kind="bottlenecks",
    name={"vi": "Năm điểm nghẽn", "en": "Five bottlenecks"},
    options=Options,
    needs=lambda options: (AGGREGATE,),
    build=build,
)
