"""A camera: its picture, by whichever way plays, and beside it what it counts and how surely.

The tile names the camera and never an address; `assets/camera.mjs` plays it, and says in the
picture which way that is and why, how old what is seen is, or that there is none. Counts are of the
dataset whose camera it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from dash import html
from pydantic import Field

import language as lang
from data_access.envelope import Column, Envelope, Table
from layouts.tiles import reading
from layouts.tiles.absence import absent, missing
from layouts.tiles.anatomy import BODY, CAPTION, Tile, type_class, u
from layouts.tiles.figures import opening
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import cut, width_u, wrap
from layouts.tiles.status import mark

PICTURES = "city.pictures"
COUNTS = ("queue", "flow", "speed", "confidence")  # columns of a table of counting cameras
MARK, GAP, AIR = 1.25, 0.25, 1.0
LINES = {CAPTION: 1.0, BODY: 1.25}  # heights by size
SHAPE = 16 / 9  # of a picture; in a wider tile …
SIDE = 10.0  # … counts stand beside it, in so much room at least
LEAST_PICTURE = 3.0
WORDS = ("waiting", "gone", "drawn", "is_snapshot",
         "unsupported", "noAnswer", "noPicture", "frozen", "refused")  # fmt: skip


class Options(TileOptions):
    """Options of `camera`."""

    # As its dataset's rows name it; without a name whichever the table of counts has first.
    camera: str = Field("", max_length=200)
    aggregate: str = "transport.cameras"
    table: str = "cameras"


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    counted, seen = envelopes.get(options.aggregate), envelopes.get(PICTURES)
    counts = reading.table(counted, options.table) if counted else None
    views = reading.table(seen, "cameras") if seen else None
    options = options.model_copy(update={"camera": chosen(options, counts, views)})
    row, view = _row(counts, options), _row(views, options)
    name = lang.pick(options.title, frame.language) or _name(row or view, frame.language)
    tile = Tile(
        frame, "camera", title=name or options.camera or KIND.name[frame.language], envelope=counted
    )
    if view is None and row is None:
        return absent(tile, counted) or missing(tile, counted)
    is_wide = tile.width_u - SIDE > SHAPE * tile.height_u
    width = SHAPE * tile.height_u if is_wide else tile.width_u
    beside = tile.width_u - width - AIR if is_wide else width
    line, height = _counts(tile, counts, row, width=beside)
    room = tile.height_u - (0.0 if is_wide else height + 2 * GAP)  # a stale mark stands below
    if room < LEAST_PICTURE or width < LEAST_PICTURE:
        return tile.reason(tile.say("tooSmall"), cause="small")
    said = _stage(tile, options, seen, view, width=width)
    box = html.Div(said, className="camera-box", style={"width": u(width), "height": u(room)})
    return tile.build(html.Div([box, line], className="camera-beside" if is_wide else None))


def chosen(options: Options, *tables: Table | None) -> str:
    """Return which camera it is: the one that is named, else the first of these tables."""
    if options.camera:
        return options.camera
    rows = (row for table in tables if table for row in table["rows"])
    sources = (row.get("source") or {} for row in rows)
    mine = (str(each.get("entity") or "") for each in sources
            if each.get("dataset") == options.aggregate)  # fmt: skip
    return next(filter(None, mine), "")


def _row(table: Table | None, options: Options) -> Mapping[str, Any] | None:
    wanted = {"dataset": options.aggregate, "entity": options.camera}
    rows = table["rows"] if table else []
    return next((row for row in rows if row.get("source") == wanted), None)


def _name(row: Mapping[str, Any] | None, language: str) -> str:
    name = row.get("name") if row else None
    return name if isinstance(name, str) else lang.pick(name, language)


def _stage(
    tile: Tile,
    options: Options,
    seen: Envelope | None,
    view: Mapping[str, Any] | None,
    *,
    width: float,
) -> list[html.Div]:
    """Return where the picture is played, and what stands there when nothing plays it."""
    said = tile.say("camera.none")
    if view is None:
        reason = tile.words(seen.reason) if seen is not None and seen.state == "absent" else ""
        return [_none(reason or said, width)]
    words = {name: tile.say(f"camera.{name}") for name in WORDS}
    data: dict[str, Any] = {
        "data-camera": f"{quote(options.aggregate, safe='')}/{quote(options.camera, safe='')}",
        "data-ways": str(view.get("ways", "")),
        "data-every-ms": _ms(view.get("every_s")),
        "data-frozen-ms": _ms(view.get("frozen_s")),
        "data-words": json.dumps(words, ensure_ascii=False, sort_keys=True),
    }
    # Without children: what plays in it is none of Dash's.
    return [_none(said, width), html.Div(className="camera-stage", **data)]


def _none(said: str, width: float) -> html.Div:
    lines = wrap(said, width - 1.0, CAPTION, lines=2)
    return html.Div([html.Div(line) for line in lines], className="camera-none type-16")


def _counts(
    tile: Tile, table: Table | None, row: Mapping[str, Any] | None, *, width: float
) -> tuple[html.Div, float]:
    """Return what the camera counts in two lines, or one below another, and their height."""
    told = [
        _figure(tile, column, row[column["id"]])
        for column in (table["columns"] if table else ())
        if row and column["id"] in COUNTS and reading.finite(row.get(column["id"]))
    ]
    is_unsure = bool(row and row.get("suspect"))
    if is_unsure:
        told.insert(0, tile.say("camera.unsure"))
    room = width - (MARK if is_unsure else 0.0)
    if width < tile.width_u:  # beside: as many as there is room for
        told = [opening(each) for each in told[: int(tile.height_u // LINES[BODY])]]
        told = told or [tile.say("camera.uncounted")]
        size = BODY if all(width_u(each, BODY) <= room for each in told) else CAPTION
        lines = [cut(each, room, size) for each in told]
    else:
        size = CAPTION
        lines = wrap(" · ".join(told) or tile.say("camera.uncounted"), room, size, lines=2)
    # Stood below one another, the first line is the word alone; in one line all of it is doubted.
    warned = "t-line camera-unsure ink-caution" if is_unsure else "t-line"
    first: list[Any] = [mark("caution"), lines[0]] if is_unsure else [lines[0]]
    shown = [html.Div(first, className=warned)]
    shown += [html.Div(line, className="t-line") for line in lines[1:]]
    # Counts that are doubted are paler than others; what is to be looked at is the word of it.
    sure = "is-unsure" if is_unsure else "is-sure"
    class_name = f"camera-counts {type_class(size)} {sure}"
    return html.Div(shown, className=class_name), LINES[size] * len(lines)


def _figure(tile: Tile, column: Column, figure: float) -> str:
    written = lang.number(
        figure,
        str(column.get("unit") or ""),
        decimals=int(column.get("decimals") or 0),
        language=tile.language,
    )
    named = column["id"] in ("queue", "confidence")
    return tile.say(f"camera.{column['id']}", figure=written) if named else written


def _ms(seconds: object) -> str:
    return f"{seconds * 1000:.0f}" if reading.finite(seconds) else ""


KIND = TileKind(
    kind="camera",
    name={"vi": "Camera", "en": "Camera"},
    options=Options,
    needs=lambda options: (options.aggregate, PICTURES),
    build=build,
)
