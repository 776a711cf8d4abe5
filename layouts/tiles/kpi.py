"""One figure large enough for the far end of the room, or one large and a few beside it.

Against its target and the same period; status by shape, word and colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from pydantic import Field

from data_access.envelope import Envelope, Number
from layouts.tiles import reading
from layouts.tiles.absence import absent, missing
from layouts.tiles.anatomy import BODY, CAPTION, Tile, status_word, title_of, u
from layouts.tiles.bands import name as band_name
from layouts.tiles.bands import swatch
from layouts.tiles.figure_row import digits, extent, figure_row, ink, is_marked
from layouts.tiles.figures import Written, band_of, comparisons, opening, written
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import ELLIPSIS, cut, fit, settings, width_u, wrap
from layouts.tiles.status import mark

MAIN_SIZES = (7.0, 6.0, 5.0, 4.0, 3.5, 3.0, 2.5, 2.0, 1.5)  # 60' is 3 u
LOW = 5.0  # units of body height under which everything stands side by side
LINE = 1.25
METER = 1.0
AIR = 0.5
# What is tried in turn until it fits: least size of the large figure, most of the others, meter,
# caption. The figure keeps its 60' first; what it is and what stands beside it comes next.
TRIALS = (
    (4.0, 2.5, True, True),
    (3.5, 2.0, True, True),
    (3.0, 1.75, True, True),
    (3.0, 1.5, False, True),
    (3.0, 1.25, False, False),
    (3.0, 0.0, True, True),
    (2.0, 0.0, False, True),
    (1.0, 0.0, False, False),
)
WORDS = settings(BODY, CAPTION)


class Options(TileOptions):
    """Options of `kpi`: which figures of which aggregate; the first one is the large one."""

    aggregate: str
    numbers: tuple[str, ...] = Field(min_length=1, max_length=6)


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(options.aggregate)
    figures = reading.numbers(envelope, options.numbers) if envelope else {}
    main = figures.get(options.numbers[0])
    label = main["label"] if main else envelope.label if envelope else None
    title = title_of(options.title, label, frame.language)
    tile = Tile(frame, "kpi", title=title, envelope=envelope)
    if refused := absent(tile, envelope):
        return refused
    if main is None:
        return missing(tile, envelope)
    others = [figure for name, figure in figures.items() if name != options.numbers[0]]
    body = _low if tile.height_u < LOW else _tall
    statuses = [figure["status"] for figure in figures.values()]
    return tile.build(body(tile, main, others, context), statuses=statuses)


def _tall(
    tile: Tile, main: Number, others: Sequence[Number], context: TileContext
) -> list[html.Div]:
    """The large figure, what it is held against beside or below it, the others at the foot."""
    meter, caption = _meter(main), _caption(tile, main)
    text = written(main, tile.language)
    size, room, side = 0.0, 0.0, None
    for least, most_side, with_meter, with_caption in TRIALS:
        if others and most_side:
            side = figure_row(tile, others, tile.width_u, most=most_side)
        meter = meter if with_meter else None
        caption = caption if with_caption else ""
        side = side if most_side else None
        room = tile.height_u - (LINE if caption else 0.0) - (METER if meter else 0.0)
        room -= side[1] + AIR if side else 0.0
        size = _main_size(text, tile.width_u, min(room, MAIN_SIZES[0]))
        if least <= size <= room + 0.05:
            break
    size, told, below = _with_words(tile, main, context, size, room)
    words = html.Div(told, className="t-kpi-told")
    first = [_digits(main, size, tile.language, marked=not told)]
    parts = [
        *([html.Div(caption, className="t-kpi-caption type-16")] if caption else []),
        html.Div(first if below else [*first, words], className="t-kpi-beside"),
        *([meter] if meter else []),
        *([words] if below else []),
        *([side[0]] if side else []),
    ]
    return [html.Div(parts, className="t-kpi t-kpi-tall")]


def _with_words(
    tile: Tile, main: Number, context: TileContext, size: float, room: float
) -> tuple[float, list[html.Div], bool]:
    """Choose the figure's size together with its words: below it where the tile is high."""
    text = written(main, tile.language)
    sizes = [each for each in MAIN_SIZES if 3.0 <= each <= size]
    below = _told(tile, main, context, tile.width_u)
    for smaller in sizes:
        if smaller + len(below) * LINE + 0.25 <= room:
            return smaller, below, True
    for smaller in sizes:
        beside = tile.width_u - extent(text, smaller) - 1.0
        told = _told(tile, main, context, beside) if beside >= 5.0 else []
        if told and len(told) * LINE <= smaller + 0.5 and not _is_cut(told):
            return smaller, told, False
    beside = tile.width_u - extent(text, size) - 1.0
    told = _told(tile, main, context, beside) if beside >= 5.0 else []
    told = [line for line in told if not _is_cut([line])][: int((size + 0.3) // LINE)]
    if told or not below:
        return size, told, False
    while below and size + len(below) * LINE > room:
        below.pop()
    return size, below, True


def _is_cut(lines: Sequence[html.Div]) -> bool:
    return any(str(line.children).endswith(ELLIPSIS) for line in lines)


def _low(
    tile: Tile, main: Number, others: Sequence[Number], context: TileContext
) -> list[html.Div]:
    """The large figure at the left, words or the other figures at its right."""
    text = written(main, tile.language)
    words = _told(tile, main, context, tile.width_u)
    share = 0.6 if others or words else 1.0
    size = _main_size(text, tile.width_u * share, tile.height_u)
    rest = tile.width_u - extent(text, size) - 1.0
    while size > 3.0 and words and _is_cut(_told(tile, main, context, rest)):
        size = next(each for each in MAIN_SIZES if each < size)
        rest = tile.width_u - extent(text, size) - 1.0
    parts: list[html.Div] = [_digits(main, size, tile.language)]
    # What is off its target says so in words before other figures stand beside it.
    side = None
    if others and main["status"] == "normal":
        side = figure_row(tile, others, rest, most=2.0, height=tile.height_u)
    if side and side[1] <= tile.height_u + 0.1:
        parts.append(side[0])
    else:
        told = [line for line in _told(tile, main, context, rest) if not _is_cut([line])]
        told = told[: int(tile.height_u // LINE)]
        parts.append(html.Div(told, className="t-kpi-told"))
    return [html.Div(parts, className="t-kpi t-kpi-beside t-kpi-low")]


def _digits(main: Number, size: float, language: str, *, marked: bool = False) -> html.Div:
    shape = [mark(main["status"])] if marked and is_marked(main) else []
    return html.Div(
        [*shape, *digits(written(main, language), size)],
        className=f"t-kpi-main{ink(main)}",
        style={"fontSize": u(size)},
    )


def _told(tile: Tile, main: Number, context: TileContext, width: float) -> list[html.Div]:
    """Return the lines beside a figure: its band or state, then what it is held against."""
    told: list[html.Div] = []
    state = status_word(main["status"], tile.language)
    band = band_of(main, context.scales) if main["value"] is not None else None
    if band is not None:
        named = [swatch(band), html.Span(band_name(band, tile.language))]
        state = [*state, html.Span(named, className="t-kpi-band")]
    if state:
        told.append(html.Div(state, className="t-line type-20 state-line"))
    compared = comparisons(main, tile.language)
    if len(compared) > 1 and width_u("  ".join(compared[-2:]), BODY) <= width:
        compared[-2:] = [", ".join(compared[-2:])]
    for sentence in compared:
        told += _lines(sentence, width)
    note = tile.words(main.get("note"))
    if main["value"] is None:
        told += _lines(opening(note) or tile.say("noValue"), width, lines=2)
    elif note:
        told += _lines(opening(note), width)
    return told


def _lines(sentence: str, width: float, *, lines: int = 1) -> list[html.Div]:
    setting = fit(sentence, width, WORDS) or WORDS[-1]
    broken = wrap(sentence, width, setting.size_u, lines=lines, face=setting.face)
    return [
        html.Div(part, className=f"t-line {setting.class_name} t-kpi-compared") for part in broken
    ]


def _caption(tile: Tile, main: Number) -> str:
    """Return what the large figure is and of when, as far as the title does not say it."""
    label, period = tile.words(main["label"]), tile.words(main.get("period"))
    parts = [] if label.casefold() == tile.title.casefold() else [label]
    if period and period.casefold() not in tile.title.casefold():
        parts.append(period)
    return cut(" · ".join(parts), tile.width_u, CAPTION)


def _meter(main: Number) -> html.Div | None:
    """Return the figure as a length against its target, for shares and sums that only grow."""
    value, target = main["value"], main.get("target")
    if value is None or target is None or target <= 0 or value < 0:
        return None
    full = max(value, target)
    return html.Div(
        [
            html.Div(className="t-meter-bar", style={"width": f"{100 * value / full:.1f}%"}),
            html.Div(className="t-meter-target", style={"left": f"{100 * target / full:.1f}%"}),
        ],
        className="t-meter",
    )


def _main_size(text: Written, width: float, height: float) -> float:
    return next(
        (size for size in MAIN_SIZES if size <= height + 0.05 and extent(text, size) <= width),
        MAIN_SIZES[-1],
    )


KIND = TileKind(
    kind="kpi",
    name={"vi": "Chỉ số", "en": "Key figure"},
    options=Options,
    needs=lambda options: (options.aggregate,),
    build=build,
)
