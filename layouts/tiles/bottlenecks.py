"""The city's five bottlenecks at a glance: one row each, the gravest seen from the door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dash import html

from data_access.envelope import Envelope, Number, Origin
from layouts.tiles import doubt, reading
from layouts.tiles.absence import absent, missing
from layouts.tiles.anatomy import CAPTION, Tile, title_of, u
from layouts.tiles.figure_row import digits, extent, ink
from layouts.tiles.figures import band_of, opening, written
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import FACES, Setting, cut, fit, settings, width_u, wrap
from layouts.tiles.panes import stretches
from layouts.tiles.rows import rest
from layouts.tiles.status import gravity, mark

BOTTLENECKS = ("flooding", "congestion", "air", "food_safety", "urban_order")
AGGREGATE = "city.bottlenecks"
FIGURE_SIZES = (4.0, 3.5, 3.0, 2.75, 2.5, 2.0, 1.75, 1.5, 1.25, 1.0)
NAMES = settings(1.5, 1.25, 1.0)
SMALL_NAMES = settings(1.0, CAPTION)
LEADING = {1.5: 1.75, 1.25: 1.5, 1.0: 1.25}
PAD = 0.2
AIR = 1.0
ROW_LEAST = 1.5
CAUSES = settings(CAPTION)
MARK = 1.75  # width of the shape before a name
ROW_MOST = 5.0
SEAM_AIR = 0.25


class Options(TileOptions):
    """Options of `bottlenecks`: none but a title."""


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; it may stand across a horizontal bezel, its rows do not."""
    envelope = envelopes.get(AGGREGATE)
    narrow = Frame(**{**_fields(frame), "seams_y_px": ()})
    title = title_of(options.title, envelope.label if envelope else None, frame.language)
    figures = reading.numbers(envelope, BOTTLENECKS) if envelope else {}
    origins = {o for figure in figures.values() if (o := _origin(figure)) is not None}
    is_mixed = len(origins) > 1  # then each row speaks for itself, otherwise the head for all
    marked = envelope
    if envelope is not None and origins:
        marked = replace(envelope, origin="live" if is_mixed else next(iter(origins)))
    tile = Tile(narrow, "bottlenecks", title=title, envelope=marked)
    tile.is_pale = False  # a row is, whose dataset is below a floor
    if refused := absent(tile, envelope):
        return refused
    if not figures:
        return missing(tile, envelope)
    pieces = _pieces(tile, frame)
    holds = max(1, sum(int((end - begin + 0.05) // ROW_LEAST) for begin, end in pieces))
    hidden = len(figures) - holds
    if hidden > 0:  # the gravest stay, in their usual order
        ranked = sorted(figures, key=lambda name: -gravity(figures[name]["status"]))
        figures = {name: figures[name] for name in figures if name in ranked[:holds]}
        rest(tile, hidden, in_head=True)
    places = _places(pieces, len(figures))
    size = _figure_size(tile, figures.values(), min(height for _, height in places))
    rows = [
        _row(
            tile,
            name,
            figure,
            context,
            top=top,
            height=height,
            size=size,
            origin=_origin(figure) if is_mixed else None,
            doubtful=doubt.shortest(envelope, tile.language, dataset=_dataset(figure)),
        )
        for (name, figure), (top, height) in zip(figures.items(), places, strict=True)
    ]
    section = tile.build(rows, statuses=[figure["status"] for figure in figures.values()])
    if envelope is not None:
        setattr(section, "data-origin", envelope.origin)
    return section


def _origin(figure: Number) -> Origin | None:
    """Return where a figure comes from, None of one that has no number or does not say."""
    return None if figure["value"] is None else figure.get("origin")


def _dataset(figure: Number) -> str:
    """Return the dataset a figure is made of, "" of one that has none."""
    source = figure.get("source")
    return source["dataset"] if source else ""


def _figure_size(tile: Tile, figures: Iterable[Number], height: float) -> float:
    """Return the one size of all figures: rows of one list are read against each other."""
    texts = [written(figure, tile.language).digits for figure in figures]
    widest = max(width_u(text, 1.0, bold=True) for text in texts)
    return next(
        (
            size
            for size in FIGURE_SIZES
            if size * 0.9 + 0.9 + PAD <= height and size * widest <= 0.35 * tile.width_u
        ),
        FIGURE_SIZES[-1],
    )


def _pieces(tile: Tile, frame: Frame) -> list[tuple[float, float]]:
    """Return the stretches of the body between bezels, in units from its top."""
    unit_px = frame.unit_px
    body_top = tile.body_px[1] / unit_px
    seams = [(a / unit_px - body_top, b / unit_px - body_top) for a, b in frame.seams_y_px]
    inside = [(a, b) for a, b in seams if b > 0 and a < tile.height_u]
    return [
        (
            begin + (SEAM_AIR if begin > 0 else 0.0),
            end - (SEAM_AIR if end < tile.height_u else 0.0),
        )
        for begin, end in stretches(tile.height_u, inside)
    ]


def _places(pieces: Sequence[tuple[float, float]], count: int) -> list[tuple[float, float]]:
    """Return top and height of `count` rows, shared evenly among the pieces that hold them."""
    sizes = (ROW_MOST - 0.25 * step for step in range(int((ROW_MOST - ROW_LEAST) * 4) + 1))
    height = next(
        (
            size
            for size in sizes
            if sum(int((end - begin) // size) for begin, end in pieces) >= count
        ),
        ROW_LEAST,
    )
    places: list[tuple[float, float]] = []
    for index, (begin, end) in enumerate(pieces):
        left = count - len(places)
        later = sum(int((e - b) // height) for b, e in pieces[index + 1 :])
        here = min(left, max(int((end - begin) // height), left - later))
        stride = min((end - begin) / here, ROW_MOST + 1.0) if here else height
        places += [(begin + i * stride, stride) for i in range(here)]
    return places


def _row(
    tile: Tile,
    name: str,
    figure: Number,
    context: TileContext,
    *,
    top: float,
    height: float,
    size: float,
    origin: Origin | None,
    doubtful: str,
) -> html.Div:
    status = figure["status"]
    is_high = height >= PAD + size * 0.9 + 0.9
    text = written(figure, tile.language, index=is_high)
    is_stacked = bool(text.unit) and not text.tight and is_high
    if is_stacked:
        taken = max(width_u(text.digits, size, bold=True), width_u(text.unit, CAPTION)) + AIR
    else:
        taken = max(extent(text, size), 1.5) + AIR
    width = tile.width_u - MARK - taken
    title = tile.words(figure["label"]) or tile.say(f"bottleneck.{name}")
    # In a low row the name is smaller, so that state and cause have a line under it.
    largest = 1.5 if height >= PAD + LEADING[1.5] + 1.0 else max(height - PAD - 1.0, 1.0) / 1.2
    choices = [each for each in NAMES if each.size_u <= largest]
    setting = fit(title, width, choices, bold=True) or NAMES[-1]
    left = height - PAD - LEADING[setting.size_u]
    whence = tile.say(f"origin.{origin}") if origin not in (None, "live") else ""
    if whence and left + 0.05 < 1:
        title = f"{whence} · {title}"
    whence = " · ".join(filter(None, (whence, doubtful)))
    below = _why(tile, figure, context, width, int(left + 0.05), whence)
    if not below:  # then the state stands behind the name, which is smaller for it
        setting = fit(title, width - _state_width(tile, figure), SMALL_NAMES, bold=True) or setting
    shown = cut(title, width, setting.size_u, bold=True, face=setting.face)
    beside = width - width_u(shown, setting.size_u, bold=True) * FACES[setting.face]
    state = [] if below else _state_beside(tile, figure, beside)
    class_name = f"t-line bottleneck-name {setting.class_name}"
    lines: list[Any] = [html.Div([shown, *state], className=class_name), *below]
    value: list[Any] = [
        html.Div(
            html.Span(text.digits, className="t-digits"),
            className=f"bottleneck-figure{ink(figure)}",
            style={"fontSize": u(size)},
        )
    ]
    if is_stacked:
        value.append(html.Div(text.unit, className="bottleneck-unit type-16"))
    else:
        value[0].children = digits(text, size)
    shape = (
        mark(status) if figure["value"] is not None else html.Span(className="t-mark t-mark-none")
    )
    return html.Div(
        [
            html.Div(shape, className=f"bottleneck-mark ink-{status}"),
            html.Div(lines, className="bottleneck-words", style={"width": u(width)}),
            html.Div(value, className="bottleneck-value", **tile.addresses.number(figure)),
        ],
        className=f"bottleneck status-{status}"
        + (" is-doubtful" if doubtful else "")
        + ("" if below else " is-line"),
        style={"top": u(top), "height": u(height)},
    )


def _state_beside(tile: Tile, figure: Number, room: float) -> list[Any]:
    """Return the state behind a name that has no line under it, nothing where it has no room."""
    needed = _state_width(tile, figure)
    if not needed or needed > room:
        return []
    word = tile.say(f"status.{figure['status']}")
    return [html.Span(word, className=f"type-16 t-beside ink-{figure['status']}")]


def _state_width(tile: Tile, figure: Number) -> float:
    if figure["status"] == "normal":
        return 0.0
    return width_u(tile.say(f"status.{figure['status']}"), CAPTION, bold=True) + AIR


def _why(
    tile: Tile, figure: Number, context: TileContext, width: float, lines: int, whence: str
) -> list[html.Div]:
    """Return state and cause of a bottleneck in `lines` lines of caption size."""
    if lines < 1:
        return []
    band = band_of(figure, context.scales)
    note = opening(tile.words(figure.get("note")))
    if figure["value"] is None:
        return _cause(note, width, lines)
    note = " · ".join(filter(None, (whence, note)))
    state = tile.say(f"status.{figure['status']}")
    head = " · ".join(filter(None, (state, tile.words(band.get("label")) if band else "")))
    if lines == 1 and note:
        head, note = _whole_parts(f"{head} · {note}", width, 1), ""
    setting = fit(head, width, CAUSES) or CAUSES[-1]
    strong = html.Span(state, className=f"t-strong ink-{figure['status']}")
    rest = cut(head, width, CAPTION, face=setting.face)[len(state) :]
    first = [strong if figure["status"] != "normal" else state, rest]
    return [_line(first, setting), *(_cause(note, width, lines - 1) if note else [])]


def _cause(note: str, width: float, lines: int) -> list[html.Div]:
    """Return a cause in at most `lines` lines; its last parts are left out before one is cut."""
    note = _whole_parts(note, width, lines)
    setting = fit(note, width, CAUSES) or CAUSES[-1]
    broken = wrap(note, width, CAPTION, lines=lines, face=setting.face)
    return [_line(part, setting) for part in broken]


def _whole_parts(words: str, width: float, lines: int) -> str:
    """Return as many parts of `words` from its beginning as stand in `lines`; one at least."""
    while " · " in words and len(wrap(words, width, CAPTION, lines=9, face="slim")) > lines:
        words = words.rsplit(" · ", 1)[0]
    return words


def _line(words: Any, setting: Setting) -> html.Div:
    return html.Div(words, className=f"t-line bottleneck-why {setting.class_name}")


def _fields(frame: Frame) -> dict[str, Any]:
    return {name: getattr(frame, name) for name in frame.__slots__}


KIND = TileKind(
    kind="bottlenecks",
    name={"vi": "Năm điểm nghẽn", "en": "Five bottlenecks"},
    options=Options,
    needs=lambda options: (AGGREGATE,),
    build=build,
)
