"""One figure large enough for the far end of the room, or one large and a few beside it.

Against its target and the same period; status by shape, word and colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from pydantic import Field

from data_access.envelope import Envelope, Number
from data_access.figure import number_at
from layouts.tiles import reading
from layouts.tiles.absence import absent, missing
from layouts.tiles.anatomy import BODY, CAPTION, Tile, status_word, title_of, u
from layouts.tiles.bands import name as band_name
from layouts.tiles.bands import swatch
from layouts.tiles.figure_row import digits, extent, figure_row, ink, is_marked
from layouts.tiles.figures import (
    Written,
    band_of,
    change,
    opening,
    previous_of,
    target_of,
    written,
)
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import cut, fit, settings, width_u, wrap
from layouts.tiles.status import mark

MAIN_SIZES = (7.0, 6.0, 5.0, 4.0, 3.5, 3.0, 2.5, 2.0, 1.5, 1.25, 1.0)  # 60' is 3 u
LOW = 5.0  # units of body height under which everything stands side by side
LINE = 1.25
METER = 1.0
AIR = 0.5
SHAPE = 1.25  # width of a shape before a word
LEAST_MAIN = 3.0  # 60 minutes of arc
# At arm's length 60' are enough: figures side by side shall not differ because one says less.
CONSOLE_SHARE = 0.45  # of the body's height, the most of the large figure there
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
    part, shown = body(tile, main, others, context)
    return tile.build(
        part,
        statuses=[figure["status"] for figure in shown],
        about=number_at(options.numbers[0]),
    )


def _tall(
    tile: Tile, main: Number, others: Sequence[Number], context: TileContext
) -> tuple[html.Div, list[Number]]:
    """The large figure, what it is held against beside or below it, the others at the foot.

    Returned with the figures that are shown: no rule is coloured by what nobody sees.
    """
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
        room -= side.height_u + AIR if side else 0.0
        size = _main_size(text, tile.width_u, min(room, _most(tile)))
        if least <= size <= room + 0.05:
            break
    size, told, below = _with_words(tile, main, context, size, room)
    marked = is_marked(main) and not _says_state(told)
    if marked:  # the shape stands before the digits, and what was beside them gives way
        told = told if below else []
        size = _main_size(text, tile.width_u, size, marked=True)
    words = html.Div(told, className="t-kpi-told")
    first = [_digits(tile, main, size, marked=marked)]
    lines = len(told) * LINE
    left = room - (size + lines if below else max(size, lines))
    parts = [
        *([html.Div(caption, className="t-kpi-caption type-16")] if caption else []),
        html.Div(first if below else [*first, words], className="t-kpi-beside"),
        *([meter] if meter else []),
        *([words] if below else []),
        *([_at_foot(side.part, tile, left)] if side else []),
    ]
    shown = [main, *(side.shown if side else ())]
    return html.Div(parts, className="t-kpi t-kpi-tall"), shown


def _at_foot(row: html.Div, tile: Tile, left: float) -> html.Div:
    """Return the row at the foot of the body; on a console close below what it belongs to."""
    if tile.frame.detail != "console":
        return row
    return html.Div(row, style={"paddingTop": u(AIR + min(max(left, 0.0), 1.0))})


def _with_words(
    tile: Tile, main: Number, context: TileContext, size: float, room: float
) -> tuple[float, list[html.Div], bool]:
    """Choose the figure's size together with its words: below it where the tile is high."""
    text = written(main, tile.language)
    sizes = [each for each in MAIN_SIZES if LEAST_MAIN <= each <= size] or [size]
    below = _told(tile, main, context, tile.width_u)
    for smaller in sizes:
        if smaller + len(below) * LINE + 0.25 <= room:
            return smaller, below, True
    for smaller in sizes:
        beside = tile.width_u - extent(text, smaller) - 1.0
        told = _told(tile, main, context, beside)
        if told and len(told) == len(below) and len(told) * LINE <= smaller + 0.5:
            return smaller, told, False
    size = sizes[-1]
    holds = int((room - size) // LINE)
    beside_all = _told(tile, main, context, tile.width_u - extent(text, size) - 1.0)
    told = beside_all[: int((size + 0.3) // LINE)]
    return (size, told, False) if len(told) >= holds else (size, below[:holds], True)


def _low(
    tile: Tile, main: Number, others: Sequence[Number], context: TileContext
) -> tuple[html.Div, list[Number]]:
    """The large figure at the left, words or the other figures at its right."""
    text = written(main, tile.language)
    whole = _told(tile, main, context, tile.width_u)
    most = min(tile.height_u, _most(tile))
    size = _main_size(text, tile.width_u * (0.6 if others or whole else 1.0), most)
    rest = tile.width_u - extent(text, size) - 1.0
    while size > LEAST_MAIN and len(_told(tile, main, context, rest)) < len(whole):
        size = next(each for each in MAIN_SIZES if each < size)
        rest = tile.width_u - extent(text, size) - 1.0
    # What is off its target says so in words before other figures stand beside it.
    side = None
    if others and not is_marked(main):
        side = figure_row(tile, others, rest, most=2.0, height=tile.height_u)
    shown = [main]
    if side and side.height_u <= tile.height_u + 0.1:
        parts = [_digits(tile, main, size), side.part]
        shown += side.shown
    else:
        told = _told(tile, main, context, rest)[: int(tile.height_u // LINE)]
        marked = is_marked(main) and not _says_state(told)
        if marked:
            told = []
            size = _main_size(text, tile.width_u, most, marked=True)
        words = html.Div(told, className="t-kpi-told")
        parts = [_digits(tile, main, size, marked=marked), words]
    return html.Div(parts, className="t-kpi t-kpi-beside t-kpi-low"), shown


def _digits(tile: Tile, main: Number, size: float, *, marked: bool = False) -> html.Div:
    shape = [mark(main["status"])] if marked and is_marked(main) else []
    return html.Div(
        [*shape, *digits(written(main, tile.language), size)],
        className=f"t-kpi-main{ink(main)}",
        style={"fontSize": u(size)},
        **tile.addresses.number(main),
    )


def _told(tile: Tile, main: Number, context: TileContext, width: float) -> list[html.Div]:
    """Return the lines that say what a figure means and is held against, those `width` holds."""
    told = _state(tile, main, context, width)
    told += _line(target_of(main, tile.language), width) + _change(tile, main, width)
    note = tile.words(main.get("note"))
    if main["value"] is None:
        return told + _lines(opening(note) or tile.say("noValue"), width, 2)
    return told + (_line(opening(note), width) if note else [])


def _change(tile: Tile, main: Number, width: float) -> list[html.Div]:
    """Return the other period and the change since: never a change against nothing.

    Where the period does not fit with its unit, the unit behind the figure itself will do.
    """
    whole = previous_of(main, tile.language)
    if not whole:
        return []
    changed = change(main, tile.language)
    if width_u(f"{whole}  {changed}", BODY) <= width:
        return _line(f"{whole}, {changed}", width)
    bare = previous_of(main, tile.language, has_unit=False)
    before = _line(whole, width) or _line(bare, width)
    return before + _line(changed, width) if before else []


def _says_state(told: Sequence[html.Div]) -> bool:
    """Tell whether a line among `told` names the state by shape and word."""
    return any("is-state" in str(getattr(line, "className", "")).split() for line in told)


def _state(tile: Tile, main: Number, context: TileContext, width: float) -> list[html.Div]:
    """Return state and band of a figure, shape and word each, in one line or in two."""
    band = band_of(main, context.scales) if main["value"] is not None else None
    parts: list[tuple[list[Any], float]] = []
    is_said = False
    if state := status_word(main["status"], tile.language):
        word = tile.say(f"status.{main['status']}")
        parts.append((state, width_u(word, BODY, bold=True) + SHAPE))
        is_said = parts[0][1] <= width
    if band is not None:
        name = band_name(band, tile.language)
        named = html.Span([swatch(band), html.Span(name)], className="t-kpi-band")
        parts.append(([named], width_u(name, BODY) + SHAPE))
    kept = [(part, needed) for part, needed in parts if needed <= width]
    if len(kept) == 2 and kept[0][1] + kept[1][1] + AIR <= width:
        kept = [([*kept[0][0], *kept[1][0]], width)]
    class_name = "t-line type-20 state-line"
    return [
        html.Div(part, className=class_name + (" is-state" if is_said and index == 0 else ""))
        for index, (part, _) in enumerate(kept)
    ]


def _line(sentence: str, width: float) -> list[html.Div]:
    """Return a sentence in one line, nothing when `width` does not hold all of it."""
    setting = fit(sentence, width, WORDS) if sentence else None
    if setting is None:
        return []
    return [html.Div(sentence, className=f"t-line {setting.class_name} t-kpi-compared")]


def _lines(sentence: str, width: float, lines: int) -> list[html.Div]:
    broken = wrap(sentence, max(width, 3.0), CAPTION, lines=lines, face=WORDS[-1].face)
    return [
        html.Div(part, className=f"t-line {WORDS[-1].class_name} t-kpi-compared") for part in broken
    ]


def _caption(tile: Tile, main: Number) -> str:
    """Return what the large figure is and of when, as far as the title does not say it."""
    label, period = tile.words(main["label"]), tile.words(main.get("period"))
    parts = [] if label.casefold() == tile.title.casefold() else [label]
    said = f"{tile.title} {opening(tile.words(main.get('note')))}".casefold()
    if period and period.casefold() not in said:
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


def _most(tile: Tile) -> float:
    """Return the size the large figure may have at most: on a wall, all that fits."""
    if tile.frame.detail != "console":
        return MAIN_SIZES[0]
    return max(LEAST_MAIN, CONSOLE_SHARE * tile.height_u)


def _main_size(text: Written, width: float, height: float, *, marked: bool = False) -> float:
    return next(
        (
            size
            for size in MAIN_SIZES
            if size <= height + 0.05 and extent(text, size, marked=marked) <= width
        ),
        MAIN_SIZES[-1],
    )


KIND = TileKind(
    kind="kpi",
    name={"vi": "Chỉ số", "en": "Key figure"},
    options=Options,
    needs=lambda options: (options.aggregate,),
    build=build,
)
