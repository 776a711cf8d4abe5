"""Bands of official scales: their own colour and shape, on their own legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

import language as lang
from layouts.tiles.measure import width_u

SHAPES = ("circle", "square", "diamond", "triangle", "hexagon", "cross")
SIZE = 0.8  # type of legends
SWATCH = 1.0  # width of a swatch and the air behind it, at caption size
LEGEND_LINE = 1.25
LEGEND_AIR = 1.0
COUNT_AIR = 0.75

Scale = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A band in a legend: its name, from where to where, and how many features are in it."""

    band: Mapping[str, Any]
    name: str
    reach: str
    count: str

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody is in the band."""
        return self.count == "0"


def bands(scale: Scale) -> Sequence[Mapping[str, Any]]:
    """Return the bands of a scale from low to high; none of a malformed one."""
    found = scale.get("bands")
    return [band for band in found if isinstance(band, Mapping)] if isinstance(found, list) else []


def index_of(scale: Scale, value: float) -> int | None:
    """Return the place of the band that `value` falls into, None when it has none."""
    least = scale.get("min")
    if least is not None and value < least:
        return None
    for index, band in enumerate(bands(scale)):
        upper = band.get("upper")
        if upper is None or value <= upper:
            return index
    return None


def swatch(band: Mapping[str, Any]) -> html.Span:
    """Return the shape of a band in its colour; its name stands beside it."""
    shape = band.get("shape") if band.get("shape") in SHAPES else "square"
    return html.Span(
        className=f"t-swatch shape-{shape}", style={"backgroundColor": str(band.get("colour", ""))}
    )


def name(band: Mapping[str, Any], language: str) -> str:
    """Return what a band is called."""
    return lang.pick(band.get("label"), language)


def reach(scale: Scale, index: int, language: str, *, told: str = "") -> str:
    """Return from where to where a band reaches: `≤ 50`, `51–100`, `> 300`, `0` of nothing else.

    Empty when the scale has no unit: its names say it themselves ("4 to 6", "Level 2"). The unit
    `told` already, in the title, is not written again.
    """
    unit = str(scale.get("unit", ""))
    if not unit:
        return ""
    ordered = bands(scale)
    upper = ordered[index].get("upper")
    lower = ordered[index - 1].get("upper") if index else None
    shown = "" if unit in ("VN_AQI", told) else unit
    if upper is None:
        return f"> {lang.number(lower, shown, language=language)}"
    if lower is None and upper == scale.get("min"):
        return lang.number(upper, shown, language=language)
    if lower is None:
        return f"≤ {lang.number(upper, shown, language=language)}"
    begin = lower + 1 if scale.get("whole") else lower
    if begin == upper:
        return lang.number(upper, shown, language=language)
    between = " … " if lower < 0 else "–"  # a dash beside a minus is read as another
    first, last = (
        lang.number(begin, language=language),
        lang.number(upper, shown, language=language),
    )
    return f"{first}{between}{last}"


def legend(
    scale: Scale,
    language: str,
    width: float,
    height: float,
    *,
    counts: Mapping[str, int],
    told: str = "",
    unknown: int = 0,
    whole: float | None = None,
) -> tuple[html.Div, float, float]:
    """Return the legend of a scale in columns over `width` units, its width and height in units.

    `counts` (band id -> how many features) is written behind the names, and so is how many are
    `unknown`; `told` is the unit the title names already. Where `whole` units (default: `height`)
    do not hold the whole scale, the bands nobody is in are left out, then those in the middle: both
    ends of a scale stay, and how many are left out is said.
    """
    entries = _entries(scale, language, counts=counts, told=told, unknown=unknown)
    columns, widest = _columns(entries, width)
    room = height if whole is None else min(height, whole)
    if len(entries) > _lines(room) * columns:
        entries = [entry for entry in entries if not entry.is_empty]
        columns, widest = _columns(entries, width)
        entries = _shortened(entries, _lines(height) * columns, language)
    lines = -(-len(entries) // columns)
    # Top to bottom, then right: a scale is read as one ladder.
    body = [
        html.Div(
            [_line(entry) for entry in entries[column * lines : (column + 1) * lines]],
            className="t-legend-column",
        )
        for column in range(columns)
    ]
    return html.Div(body, className="t-legend"), columns * widest, lines * LEGEND_LINE


def least_height(
    scale: Scale, language: str, width: float, *, counts: Mapping[str, int], unknown: int = 0
) -> float:
    """Return how high a legend over `width` units is at least: every band somebody is in."""
    entries = _entries(scale, language, counts=counts, told="", unknown=unknown)
    peopled = [entry for entry in entries if not entry.is_empty]
    return -(-len(peopled) // _columns(peopled, width)[0]) * LEGEND_LINE


def _shortened(entries: Sequence[_Entry], room: int, language: str) -> list[_Entry]:
    """Return at most `room` entries: both ends, and between them how many are left out."""
    if len(entries) <= room:
        return list(entries)
    bands_only = [entry for entry in entries if entry.band.get("id")]
    if room == 1:
        return bands_only[-1:]
    above = room // 2
    below = room - 1 - above
    left = len(entries) - below - above
    words = lang.text("tiles.map.more_bands", language, count=left)
    nothing = {"shape": "square", "colour": "transparent"}
    ends = bands_only[:below], bands_only[len(bands_only) - above :]
    return [*ends[0], _Entry(nothing, words, "", ""), *ends[1]]


def _lines(height: float) -> int:
    return max(1, int((height + 0.05) // LEGEND_LINE))


def _entries(
    scale: Scale, language: str, *, counts: Mapping[str, int], told: str, unknown: int
) -> list[_Entry]:
    entries: list[_Entry] = []
    for index, band in enumerate(bands(scale)):
        count = counts.get(str(band.get("id")), 0)
        span = reach(scale, index, language, told=told)
        told_count = lang.number(count, language=language)
        entries.append(_Entry(band, name(band, language), span, told_count))
    if unknown:
        nothing = {"shape": "square", "colour": "var(--border)"}
        words = lang.text("tiles.map.unknown", language)
        entries.append(_Entry(nothing, words, "", lang.number(unknown, language=language)))
    return entries


def _line(entry: _Entry) -> html.Div:
    return html.Div(
        [
            swatch(entry.band),
            html.Span(entry.name),
            *([html.Span(entry.reach, className="t-legend-reach")] if entry.reach else []),
            html.Span(entry.count, className="t-legend-count"),
        ],
        className="t-legend-entry type-16" + (" is-empty" if entry.is_empty else ""),
    )


def _columns(entries: Sequence[_Entry], width: float) -> tuple[int, float]:
    """Return how many columns stand in `width`, and how wide each is."""
    words = (" ".join(filter(None, (entry.name, entry.reach))) for entry in entries)
    longest = max((width_u(each, SIZE) for each in words), default=0.0)
    counts = max((width_u(entry.count, SIZE, bold=True) for entry in entries), default=0.0)
    widest = longest + SWATCH + COUNT_AIR + counts + LEGEND_AIR
    return max(1, min(len(entries) or 1, int(width // widest))), widest


def note(words: str) -> html.Div:
    """Return what must be said about a map besides its legend."""
    return html.Div(words, className="map-note type-16")
