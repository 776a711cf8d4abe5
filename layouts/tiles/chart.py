"""The figure of a trend as a plain dict, in the pixels `plot`, `line_ends` and `thresholds` chose.

Plotly only paints: no text is placed by it, so none meets another, a bezel or the edge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data_access.envelope import Line, Series, Status
from layouts.tiles import thresholds
from layouts.tiles.anatomy import CAPTION, Tile
from layouts.tiles.line_ends import LineEnd, escaped, last_value, line_ends, placed
from layouts.tiles.plot import LABEL_AIR, Plot
from layouts.tiles.status import worst

FACE = '"Noto Sans", "Noto Sans Display", system-ui, sans-serif'
# Plotly reads no CSS variables: these are the colours of assets/00-tokens.css (a test compares).
GROUND, GRID, RULE, INK_3 = "#0a0c0f", "#2a313a", "#47515d", "#939daa"
SERIES = ("#eef1f4", "#56b4e9", "#cc79a7", "#3fbf9b")
BAR = "#7c8794"
STATUS: dict[Status, str] = {
    "normal": "#939daa",
    "information": "#6cb2ff",
    "caution": "#ffc940",
    "warning": "#ff922e",
    "critical": "#ff5a52",
}
STROKE, THIN_STROKE = 0.11, 0.085  # units; 1.5 arc minutes, the least, is 0.075
HAIR = 0.04
POINTS_A_PX = 2


def chart(
    tile: Tile,
    series: Series,
    lines: Sequence[Line],
    *,
    columns: frozenset[str],
    zero: bool,
    timezone: str,
    has_ends: bool = True,
) -> tuple[dict[str, Any], tuple[int, int]]:
    """Return the figure of `lines` for the tile's body, and its size in pixels."""
    ends = line_ends(tile, lines, decimals=series["decimals"]) if has_ends else []
    ends_u = max((end.width_u for end in ends), default=0.0)
    plot = Plot(tile, series, lines, columns=columns, zero=zero, ends_u=ends_u)
    held = thresholds.inside(plot, series.get("thresholds", []))
    # The first line is what the chart is about: drawn last, it lies above the others.
    traces = [_trace(plot, line, index) for index, line in enumerate(lines)][::-1]
    figure = painted(
        plot,
        traces,
        shapes=[threshold_line(plot, each) for each in held],
        annotations=[*threshold_words(plot, held), *end_words(plot, placed(ends, plot))],
        timezone=timezone,
        step=series.get("step"),
    )
    return figure, plot.body_px


def painted(
    plot: Plot,
    traces: Sequence[Mapping[str, Any]],
    *,
    shapes: Sequence[Mapping[str, Any]],
    annotations: Sequence[Mapping[str, Any]],
    timezone: str,
    step: str | None,
) -> dict[str, Any]:
    """Return the figure of traces in the rectangle and with the axes of `plot`."""
    width_px, height_px = plot.body_px
    return {
        "data": list(traces),
        "layout": {
            "width": width_px,
            "height": height_px,
            "autosize": False,
            "margin": {**plot.margin_px, "pad": 0, "autoexpand": False},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "hovermode": False,
            "bargap": 0.25,
            "font": {"family": FACE, "size": CAPTION * plot.unit_px, "color": INK_3},
            "xaxis": _x_axis(plot, timezone=timezone, step=step),
            "yaxis": _y_axis(plot),
            "shapes": list(shapes),
            "annotations": list(annotations),
        },
    }


def status_of(series: Series, lines: Sequence[Line]) -> Status:
    """Return the gravest threshold that the newest value of the first line is beyond."""
    last = last_value(lines[0])
    return worst(
        threshold.get("status", "normal")
        for threshold in series.get("thresholds", [])
        if last is not None and last > threshold["value"] and not threshold.get("below")
    )


