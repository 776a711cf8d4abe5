"""Alerts in force, gravest first: shape, word, what, where, until when. Tests never as actual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from pydantic import Field

import language as lang
from data_access.envelope import Envelope, Item
from layouts.tiles import reading
from layouts.tiles.absence import nothing
from layouts.tiles.anatomy import BODY, CAPTION, Tile
from layouts.tiles.entry import ABOUT, ABOUTS, INDENT, LINE, TITLES, about, entry, titles
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import ELLIPSIS, FACES, Setting, cut, fit, width_u, wrap
from layouts.tiles.opening import opened
from layouts.tiles.rows import rest
from layouts.tiles.status import SEVERE, gravity, mark

GAP = 0.5
LEAST_ENTRY = LINE + ABOUT
BANNER_SHARE = 0.62  # of the room, when there are others
LEAST_PLACE = 7.0  # units of a place's words; less says nothing
BANNER_SIZES = (
    (1.5, 2.0, 3),
    (1.25, 1.75, 3),
    (1.25, 1.75, 2),
    (1.0, 1.25, 3),
    (1.0, 1.25, 2),
    (1.0, 1.25, 1),
)


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
    tile = opened(frame, "alerts", envelope, title=options.title)
    if found is None:
        return nothing(tile, envelope)
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
    for index, item in enumerate(items):
        # The line that tells how many are left needs its own room, except below a single entry.
        is_last = index == len(items) - 1
        is_cramped = left < LEAST_ENTRY + GAP + ABOUT and not entries
        room = left if is_last or is_cramped else left - GAP - ABOUT
        if banner and index == 0 and is_actual(item) and item["severity"] in SEVERE:
            share = BANNER_SHARE if items[1:] and not is_cramped else 1.0
            made, height = _banner(tile, item, timezone, room * share)
        else:
            made, height = _entry(tile, item, timezone, room)
        if entries and height > room:
            break
        entries.append(made)
        left -= height + GAP
    hidden = len(items) - len(entries)
    entries += rest(tile, hidden, in_head=left < ABOUT)
    return html.Div(entries, className="t-alerts")


def _entry(tile: Tile, item: Item, timezone: str, room: float) -> tuple[html.Div, float]:
    width = tile.width_u - INDENT
    lines = 2 if room >= 2 * LINE + ABOUT else 1
    words_of = tile.words(item["title"])
    setting = fit(words_of, width, TITLES, bold=True) or Setting(
        BODY, "semi" if lines > 1 else "slim"
    )
    title = wrap(words_of, width, BODY, lines=lines, bold=True, face=setting.face)
    actual = is_actual(item)
    status = item["severity"] if actual else "normal"
    words = [*titles(title, setting), _about(tile, item, timezone, width)]
    shape = mark(status) if actual else html.Span(className="t-mark t-mark-exercise")
    class_name = "t-alert" if actual else "t-alert t-alert-exercise"
    return entry(shape, words, class_name), len(title) * LINE + ABOUT


def _banner(tile: Tile, item: Item, timezone: str, room: float) -> tuple[html.Div, float]:
    """Return the gravest alert in the largest type that leaves room for the next ones."""
    width = tile.width_u - INDENT
    words = tile.words(item["title"])
    best: tuple[int, float, float, str, list[str]] | None = None
    for size, leading, most in BANNER_SIZES:
        for face in FACES:
            title = wrap(words, width, size, lines=most, bold=True, face=face)
            height = len(title) * leading + ABOUT
            told = len(words) if not title[-1].endswith(ELLIPSIS) else len(" ".join(title))
            if height <= room and (best is None or told > best[0]):
                best = told, height, size, face, title
    if best is None:
        return _entry(tile, item, timezone, room)
    _, height, size, face, title = best
    setting = Setting(size, face)
    parts = [*titles(title, setting), _about(tile, item, timezone, width)]
    class_name = f"t-alert t-alert-banner {setting.class_name}"
    return entry(mark(item["severity"]), parts, class_name), height


def _about(tile: Tile, item: Item, timezone: str, width: float) -> html.Div:
    """Return the line under a title: how grave, what sort, where, from when until when."""
    actual = is_actual(item)
    word = tile.say(f"status.{item['severity']}") if actual else tile.say("alerts.exercise")
    kind, place = tile.words(item.get("kind")), tile.words(item.get("place"))
    when = _when(tile, item, timezone)
    room = width - width_u(word, CAPTION, bold=True) - 0.25
    told, setting = "", ABOUTS[-1]
    for parts in ((kind, place, when), (place, when)):  # what sort of thing is said by the title
        told = "".join(
            f" · {part}" for part in parts if part and part.casefold() != word.casefold()
        )
        if found := fit(told, room, ABOUTS):
            setting = found
            break
    else:
        tail = f" · {when}"
        keep = room - width_u(tail, CAPTION) * FACES[setting.face]
        if place and keep < LEAST_PLACE:  # where is told before until when
            keep, tail = room, ""
        told = cut(f" · {place}", keep, CAPTION, face=setting.face) + tail if place else tail
    ink = f"ink-{item['severity']}" if actual else "t-exercise-word"
    return about(word, ink, told, setting)


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
