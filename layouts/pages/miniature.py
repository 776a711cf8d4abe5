"""A wall in small: its live view in a frame, the bezels over it, and scenes drawn as rectangles."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from language import pick, text
from layouts.pages.shell import HIDDEN, icon
from layouts.pages.wall_view import Box, SceneView, WallView

KIND_ICONS = {
    "kpi": "bi-123",
    "trend": "bi-graph-up",
    "bars": "bi-bar-chart-fill",
    "table": "bi-table",
    "map": "bi-geo-alt-fill",
    "alerts": "bi-exclamation-triangle-fill",
    "text": "bi-fonts",
    "clock": "bi-clock-fill",
    "quality": "bi-check2-square",
    "bottlenecks": "bi-list-ol",
    "stage": "bi-reception-4",
    "anomalies": "bi-activity",
    "brief": "bi-file-text-fill",
    "camera": "bi-camera-video-fill",
    "flood_depth": "bi-water",
    "forecast": "bi-graph-up-arrow",
    "scenarios": "bi-bar-chart-steps",
    "topics": "bi-chat-left-text-fill",
    "twin_traffic": "bi-car-front-fill",
}


def live_wall(
    wall: WallView, view: str, language: str, *, over: Sequence[Component] = ()
) -> Component:
    """Return the live picture of a wall with its panels' edges over it, and `over` on top."""
    name = pick(wall.name, language)
    return html.Div(
        [
            html.Iframe(
                src=f"/wall/{wall.wall_id}/view/{view}",
                title=text(f"pages.view.{view}", language, wall=name),
                className="live-frame",
                tabIndex="-1",
            ),
            bezels(wall),
            *over,
        ],
        className="live-wall",
        style={"aspectRatio": f"{wall.aspect:.5f}"},
    )


def bezels(wall: WallView) -> Component:
    """Return the edges of the panels, to lie over a picture of the wall."""
    return html.Div(
        [html.I(style=each.box.style()) for each in wall.outputs], className="bezels", **HIDDEN
    )


def thumbnail(scene: SceneView, wall: WallView) -> Component:
    """Draw a scene's arrangement: a rectangle and a sign of its kind for each tile."""
    tiles = [
        html.I(
            icon(KIND_ICONS.get(tile.kind, "bi-square")) if _has_room(tile.box, wall) else None,
            style=tile.box.style(),
            className=f"thumb-tile kind-{tile.kind}",
        )
        for tile in scene.tiles
    ]
    return html.Div(
        [*tiles, bezels(wall)],
        className="thumb",
        style={"aspectRatio": f"{wall.aspect:.5f}"},
        **HIDDEN,
    )


def _has_room(box: Box, wall: WallView) -> bool:
    """A sign is drawn where a tile is at least a tenth of the wall's height either way."""
    return box.height >= 0.1 and box.width * wall.aspect >= 0.1
