"""The city's operating stage: five steps, which one it is at, since when, and for what reasons.

A tile as low as a wall's header strip is one line of it: the stage's number and name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from data_access.envelope import Envelope, Item, Number
from layouts.tiles import bands, reading
from layouts.tiles.absence import nothing
from layouts.tiles.anatomy import BODY, CAPTION, Tile, u
from layouts.tiles.figures import opening
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import Setting, cut, fit, settings, width_u, wrap
from layouts.tiles.opening import opened
from layouts.tiles.rows import rest
from layouts.tiles.status import mark

AGGREGATE, NUMBER, ITEMS = "city.stage", "stage", "reasons"
STEP_MOST, STEP_LEAST = 3.0, 1.5
AIR = 0.5
LINE = 1.25
LEAST_REASONS = 2  # are told before since when
MARK = 1.5  # width of a shape before a reason
LINE_MOST = 4.0  # units; a tile lower than this is a line of the header strip
STEP_WIDTH, LINE_AIR = 2.0, 0.6
LINE_NAMES = settings(1.25, BODY, CAPTION)
NAMES = settings(1.5, 1.25, 1.0, CAPTION)
REASONS = settings(BODY, CAPTION)


class Options(TileOptions):
    """Options of `stage`."""

    aggregate: str = AGGREGATE


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(options.aggregate)
    figure = reading.numbers(envelope, (NUMBER,)).get(NUMBER) if envelope else None
    tile = opened(frame, "stage", envelope, title=options.title, part=figure)
    if frame.height_px < LINE_MOST * frame.unit_px:
        return _line(tile, figure, context)
    if envelope is None or figure is None:
        return nothing(tile, envelope)
    if figure["value"] is None:
        return tile.reason(opening(tile.words(figure.get("note"))), cause="empty")
    reasons = reading.items(envelope, ITEMS) or []
    ladder, at = _place(figure, context)
    left = tile.height_u
    parts: list[Any] = []
    if ladder and left >= STEP_LEAST + AIR + LINE:
        height = max(STEP_LEAST, min(STEP_MOST, left * 0.25))
        parts.append(_steps(ladder, at, height))
        left -= height + AIR
    name = (
        opening(bands.name(ladder[at], tile.language)) if at is not None else str(figure["value"])
    )
    wanted = AIR + LINE * max(1, min(len(reasons), LEAST_REASONS))
    told, height = _name(tile, name, tile.words(figure.get("period")), left, wanted)
    parts += told
    parts += _reasons(tile, reasons, tile.words(figure.get("note")), left - height)
    return tile.build(html.Div(parts, className="t-stage"), statuses=[figure["status"]])


def _place(figure: Number, context: TileContext) -> tuple[Sequence[Mapping[str, Any]], int | None]:
    """Return the ladder of stages, and which of them the city is at."""
    ladder = bands.bands(context.scales.get(str(figure.get("scale")), {}))
    at = (n for n, band in enumerate(ladder) if band.get("id") == figure.get("band"))
    return ladder, next(at, None)


def _line(tile: Tile, figure: Number | None, context: TileContext) -> html.Section:
    """Return the stage in one line: its number in its own colour, its name, whence it is known."""
    origin = tile.origin_word
    room = max(1.0, tile.width_u - STEP_WIDTH - LINE_AIR)
    if figure is None or figure["value"] is None:
        said = tile.say("noValue")
        said = cut(f"{tile.title}: {said.lower()}" if tile.title else said, room, CAPTION)
        shape = html.Span(className="t-mark t-mark-none")
        return tile.line([shape, html.Span(said, className="t-line type-16")])
    ladder, at = _place(figure, context)
    name = opening(bands.name(ladder[at], tile.language)) if at is not None else tile.title
    room = max(1.0, room - width_u(origin, CAPTION) - LINE_AIR) if origin else room
    setting = fit(name, room, LINE_NAMES, bold=True) or LINE_NAMES[-1]
    shown = cut(name, room, setting.size_u, bold=True, face=setting.face)
    band = ladder[at] if at is not None else {}
    style = {"backgroundColor": band.get("colour"), "color": band.get("text")} if band else {}
    number = str(band.get("id", figure["value"]))
    parts = [
        html.Span(number, className="t-stage-step strip-step", style=style),
        html.Span(shown, className=f"t-line t-strong {setting.class_name} strip-scene"),
        *([html.Span(origin, className="tile-origin")] if origin else []),
    ]
    return tile.line(parts, statuses=[figure["status"]])


def _steps(ladder: Sequence[Mapping[str, Any]], at: int | None, height: float) -> html.Div:
    """Return the steps of the ladder; the one the city is at in its own colour."""
    steps = []
    for number, band in enumerate(ladder):
        style = {"height": u(height), "lineHeight": u(height), "fontSize": u(height * 0.7)}
        class_name = "t-stage-step"
        if number == at:
            class_name += " is-here"
            style |= {"backgroundColor": str(band.get("colour")), "color": str(band.get("text"))}
        steps.append(html.Div(str(band.get("id", "")), className=class_name, style=style))
    return html.Div(steps, className="t-stage-steps")


def _name(
    tile: Tile, name: str, since: str, room: float, wanted: float
) -> tuple[list[html.Div], float]:
    """Return what the stage is called, and how high that is.

    Since when it is so is said where reasons have the room `wanted` below it.
    """
    sizes = [each for each in NAMES if each.size_u * 1.25 <= max(room, LINE)]
    setting = fit(name, tile.width_u, sizes, bold=True)
    lines = [name]
    if setting is None:
        setting = Setting(BODY, "semi")
        most = 2 if room >= 2 * LINE + 1 else 1
        lines = wrap(name, tile.width_u, BODY, lines=most, bold=True, face=setting.face)
    leading = max(LINE, setting.size_u * 1.25)
    parts = [
        html.Div(line, className=f"t-line t-strong {setting.class_name}",
                 style={"lineHeight": u(leading)})
        for line in lines
    ]  # fmt: skip
    height = leading * len(lines)
    if since and room - height >= 1.0 + wanted:
        parts.append(html.Div(since, className="t-line type-16 t-stage-since"))
        height += 1.0
    return parts, height


def _reasons(tile: Tile, reasons: Sequence[Item], note: str, room: float) -> list[html.Div]:
    """Return the reasons, the gravest first, one a line; without any what the figure says."""
    room -= AIR
    if room < LINE:
        return []
    if not reasons:
        words = wrap(note, tile.width_u, CAPTION, lines=max(1, int(room)), face="semi")
        class_name = "t-line type-16 face-semi t-stage-since"
        lines = [html.Div(line, className=class_name) for line in words]
        return [_part(line, first=number == 0) for number, line in enumerate(lines)]
    holds = int((room + 0.05) // LINE)
    parts = []
    for number, item in enumerate(reasons[:holds]):
        title = tile.words(item["title"])
        width = tile.width_u - MARK
        setting = fit(title, width, REASONS) or Setting(CAPTION, "semi")
        (line,) = wrap(title, width, setting.size_u, lines=1, face=setting.face)
        shape = html.Div(mark(item["severity"]), className="t-alert-mark")
        told = html.Div(line, className=f"t-line {setting.class_name} t-stage-reason")
        parts.append(_part(html.Div([shape, told], className="t-alert"), first=number == 0))
    return [*parts, *rest(tile, len(reasons) - holds, in_head=True)]


def _part(part: html.Div, *, first: bool) -> html.Div:
    return html.Div(part, style={"marginTop": u(AIR)}) if first else part


KIND = TileKind(
    kind="stage",
    name={"vi": "Giai đoạn vận hành", "en": "Operating stage"},
    options=Options,
    needs=lambda options: (options.aggregate,),
    build=build,
)
