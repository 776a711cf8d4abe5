"""A key a scene: what an operator prepares with a finger or a digit."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from language import pick
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.miniature import thumbnail
from layouts.pages.shell import HIDDEN, Setting, say
from layouts.pages.wall_view import SceneView, WallView

IN_A_ROW_OF_THREE = 9  # scenes
MANY = 15  # more of them have no room for their drawings on a small console
DIGITS = "1234567890"  # of the first ten scenes; with Shift, of the ten after them


def key_of(position: int) -> str | None:
    """Return the key of the scene at `position` (from 1) as `aria-keyshortcuts` names it."""
    if position > 2 * len(DIGITS):
        return None
    with_shift, digit = divmod(position - 1, len(DIGITS))
    return f"Shift+{DIGITS[digit]}" if with_shift else DIGITS[digit]


def scenes(wall: WallView, *, setting: Setting) -> list[Component]:
    """Return a key a scene: its arrangement drawn, its name, its digit, where it is now."""
    if not wall.reachable:
        words = say("site.scenes" if wall.is_lost else "operator.scenes_unknown", setting)
        return [html.P(words, className="quiet")]
    if not wall.scenes:
        return [html.P(say("operator.no_scenes", setting), className="quiet")]
    return [_scene(wall, scene, number_, setting) for number_, scene in enumerate(wall.scenes, 1)]


def scene_columns(wall: WallView) -> int:
    """Return how many keys stand in a row, so that all scenes are seen at once."""
    rooms = ((IN_A_ROW_OF_THREE, 3), (12, 4), (15, 5))
    return next((columns for most, columns in rooms if len(wall.scenes) <= most), 6)


def _scene(wall: WallView, scene: SceneView, position: int, setting: Setting) -> Component:
    name = pick(scene.name, setting.language)
    is_program = bool(wall.program and wall.program.scene_id == scene.scene_id)
    is_preview = wall.preview_scene == scene.scene_id
    marks = [
        html.Span(say(f"operator.{view}", setting), className=f"tally tally-{view}")
        for view, is_there in (("preview", is_preview), ("program", is_program))
        if is_there
    ]
    shortcut = key_of(position)
    key = [html.Kbd(shortcut.replace("Shift+", "⇧"), **HIDDEN)] if shortcut else []
    return html.Button(
        [
            thumbnail(scene, wall),
            html.Span([*key, html.Span(name, className="scene-name")], className="scene-foot"),
            html.Span(marks, className="scene-marks"),
        ],
        id=ids.operator_scene(scene.scene_id),
        className="key scene"
        + (" is-program" if is_program else "")
        + (" is-preview" if is_preview else ""),
        title=say("operator.to_preview", setting, scene=name),
        **attrs(
            data_position=str(position),
            data_presses=ids.OPERATOR_PRESSED,
            aria_pressed=str(is_preview).lower(),
            aria_keyshortcuts=shortcut,
        ),
    )
