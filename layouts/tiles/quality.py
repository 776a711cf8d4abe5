"""How good the data is: which datasets are fresh, old or missing, and what was refused and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from dash import html

import language as lang
from data_access.envelope import Envelope, Number, Status
from layouts.tiles import reading
from layouts.tiles.absence import absent, missing
from layouts.tiles.anatomy import BODY, CAPTION, Tile, title_of, u
from layouts.tiles.figure_row import figure_row
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import width_u
from layouts.tiles.rows import plan, rest
from layouts.tiles.status import mark
from layouts.tiles.table import HEAD_LINE, name_cell, name_setting, row_least, rows_of

AGGREGATE = "data.quality"
FIGURES = ("datasets_ok", "datasets_stale", "datasets_absent", "rows_accepted", "rows_quarantined")
REFUSED = ("rows_quarantined", "rows_accepted")
LIVE = ("sources_ok", "sources_failing")
STATES: dict[str, Status] = {"ok": "normal", "stale": "caution", "absent": "warning"}
AIR = 1.0
ROW_LEAST, ROW_MOST = 1.5, 2.0
MARK = 1.25
NARROW = 16.0
LEAST_LIST = 3.0  # units of height under which no list follows the figures
HEADING_AIR = 0.75


class Options(TileOptions):
    """Options of `quality`: the state of the datasets or live sources, or what is in quarantine."""

    show: Literal["datasets", "quarantine", "sources", "figures"] = "datasets"


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(AGGREGATE)
    title = title_of(options.title, envelope.label if envelope else None, frame.language)
    tile = Tile(frame, "quality", title=title, envelope=envelope)
    if refused := absent(tile, envelope):
        return refused
    if envelope is None:
        return missing(tile, envelope)
    wanted = {"quarantine": REFUSED, "sources": LIVE}.get(options.show, FIGURES)
    figures = reading.numbers(envelope, wanted)
    table = reading.table(envelope, options.show) if options.show != "figures" else None
    if not figures and table is None:
        return missing(tile, envelope)
    body: list[Any] = []
    left = tile.height_u
    most = 2.0 if tile.height_u > 14 else 1.5
    heading = figure_row(tile, _short(tile, figures), tile.width_u, most=most, height=left)
    if heading:
        body.append(heading.part)
        left -= heading.height_u + HEADING_AIR
    if table is not None and table["rows"] and (left >= LEAST_LIST or not heading):
        if options.show == "datasets":
            body.append(_datasets(tile, table["rows"], left))
        else:
            body.append(rows_of(tile, table, context, height_u=left))
    return tile.build(html.Div(body, className="quality"), statuses=_statuses(figures))


def _short(tile: Tile, figures: Mapping[str, Number]) -> list[Number]:
    """Return the figures with the shortest labels that say what they are; all where it is wide."""
    kept = list(figures.items())[: 3 if tile.width_u < 36 else 5]
    return [
        {**figure, "label": {tile.language: tile.say(f"quality.{name}")}} for name, figure in kept
    ]


def _statuses(figures: Mapping[str, Number]) -> list[Status]:
    return [figure["status"] for figure in figures.values()]


def _datasets(tile: Tile, rows: Sequence[Mapping[str, Any]], room: float) -> html.Div:
    """Return the datasets, those in trouble first: shape and word of the state, newest value."""
    order = {"absent": 0, "stale": 1}
    ranked = sorted(rows, key=lambda row: (order.get(_state_id(row), 2), -_refused(row)))
    likely = ranked[: int(room // ROW_LEAST) + 1]
    states = [_state(tile, row) for row in likely]
    refused = [_count(row.get("quarantined"), tile.language) for row in likely]
    told = tile.say("quarantined")
    if tile.width_u < NARROW:
        states = [""] * len(states)  # the shape alone: the word stands in the figures above
    widths = [
        max((width_u(word, CAPTION) for word in states), default=0.0) + MARK,
        max(width_u(told, CAPTION), *(width_u(word, BODY) for word in refused)),
    ]
    name_width = max(4.0, tile.width_u - sum(widths) - 2 * AIR)
    least = row_least((_name(row, tile.language) for row in likely), name_width, room - HEAD_LINE)
    fitted = plan(len(ranked), room - HEAD_LINE, least=least, most=max(least, ROW_MOST))
    shown = ranked[: fitted.shown]
    face = name_setting((_name(row, tile.language) for row in shown), name_width)
    style = {"gridTemplateColumns": f"{u(name_width)} {u(widths[0])} {u(widths[1])}"}
    heads = [html.Div(), html.Div(), html.Div(told, className="t-cell-number type-16")]
    lines: list[Any] = [html.Div(heads, className="t-row t-row-head", style=style)]
    for row, state, count in zip(shown, states, refused, strict=False):
        status = STATES.get(_state_id(row), "normal")
        shape = [mark(status)] if status != "normal" else []
        lines.append(
            html.Div(
                [
                    name_cell(_name(row, tile.language), name_width, fitted.height_u, face),
                    html.Div([*shape, state], className=f"t-cell-text type-16 ink-{status}"),
                    html.Div(count, className="t-cell-number"),
                ],
                className="t-row type-20",
                style={**style, "height": u(fitted.height_u)},
            )
        )
    lines += rest(tile, len(ranked) - len(shown), in_head=fitted.is_told_in_head)
    return html.Div(lines, className="t-rows")


def _state_id(row: Mapping[str, Any]) -> str:
    found = row.get("state_id", row.get("state"))
    return found if isinstance(found, str) and found in STATES else ""


def _state(tile: Tile, row: Mapping[str, Any]) -> str:
    state = _state_id(row)
    return tile.say(f"state.{state}") if state else lang.number(None)


def _name(row: Mapping[str, Any], language: str) -> str:
    found = row.get("name")
    return lang.pick(found, language) if isinstance(found, Mapping) else str(found or "")


def _refused(row: Mapping[str, Any]) -> float:
    count = row.get("quarantined")
    return float(count) if reading.finite(count) else 0.0


def _count(count: object, language: str) -> str:
    if not reading.finite(count):
        return ""
    return lang.number(count, decimals=0, language=language)


KIND = TileKind(
    kind="quality",
    name={"vi": "Chất lượng dữ liệu", "en": "Data quality"},
    options=Options,
    needs=lambda options: (AGGREGATE,),
    build=build,
)
