"""Ranked rows in columns; names give way before numbers do, and the rest is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from pydantic import Field

from data_access.envelope import Column, Envelope, Table
from layouts.tiles import bands, cells, reading
from layouts.tiles.absence import nothing
from layouts.tiles.anatomy import BODY, CAPTION, Tile, u
from layouts.tiles.figure_row import broken
from layouts.tiles.heads import head
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import FACES, Setting, fit, settings, width_u, wrap
from layouts.tiles.opening import opened
from layouts.tiles.rows import plan, rest

AIR = 1.0  # between columns
HEAD_LINE = 1.25
LEAST_NAME = 6.0  # a name column narrower than this says nothing
ROW_LEAST, ROW_MOST = 1.5, 2.0
TWO_LINES = 2.25
NAMES = settings(BODY, CAPTION)


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
    tile = opened(frame, "table", envelope, title=options.title, part=table)
    if table is None:
        return nothing(tile, envelope)
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
    room = tile.height_u if height_u is None else height_u
    has_heading = room >= HEAD_LINE + ROW_LEAST
    room -= HEAD_LINE if has_heading else 0.0
    total = max(len(table["rows"]), int(table.get("total") or 0))
    grid = _measure(tile, columns, rows[: int(room // ROW_LEAST) + 1], context)
    name = next((i for i, c in enumerate(grid.columns) if not cells.is_numeric(c)), 0)
    least = row_least((texts[name] for texts in grid.rows), grid.widths[name], room)
    fitted = plan(total, room, least=least, most=max(least, ROW_MOST))
    shown = rows[: fitted.shown]
    faces = [
        name_setting((texts[index] for texts in grid.rows[: fitted.shown]), width)
        for index, width in enumerate(grid.widths)
    ]
    style = {"gridTemplateColumns": " ".join(u(width) for width in grid.widths)}
    lines: list[Any] = [_heading(tile, grid, style)] if has_heading else []
    for row, texts in zip(shown, grid.rows, strict=False):
        lines.append(_row(tile, grid, row, texts, faces, style, fitted.height_u, context))
    lines += rest(tile, total - len(shown), in_head=fitted.is_told_in_head)
    return html.Div(lines, className="t-rows")


def _measure(
    tile: Tile, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], context: TileContext
) -> Grid:
    """Choose widths: numbers what they need, the first text column what is left."""
    kept, face = list(columns), ""
    while True:
        name = next((i for i, c in enumerate(kept) if not cells.is_numeric(c)), 0)
        texts = [[_cell(tile, c, row, context, is_name=index == name) for index, c in
                  enumerate(kept)] for row in rows]  # fmt: skip
        headings = [cells.heading(column, tile.language) for column in kept]
        natural = []
        for index, column in enumerate(kept):
            longest = max((width_u(row[index], BODY) for row in texts), default=0.0)
            longest += bands.SWATCH if column.get("kind") == "band" else 0.0
            natural.append(max(longest, width_u(headings[index], CAPTION) * FACES[face]))
        flexible = name
        others = sum(width for i, width in enumerate(natural) if i != flexible)
        left = tile.width_u - others - AIR * (len(kept) - 1)
        if left >= min(LEAST_NAME, natural[flexible]) or (len(kept) == 1 and face):
            break
        if not face:
            face = "slim"  # headings first give their width, then the last columns
            continue
        kept.pop(-1 if flexible != len(kept) - 1 else -2)
    natural[flexible] = max(1.0, left)
    return Grid(kept, natural, texts)


def _cell(
    tile: Tile, column: Column, row: Mapping[str, Any], context: TileContext, *, is_name: bool
) -> str:
    """Return the words of a cell; the name of a row that is not counted says why."""
    words = cells.words(column, row, language=tile.language, context=context)
    if not is_name or row.get("suspect") is not True:
        return words
    why = row.get("doubt")
    return f"{words} · {tile.words(why) if isinstance(why, Mapping) else tile.say('suspect')}"


def _heading(tile: Tile, grid: Grid, style: Mapping[str, str]) -> html.Div:
    parts = []
    for column, width in zip(grid.columns, grid.widths, strict=True):
        words = cells.heading(column, tile.language)
        parts.append(head(words, width, is_number=cells.is_numeric(column)))
    return html.Div(parts, className="t-row t-row-head", style=dict(style))


def _row(
    tile: Tile,
    grid: Grid,
    row: Mapping[str, Any],
    texts: Sequence[str],
    faces: Sequence[Setting],
    style: Mapping[str, str],
    height: float,
    context: TileContext,
) -> html.Div:
    parts = []
    for column, width, text, face in zip(grid.columns, grid.widths, texts, faces, strict=True):
        if cells.is_numeric(column):
            marks = tile.addresses.cell(row, column["id"]) if _is_figure(column, row) else {}
            parts.append(html.Div(text, className="t-cell-number", **marks))
            continue
        band = cells.band_in(column, row, context) if column.get("kind") == "band" else None
        if band is not None:
            parts.append(html.Div([bands.swatch(band), html.Span(text)], className="t-cell-text"))
            continue
        parts.append(name_cell(text, width, height, face))
    class_name = "t-row type-20" + (" is-suspect" if row.get("suspect") is True else "")
    return html.Div(parts, className=class_name, style={**style, "height": u(height)})


def _is_figure(column: Column, row: Mapping[str, Any]) -> bool:
    return column.get("kind") == "number" and reading.finite(row.get(column["id"]))


def name_setting(names: Iterable[str], width: float) -> Setting:
    """Return the one setting of a list's names: the narrowest any of them needs for one line."""
    needed = [fit(name, width, NAMES) for name in names]
    return max((each for each in needed if each is not None), key=NAMES.index, default=NAMES[0])


def name_cell(text: str, width: float, height: float, setting: Setting) -> html.Div:
    """Return a name in `width` as its list is set; too long, in two lines if `height` has them."""
    if fit(text, width, [setting]) is not None:
        return html.Div(text, className=f"t-cell-text {setting.class_name}")
    lines = 2 if height >= TWO_LINES else 1
    parts = wrap(text, width, CAPTION, lines=lines, face=NAMES[-1].face)
    return html.Div(broken(parts), className=f"t-cell-text t-cell-two {NAMES[-1].class_name}")


def row_least(names: Iterable[str], width: float, room: float) -> float:
    """Return the least height of rows with these names: higher when one takes two lines."""
    two = room >= TWO_LINES and any(fit(name, width, NAMES) is None for name in names)
    return TWO_LINES if two else ROW_LEAST


KIND = TileKind(
    kind="table",
    name={"vi": "Bảng", "en": "Table"},
    options=Options,
    needs=lambda options: (options.aggregate,),
    build=build,
)
