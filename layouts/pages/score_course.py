"""The course of a dataset's six scores: the one that is looked at bright, with its floor.

Each line says at its end whose it is and what stands there now.

A plain dict for Plotly, which only paints.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from language import date, number, time
from layouts.pages.figure_frame import frame, level, level_words
from layouts.tiles.axis import HOUR_MS
from layouts.tiles.chart import INK_3, SERIES, STATUS

DAY_MS = 24 * HOUR_MS
TICKS = 7  # at most
TOP = 103.0  # a line along the top is seen whole
STEPS_MS = tuple(hours * HOUR_MS for hours in (1, 2, 3, 6, 12, 24, 48, 120, 168))
QUIET = "#5b6673"  # the others: their names are read, their lines only seen
APART = 0.05  # of the height: from the words of one line to the next


@dataclass(frozen=True, slots=True)
class Course:
    """Points (at, per cent) by criterion, ascending, from a time to a time."""

    lines: Mapping[str, Sequence[tuple[float, float]]]
    from_ms: float
    to_ms: float


def course(
    found: Course,
    criterion: str,
    *,
    floor: float,
    least: str,
    names: Mapping[str, str],
    language: str,
    timezone: str,
) -> dict[str, Any]:
    """Return the figure: the line of `criterion` over the others, and its floor.

    `names` are what the criteria are called, `least` is what stands at the floor.
    """
    order = [each for each in found.lines if each != criterion] + [criterion]
    low = min((y for line in found.lines.values() for _, y in line), default=0.0)
    bottom = max(0.0, min(low, floor) // 10 * 10 - 5)
    ticks = [each for each in range(0, 101, 10 if bottom >= 50 else 25) if each >= bottom]
    words = [(floor, least, STATUS["warning"])]
    for each in order:
        if points := found.lines.get(each):
            last, is_here = points[-1][1], each == criterion
            said = f"{names[each]} {number(last, '%', decimals=1, language=language)}"
            words.append((last, f"<b>{said}</b>", SERIES[0]) if is_here else (last, said, INK_3))
    return {
        "data": [_line(found.lines.get(each, ()), each == criterion) for each in order],
        "layout": {
            **frame(
                (found.from_ms, found.to_ms),
                (bottom, TOP),
                x_ticks=_ticks(found, language=language, timezone=timezone),
                y_ticks=(ticks, [number(each, "%", language=language) for each in ticks]),
                right_px=150,
            ),
            "shapes": [level(floor, STATUS["warning"], "dash")],
            "annotations": [
                level_words(at, said, ink) for at, said, ink in _apart(words, bottom, TOP)
            ],
        },
    }


def _line(points: Sequence[tuple[float, float]], is_bright: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines" if len(points) > 1 else "markers",
        "x": [at for at, _ in points],
        "y": [score for _, score in points],
        "line": {
            "color": SERIES[0] if is_bright else QUIET,
            "width": 3 if is_bright else 1.5,
            "shape": "hv",
        },
        "marker": {"color": SERIES[0] if is_bright else QUIET, "size": 8},
    }


def _apart(
    words: Sequence[tuple[float, str, str]], bottom: float, top: float
) -> list[tuple[float, str, str]]:
    """Return words as near to their lines as leaves all of them apart, the highest first."""
    room = (top - bottom) * APART
    placed: list[tuple[float, str, str]] = []
    below = bottom - room / 2
    for at, said, ink in sorted(words):  # upwards: none below its own place …
        below = max(at, below + room)
        placed.append((below, said, ink))
    above = top + room
    for index in range(len(placed) - 1, -1, -1):  # … downwards: none above the top
        at, said, ink = placed[index]
        above = min(at, above - room)
        placed[index] = (above, said, ink)
    return placed[::-1]


def _ticks(found: Course, *, language: str, timezone: str) -> tuple[list[float], list[str]]:
    """Return whole hours of the day, or days where there are more of them, a few in all."""
    span_ms = found.to_ms - found.from_ms
    step_ms = next((each for each in STEPS_MS if span_ms / each <= TICKS), STEPS_MS[-1])
    offset_ms = _offset_ms(found.to_ms, timezone)
    first = math.ceil((found.from_ms + offset_ms) / step_ms) * step_ms - offset_ms
    at = [first + index * step_ms for index in range(math.ceil((found.to_ms - first) / step_ms))]
    if step_ms < DAY_MS:
        return at, [time(each, language=language, timezone=timezone) for each in at]
    return at, [date(each, style="short", language=language, timezone=timezone) for each in at]


def _offset_ms(at_ms: float, timezone: str) -> float:
    """Return how far the local clock is before UTC's."""
    offset = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(timezone)).utcoffset()
    return 0.0 if offset is None else offset.total_seconds() * 1000
