"""What people speak of: each topic with how many, how much more than usual, its day, its words.

Hot topics stand first, with the shape of their state and its word. A topic's second line says where
and in which words, its third quotes one voice; both give way before topics are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from pydantic import Field

import language as lang
from data_access.envelope import Column, Envelope, Status, Table
from layouts.tiles import cells, reading
from layouts.tiles.absence import nothing
from layouts.tiles.anatomy import BODY, CAPTION, Tile, u
from layouts.tiles.heads import head
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import FACES, cut, fit, settings, width_u
from layouts.tiles.opening import opened
from layouts.tiles.rows import MORE_LINE, rest
from layouts.tiles.status import SEVERE, STATUSES, mark

AGGREGATE, NAMED = "voices.topics", "topics"
HEAD_LINE, LINE, WORDS_LINE, GAP = 1.25, 1.25, 1.0, 0.25
AIR = 0.75  # between columns
MARK = 1.25  # width of a shape before a name
COURSE, LEAST_NAME = 5.0, 8.0  # widths
MOST_BARS = 24
LEAST_BAR = 4.0  # per cent of its height, of an hour in which somebody spoke
WANTED = 3  # topics, before their words are told
NAMES = settings(BODY, CAPTION)
HOT: tuple[Status, ...] = ("caution", *SEVERE)


class Options(TileOptions):
    """Options of `topics`."""

    aggregate: str = AGGREGATE
    table: str = NAMED
    series: str = NAMED
    quotes: bool = True  # one voice of each topic, its author hidden
    limit: int = Field(20, ge=1, le=100)


@dataclass(frozen=True, slots=True)
class _Grid:
    """The columns beside a name: their figures in words, and their widths."""

    columns: Sequence[Column]
    widths: Sequence[float]
    name_u: float
    course_u: float  # 0: without


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(options.aggregate)
    table = reading.table(envelope, options.table) if envelope else None
    tile = opened(frame, "topics", envelope, title=options.title, part=table)
    if envelope is None or table is None or not any(c["id"] == "name" for c in table["columns"]):
        return nothing(tile, envelope)
    rows = [row for row in table["rows"] if reading.finite(row.get("count"))][: options.limit]
    if not rows:
        return tile.reason(tile.say("empty"), cause="empty")
    courses = _courses(envelope, options.series)
    body = _list(tile, table, rows, courses, context, quotes=options.quotes)
    return tile.build(body, statuses=[_status(row) for row in rows])


def _list(
    tile: Tile,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    courses: Mapping[str, Sequence[float]],
    context: TileContext,
    *,
    quotes: bool,
) -> html.Div:
    grid = _measure(tile, table, rows, context, with_course=bool(courses))
    has_heading = tile.height_u >= HEAD_LINE + 2 * LINE
    room = tile.height_u - (HEAD_LINE if has_heading else 0.0)
    total = max(len(rows), int(table.get("total") or 0))
    told = [_words_of(tile, row, quotes=quotes) for row in rows]
    lines = _plan([_status(row) in HOT for row in rows], list(map(len, told)), room, total)
    parts: list[Any] = [_heading(tile, grid)] if has_heading else []
    parts += [
        _topic(tile, grid, row, courses, context, words=words[:each])
        for row, words, each in zip(rows, told, lines, strict=False)
    ]
    left = room - sum(map(_height, lines))
    return html.Div(
        [*parts, *rest(tile, total - len(lines), in_head=left < MORE_LINE)],
        className="t-rows t-topics",
    )


def _height(lines: int) -> float:
    return LINE + lines * WORDS_LINE + GAP


def _plan(hot: Sequence[bool], has: Sequence[int], room: float, total: int) -> list[int]:
    """Return for each topic shown how many of the lines it `has` stand under its name, 0 to 2.

    First some names, then the words of the first and of hot ones, then more names, then the rest.
    """
    first = min(WANTED, len(hot))
    lines: list[int] = []
    left = room - (MORE_LINE if total > len(hot) else 0.0)

    def name(at: int) -> None:
        nonlocal left
        rest_of_list = MORE_LINE if at + 1 < total else 0.0
        if at == len(lines) and (not lines or left - _height(0) >= rest_of_list):
            lines.append(0)
            left -= _height(0)

    def words(at: int, wanted: int) -> None:
        nonlocal left
        rest_of_list = MORE_LINE if len(lines) < total else 0.0
        is_next = at < len(lines) and lines[at] == wanted - 1 and wanted <= has[at]
        if is_next and left - WORDS_LINE >= rest_of_list:
            lines[at] = wanted
            left -= WORDS_LINE

    most = max(has, default=0)
    for at in range(first):
        name(at)
    for at in [at for at in range(first) if at == 0 or hot[at]]:
        for wanted in range(1, most + 1):
            words(at, wanted)
    for at in range(first):
        words(at, 1)
    for at in range(first, len(hot)):
        name(at)
    for wanted in range(1, most + 1):
        for at in range(len(lines)):
            words(at, wanted)
    return lines


def _measure(
    tile: Tile,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    context: TileContext,
    *,
    with_course: bool,
) -> _Grid:
    """Choose the columns: figures what they need, the course next, the name what is left."""
    by_id = {column["id"]: column for column in table["columns"]}
    columns = [by_id[name] for name in ("count", "growth") if name in by_id]
    widths = [
        max(
            width_u(cells.heading(column, tile.language), CAPTION) * FACES["slim"],
            *(width_u(_figure(tile, column, row, context), BODY) for row in rows),
        )
        for column in columns
    ]
    while True:
        name_u = tile.width_u - sum(widths) - AIR * len(widths)
        if name_u >= LEAST_NAME or not columns:
            break
        columns, widths = columns[:-1], widths[:-1]
    course_u = COURSE if with_course and name_u - COURSE - AIR >= LEAST_NAME else 0.0
    name_u -= course_u + AIR if course_u else 0.0
    return _Grid(columns, widths, max(1.0, name_u), course_u)


def _heading(tile: Tile, grid: _Grid) -> html.Div:
    parts: list[Any] = [html.Div(cut(tile.say("topics.name"), grid.name_u, CAPTION))]
    if grid.course_u:
        said = cut(tile.say("topics.course"), grid.course_u, CAPTION, face="slim")
        parts.append(html.Div(said, className="face-slim"))
    for column, width in zip(grid.columns, grid.widths, strict=True):
        parts.append(head(cells.heading(column, tile.language), width, is_number=True))
    return html.Div(parts, className="t-row t-row-head type-16", style=_columns(grid))


def _topic(
    tile: Tile,
    grid: _Grid,
    row: Mapping[str, Any],
    courses: Mapping[str, Sequence[float]],
    context: TileContext,
    *,
    words: Sequence[html.Div],
) -> html.Div:
    status = _status(row)
    figures = [
        html.Div(
            _figure(tile, column, row, context),
            className=f"t-cell-number{f' ink-{status}' if _is_marked(column, status) else ''}",
            **(tile.addresses.cell(row, column["id"]) if _is_told(column, row) else {}),
        )
        for column in grid.columns
    ]
    course = [_bars(courses.get(str(row.get("line")), ()))] if grid.course_u else []
    first = html.Div([_name(tile, grid, row, status), *course, *figures],
                     className="t-row type-20", style=_columns(grid))  # fmt: skip
    style = {"height": u(_height(len(words)))}
    return html.Div([first, *words], className="t-topic", style=style)


def _name(tile: Tile, grid: _Grid, row: Mapping[str, Any], status: Status) -> html.Div:
    shape = [mark(status)] if status != "normal" else []
    width = grid.name_u - (MARK if shape else 0.0)
    name = _words(tile, row.get("name"))
    setting = fit(name, width, NAMES, bold=True) or NAMES[-1]
    said = cut(name, width, setting.size_u, bold=True, face=setting.face)
    return html.Div([*shape, html.Span(said, className=setting.class_name)],
                    className="t-cell-text t-topic-name")  # fmt: skip


def _words_of(tile: Tile, row: Mapping[str, Any], *, quotes: bool) -> list[html.Div]:
    """Return what can be said under a topic's name: no line that would stand empty."""
    found = [_about(tile, row, _status(row)), _quote(tile, row) if quotes else None]
    return [line for line in found if line is not None]


