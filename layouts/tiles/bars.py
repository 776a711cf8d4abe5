"""Ranked bars from a table: name, length, figure. Horizontal for names, vertical for classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from dash import html
from pydantic import Field

import language as lang
from data_access.envelope import Column, Envelope
from layouts.tiles import cells, reading
from layouts.tiles.absence import nothing
from layouts.tiles.address import Marks
from layouts.tiles.anatomy import BODY, CAPTION, Tile, u
from layouts.tiles.figure_row import broken
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import width_u, wrap
from layouts.tiles.opening import opened
from layouts.tiles.rows import MORE_LINE, plan, rest
from layouts.tiles.table import ROW_LEAST, name_cell, name_setting, row_least

AIR = 0.75
NAME_SHARE = 0.5  # of the width, at most, for names
ROW_MOST = 2.25
LEAST_COLUMN = 2.5
LEAST_LENGTH = 2.0  # of the longest vertical bar; under it the bars lie
FIGURE_LINE, LABEL_AIR = 1.5, 0.25


class Options(TileOptions):
    """Options of `bars`."""

    aggregate: str
    table: str
    name: str = "name"  # the column of names
    figure: str  # the column drawn as length
    direction: Literal["horizontal", "vertical"] = "horizontal"
    order: Literal["given", "high", "low"] = "given"
    limit: int = Field(40, ge=1, le=200)


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(options.aggregate)
    table = reading.table(envelope, options.table) if envelope else None
    columns = {column["id"]: column for column in table["columns"]} if table else {}
    measured = columns.get(options.figure)
    unit = measured.get("unit") if measured else ""
    tile = opened(frame, "bars", envelope, title=options.title, part=table, unit=unit)
    if table is None or measured is None or options.name not in columns:
        return nothing(tile, envelope)
    rows = [row for row in table["rows"] if reading.finite(row.get(options.figure))]
    if not rows:
        return tile.reason(tile.say("empty"), cause="empty")
    if options.order != "given":
        rows = sorted(rows, key=lambda r: r[options.figure], reverse=options.order == "high")
    draw = _vertical if options.direction == "vertical" else _horizontal
    total = max(len(rows), int(table.get("total") or 0))
    names = [
        cells.words(columns[options.name], row, language=frame.language, context=context)
        for row in rows
    ]
    figures = [float(row[options.figure]) for row in rows]
    marks = [tile.addresses.cell(row, options.figure) for row in rows[: options.limit]]
    body = draw(
        tile, names[: options.limit], figures[: options.limit], measured, total, marks=marks
    )
    return tile.build(body)


def _horizontal(
    tile: Tile,
    names: Sequence[str],
    figures: Sequence[float],
    measured: Column,
    total: int,
    *,
    marks: Sequence[Marks],
) -> html.Div:
    most = int(tile.height_u // ROW_LEAST) + 1
    widest = max(width_u(name, BODY) for name in names[:most])
    name_width = min(widest, max(NAME_SHARE * tile.width_u, 5.0))
    least = row_least(names[:most], name_width, tile.height_u)
    fitted = plan(total, tile.height_u, least=least, most=max(least, ROW_MOST))
    names, figures = names[: fitted.shown], figures[: fitted.shown]
    face = name_setting(names, name_width)
    told = [_figure(tile, value, measured) for value in figures]
    figure_width = max(width_u(text, BODY) for text in told)
    length = max(1.0, tile.width_u - name_width - figure_width - 2 * AIR)
    longest = max(max(figures), 0.0) or 1.0
    style = {
        "gridTemplateColumns": f"{u(name_width)} {u(length)} {u(figure_width)}",
        "height": u(fitted.height_u),
    }
    rows: list[Any] = [
        html.Div(
            [
                name_cell(name, name_width, fitted.height_u, face),
                html.Div(
                    html.Div(
                        className="t-bar-fill" + (" t-bar-first" if index == 0 else ""),
                        style={"width": f"{100 * max(0.0, value) / longest:.2f}%"},
                    ),
                    className="t-bar-track",
                ),
                html.Div(text, className="t-cell-number", **mark),
            ],
            className="t-row t-bar-row type-20",
            style=style,
        )
        for index, (name, value, text, mark) in enumerate(
            zip(names, figures, told, marks, strict=False)
        )
    ]
    rows += rest(tile, total - len(names), in_head=fitted.is_told_in_head)
    return html.Div(rows, className="t-rows t-bars-horizontal")


def _vertical(
    tile: Tile,
    names: Sequence[str],
    figures: Sequence[float],
    measured: Column,
    total: int,
    *,
    marks: Sequence[Marks],
) -> html.Div:
    told = [_figure(tile, value, measured) for value in figures]
    needed = max([LEAST_COLUMN, *(width_u(text, BODY) + 0.5 for text in told)])
    shown = max(1, min(len(names), int(tile.width_u // needed)))
    column = tile.width_u / shown
    labels = [wrap(name, column - 0.4, CAPTION, lines=2) for name in names[:shown]]
    label_lines = max(len(label) for label in labels)
    room = tile.height_u - (MORE_LINE if total > shown else 0.0)
    height = room - FIGURE_LINE - LABEL_AIR - label_lines
    if height < LEAST_LENGTH:
        return _horizontal(tile, names, figures, measured, total, marks=marks)
    longest = max(max(figures[:shown]), 0.0) or 1.0
    columns = [
        html.Div(
            [
                html.Div(text, className="t-digits type-20", **mark),
                html.Div(
                    className="t-bar-column",
                    style={"height": u(max(0.06, height * max(0.0, value) / longest))},
                ),
                html.Div(
                    broken(label), className="t-bar-name type-16", style={"height": u(label_lines)}
                ),
            ],
            className="t-bar-stack",
            style={"width": u(column)},
        )
        for label, value, text, mark in zip(labels, figures, told, marks, strict=False)
    ]
    body = html.Div(columns, className="t-bars-vertical", style={"height": u(room)})
    return html.Div([body, *rest(tile, total - shown)], className="t-rows")


def _figure(tile: Tile, value: float, measured: Column) -> str:
    return lang.number(value, decimals=measured.get("decimals", 0), language=tile.language)


KIND = TileKind(
    kind="bars",
    name={"vi": "Biểu đồ cột", "en": "Bars"},
    options=Options,
    needs=lambda options: (options.aggregate,),
    build=build,
)
