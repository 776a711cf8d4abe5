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
from layouts.tiles.measure import cut, fit, settings, width_u, wrap
from layouts.tiles.rows import plan, rest
from layouts.tiles.table import name_cell, name_setting
from layouts.tiles.twin_body import caveat_lines, caveats_height, part_of
from layouts.tiles.twin_figures import difference, figure_words

MOST_RUNS = 4
AIR = 1.0
HEAD = 2.0
ROW_LEAST, ROW_MOST = 2.25, 3.75
ROW_OF_THREE = 3.25  # where intervals stand in a line of their own
LEAST_NAME, GOOD_NAME, ENOUGH_NAME = 6.0, 9.0, 14.0
LETTERS = "ABCD"
SAME = 1e-6  # of a figure, by which two bases may differ
LEAST_CELL = 4.5  # units; narrower holds no interval
DELTAS = settings(CAPTION)

RunId = Annotated[str, Field(pattern=twin.RUN)]
Columns = list[dict[str, twin.Figure]]


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
    told = [each for each in found if each is not None and each.state == "ok"]
    columns: Columns = [{f.kpi: f for f in twin.figures_of(each)} for each in told]
    figures = list(dict.fromkeys(kpi for column in columns for kpi in column))
    if not figures:
        return missing(tile, first)
    heads = [tile.words(twin.said(each).get("title") or each.label) for each in told]
    if len(heads) > 1:  # as their maps are called beside it
        heads = [f"{letter} · {head}" for letter, head in zip(LETTERS, heads, strict=False)]
    room = tile.height_u - caveats_height(tile) - HEAD
    widths = _widths(tile, columns)
    if room < ROW_LEAST or widths[-1] < LEAST_CELL:
        return tile.reason(tile.say("tooSmall"), cause="small")
    part = part_of(tile, tile.width_u, room)
    marks = [Addresses(each) for each in told]
    rows = _rows(part, figures, columns, heads, widths, marks, gone=len(found) - len(told))
    tile.unit = part.unit
    foot = caveat_lines(tile, _caveats(tile, told, columns))
    return tile.build(html.Div([*rows, foot], className="twin-parts"))


def _caveats(tile: Tile, runs: Sequence[Envelope], columns: Columns) -> list[str]:
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


def _widths(tile: Tile, columns: Columns) -> tuple[float, float, float]:
    """Return the widths of names, of the base and of each run: what they need, or what there is."""
    shown = [figure for column in columns for figure in column.values()]
    base = max([width_u(_base(tile, each), 1.0) for each in shown])
    base = max(base, width_u(tile.say("twin.baseHead"), CAPTION))
    cell = max(width_u(_change(tile, each), CAPTION) for each in shown)
    cell = max(cell, *(width_u(figure_words(tile, each), 1.0, bold=True) for each in shown))
    count = len(columns)
    name = tile.width_u - base - AIR - count * (cell + AIR)
    if name >= GOOD_NAME:
        spare = max(0.0, name - ENOUGH_NAME)  # heads say more in wider columns
        return name - spare, base, cell + spare / count
    cell = min(cell, (tile.width_u - LEAST_NAME - base - AIR) / count - AIR)
    return tile.width_u - base - AIR - count * (cell + AIR), base, cell


def _rows(
    tile: Tile,
    figures: Sequence[str],
    columns: Columns,
    heads: Sequence[str],
    widths: tuple[float, float, float],
    marks: Sequence[Addresses],
    *,
    gone: int,
) -> list[Component]:
    name_width, base_width, wide = widths
    style = {
        "gridTemplateColumns": " ".join([u(name_width), u(base_width), *[u(wide)] * len(columns)]),
        "columnGap": u(AIR),
    }
    is_one_line = all(
        fit(_change(tile, each), wide, DELTAS) is not None
        for column in columns
        for each in column.values()
    )
    least = ROW_LEAST if is_one_line else ROW_OF_THREE
    fitted = plan(len(figures), tile.height_u, least=least, most=ROW_MOST)
    shown = [_first(columns, kpi) for kpi in figures[: fitted.shown]]
    face = name_setting([tile.words(each.label) for each in shown], name_width)
    rows: list[Component] = [_head(tile, heads, base_width, wide, style)]
    for figure in shown:
        of_runs = [column.get(figure.kpi) for column in columns]
        rows.append(
            html.Div(
                [
                    name_cell(tile.words(figure.label), name_width, fitted.height_u, face),
                    html.Div(_base(tile, figure), className="t-cell-number"),
                    *(
                        _cell(tile, each, wide, of_run, is_one_line=is_one_line)
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


def _head(
    tile: Tile, heads: Sequence[str], base_width: float, wide: float, style: Mapping[str, str]
) -> Component:
    words = [html.Div(cut(tile.say("twin.baseHead"), base_width, CAPTION), className="type-16")]
    for head in heads:
        lines = wrap(head, wide, CAPTION, lines=2, face="slim")
        words.append(html.Div(broken(lines), className="type-16 face-slim"))
    return html.Div(
        [html.Span(), *words],
        className="t-row t-row-head twin-heads",
        style={**style, "height": u(HEAD)},
    )


def _cell(
    tile: Tile, figure: twin.Figure | None, wide: float, marks: Addresses, *, is_one_line: bool
) -> Component:
    if figure is None:
        return html.Div(lang.number(None), className="t-cell-number")
    told = [_change(tile, figure)] if is_one_line else filter(None, difference(tile, figure))
    lines = []
    for words in told:
        setting = fit(words, wide, DELTAS) or DELTAS[-1]
        shown = cut(words, wide, CAPTION, face=setting.face)
        lines.append(html.Div(shown, className=f"t-line twin-delta {setting.class_name}"))
    value = html.Div(figure_words(tile, figure), className="t-digits")
    marked = marks.at(number_at(figure.kpi))
    return html.Div([value, *lines], className="t-cell-number", **marked)


def _change(tile: Tile, figure: twin.Figure) -> str:
    """Return the difference with its interval in one line."""
    delta, interval = difference(tile, figure)
    return f"{delta} ({interval})" if interval else delta


def _base(tile: Tile, figure: twin.Figure) -> str:
    return lang.number(figure.base, figure.unit, decimals=figure.decimals, language=tile.language)


def _first(columns: Columns, kpi: str) -> twin.Figure:
    return next(column[kpi] for column in columns if kpi in column)


def _needs(options: Options) -> tuple[str, ...]:
    runs: Sequence[Any] = options.runs or (twin.LATEST,)
    return tuple(twin.aggregate_of(run, options.kind) for run in runs)


NAME = {"vi": "So sánh kịch bản", "en": "Scenarios compared"}
KIND = TileKind(kind="scenarios", name=NAME, options=Options, needs=_needs, build=build)
