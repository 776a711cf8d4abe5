"""Hand-made contents and tiles: a graph, a map with geometry by url, and words."""

from __future__ import annotations

import hashlib
import json
from typing import Any

Tree = dict[str, Any]
HTML, CORE, LEAFLET = "dash_html_components", "dash_core_components", "dash_leaflet"


def component(namespace: str, type_: str, children: Any = None, **props: Any) -> Tree:
    named = {name.replace("_", "-") if "data_" in name else name: p for name, p in props.items()}
    if children is not None:
        named["children"] = children
    return {"namespace": namespace, "type": type_, "props": named}


def words(text: str, colour: str = "#1d3b53") -> Tree:
    style = {"background": colour, "color": "#fff", "fontSize": "60px"}
    body = component(HTML, "Div", [component(HTML, "B", text), " ổn định"], className="tile-body")
    age = component(HTML, "Span", className="ioc-age", data_at_ms=0)
    foot = component(HTML, "Footer", [component(HTML, "Time", className="ioc-clock"), age])
    return component(HTML, "Section", [body, foot], className="tile tile-text", style=style)


def graph(points: list[float], title: str = "Tốc độ") -> Tree:
    figure = {
        "data": [{"type": "scatter", "mode": "lines", "y": points}],
        "layout": {"paper_bgcolor": "#10202c", "plot_bgcolor": "#10202c", "autosize": True},
    }
    drawn = component(
        CORE,
        "Graph",
        id="g",
        figure=figure,
        config={"staticPlot": True, "displayModeBar": False},
        style={"height": "80%"},
    )
    head = component(HTML, "H2", title)
    return component(HTML, "Section", [head, drawn], className="tile tile-trend")


def map_(hideout: dict[str, Any], *, url: str = "/geometry/areas.json") -> Tree:
    layer = component(LEAFLET, "GeoJSON", id="areas", url=url, hideout=hideout)
    drawn = component(
        LEAFLET,
        "MapContainer",
        [layer],
        id="map",
        center=[21.0, 105.8],
        zoom=9,
        zoomControl=False,
        attributionControl=False,
        style={"height": "100%", "background": "#0d1a22"},
    )
    return component(HTML, "Section", [drawn], className="tile tile-map")


def hash_of(content: Any) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def tile(
    render_id: str,
    content: Tree | None,
    rect: tuple[float, float, float, float],
    *,
    version: int = 1,
    as_of_at_ms: float = 4e12,
    stale_after_ms: float = 60_000,
    level: str = "public",
    content_hash: str | None = None,
) -> dict[str, Any]:
    """Return a tile as `prepare` carries it; without content the client must have it or ask."""
    x, y, width, height = rect
    made = {
        "tileId": render_id,
        "renderId": render_id,
        "kind": "text",
        "rectPx": {"x": x, "y": y, "width": width, "height": height},
        "version": version,
        "contentHash": content_hash or hash_of(content),
        "asOfAtMs": as_of_at_ms,
        "staleAfterMs": stale_after_ms,
        "classification": {"level": level, "compartments": []},
    }
    return made if content is None else {**made, "content": content}
