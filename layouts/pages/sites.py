"""Walls of another site: whether that site is heard, and what stands where a live picture cannot.

Values in, components out.
"""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from language import moment, pick
from layouts import ids
from layouts.pages.miniature import live_wall, thumbnail
from layouts.pages.shell import Setting, icon, say
from layouts.pages.wall_view import WallView


def silence(wall: WallView, *, now_ms: float, setting: Setting, is_short: bool = False) -> str:
    """Say why nothing is known of a wall now: no controller, or no line to its site since when."""
    peer = wall.peer
    if peer is None or not peer.is_lost:
        return say("wall.unreachable", setting)
    site = pick(peer.name, setting.language)
    if peer.heard_at_ms is None:
        return say("site.never", setting, site=site)
    at = moment(
        peer.heard_at_ms,
        now=now_ms,
        language=setting.language,
        timezone=setting.timezone,
        seconds=True,
    )
    if is_short:
        return say("site.lost_since", setting, at=at)
    return say("site.lost", setting, site=site, at=at)


def site_mark(wall: WallView, setting: Setting) -> list[Component]:
    """Return the mark of a wall that is another site's; [] of one of our own."""
    if wall.peer is None:
        return []
    words = say("site.of", setting, site=pick(wall.peer.name, setting.language))
    return [html.Span([icon("bi-building"), words], className="site-mark")]


def picture(wall: WallView, view: str, *, over: list[Component], setting: Setting) -> Component:
    """Return a wall's live picture; of another site's without one, what is there as a drawing."""
    if wall.is_live_here:
        return live_wall(wall, view, setting.language, over=over)
    return html.Div(
        [
            html.Div(
                drawing(wall, view, setting=setting),
                id=ids.wall_drawn(wall.wall_id, view),
                className="drawn-view",
            ),
            *over,
        ],
        className="live-wall",
        style={"aspectRatio": f"{wall.aspect:.5f}"},
    )


def drawing(wall: WallView, view: str, *, setting: Setting) -> list[Component]:
    """Return the arrangement of what is on air there (or prepared), and that it is no picture."""
    scene = wall.scene(wall.program_scene if view == "program" else wall.preview_scene)
    words = say("site.drawn", setting) if scene is not None else say("site.no_picture", setting)
    return [
        *([thumbnail(scene, wall)] if scene is not None else []),
        html.Span([icon("bi-camera-video-off"), html.Span(words)], className="drawn-words"),
    ]
