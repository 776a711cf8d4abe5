"""A figure as it stands in a tile: of the size it was drawn for, and still."""

from __future__ import annotations

from typing import Any

from dash import dcc


def graph(figure: dict[str, Any], size_px: tuple[int, int]) -> dcc.Graph:
    """Return a figure that nothing moves and no window resizes."""
    width_px, height_px = size_px
    return dcc.Graph(
        id="g",
        figure=figure,
        config={"staticPlot": True, "displayModeBar": False, "responsive": False},
        className="t-chart",
        style={"width": f"{width_px}px", "height": f"{height_px}px"},
    )