def _about(tile: Tile, row: Mapping[str, Any], status: Status) -> html.Div | None:
    """Return how it stands, where most of it comes from, and in which words it is told."""
    state = tile.say(f"status.{status}") if status in HOT else ""
    area, phrases = _words(tile, row.get("area")), _words(tile, row.get("phrases"))
    told = " · ".join(
        part for part in (tile.say("topics.in", area=area) if area else "", phrases) if part
    )
    if not state and not told:
        return None
    width = tile.width_u - (width_u(state, CAPTION, bold=True) + CAPTION if state else 0.0)
    said = cut(f" · {told}" if state and told else told, width, CAPTION)
    head = [html.Span(state, className=f"t-alert-word ink-{status}")] if state else []
    return html.Div([*head, html.Span(said)], className="t-line type-16 t-topic-about")


def _quote(tile: Tile, row: Mapping[str, Any]) -> html.Div | None:
    said = _words(tile, row.get("quote"))
    if not said:
        return None
    quoted = f"“{cut(said, tile.width_u - 1.0, CAPTION)}”"
    return html.Div(quoted, className="t-line type-16 t-topic-quote")


def _bars(course: Sequence[float]) -> html.Div:
    """Return a course as bars side by side, the newest at the right."""
    most = max(course, default=0.0)
    heights = [max(LEAST_BAR, 100 * each / most) if each > 0 else 0.0 for each in course]
    bars = [html.Span(style={"height": f"{height:.0f}%"}) for height in heights]
    return html.Div(bars, className="t-topic-course")


def _courses(envelope: Envelope, name: str) -> dict[str, list[float]]:
    series = reading.series(envelope, name)
    found: dict[str, list[float]] = {}
    for line in series["lines"] if series else ():
        values = [max(0.0, point[1] or 0.0) for point in line["points"][-MOST_BARS:]]
        if any(values):
            found[str(line.get("id"))] = values
    return found


def _figure(tile: Tile, column: Column, row: Mapping[str, Any], context: TileContext) -> str:
    if not _is_told(column, row):
        return lang.number(None)
    words = cells.words(column, row, language=tile.language, context=context)
    return f"× {words}" if column["id"] == "growth" else words


def _is_told(column: Column, row: Mapping[str, Any]) -> bool:
    return reading.finite(row.get(column["id"]))


def _is_marked(column: Column, status: Status) -> bool:
    return column["id"] == "growth" and status != "normal"


def _status(row: Mapping[str, Any]) -> Status:
    found = row.get("status")
    return found if found in STATUSES else "normal"


def _words(tile: Tile, found: object) -> str:
    return tile.words(found) if isinstance(found, Mapping) else str(found or "")


def _columns(grid: _Grid) -> dict[str, str]:
    widths = [grid.name_u, *([grid.course_u] if grid.course_u else []), *grid.widths]
    return {"gridTemplateColumns": " ".join(u(width) for width in widths), "columnGap": u(AIR)}


KIND = TileKind(
    kind="topics",
    name={"vi": "Chủ đề người dân nói đến", "en": "What people speak of"},
    options=Options,
    needs=lambda options: (options.aggregate,),
    build=build,
)
