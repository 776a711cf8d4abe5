"""The course of a dataset's six scores: the one that is looked at bright, with its floor.

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
from layouts.tiles.chart import SERIES, STATUS

DAY_MS = 24 * HOUR_MS
TICKS = 7  # at most
STEPS_MS = tuple(hours * HOUR_MS for hours in (1, 2, 3, 6, 12, 24, 48, 120, 168))
QUIET = "#5b6673"  # the others: seen, not read


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
    language: str,
    timezone: str,
) -> dict[str, Any]:
    """Return the figure: the line of `criterion` over the others, and its floor."""
    order = [each for each in found.lines if each != criterion] + [criterion]
    low = min((y for line in found.lines.values() for _, y in line), default=0.0)
    bottom = max(0.0, min(low, floor) // 10 * 10 - 5)
    ticks = [each for each in range(0, 101, 10 if bottom >= 50 else 25) if each >= bottom]
    least = number(floor, "%", language=language)
    return {
        "data": [_line(found.lines.get(each, ()), each == criterion) for each in order],
        "layout": {
            **frame(
                (found.from_ms, found.to_ms),
                (bottom, 103),
                x_ticks=_ticks(found, language=language, timezone=timezone),
                y_ticks=(ticks, [number(each, "%", language=language) for each in ticks]),
                right_px=92,
            ),
            "shapes": [level(floor, STATUS["warning"], "dash")],
            "annotations": [level_words(floor, least, STATUS["warning"])],
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
