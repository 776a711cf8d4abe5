"""Over a map of a run: which minute of it is shown, and on a console the slider that chooses it.

The minute is turned by `assets/frames.mjs`: by the clock on a wall, by the slider on a console.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts.tiles.anatomy import CAPTION
from layouts.tiles.map_values import Values, minutes
from layouts.tiles.measure import width_u

TOLD_HEIGHT = 1.5
MINUTE = "minute"  # id of the slider in its tile
SLIDER_PX = 56  # of the slider under a map, with its air
Marks = dict[str, Any]


def over_time(values: Values, *, is_touched: bool) -> tuple[list[Component], Marks]:
    """Return what lies over a map of a run and the marks of its ground; nothing of one of now."""
    known = minutes(values)
    if not known:
        return [], {}
    tile = values.tile
    told = html.Div(
        [html.Span(words(known[0]), className="map-minute"), f" {tile.say('twin.since')}"],
        className="map-time type-16",
    )
    parts: list[Component] = [told]
    if is_touched:
        parts.append(slider(known, label=tile.say("twin.minute")))
    return parts, {"data-minutes": json.dumps(list(known))}


def told_box(values: Values, width: float) -> list[list[float]]:
    """Return the box [x0, y0, x1, y1] of a map `width` units wide where its minute is told."""
    if not minutes(values):
        return []
    said = f"0:00 {values.tile.say('twin.since')}"
    unit_px = values.tile.frame.unit_px
    left = width - width_u(said, CAPTION) - 1.0
    return [[left * unit_px, 0.0, width * unit_px, TOLD_HEIGHT * unit_px]]


def slider(known: Sequence[float], *, label: str) -> Component:
    """Return the slider over the minutes of a run; arrow keys move it too."""
    step = min((b - a for a, b in itertools.pairwise(known)), default=1)
    last = known[-1]
    return html.Div(
        [
            html.Label(label, htmlFor=MINUTE, className="visually-hidden"),
            dcc.Input(id=MINUTE, type="range", min=known[0], max=last, step=step, value=last),
        ],
        className="map-slider",
    )


def words(minute: float) -> str:
    """Return a minute of a run as `assets/frames.mjs` writes it: h:mm."""
    whole = int(minute + 0.5)
    return f"{whole // 60}:{whole % 60:02d}"
