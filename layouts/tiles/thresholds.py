"""Horizontal lines a series is held against, and the clearest place for their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from layouts.tiles.anatomy import CAPTION
from layouts.tiles.figures import opening
from layouts.tiles.measure import whole_clauses, width_u
from layouts.tiles.plot import Plot

MOST = 3
LINE = 0.6  # from the line to the middle of its words
STEPS = 8  # places tried from left to right
ENOUGH = 1.5  # units; words farther from every line than this are clear

Place = tuple[float, float, float]  # left edge, middle above the foot, width


def inside(plot: Plot, thresholds: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the thresholds that lie within the plot."""
    return [each for each in thresholds if plot.low <= each["value"] <= plot.high][:MOST]


def worded(
    plot: Plot, thresholds: Sequence[Mapping[str, Any]]
) -> list[tuple[Mapping[str, Any], str, Place]]:
    """Return the thresholds that have words and a place for them."""
    found: list[tuple[Mapping[str, Any], str, Place]] = []
    for threshold in thresholds:
        words = opening(plot.tile.words(threshold.get("label")))
        words = whole_clauses(words, 0.6 * plot.width_u, CAPTION, lines=1)[0] if words else ""
        taken = [place for _, _, place in found]
        place = _clearest(plot, threshold["value"], width_u(words, CAPTION), taken)
        if words and place is not None:
            found.append((threshold, words, place))
    return found


def _clearest(plot: Plot, value: float, width: float, taken: Sequence[Place]) -> Place | None:
    """Return the place along a threshold that stays farthest from all lines, the left one first."""
    level = plot.y_u(value)
    best: tuple[float, Place] | None = None
    for y in (level + LINE, level - LINE):
        if not 0.45 <= y <= plot.height_u + 0.1:
            continue
        for step in range(STEPS + 1):
            x = 0.25 + (plot.width_u - width - 0.5) * step / STEPS
            place = (x, y, width)
            if x < 0.2 or plot.is_on_bezel_x(x, x + width) or any(_meet(place, t) for t in taken):
                continue
            clear = min(_clearance(plot, place), ENOUGH) - 0.02 * step
            if best is None or clear > best[0] + 1e-9:
                best = clear, place
    return best[1] if best else None


def _meet(one: Place, other: Place) -> bool:
    (x, y, width), (other_x, other_y, other_width) = one, other
    return abs(y - other_y) < 1.05 and x < other_x + other_width + 0.5 and other_x < x + width + 0.5


def _clearance(plot: Plot, place: Place) -> float:
    """Return how far the nearest line or column stays from words at `place`, in units."""
    x, y, width = place
    nearest = 99.0
    for line in plot.lines:
        is_column = line["id"] in plot.columns
        for at_ms, value in line["points"]:
            if at_ms is None or value is None:
                continue
            if x - 0.3 <= plot.x_u(at_ms) <= x + width + 0.3:
                over = y - plot.y_u(value)
                nearest = min(nearest, max(0.0, over) if is_column else abs(over))
    return nearest