def thinned(points: Sequence[Sequence[float | None]], most: int) -> list[Sequence[float | None]]:
    """Return at most about `most` points: of each stretch its lowest and highest, and its gaps."""
    if len(points) <= most:
        return list(points)
    stride = -(-2 * len(points) // most)
    kept: list[Sequence[float | None]] = []
    for start in range(0, len(points), stride):
        stretch = points[start : start + stride]
        known = [point for point in stretch if point[1] is not None]
        if len(known) < len(stretch):
            kept.append([stretch[0][0], None])
        ends = (
            {id(p): p for p in (min(known, key=_height), max(known, key=_height))} if known else {}
        )
        kept.extend(sorted(ends.values(), key=lambda point: point[0] or 0.0))
    return kept


def _height(point: Sequence[float | None]) -> float:
    return point[1] or 0.0


def _trace(plot: Plot, line: Line, index: int) -> dict[str, Any]:
    points = thinned(line["points"], round(POINTS_A_PX * plot.width_u * plot.unit_px))
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    ink = SERIES[index % len(SERIES)]
    if line["id"] in plot.columns:
        colour = BAR if index == 0 else ink
        return {"type": "bar", "x": xs, "y": ys, "marker": {"color": colour}}
    stroke = {
        "color": ink,
        "width": round((STROKE if index == 0 else THIN_STROKE) * plot.unit_px, 1),
    }
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "connectgaps": False,
        "line": stroke,
    }
    edged = [None, *ys, None]
    alone = [
        value is not None and edged[i] is None and edged[i + 2] is None
        for i, value in enumerate(ys)
    ]
    if any(alone):  # a single value between two gaps is a dot, not nothing
        dot = round(0.3 * plot.unit_px)
        trace["mode"] = "lines+markers"
        trace["marker"] = {"size": [dot if each else 0 for each in alone], "color": ink}
    return trace


def _x_axis(plot: Plot, *, timezone: str, step: str | None) -> dict[str, Any]:
    ticks = plot.time_ticks(timezone=timezone, step=step)
    hair = max(1, round(HAIR * plot.unit_px))
    return {
        "range": [plot.begin_ms, plot.end_ms],
        "tickmode": "array",
        "tickvals": [tick.at for tick in ticks],
        "ticktext": [tick.text for tick in ticks],
        "ticks": "outside",
        "ticklen": 0.25 * plot.unit_px,
        "tickwidth": hair,
        "tickcolor": RULE,
        "tickangle": 0,
        "showgrid": False,
        "zeroline": False,
        "showline": True,
        "linecolor": RULE,
        "linewidth": hair,
        "fixedrange": True,
    }


def _y_axis(plot: Plot) -> dict[str, Any]:
    ticks = plot.value_ticks()
    return {
        "range": [plot.low, plot.high],
        "tickmode": "array",
        "tickvals": [tick for tick, _ in ticks],
        "ticktext": [words for _, words in ticks],
        "ticks": "",
        "ticklabelstandoff": 0.25 * plot.unit_px,
        "gridcolor": GRID,
        "gridwidth": max(1, round(HAIR * plot.unit_px)),
        "zeroline": False,
        "fixedrange": True,
    }


def threshold_line(plot: Plot, threshold: Mapping[str, Any]) -> dict[str, Any]:
    """Return the line of a threshold."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": threshold["value"],
        "y1": threshold["value"],
        "line": {
            "color": _status_ink(threshold),
            "width": max(1, round(0.075 * plot.unit_px)),
            "dash": "dash",
        },
    }


def threshold_words(plot: Plot, held: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the words of thresholds, each where it is clearest."""
    return [
        {
            **words_at(plot, escaped(words), x_u=x, y_u=y, size_u=CAPTION, ink=_status_ink(each)),
            "bgcolor": GROUND,  # where no place is free, the line gives way to the words
        }
        for each, words, (x, y, _) in thresholds.worded(plot, held)
    ]


def end_words(plot: Plot, ends: Sequence[LineEnd]) -> list[dict[str, Any]]:
    """Return the words at the ends of lines, in the lines' own inks."""
    x = plot.width_u + LABEL_AIR
    return [
        words_at(plot, words, x_u=x, y_u=y, size_u=size, ink=SERIES[end.index % len(SERIES)])
        for end in ends
        for words, size, y in end.rows()
    ]


def words_at(
    plot: Plot, words: str, *, x_u: float, y_u: float, size_u: float, ink: str
) -> dict[str, Any]:
    """Return an annotation: left edge right of the plot's, middle above its foot, in units."""
    return {
        "text": words,
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "xshift": round(x_u * plot.unit_px, 2),
        "y": y_u / plot.height_u,
        "xanchor": "left",
        "yanchor": "middle",
        "align": "left",
        "showarrow": False,
        "borderpad": 0,
        "font": {"size": size_u * plot.unit_px, "color": ink},
    }


def _status_ink(threshold: Mapping[str, Any]) -> str:
    return STATUS.get(threshold.get("status", "normal"), INK_3)
