"""A few figures side by side, each over its label: second to a large one, or heading a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from dash import html

from data_access.envelope import Number
from layouts.tiles.anatomy import CAPTION, Tile, u
from layouts.tiles.figures import Written, written
from layouts.tiles.measure import ELLIPSIS, width_u, wrap
from layouts.tiles.status import mark

SIZES = (2.5, 2.0, 1.75, 1.5, 1.25, 1.0)
COLUMN = 5.0  # least width of a figure with its label
AIR = 0.75
LEADING = 1.2


class FigureRow(NamedTuple):
    """A row of figures: what is drawn, the units it takes in height, and which figures it shows."""

    part: html.Div
    height_u: float
    shown: Sequence[Number]


def figure_row(
    tile: Tile,
    figures: Sequence[Number],
    width: float,
    *,
    most: float = SIZES[0],
    height: float = 99.0,
) -> FigureRow | None:
    """Return as many figures as `width` holds, None without room.

    Sizes go from `most` down until figures and labels stand in `height`.
    """
    count = min(len(figures), int((width + AIR) // COLUMN))
    while count > 1 and _widest(tile, figures[:count]) > (width + AIR) / count - AIR:
        count -= 1
    if count < 1:
        return None
    shown = figures[:count]
    column = (width + AIR) / count - AIR
    texts = [written(figure, tile.language) for figure in shown]
    labels = [_label(tile, figure, column) for figure in shown]
    lines = max(len(label) for label in labels)
    most = min(most, max((height - lines) / LEADING, SIZES[-1]))
    sizes = [size for size in SIZES if size <= most] or [SIZES[-1]]
    size = min(
        next((s for s in sizes if extent(text, s, marked=is_marked(figure)) <= column), SIZES[-1])
        for figure, text in zip(shown, texts, strict=True)
    )
    cells = [
        html.Div(
            [
                html.Div(
                    [*([mark(figure["status"])] if is_marked(figure) else []), *digits(text, size)],
                    className=f"t-figure{ink(figure)}",
                    style={"fontSize": u(size), "height": u(size * LEADING)},
                ),
                html.Div(broken(label), className="t-figure-label type-16"),
            ],
            className="t-figure-cell",
            style={"width": u(column)},
            **tile.addresses.number(figure),
        )
        for figure, text, label in zip(shown, texts, labels, strict=True)
    ]
    return FigureRow(html.Div(cells, className="t-figure-row"), size * LEADING + lines, shown)


def _widest(tile: Tile, figures: Sequence[Number]) -> float:
    """Return the width of the longest figure at the smallest size."""
    return max(
        extent(written(figure, tile.language), SIZES[-1], marked=is_marked(figure))
        for figure in figures
    )


def _label(tile: Tile, figure: Number, width: float) -> list[str]:
    """Return what a figure is, and its state in words when it is off its target, in two lines."""
    name = tile.words(figure["label"])
    if is_marked(figure):
        with_state = f"{name} · {tile.say('status.' + figure['status'])}"
        lines = wrap(with_state, width, CAPTION, lines=2)
        if not lines[-1].endswith(ELLIPSIS):
            return lines
    return wrap(name, width, CAPTION, lines=2)


def digits(text: Written, size: float) -> list[Any]:
    """Return the digits of a figure set at `size`, and its unit smaller behind them."""
    parts: list[Any] = [html.Span(text.digits, className="t-digits")]
    if text.unit:
        class_name = "t-unit is-tight" if text.tight else "t-unit"
        unit = html.Span(
            text.unit, className=class_name, style={"fontSize": u(unit_size(text, size))}
        )
        parts.append(unit)
    return parts


def extent(text: Written, size: float, *, marked: bool = False) -> float:
    """Return the width of a figure set at `size`, its unit and its mark included."""
    width = width_u(text.digits, size, bold=True)
    if text.unit:
        air = 0.08 if text.tight else 0.25
        width += width_u(text.unit, unit_size(text, size)) + air * size
    return width + (0.9 * size if marked else 0.0)


def unit_size(text: Written, size: float) -> float:
    """Return the type size of a unit beside digits of `size`; a long one is set small."""
    if text.tight:
        return max(CAPTION, min(size * 0.6, 2.0))
    return CAPTION if len(text.unit) > 8 else max(CAPTION, min(size * 0.4, 1.5))


def is_marked(figure: Number) -> bool:
    """Tell whether a figure is off its target, so that it gets shape and colour."""
    return figure["status"] != "normal"


def ink(figure: Number) -> str:
    """Return the class of a figure's colour, empty when it is normal."""
    return f" ink-{figure['status']}" if is_marked(figure) else ""


def broken(lines: Sequence[str]) -> list[Any]:
    """Return lines of text with breaks between them."""
    parts: list[Any] = []
    for line in lines:
        parts += [html.Br(), line] if parts else [line]
    return parts
