"""The frame of a page's chart: quiet, fixed, without what Plotly would put on it.

A plain dict for Plotly, which only paints. Charts of tiles have their own: `layouts.tiles.plot`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layouts.tiles.chart import FACE, GRID, INK_3, RULE

WORDS_PX = 14


def frame(
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    *,
    x_ticks: tuple[Sequence[float], Sequence[str]],
    y_ticks: tuple[Sequence[float], Sequence[str]],
    right_px: int,
    top_px: int = 12,
) -> dict[str, Any]:
    """Return the layout; ticks are where they stand and what is written there."""
    return {
        "autosize": True,
        "margin": {"l": 64, "r": right_px, "t": top_px, "b": 34, "pad": 0, "autoexpand": False},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hovermode": False,
        "font": {"family": FACE, "size": WORDS_PX, "color": INK_3},
        "xaxis": {
            "range": list(x_range),
            "tickmode": "array",
            "tickvals": list(x_ticks[0]),
            "ticktext": list(x_ticks[1]),
            "showgrid": False,
            "zeroline": False,
            "showline": True,
            "linecolor": RULE,
            "ticks": "outside",
            "tickcolor": RULE,
            "tickangle": 0,
            "fixedrange": True,
        },
        "yaxis": {
            "range": list(y_range),
            "tickmode": "array",
            "tickvals": list(y_ticks[0]),
            "ticktext": list(y_ticks[1]),
            "gridcolor": GRID,
            "zeroline": False,
            "fixedrange": True,
        },
    }


def level(at: float, ink: str, dash: str) -> dict[str, Any]:
    """Return a line over the whole width."""
    ends = {"xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at}
    return {"type": "line", **ends, "line": {"color": ink, "width": 2, "dash": dash}}


def level_words(at: float, words: str, ink: str, *, anchor: str = "middle") -> dict[str, Any]:
    """Return what stands at the right end of a line."""
    return {
        "xref": "paper",
        "x": 1,
        "y": at,
        "text": words,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": anchor,
        "xshift": 8,
        "font": {"size": WORDS_PX, "color": ink},
    }
