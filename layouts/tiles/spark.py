"""A small course without axes: now as a line, what is usual as a pale field behind it.

Shapes of one element each, cut by `clip-path`: many of them cost no figure. Not for reading values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from layouts.tiles.anatomy import u
from layouts.tiles.reading import finite

Points = Sequence[Sequence[float | None]]

STROKE_U = 0.12
LEAST_POINTS = 4
HIDDEN: dict[str, Any] = {"aria-hidden": "true"}
AIR = 0.06  # of the height, above and below the course


def spark(now: Points, usual: Points, *, width_u: float, height_u: float) -> html.Div | None:
    """Return the course of `now` ([at, value or None], ascending); None of too few values."""
    known = _known(now)
    if len(known) < LEAST_POINTS:
        return None
    expected = _known(usual)
    every = [value for _, value in (*known, *expected)]
    low, high = min(every), max(every)
    first, last = known[0][0], max(known[-1][0], known[0][0] + 1.0)
    span = (high - low) or 1.0

    def placed(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [
            (
                100 * min(1.0, max(0.0, (at - first) / (last - first))),
                100 * (1 - AIR - (1 - 2 * AIR) * (value - low) / span),
            )
            for at, value in points
        ]

    parts = []
    if len(expected) >= 2:
        parts.append(_field(placed(expected)))
    half = 100 * STROKE_U / 2 / height_u
    parts.append(_stroke(placed(known), half))
    return html.Div(
        parts,
        className="t-spark",
        style={"width": u(width_u), "height": u(height_u)},
        **HIDDEN,
    )


def _known(points: Points) -> list[tuple[float, float]]:
    return [
        (at, value)
        for point in points
        if len(point) == 2 and finite(at := point[0]) and finite(value := point[1])
    ]


def _field(points: Sequence[tuple[float, float]]) -> html.Div:
    outline = [*points, (points[-1][0], 100.0), (points[0][0], 100.0)]
    return html.Div(className="t-spark-usual", style={"clipPath": _polygon(outline)})


def _stroke(points: Sequence[tuple[float, float]], half: float) -> html.Div:
    above = [(x, y - half) for x, y in points]
    below = [(x, y + half) for x, y in reversed(points)]
    return html.Div(className="t-spark-now", style={"clipPath": _polygon([*above, *below])})


def _polygon(points: Sequence[tuple[float, float]]) -> str:
    return f"polygon({', '.join(f'{x:.1f}% {y:.1f}%' for x, y in points)})"
