"""A forecast as the lines and figures of a payload, whatever made it: history, middle, bands.

`Course` is what tiles and pages need of one series, in glass time; small counts of people are left
out of it as they are everywhere (data_access/masking.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.forecast.intervals import LEVELS
from analytics.series import Floats
from data_access.aggregates.aggregate import text
from data_access.aggregates.parts import Points, line, number, series
from data_access.envelope import Line, Number, Series, Source, Text
from data_access.masking import is_small

OBSERVED, FORECAST = "observed", "forecast"
NAMES: Mapping[str, Text] = {
    OBSERVED: text("thực đo", "observed"),
    FORECAST: text("dự báo", "forecast"),
    "low80": text("80%, dưới", "80%, low"),
    "high80": text("80%, trên", "80%, high"),
    "low95": text("95%, dưới", "95%, low"),
    "high95": text("95%, trên", "95%, high"),
}


@dataclass(frozen=True, slots=True)
class Course:
    """One series and its forecast; instants are glass milliseconds."""

    key: str  # of the payload: no slash in it
    label: Text
    unit: str
    decimals: int
    step: str  # hour | day | month: how the axis is written
    source: Source
    before: Sequence[tuple[float, float | None]]
    ahead_ms: Sequence[float]
    values: Floats
    low: Mapping[float, Floats] | None
    high: Mapping[float, Floats] | None
    mask_below: int = 0
    target: float | None = None
    target_label: Text | None = None


def lines_of(course: Course) -> Series:
    """Return the lines: what was, what will be from the last value on, and the bands' edges."""
    lines: list[Line] = [
        line(
            OBSERVED,
            NAMES[OBSERVED],
            [[at, _told(value, course)] for at, value in course.before],
        )
    ]
    last = next(([at, value] for at, value in reversed(course.before) if value is not None), None)
    start: Points = [] if last is None else [[last[0], _told(last[1], course)]]
    lines.append(line(FORECAST, NAMES[FORECAST], start + _points(course, course.values)))
    if course.low is not None and course.high is not None:
        for level in LEVELS:
            for side, of in (("low", course.low), ("high", course.high)):
                name = f"{side}{round(level * 100)}"
                lines.append(line(name, NAMES[name], start + _points(course, of[level])))
    thresholds = []
    if course.target is not None:
        thresholds = [
            {"label": course.target_label or {}, "value": course.target, "status": "normal"}
        ]
    return series(
        course.label,
        course.unit,
        lines,
        decimals=course.decimals,
        step=course.step,
        source=course.source,
        thresholds=thresholds,
    )


def next_of(course: Course, *, index: int = 0) -> Number:
    """Return the forecast of a slot as a figure, with its 80 % interval in words."""
    value = float(course.values[index])
    hidden = is_small(round(value), course.mask_below)
    note = None
    if course.low is not None and course.high is not None and not hidden:
        low, high = (float(side[LEVELS[0]][index]) for side in (course.low, course.high))
        if not is_small(round(low), course.mask_below):
            note = _between(low, high, course.decimals)
    return number(
        course.label,
        None if hidden else round(value, course.decimals + 1),
        course.unit,
        course.decimals,
        note=note,
        atMs=course.ahead_ms[index],
        masked=True if hidden else None,
        target=course.target,
        targetLabel=course.target_label if course.target is not None else None,
        source=course.source,
    )


def _points(course: Course, values: Floats) -> Points:
    return [
        [at, _told(value, course)]
        for at, value in zip(course.ahead_ms, values.tolist(), strict=True)
    ]


def _told(value: float | None, course: Course) -> float | None:
    if value is None or not np.isfinite(value) or is_small(round(value), course.mask_below):
        return None
    return round(value, course.decimals + 1)


def _between(low: float, high: float, decimals: int) -> Text:
    def written(figure: float) -> tuple[str, str]:
        english = f"{figure:,.{decimals}f}"
        return english.translate(str.maketrans(",.", ".,")), english

    (low_vi, low_en), (high_vi, high_en) = written(low), written(high)
    return text(f"80%: {low_vi} đến {high_vi}", f"80%: {low_en} to {high_en}")
