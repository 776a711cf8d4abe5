"""Alerts in force, gravest first: shape, word, what, where, until when. Tests never as actual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import language as lang
from dash import html
from data_access.envelope import Envelope, Item
from pydantic import Field

from layouts.tiles import reading
from layouts.tiles.absence import absent, missing
from layouts.tiles.anatomy import BODY, CAPTION, Tile, title_of, u
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import cut, wrap
from layouts.tiles.rows import MORE_LINE, more
from layouts.tiles.status import SEVERE, gravity, mark

INDENT = 1.5
GAP = 0.5
BANNER_TITLE = 1.5


class Options(TileOptions):
    """Options of `alerts`."""

    aggregate: str
    items: str = "active"
    banner: bool = True  # the gravest one large when it is a warning or worse
    exercises: bool = True  # list exercises and tests too, marked as such
    limit: int = Field(40, ge=1, le=200)


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(options.aggregate)
    found = reading.items(envelope, options.items) if envelope else None
    label = envelope.label if envelope else None
    tile = Tile(frame, "alerts", title=title_of(options.title, label, frame.language),
                envelope=envelope)  # fmt: skip
    if refused := absent(tile, envelope):
        return refused
    if found is None:
        return missing(tile, envelope)
    listed = ranked(found, exercises=options.exercises)[: options.limit]
    if not listed:
        return tile.reason(tile.say("alerts.none"), cause="empty")
    severities = [item["severity"] for item in listed if is_actual(item)]
    body = _list(tile, listed, context.timezone, banner=options.banner)
    return tile.build(body, statuses=severities)


def is_actual(item: Item) -> bool:
    """Tell whether an entry is meant: exercises and tests are not."""
    return item.get("actual", True) is not False


def ranked(items: Sequence[Item], *, exercises: bool = True) -> list[Item]:
    """Return entries actual first, then by gravity, then the newest first."""
    kept = [item for item in items if exercises or is_actual(item)]
    return sorted(
        kept, key=lambda item: (not is_actual(item), -gravity(item["severity"]), -item["atMs"])
    )


def _list(tile: Tile, items: Sequence[Item], timezone: str, *, banner: bool) -> html.Div:
    entries: list[Any] = []
    left = tile.height_u
    shown = 0
    for index, item in enumerate(items):
        large = banner and index == 0 and is_actual(item) and item["severity"] in SEVERE
        entry, height = (_banner if large else _entry)(tile, item, timezone)
        reserve = MORE_LINE if index < len(items) - 1 else 0.0
        if entries and height > left - reserve:
            break
        entries.append(entry)
        left -= height + GAP
        shown += 1
    if rest := more(len(items) - shown, tile.language):
        entries.append(rest)
    return html.Div(entries, className="alerts")


def _entry(tile: Tile, item: Item, timezone: str) -> tuple[html.Div, float]:
    width = tile.width_u - INDENT
    title = wrap(tile.words(item["title"]), width, BODY, lines=2, bold=True)
    actual = is_actual(item)
    status = item["severity"] if actual else "normal"
    lines: list[Any] = [
        html.Div(line, className="line type-20 alert-title") for line in title
    ]
    lines.append(_about(tile, item, timezone, width))
    shape = mark(status) if actual else html.Span(className="mark mark-exercise")
    body = [
        html.Div(shape, className=f"alert-mark ink-{status}"),
        html.Div(lines, className="alert-words"),
    ]
    class_name = "alert" if actual else "alert alert-exercise"
    return html.Div(body, className=class_name), len(title) * 1.25 + 1.0


def _banner(tile: Tile, item: Item, timezone: str) -> tuple[html.Div, float]:
    width = tile.width_u - 1.25
    title = wrap(tile.words(item["title"]), width, BANNER_TITLE, lines=3, bold=True)
    lines: list[Any] = [html.Div(line, className="line type-30 alert-title") for line in title]
    lines.append(_about(tile, item, timezone, width))
    height = len(title) * 2.0 + 1.0 + 0.5
    return (
        html.Div(lines, className=f"alert-banner edge-{item['severity']}",
                 style={"height": u(height)}),
        height,
    )  # fmt: skip


def _about(tile: Tile, item: Item, timezone: str, width: float) -> html.Div:
    """Return the line under a title: how grave, what sort, where, from when until when."""
    actual = is_actual(item)
    word = tile.say(f"status.{item['severity']}") if actual else tile.say("alerts.exercise")
    rest = [tile.words(item.get("kind")), tile.words(item.get("place"))]
    rest.append(_when(tile, item, timezone))
    told = " · ".join(part for part in rest if part and part.casefold() != word.casefold())
    room = width - len(word) * 0.62 * CAPTION - 1.0
    ink = f"ink-{item['severity']}" if actual else "exercise-word"
    return html.Div(
        [html.Span(word, className=f"alert-word {ink}"), html.Span(cut(f" · {told}", room, CAPTION))],
        className="line type-16 alert-about",
    )


def _when(tile: Tile, item: Item, timezone: str) -> str:
    def written(at_ms: float) -> str:
        return lang.datetime_(at_ms, language=tile.language, timezone=timezone, style="short")

    until = item.get("untilMs")
    if reading.finite(until) and until is not None:
        return tile.say("alerts.until", at=written(until))
    return written(item["atMs"])


KIND = TileKind(
    kind="alerts",
    name={"vi": "Danh sách cảnh báo", "en": "Alert list"},
    options=Options,
    needs=lambda options: (options.aggregate,),
    build=build,
)
