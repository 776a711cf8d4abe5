"""Ranked rows in columns; names give way before numbers do, and the rest is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from data_access.envelope import Column, Envelope, Table
from pydantic import Field

from layouts.tiles import bands, cells, reading
from layouts.tiles.absence import absent, missing
from layouts.tiles.anatomy import BODY, CAPTION, Tile, title_of, type_class, u
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import cut, width_u, wrap
from layouts.tiles.rows import more, plan

AIR = 1.0  # between columns
HEAD_LINE = 1.25
LEAST_NAME = 6.0  # a name column narrower than this says nothing
ROW_LEAST, ROW_MOST = 1.5, 2.0


class Options(TileOptions):
    """Options of `table`."""

    aggregate: str
    table: str
    columns: tuple[str, ...] = ()  # which, in this order; default: all
    limit: int = Field(40, ge=1, le=200)


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns with their widths and the cells' words, measured."""

    columns: Sequence[Column]
    widths: Sequence[float]
    rows: Sequence[Sequence[str]]


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(options.aggregate)
    table = reading.table(envelope, options.table) if envelope else None
    label = table["label"] if table else envelope.label if envelope else None
    tile = Tile(frame, "table", title=title_of(options.title, label, frame.language),
                envelope=envelope)  # fmt: skip
    if refused := absent(tile, envelope):
        return refused
    if table is None:
        return missing(tile, envelope)
    if not table["rows"]:
        return tile.reason(tile.say("empty"), cause="empty")
    return tile.build(rows_of(tile, table, context, wanted=options.columns, limit=options.limit))


def rows_of(
    tile: Tile,
    table: Table,
    context: TileContext,
    *,
    wanted: Sequence[str] = (),
    limit: int = 40,
    height_u: float | None = None,
) -> html.Div:
    """Return a table as a grid of lines that fills `height_u` (default: the tile's body)."""
    by_id = {column["id"]: column for column in table["columns"]}
    columns = [by_id[name] for name in wanted or by_id if name in by_id] or list(by_id.values())
    rows = table["rows"][:limit]
    room = (tile.height_u if height_u is None else height_u) - HEAD_LINE
    total = max(len(table["rows"]), int(table.get("total") or 0))
    fitted = plan(min(total, max(total, len(rows))), room, least=ROW_LEAST, most=ROW_MOST)
    shown = rows[: fitted.shown]
    grid = _measure(tile, columns, shown, context)
    template = " ".join(u(width) for width in grid.widths)
    style = {"gridTemplateColumns": template}
    lines: list[Any] = [_heading(tile, grid, style)]
    for row, texts in zip(shown, grid.rows, strict=True):
        lines.append(_row(grid, row, texts, {**style, "height": u(fitted.height_u)}, context))
    if rest := more(total - len(shown), tile.language):
        lines.append(rest)
    return html.Div(lines, className="rows")


def _measure(
    tile: Tile, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], context: TileContext
) -> Grid:
    """Choose widths: numbers what they need, the first text column what is left."""
    kept = list(columns)
    while True:
        texts = [[cells.words(c, row, language=tile.language, context=context) for c in kept]
                 for row in rows]  # fmt: skip
        headings = [cells.heading(column, tile.language) for column in kept]
        natural = []
        for index, column in enumerate(kept):
            longest = max((width_u(row[index], BODY) for row in texts), default=0.0)
            longest += bands.SWATCH if column.get("kind") == "band" else 0.0
            words = max((width_u(part, CAPTION) for part in _heading_lines(headings[index])))
            natural.append(max(longest, words))
        flexible = next((i for i, c in enumerate(kept) if not cells.is_numeric(c)), 0)
        others = sum(width for i, width in enumerate(natural) if i != flexible)
        left = tile.width_u - others - AIR * (len(kept) - 1)
        if left >= min(LEAST_NAME, natural[flexible]) or len(kept) == 1:
            break
        kept.pop(-1 if flexible != len(kept) - 1 else -2)
    natural[flexible] = max(1.0, left)
    return Grid(kept, natural, texts)


def _heading_lines(heading: str) -> list[str]:
    return [heading]


def _heading(tile: Tile, grid: Grid, style: Mapping[str, str]) -> html.Div:
    parts = [
        html.Div(
            cut(cells.heading(column, tile.language), width, CAPTION),
            className="cell-number" if cells.is_numeric(column) else "cell-text",
        )
        for column, width in zip(grid.columns, grid.widths, strict=True)
    ]
    return html.Div(parts, className="row row-head type-16", style=dict(style))


def _row(
    grid: Grid,
    row: Mapping[str, Any],
    texts: Sequence[str],
    style: Mapping[str, str],
    context: TileContext,
) -> html.Div:
    parts = []
    for column, width, text in zip(grid.columns, grid.widths, texts, strict=True):
        if cells.is_numeric(column):
            parts.append(html.Div(text, className="cell-number"))
            continue
        band = cells.band_in(column, row, context) if column.get("kind") == "band" else None
        if band is not None:
            parts.append(html.Div([bands.swatch(band), html.Span(text)], className="cell-text"))
            continue
        parts.append(name_cell(text, width))
    return html.Div(parts, className="row type-20", style=dict(style))


def name_cell(text: str, width: float) -> html.Div:
    """Return a name that fits `width`: at body size, else smaller in one line, else in two."""
    if width_u(text, BODY) <= width:
        return html.Div(text, className="cell-text")
    if width_u(text, CAPTION) <= width:
        return html.Div(text, className=f"cell-text {type_class(CAPTION)}")
    lines = wrap(text, width, CAPTION, lines=2)
    parts: list[Any] = [lines[0], *(part for line in lines[1:] for part in (html.Br(), line))]
    return html.Div(parts, className="cell-text cell-two type-16")


KIND = TileKind(
    kind="table",
    name={"vi": "Bảng", "en": "Table"},
    options=Options,
    needs=lambda options: (options.aggregate,),
    build=build,
)
