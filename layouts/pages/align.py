"""The installer's tools on the operator's page: identify, test pattern, trim, planned reload.

They are about one output or all of a wall, whichever is chosen. Values in, components out.
"""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from language import number, pick
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.operator_keys import Asks, operator_key
from layouts.pages.shell import Setting, say
from layouts.pages.tools import row
from layouts.pages.tools_view import PARTS, PARTS_AT_FIRST
from layouts.pages.wall_view import WallView
from permissions.roles import Right

STEPS = (  # of a trim: where to, by how much, its sign
    ("left", (-1, 0), "bi-arrow-left"),
    ("right", (1, 0), "bi-arrow-right"),
    ("up", (0, -1), "bi-arrow-up"),
    ("down", (0, 1), "bi-arrow-down"),
)
PLACE = "|"  # between an output and what is to be done there; "" is all outputs


def places(wall: WallView, *, setting: Setting) -> Component:
    """Return the choice of what the installer's tools are about; it is never drawn anew."""
    whole = {"label": say("align.whole", setting), "value": ""}
    outputs = [{"label": each.output_id, "value": each.output_id} for each in wall.outputs]
    return html.Div(
        [
            html.Label(say("align.place", setting), htmlFor=ids.OPERATOR_PLACE),
            dbc.Select(
                id=ids.OPERATOR_PLACE,
                options=[whole, *outputs],
                value="",
                className="tool-place",
            ),
        ],
        className="tool-row",
    )


def align(wall: WallView, place: str, *, may_command: bool, setting: Setting) -> list[Component]:
    """Return what lies over the scenes, and the keys about `place`: an output, or "" for all."""
    if not wall.reachable:
        return []
    lying = [
        _lying(where, wall, may_command, setting)
        for where in dict.fromkeys(each.output_id for each in wall.tools.overlays)
    ]
    if not may_command:
        return lying
    return [
        _overlays(wall, place, setting),
        _parts(wall, place, setting),
        _trim(wall, place, setting),
        *lying,
    ]


def _overlays(wall: WallView, place: str, setting: Setting) -> Component:
    is_shown = wall.tools.has("identify", place or None)
    pattern = wall.tools.pattern(place or None)
    keys = [
        operator_key(
            "overlay.clear" if is_shown else "overlay.identify",
            f"{place}{PLACE}identify" if is_shown else place,
            "bi-info-square",
            setting,
            words=say("key.overlay.identify", setting),
            is_pressed=is_shown,
            asks=None if is_shown else _asks("identify", wall, place, setting),
        ),
        _pattern_key(
            wall,
            place,
            PARTS_AT_FIRST if not pattern else (),
            say("key.overlay.pattern", setting),
            bool(pattern),
            setting,
        ),
        operator_key("wall.reload", place, "bi-arrow-clockwise", setting, hint=True),
    ]
    return html.Div(keys, className="tool-keys tool-keys-wide")


def _parts(wall: WallView, place: str, setting: Setting) -> Component:
    """Return a key for each part of the test pattern, down while it is drawn."""
    drawn = wall.tools.pattern(place or None)
    return html.Div(
        [
            _pattern_key(
                wall,
                place,
                tuple(each for each in PARTS if (each in drawn) != (each == part)),
                say(f"align.part_{part}", setting),
                part in drawn,
                setting,
            )
            for part in PARTS
        ],
        className="tool-parts",
        role="group",
        **attrs(aria_label=say("align.parts", setting)),
    )


def _pattern_key(
    wall: WallView,
    place: str,
    parts: tuple[str, ...],
    words: str,
    is_pressed: bool,
    setting: Setting,
) -> Component:
    """Return the key that leaves a pattern of `parts`; of none, it takes the pattern away."""
    is_there = bool(wall.tools.pattern(place or None))
    symbol = "bi-check-square" if is_pressed else "bi-square"
    do, about = "overlay.pattern", f"{place}{PLACE}{','.join(parts)}"
    if not parts:
        do, about = "overlay.clear", f"{place}{PLACE}{words}"  # an id of its own for each key
    return operator_key(
        do,
        about,
        symbol,
        setting,
        words=words,
        is_pressed=is_pressed,
        asks=None if is_there else _asks("pattern", wall, place, setting),
    )


def _trim(wall: WallView, place: str, setting: Setting) -> Component:
    name = say("align.trim", setting)
    if not place:
        return row(name, say("align.trim_which", setting), [])
    x, y = wall.tools.trims_px.get(place, (0, 0))
    language = setting.language
    told = say(
        "align.trimmed",
        setting,
        output=place,
        x=number(x, "px", decimals=0, sign=True, language=language),
        y=number(y, "px", decimals=0, sign=True, language=language),
    )
    if not setting.person.may(Right.TRIM_OUTPUTS):
        return row(name, f"{told} · {say('align.trim_who', setting)}", [])
    asks = Asks(say("asking.trim", setting, output=place), f"trim-{place}")
    keys = [
        operator_key(
            "wall.trim",
            PLACE.join((place, str(x + dx), str(y + dy))),
            symbol,
            setting,
            words=say(f"align.{where}", setting),
            asks=asks,
        )
        for where, (dx, dy), symbol in STEPS
    ]
    as_planned = operator_key(
        "wall.trim", place, "bi-file-earmark", setting, words=say("align.planned", setting),
        asks=asks,
    )  # fmt: skip
    return html.Div(
        [
            html.Div([html.Strong(name), html.Div(told, className="tool-state")]),
            html.Div([*keys, as_planned], className="tool-keys tool-arrows"),
        ],
        className="tool-row tool-row-tall",
    )


def _lying(output_id: str | None, wall: WallView, may_command: bool, setting: Setting) -> Component:
    """Say what lies over the scenes of one output, or of all; with the key that takes it away."""
    kinds = [each.kind for each in wall.tools.overlays if each.output_id == output_id]
    named = ", ".join(say(f"align.is_{each}", setting) for each in kinds)
    key = operator_key("overlay.clear", output_id or "", "bi-x-lg", setting)
    where = output_id or say("align.whole", setting)
    told = say("align.lies", setting, what=named)
    return row(where, told, [key] if may_command else [])


def _asks(what: str, wall: WallView, place: str, setting: Setting) -> Asks:
    where = place or pick(wall.name, setting.language)
    return Asks(say(f"asking.{what}", setting, place=where))
