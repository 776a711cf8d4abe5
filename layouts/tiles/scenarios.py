"""Up to four runs side by side: each figure of the base and of every run, with its difference."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from dash import html
from dash.development.base_component import Component
from pydantic import Field

import language as lang
from data_access.envelope import Envelope
from data_access.figure import number_at
from layouts.tiles import twin
from layouts.tiles.absence import missing
from layouts.tiles.address import Addresses
from layouts.tiles.anatomy import CAPTION, Tile, title_of, u
from layouts.tiles.figure_row import broken
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import cut, fit, settings, wrap
from layouts.tiles.rows import plan, rest
from layouts.tiles.scenario_columns import (
    AIR,
    DIGITS,
    Columns,
    base_of,
    change_lines,
    columns_of,
    value_of,
)
from layouts.tiles.table import name_cell, name_setting
from layouts.tiles.twin_body import caveat_lines, caveats_height, part_of

MOST_RUNS = 4
HEAD = 2.0
ROW_MOST = 3.75
MOST_LINES = 3
LETTERS = "ABCD"
SAME = 1e-6  # of a figure, by which two bases may differ
DELTAS = settings(CAPTION)

RunId = Annotated[str, Field(pattern=twin.RUN)]
Told = list[dict[str, twin.Figure]]


class Options(TileOptions):
    """Options of `scenarios`: jobs' ids, or the newest run of a kind."""

    runs: tuple[RunId, ...] = Field((), max_length=MOST_RUNS)
    kind: Literal["traffic", "drainage", "coupled"] = "traffic"


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    found = [envelopes.get(name) for name in _needs(options)]
    first = found[0]
    title = options.title or NAME
    tile = Tile(frame, "scenarios", title=title_of(title, None, frame.language), envelope=first)
    if first is None or first.state == "absent":
        return twin.none_yet(tile, first)
    there = [each for each in found if each is not None and each.state == "ok"]
    columns: Told = [{f.kpi: f for f in twin.figures_of(each)} for each in there]
    figures = list(dict.fromkeys(kpi for column in columns for kpi in column))
    if not figures:
        return missing(tile, first)
    heads = [tile.words(twin.said(each).get("title") or each.label) for each in there]
    if len(heads) > 1:  # as their maps are called beside it
        heads = [f"{letter} · {head}" for letter, head in zip(LETTERS, heads, strict=False)]
    room = tile.height_u - caveats_height(tile) - HEAD
    shown = [figure for column in columns for figure in column.values()]
    widths = columns_of(tile, shown, len(columns))
    if widths is None or room < widths.row_u:
        return tile.reason(tile.say("tooSmall"), cause="small")
    part = part_of(tile, tile.width_u, room)
    marks = [Addresses(each) for each in there]
    rows = _rows(part, figures, columns, heads, widths, marks, gone=len(found) - len(there))
    tile.unit = part.unit
    foot = caveat_lines(tile, _caveats(tile, there, columns))
    return tile.build(html.Div([*rows, foot], className="twin-parts"))


def _caveats(tile: Tile, runs: Sequence[Envelope], columns: Told) -> list[str]:
    """Return what is to be doubted of any of the runs, and that they have different bases."""
    bases: dict[str, list[float]] = {}
    for column in columns:
        for figure in column.values():
            bases.setdefault(figure.kpi, []).append(figure.base)
    differ = any(
        not math.isclose(each, of[0], rel_tol=SAME) for of in bases.values() for each in of
    )
    first, *others = dict.fromkeys(words for run in runs for words in twin.caveats(tile, run))
    return [first, *([tile.say("twin.basesDiffer")] if differ else []), *others]


