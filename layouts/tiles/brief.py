"""A brief on glass: its sentences, the gravest first, each figure a tap away from its passport.

What a person has approved is shown; a draft only where the scene lets one be, and it says so. A
sentence is shown whole, in a low tile up to its first semicolon: how many are left is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Literal

from dash import html

import language as lang
from analytics.brief.brief import Piece, Sentence, gravest
from analytics.brief.finding import Finding, finding_in, mark_of, name_of
from data_access.contracts import GROUPS
from data_access.envelope import Envelope
from layouts.tiles.absence import absent, missing
from layouts.tiles.anatomy import BODY, CAPTION, Tile, title_of, type_class
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import ELLIPSIS, cut, wrap
from layouts.tiles.rows import rest
from layouts.tiles.status import mark

INDENT = 1.5
GAP = 0.4
ABOUT = 1.0
ROOMY = 12.0  # a body lower than this keeps its lines for sentences: whose they are is a tap away
SIZES = ((1.5, 2.0), (1.25, 1.75), (BODY, 1.25))  # of type, and of a line
LONGEST = 6  # lines of a sentence
EDGE = 0.01


class Options(TileOptions):
    """Options of `brief`."""

    brief: Literal["morning", "flash"] = "morning"
    draft: bool = False  # show a draft that is newer than what was approved, marked as one
    groups: tuple[str, ...] = ()  # of sentences; () all


def needs(options: Options) -> tuple[str, ...]:
    """Return the names of the briefs that are read: drafts only where they may be shown."""
    approved = name_of(options.brief, draft=False)
    return (approved, name_of(options.brief, draft=True)) if options.draft else (approved,)


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = _newest([envelopes.get(name) for name in needs(options)])
    label = envelope.label if envelope else {
        each: lang.text(f"brief.page.kind.{options.brief}", each) for each in lang.LANGUAGES
    }  # fmt: skip
    tile = Tile(frame, "brief", title=title_of(options.title, label, frame.language),
                envelope=envelope)  # fmt: skip
    if envelope is None:
        return tile.reason(lang.text(f"brief.none.{options.brief}", frame.language))
    if refused := absent(tile, envelope):
        return refused
    finding = finding_in(envelope)
    if finding is None:
        return missing(tile, envelope)
    groups = options.groups or ("", *GROUPS)
    told = [each for each in gravest(finding.brief.sentences) if each.group in groups]
    if not told:
        return missing(tile, envelope)
    body = _body(tile, finding, told, context.timezone)
    first = mark_of(finding, told[0], 0).partition(":")[2]
    return tile.build(
        body,
        statuses=[each.status for each in told],
        about=first if told[0].figures else None,
    )


def _newest(found: Sequence[Envelope | None]) -> Envelope | None:
    """Return the newest of what is there; of the same age what was approved."""
    there = [each for each in found if each is not None]
    return max(there, key=lambda each: each.made_at_ms, default=None)


def _body(tile: Tile, finding: Finding, sentences: Sequence[Sentence], timezone: str) -> html.Div:
    language = tile.language
    state = _state(tile, finding, timezone)
    room = tile.height_u - ABOUT - GAP
    for size, line in SIZES:
        heights = [_height(tile, each, size, line) for each in sentences]
        if sum(heights) + GAP * (len(heights) - 1) <= room:
            break
    entries: list[Any] = [state]
    left = room
    for sentence, height in zip(sentences, heights, strict=True):
        if len(entries) > 1 and height > left:
            break
        most = max(1, int((left - _about_u(tile) + EDGE) // line))  # only the first may be cut
        lines = _lines(tile, sentence, size, most=min(most, LONGEST))
        entries.append(_entry(tile, finding, sentence, lines, (size, line), timezone))
        left -= height + GAP
    hidden = len(sentences) - (len(entries) - 1)
    entries += rest(tile, hidden, in_head=left < ABOUT)
    return html.Div(entries, className="t-alerts t-brief", lang=language)


def _state(tile: Tile, finding: Finding, timezone: str) -> html.Div:
    """Return the line that says who let it out, or that nobody has."""
    approval = finding.approval
    if approval is None:
        words = lang.text("brief.draft", tile.language)
        shape: list[Any] = [mark("warning"), cut(words, tile.width_u - INDENT, CAPTION)]
        return html.Div(shape, className="t-line type-16 t-brief-state ink-warning")
    at = lang.datetime_(approval.at_ms, language=tile.language, timezone=timezone, style="short")
    name = tile.words(approval.name)
    words = lang.text("brief.approved_by", tile.language, name=name, at=at)
    return html.Div(cut(words, tile.width_u, CAPTION), className="t-line type-16 t-brief-state")


def _pieces(tile: Tile, sentence: Sentence) -> list[Piece]:
    """Return what is shown of a sentence: its additions stand behind semicolons."""
    pieces = sentence.pieces[tile.language]
    if tile.height_u >= ROOMY:
        return list(pieces)
    kept = list(takewhile(lambda piece: not piece.words.startswith(";"), pieces))
    if len(kept) == len(pieces) or not any(piece.figure is not None for piece in kept):
        return list(pieces)
    return [*kept, Piece(".")]


def _lines(tile: Tile, sentence: Sentence, size: float, *, most: int = LONGEST) -> list[str]:
    return wrap(
        "".join(piece.words for piece in _pieces(tile, sentence)),
        tile.width_u - INDENT,
        size,
        lines=most,
    )


def _height(tile: Tile, sentence: Sentence, size: float, line: float) -> float:
    return len(_lines(tile, sentence, size)) * line + _about_u(tile)


def _about_u(tile: Tile) -> float:
    return ABOUT if tile.height_u >= ROOMY else 0.0


def _entry(
    tile: Tile,
    finding: Finding,
    sentence: Sentence,
    lines: Sequence[str],
    type_u: tuple[float, float],  # its size, and a line's height
    timezone: str,
) -> html.Div:
    pieces = [(piece.words, piece.figure) for piece in _pieces(tile, sentence)]
    size, line = type_u
    said = [
        html.Div(
            [
                _figure(finding, sentence, words, figure) if figure is not None else words
                for words, figure in _cut_pieces(pieces, start, shown)
            ],
            className=f"t-line {type_class(size)}",
            style={"lineHeight": f"calc(var(--u)*{line:g})"},
        )
        for start, shown in _starts(lines)
    ]
    told = [_about(tile, finding, sentence, timezone)] if tile.height_u >= ROOMY else []
    shape = [mark(sentence.status)] if sentence.status != "normal" else []
    return html.Div(
        [
            html.Div(shape, className="t-alert-mark"),
            html.Div([*said, *told], className="t-alert-words"),
        ],
        className="t-alert t-brief-sentence",
    )


def _about(tile: Tile, finding: Finding, sentence: Sentence, timezone: str) -> html.Div:
    """Return the line under a sentence: how grave, how old, of what origin, whose."""
    at = lang.moment(
        sentence.head.as_of_ms,
        now=finding.brief.made_at_ms,
        language=tile.language,
        timezone=timezone,
    )
    about = [
        *([tile.say(f"status.{sentence.status}")] if sentence.status != "normal" else []),
        lang.text("brief.as_of", tile.language, at=at),
        *([] if sentence.head.origin == "live" else [tile.say(f"origin.{sentence.head.origin}")]),
        tile.words(sentence.head.owner_label),
    ]
    words = cut(" · ".join(about), tile.width_u - INDENT, CAPTION)
    return html.Div(words, className="t-line type-16 t-alert-about")


def _figure(finding: Finding, sentence: Sentence, words: str, figure: int) -> html.Span:
    found = mark_of(finding, sentence, figure)
    marks: dict[str, Any] = {"data-figure": found}
    return html.Span(words, className="t-brief-figure", **marks)


def _starts(lines: Sequence[str]) -> list[tuple[int, str]]:
    """Return each line with where it begins in the text: lines break at single blanks."""
    found, at = [], 0
    for each in lines:
        found.append((at, each))
        at += len(each) + 1
    return found


def _cut_pieces(
    pieces: Sequence[tuple[str, int | None]], start: int, shown: str
) -> list[tuple[str, int | None]]:
    """Return the pieces that stand in a line; what the line cut off is as the line has it."""
    found: list[tuple[str, int | None]] = []
    at, end = 0, start + len(shown)
    for words, figure in pieces:
        first, last = max(at, start), min(at + len(words), end)
        if first < last:
            found.append((shown[first - start : last - start], figure))
        at += len(words)
    if shown.endswith(ELLIPSIS) and found and found[-1][1] is not None:
        found[-1] = (ELLIPSIS, None)  # half of a figure is none
    return found


KIND = TileKind(
    kind="brief",
    name={"vi": "Báo cáo", "en": "Brief"},
    options=Options,
    needs=needs,
    build=build,
)
