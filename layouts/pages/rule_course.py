"""The course of a rule's number over a day, with its threshold, clearing line and alarms.

A plain dict for Plotly, which only paints. Not for the rows under it: `operations.rule_table`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from language import number, time
from layouts.pages.figure_frame import frame, level, level_words
from layouts.tiles.axis import HOUR_MS, value_ticks
from layouts.tiles.chart import INK_3, SERIES, STATUS, thinned
from operations.replayed import Replayed

MOST_POINTS = 2_000
HOURS_APART = 2
DAY_MS = 24 * HOUR_MS
BANDS = {"proposed": "rgba(255, 201, 64, 0.22)", "firing": "rgba(255, 90, 82, 0.34)"}


def course(
    replayed: Replayed, *, language: str, timezone: str, threshold: str, clear: str
) -> dict[str, Any]:
    """Return the figure; `threshold` and `clear` are what stands at their lines."""
    rule = replayed.rule
    begin_ms = replayed.from_ms
    end_ms = max(replayed.to_ms, begin_ms + DAY_MS)  # a day under way has its place to the end
    known = [figure for _, figure in replayed.course if figure is not None]
    low, high = _range([*known, rule.threshold, rule.clear_at])
    ticks = value_ticks(low, high, most=6)
    lines = [(rule.threshold, threshold, "dash", STATUS["warning"])]
    if rule.clear_at != rule.threshold:
        lines.append((rule.clear_at, clear, "dot", INK_3))
    return {
        "data": [_trace(replayed)],
        "layout": {
            **frame(
                (begin_ms, end_ms),
                (min(ticks[0], low), max(ticks[-1], high)),
                x_ticks=_hours(begin_ms, end_ms, language=language, timezone=timezone),
                y_ticks=(ticks, [number(tick, language=language) for tick in ticks]),
                right_px=150,
            ),
            "shapes": [
                *_bands(replayed),
                *(level(at, ink, dash) for at, _, dash, ink in lines),
            ],
            "annotations": _words(lines, span=max(ticks[-1], high) - min(ticks[0], low)),
        },
    }


def phases(replayed: Replayed) -> Iterator[tuple[str, float, float]]:
    """Yield each phase of the day, from when until when."""
    begun = [(replayed.before, replayed.from_ms)]
    begun += [(each.phase, each.at_ms) for each in replayed.moments]
    for (phase, at_ms), (_, after_ms) in pairwise([*begun, ("", replayed.to_ms)]):
        yield phase, at_ms, after_ms


def _trace(replayed: Replayed) -> dict[str, Any]:
    points: list[Sequence[float | None]] = list(replayed.course)
    if points:  # the last figure holds to the end of what is known
        points.append((replayed.to_ms, points[-1][1]))
    kept = thinned(points, MOST_POINTS)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [point[0] for point in kept],
        "y": [point[1] for point in kept],
        "connectgaps": False,
        "line": {"color": SERIES[0], "width": 2, "shape": "hv"},
    }


def _range(figures: Sequence[float]) -> tuple[float, float]:
    low, high = min(figures), max(figures)
    span = (high - low) or abs(high) or 1.0
    if low >= 0 and low < span * 0.5:
        return 0.0, high + span * 0.06
    return low - span * 0.06, high + span * 0.06


def _hours(
    begin_ms: float, end_ms: float, *, language: str, timezone: str
) -> tuple[list[float], list[str]]:
    count = math.floor((end_ms - begin_ms) / HOUR_MS / HOURS_APART)
    at = [begin_ms + index * HOURS_APART * HOUR_MS for index in range(count + 1)]
    words = [time(each, language=language, timezone=timezone) for each in at]
    return at, words


def _bands(replayed: Replayed) -> list[dict[str, Any]]:
    return [
        {
            "type": "rect",
            "layer": "below",
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "x0": at_ms,
            "x1": after_ms,
            "fillcolor": BANDS[phase],
            "line": {"width": 0},
        }
        for phase, at_ms, after_ms in phases(replayed)
        if phase in BANDS
    ]


def _words(lines: Sequence[tuple[float, str, str, str]], *, span: float) -> list[dict[str, Any]]:
    """Return the words at the lines' right ends; of two that are close the lower one gives way."""
    is_close = len(lines) == 2 and abs(lines[0][0] - lines[1][0]) < span * 0.1
    upper = max(at for at, *_ in lines)
    return [
        level_words(
            at,
            words,
            ink,
            anchor="middle" if not is_close else "bottom" if at == upper else "top",
        )
        for at, words, _, ink in lines
    ]