def _rows(
    tile: Tile,
    figures: Sequence[str],
    columns: Told,
    heads: Sequence[str],
    widths: Columns,
    marks: Sequence[Addresses],
    *,
    gone: int,
) -> list[Component]:
    every = [u(widths.name_u), u(widths.base_u), *[u(widths.run_u)] * len(columns)]
    style = {"gridTemplateColumns": " ".join(every), "columnGap": u(AIR)}
    most = max(ROW_MOST, widths.row_u)
    fitted = plan(len(figures), tile.height_u, least=widths.row_u, most=most)
    shown = [_first(columns, kpi) for kpi in figures[: fitted.shown]]
    face = name_setting([tile.words(each.label) for each in shown], widths.name_u)
    rows: list[Component] = [_head(tile, heads, widths, style)]
    for figure in shown:
        of_runs = [column.get(figure.kpi) for column in columns]
        rows.append(
            html.Div(
                [
                    name_cell(tile.words(figure.label), widths.name_u, fitted.height_u, face),
                    _base_cell(tile, figure, widths),
                    *(
                        _cell(tile, each, widths, of_run)
                        for each, of_run in zip(of_runs, marks, strict=True)
                    ),
                ],
                className="t-row type-20 twin-compared",
                style={**style, "height": u(fitted.height_u)},
            )
        )
    more = rest(tile, len(figures) - len(shown), in_head=fitted.is_told_in_head)
    lost = [html.Div(tile.say("twin.gone", count=gone), className="t-more type-16")] if gone else []
    return [html.Div([*rows, *more, *lost], className="t-rows twin-scenarios")]


def _head(tile: Tile, heads: Sequence[str], widths: Columns, style: Mapping[str, str]) -> Component:
    face = "" if widths.has_units else "slim"
    base = cut(tile.say("twin.baseHead"), widths.base_u, CAPTION, face=face)
    words = [html.Div(base, className=_class("type-16", face))]
    for head in heads:
        lines = wrap(head, widths.run_u, CAPTION, lines=2, face="slim")
        words.append(html.Div(broken(lines), className="type-16 face-slim"))
    corner = ""  # what the ends of intervals are, where they stand without it
    if widths.lines == MOST_LINES:
        corner = cut(tile.say("twin.intervalHead"), widths.name_u, CAPTION, face="slim")
    return html.Div(
        [html.Span(corner, className="t-cell-text type-16 face-slim"), *words],
        className="t-row t-row-head twin-heads",
        style={**style, "height": u(HEAD)},
    )


def _base_cell(tile: Tile, figure: twin.Figure, widths: Columns) -> Component:
    value, *unit = base_of(tile, figure, has_units=widths.has_units)
    lines = [html.Div(each, className="t-line type-16 face-slim twin-delta") for each in unit]
    return html.Div([html.Div(value), *lines], className="t-cell-number")


def _cell(tile: Tile, figure: twin.Figure | None, widths: Columns, marks: Addresses) -> Component:
    if figure is None:
        return html.Div(lang.number(None), className="t-cell-number")
    lines = []
    for words in change_lines(tile, figure, widths.lines):
        setting = fit(words, widths.run_u, DELTAS) or DELTAS[-1]
        lines.append(html.Div(words, className=f"t-line twin-delta {setting.class_name}"))
    value = value_of(tile, figure, has_units=widths.has_units)
    setting = fit(value, widths.run_u, DIGITS, bold=True) or DIGITS[-1]
    shown = html.Div(value, className=_class("t-digits", setting.face))
    marked = marks.at(number_at(figure.kpi))
    return html.Div([shown, *lines], className="t-cell-number", **marked)


def _class(name: str, face: str) -> str:
    return f"{name} face-{face}" if face else name


def _first(columns: Told, kpi: str) -> twin.Figure:
    return next(column[kpi] for column in columns if kpi in column)


def _needs(options: Options) -> tuple[str, ...]:
    runs: Sequence[Any] = options.runs or (twin.LATEST,)
    return tuple(twin.aggregate_of(run, options.kind) for run in runs)


NAME = {"vi": "So sánh kịch bản", "en": "Scenarios compared"}
KIND = TileKind(kind="scenarios", name=NAME, options=Options, needs=_needs, build=build)
