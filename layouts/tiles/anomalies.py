"""What is unusual now, the gravest first: what, where, since when, what bears it out, its course.

Faults of sensors stand below events, and are called so; so does what a person judged to be wrong.
A tap on one asks for its passport. What is said of one is `detection.alerts`
(analytics/detection/alerts.py); lists without evidence are of the kind `alerts`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from dash import html
from pydantic import Field

import language as lang
from analytics.detection.verdict import is_refuted
from data_access.envelope import Envelope, Item, Status
from data_access.figure import item_at
from layouts.tiles import reading
from layouts.tiles.absence import nothing
from layouts.tiles.anatomy import BODY, CAPTION, Tile
from layouts.tiles.entry import ABOUT, ABOUTS, INDENT, LINE, TITLES, about, entry, titles
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import FACES, Setting, cut, fit, width_u, wrap
from layouts.tiles.opening import opened
from layouts.tiles.rows import rest
from layouts.tiles.spark import spark
from layouts.tiles.status import mark

GAP = 0.6
SPARK_WIDTH, SPARK_HEIGHT, SPARK_GAP = 6.0, 2.0, 0.75
SPARK_LEAST = 20.0  # a body narrower than this has words alone
MOST_LINES = 3  # of evidence and causes
MOST_ENTRIES = 12  # that any tile has room for
FEW = 3  # that are worth more than their evidence
FAULTS, DETECTORS = "faults", "detectors"  # parts of the envelope


class Options(TileOptions):
    """Options of `anomalies`."""

    aggregate: str = "detection.alerts"
    items: str = "active"
    faults: str = FAULTS  # list of what is below events; "" for none
    limit: int = Field(40, ge=1, le=200)


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(options.aggregate)
    tile = opened(frame, "anomalies", envelope, title=options.title)
    events = reading.items(envelope, options.items) if envelope else None
    if envelope is None or events is None:
        return nothing(tile, envelope)
    faults = reading.items(envelope, options.faults) if options.faults else []
    listed = [*events, *(faults or [])][: options.limit]
    below = {"fault"} if options.faults else set()
    muted = _muted(tile, envelope, {"fault"} if options.items == FAULTS else {"event", *below})
    if not listed:
        return tile.reason(". ".join([tile.say("anomalies.none"), *muted[:1]]), cause="empty")
    statuses: list[Status] = [item["severity"] for item in events if not is_refuted(item)]
    body = _list(tile, listed, muted, context.timezone)
    return tile.build(body, statuses=statuses)


def _muted(tile: Tile, envelope: Envelope, sorts: Collection[str]) -> list[str]:
    """Return what is said of detectors that walls do not show: people found them wrong too often.

    The same in full and in short, or nothing; what they find stands on the page of anomalies.
    """
    table = reading.table(envelope, DETECTORS)
    rows = [
        row
        for row in (table["rows"] if table else [])
        if reading.finite(row.get("mutedMs")) and row.get("sort") in sorts
    ]
    names = [
        tile.say("anomalies.of", name=tile.words(row["name"]), right=row["right"],
                 judged=row["judged"])
        for row in rows
        if isinstance(row.get("name"), Mapping)
    ]  # fmt: skip
    if not names:
        return []
    return [
        tile.say("anomalies.muted", names=", ".join(names)),
        tile.say("anomalies.mutedCount", count=len(names)),
    ]


def _list(tile: Tile, items: Sequence[Item], muted: Sequence[str], timezone: str) -> html.Div:
    for most in (2, 1):  # lines of what is said of muted ones: alerts go before
        said = _within(muted, tile.width_u, most)
        room = tile.height_u - (len(said) * ABOUT + GAP if said else 0.0)
        if room < LINE + ABOUT:
            said, room = [], tile.height_u
        lines, is_told_in_head = _lines(tile, items, timezone, room)
        if len(lines) == len(items):
            break
    entries: list[Any] = [
        _entry(tile, item, timezone, most)[0] for item, most in zip(items, lines, strict=False)
    ]
    entries += rest(tile, len(items) - len(lines), in_head=is_told_in_head)
    entries += [html.Div(each, className="t-line type-16 t-anomaly-muted") for each in said]
    return html.Div(entries, className="t-alerts t-anomalies")


def _within(told: Sequence[str], width: float, most: int) -> list[str]:
    """Return the first of these words that stands whole in so many lines, else the last, cut."""
    lines: list[str] = []
    for words in told:
        lines = wrap(words, width, CAPTION, lines=most)
        if not lines[-1].endswith("…"):
            break
    return lines


def _lines(tile: Tile, items: Sequence[Item], timezone: str, room: float) -> tuple[list[int], bool]:
    """Return the lines of evidence of each entry there is room for, and whether the head tells how
    many are left.

    Where all have room all are shown, if need be without evidence, and so are the first FEW. Of
    more than these an entry has a line of it. What room is left then is the gravest's.
    """

    @cache
    def height(index: int, most: int) -> float:
        return _entry(tile, items[index], timezone, most)[1]

    def fitting(least: int) -> int:
        """Return how many entries with so many lines have room, the first in any case."""
        below = room
        for index in range(most):
            below -= height(index, least)
            if below < 0 and index:
                return index
            below -= GAP
        return most

    count, most = len(items), min(len(items), MOST_ENTRIES)
    bare, told = fitting(0), fitting(1)
    lines = [0] * bare if bare == count else [0] * min(bare, FEW) if told < FEW else [1] * told
    left = room + GAP - sum(height(index, has) + GAP for index, has in enumerate(lines))
    is_told_in_head = left - GAP < ABOUT
    if len(lines) < count and not is_told_in_head:
        left -= GAP + ABOUT
    for more in range(1, MOST_LINES + 1):
        for index, has in enumerate(lines):
            grown = height(index, more) - height(index, has)
            if has == more - 1 and grown <= left:
                lines[index] = more
                left -= grown
    return lines, is_told_in_head


def _entry(tile: Tile, item: Item, timezone: str, most: int) -> tuple[html.Div, float]:
    width = tile.width_u - INDENT
    drawn = _course(item) if most and tile.width_u >= SPARK_LEAST else None
    beside = width if drawn is None else width - SPARK_WIDTH - SPARK_GAP
    title = tile.words(item["title"])
    setting = fit(title, beside, TITLES, bold=True)
    lines = [title]
    if setting is None:
        setting = Setting(BODY, "semi")
        lines = wrap(title, beside, BODY, lines=2 if most else 1, bold=True, face=setting.face)
    words = titles(lines, setting)
    height = len(lines) * LINE
    for told in _evidence(tile, item)[:most]:
        words.append(_why(told, beside if height < SPARK_HEIGHT else width))
        height += ABOUT
    words.append(_about(tile, item, timezone, beside if height < SPARK_HEIGHT else width))
    height += ABOUT
    is_pale = item.get("sort") == "fault" or is_refuted(item)
    class_name = "t-alert t-anomaly" + (" t-anomaly-fault" if is_pale else "")
    shape = mark("information" if is_refuted(item) else item["severity"])
    marks = tile.addresses.at(item_at(str(item.get("id"))))
    if drawn is None:
        return entry(shape, words, class_name, marks=marks), height
    return entry(shape, words, class_name, drawn, marks=marks), max(height, SPARK_HEIGHT)


def _course(item: Item) -> html.Div | None:
    told: Any = item.get("line")
    if not isinstance(told, Mapping):
        return None
    now, usual = _points(told.get("points")), _points(told.get("usual"))
    return spark(now, usual, width_u=SPARK_WIDTH, height_u=SPARK_HEIGHT)


def _evidence(tile: Tile, item: Item) -> list[str]:
    """Return what bears it out, then what may be the cause."""
    told = [tile.words(each) for each in _texts(item.get("evidence"))]
    causes = [tile.words(each) for each in _texts(item.get("causes"))]
    return [*told, *(tile.say("anomalies.cause", cause=each) for each in causes[:1])]


def _why(told: str, width: float) -> html.Div:
    setting = fit(told, width, ABOUTS) or ABOUTS[-1]
    shown = cut(told, width, CAPTION, face=setting.face)
    return html.Div(shown, className=f"t-line {setting.class_name} t-anomaly-why")


def _about(tile: Tile, item: Item, timezone: str, width: float) -> html.Div:
    """Return the last line: how grave, or what a person judged it to be; since and until when."""

    def at(at_ms: float) -> str:
        return lang.datetime_(at_ms, language=tile.language, timezone=timezone, style="short")

    is_fault, verdict = item.get("sort") == "fault", item.get("verdict")
    word = tile.say("anomalies.fault") if is_fault else tile.say(f"status.{item['severity']}")
    parts = [tile.say("anomalies.since", at=at(item["atMs"]))]
    if is_refuted(item):
        word = tile.say(f"anomalies.judged.{verdict}")
    elif verdict in ("right", "fault"):
        parts.insert(0, tile.say("anomalies.judged.right"))
    ends: Any = item.get("endsMs")
    if reading.finite(ends):
        parts.append(tile.say("anomalies.ends", at=at(ends)))
    told = "".join(f" · {part}" for part in parts)
    room = width - width_u(word, CAPTION, bold=True) - 0.25
    setting = fit(told, room, ABOUTS) or ABOUTS[-1]
    if width_u(told, CAPTION) * FACES[setting.face] > room:
        told = cut(told, room, CAPTION, face=setting.face)
    ink = "t-exercise-word" if is_fault or is_refuted(item) else f"ink-{item['severity']}"
    return about(word, ink, told, setting)


def _texts(found: object) -> list[Mapping[str, str]]:
    if not isinstance(found, Sequence) or isinstance(found, str):
        return []
    return [each for each in found if isinstance(each, Mapping)]


def _points(found: object) -> Sequence[Sequence[float | None]]:
    if not isinstance(found, Sequence) or isinstance(found, str):
        return []
    return [each for each in found if isinstance(each, Sequence) and not isinstance(each, str)]


KIND = TileKind(
    kind="anomalies",
    name={"vi": "Danh sách bất thường", "en": "Anomalies"},
    options=Options,
    needs=lambda options: (options.aggregate,),
    build=build,
)
