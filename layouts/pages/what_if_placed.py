"""A tile in its place on a page of what-ifs; ids inside it are made the page's own."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts.pages.console_plan import Rect


def placed(tile: Component, key: str, rect: Rect) -> Component:
    """Return the tile in a box of its size; the ids in it begin with `key`."""
    _own(tile, key)
    size = {"width": f"{rect.width}px", "height": f"{rect.height}px"}
    return html.Div(tile, className="wi-tile", style=size)


def _own(node: Any, key: str) -> None:
    if isinstance(node, (list, tuple)):
        for each in node:
            _own(each, key)
    elif isinstance(node, Component):
        name = getattr(node, "id", None)
        if isinstance(name, str):
            node.id = f"{key}-{name}"  # type: ignore[attr-defined]
        label = getattr(node, "htmlFor", None)
        if isinstance(label, str):
            node.htmlFor = f"{key}-{label}"  # type: ignore[attr-defined]
        _own(getattr(node, "children", None), key)
