"""The figure of a forecast: what was, what will be, and how wide that may go; from where on.

A plain dict that Plotly only paints, in the rectangle of `plot`, as `chart` makes it of lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

from data_access.envelope import Line, Series
from layouts.tiles import thresholds
from layouts.tiles.anatomy import CAPTION, Tile
from layouts.tiles.chart import (
    HAIR,
    INK_3,
    POINTS_A_PX,
    RULE,
    SERIES,
    STROKE,
    end_words,
    painted,
    thinned,
    threshold_line,
    threshold_words,
    words_at,
)
from layouts.tiles.line_ends import line_ends, placed
from layouts.tiles.measure import width_u
from layouts.tiles.plot import Plot

OBSERVED, FORECAST = "observed", "forecast"
BANDS = (("low95", "high95", 0.16), ("low80", "high80", 0.28))  # edges, and how dense
INK = 1  # of SERIES: the forecast's; what was observed has the first
FILL = "rgba(86,180,233,{density})"  # SERIES[INK]
DASH_U = 0.45


def fan(
    tile: Tile, series: Series, *, height_u: float, timezone: str, says: str
) -> tuple[dict[str, Any], tuple[int, int]] | None:
    """Return the figure in `height_u` of the tile's body, and its size; None without a forecast.

    `says` stands where the forecast begins.
    """
    by_id = {line["id"]: line for line in series["lines"]}
    forecast = by_id.get(FORECAST)
    if forecast is None or not _known(forecast):
        return None
    before = by_id.get(OBSERVED)
    edges = [by_id[name] for low, high, _ in BANDS for name in (low, high) if name in by_id]
    drawn = [line for line in (before, forecast, *edges) if line is not None and _known(line)]
    room = copy(tile)
    room.height_u = height_u
    ends = [
        replace(end, index=INK) for end in line_ends(room, [forecast], decimals=series["decimals"])
    ]
    ends_u = max((end.width_u for end in ends), default=0.0)
    plot = Plot(room, series, drawn, columns=frozenset(), zero=False, ends_u=ends_u)
    held = thresholds.inside(plot, series.get("thresholds", []))
    begins_ms = _known(forecast)[0][0]
    figure = painted(
        plot,
        [*_bands(by_id), *([_line(plot, before, 0)] if before is not None else []),
         {**_line(plot, forecast, INK), "line": _stroke(plot, INK, dashed=True)}],
        shapes=[*(threshold_line(plot, each) for each in held), _now(plot, begins_ms)],
        annotations=[
            *threshold_words(plot, held),
            *end_words(plot, placed(ends, plot)),
            *_here(plot, begins_ms, says),
        ],
        timezone=timezone,
        step=series.get("step"),
    )  # fmt: skip
    return figure, plot.body_px


def _known(line: Line) -> list[tuple[float, float]]:
    return [
        (point[0], point[1])
        for point in line["points"]
        if point[0] is not None and point[1] is not None
    ]


def _bands(by_id: Mapping[str, Line]) -> list[dict[str, Any]]:
    """Return each band as an area, the wide one below the narrow one."""
    found = []
    for low_id, high_id, density in BANDS:
        if low_id not in by_id or high_id not in by_id:
            continue
        low, high = (dict(_known(by_id[name])) for name in (low_id, high_id))
        both = sorted(low.keys() & high.keys())
        found.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [*both, *reversed(both)],
                "y": [*(low[at] for at in both), *(high[at] for at in reversed(both))],
                "fill": "toself",
                "fillcolor": FILL.format(density=density),
                "line": {"width": 0},
            }
        )
    return found


def _line(plot: Plot, line: Line, index: int) -> dict[str, Any]:
    points = thinned(line["points"], round(POINTS_A_PX * plot.width_u * plot.unit_px))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [point[0] for point in points],
        "y": [point[1] for point in points],
        "connectgaps": False,
        "line": _stroke(plot, index),
    }


def _stroke(plot: Plot, index: int, *, dashed: bool = False) -> dict[str, Any]:
    stroke: dict[str, Any] = {"color": SERIES[index], "width": round(STROKE * plot.unit_px, 1)}
    if dashed:
        dash = max(2, round(DASH_U * plot.unit_px))
        stroke["dash"] = f"{dash}px,{max(2, dash // 3)}px"
    return stroke


def _now(plot: Plot, at_ms: float) -> dict[str, Any]:
    """Return the upright where knowing ends."""
    return {
        "type": "line",
        "yref": "paper",
        "x0": at_ms,
        "x1": at_ms,
        "y0": 0,
        "y1": 1,
        "line": {"color": RULE, "width": max(1, round(2 * HAIR * plot.unit_px)), "dash": "dot"},
    }


def _here(plot: Plot, at_ms: float, says: str) -> Sequence[dict[str, Any]]:
    """Return the words beside it, where they have room and lie off bezels."""
    x, width = plot.x_u(at_ms) + 0.3, width_u(says, CAPTION)
    y = plot.height_u + 0.2  # in the margin above, so that no line runs through the words
    taken = x + width > plot.width_u or plot.is_on_bezel_x(x, x + width)
    if taken or plot.is_on_bezel_y(y - 0.5, y + 0.5):
        return []
    return [words_at(plot, says, x_u=x, y_u=y, size_u=CAPTION, ink=INK_3)]
