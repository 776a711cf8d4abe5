"""The operator's page as it stands: built at loading, and drawn anew when something may differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import ALL, Dash, Input, Output, State, no_update

from callbacks import automation as by_itself
from callbacks import exercises as played
from callbacks import page_setting, session
from callbacks.desk import Desk, desk
from callbacks.history import history
from callbacks.room import deeds
from callbacks.walls import all_walls, control_of
from layouts import ids
from layouts.pages import automation, monitors, notice, operator, operator_keys, room
from layouts.pages.align import align
from layouts.pages.exercises import exercises_view
from layouts.pages.guard import guard
from layouts.pages.operator_state import Beside
from layouts.pages.scene_keys import scenes
from layouts.pages.shell import Setting
from layouts.pages.sites import drawing
from layouts.pages.switch_history import switch_history
from layouts.pages.tools import tools
from layouts.pages.wall_view import WallView
from permissions.errors import Forbidden
from permissions.roles import Right

DEEDS_SHOWN = 5
DRAWN = {  # what is drawn anew: a name, and what of which component it becomes
    "tabs": Output(ids.OPERATOR_TABS, "children"),
    "preview_head": Output(ids.OPERATOR_PREVIEW_HEAD, "children"),
    "program_head": Output(ids.OPERATOR_PROGRAM_HEAD, "children"),
    "scenes": Output(ids.OPERATOR_SCENES, "children"),
    "outputs": Output(ids.OPERATOR_OUTPUTS, "children"),
    "switch": Output(ids.OPERATOR_SWITCH, "children"),
    "hold": Output(ids.OPERATOR_LAYERS, "children"),
    "nothing_to_extend": Output(ids.OPERATOR_EXTEND, "disabled"),
    "nothing_to_clear": Output(ids.OPERATOR_CLEAR, "disabled"),
    "seen": Output(ids.OPERATOR_SEEN, "data"),
    "away": Output(ids.OPERATOR_AWAY, "children"),
    "empty": Output(ids.OPERATOR_EMPTY, "children"),
    "marks": Output(ids.OPERATOR_MARKS, "children"),
    "nothing_to_take": Output(ids.OPERATOR_TAKE, "disabled"),
    "deeds": Output(ids.OPERATOR_DEEDS, "children"),
    "history": Output(ids.OPERATOR_HISTORY, "children"),
    "automation": Output(ids.OPERATOR_AUTOMATION, "children"),
    "urgent": Output(ids.OPERATOR_URGENT, "children"),
    "guard": Output(ids.OPERATOR_GUARD, "children"),
    "tools": Output(ids.OPERATOR_TOOLS, "children"),
    "align": Output(ids.OPERATOR_ALIGN, "children"),
    "exercises": Output(ids.OPERATOR_EXERCISES, "children"),
    "drawings": Output({"part": "wall-drawn", "wall": ALL, "view": ALL}, "children"),
}


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    app.callback(
        output=DRAWN,
        inputs=[
            Input(ids.OPERATOR_DONE, "data"),
            Input(ids.WALL_EVENT, "data"),
            Input(ids.LIVE_POLL, "n_intervals"),
            Input(ids.LIVE_JOINED, "data"),
            Input(ids.OPERATOR_PLACE, "value"),
        ],
        state=[
            State({"part": "wall-drawn", "wall": ALL, "view": ALL}, "id"),
            State(ids.OPERATOR_WALL, "data"),
        ],
        prevent_initial_call=True,
    )(refresh)


def layout(wall: str | None = None) -> Any:
    """Build the page for the wall named in the address, else the first."""
    reach, setting = desk(), page_setting.setting()
    if not setting.person.may(Right.SEE_OPERATOR):
        raise Forbidden("operators only")
    walls = all_walls(reach)
    if not walls:
        return notice.no_walls(setting)
    chosen = next((each for each in walls if each.wall_id == wall), walls[0])
    return operator.page(
        walls,
        chosen,
        _beside(reach, walls, chosen, setting),
        played.form(reach, setting),
        may_command=_may_command(chosen.wall_id),
        now_ms=reach.now_ms(),
        setting=setting,
        **page_setting.link(),
    )


def refresh(
    _done: Any,
    _event: Any,
    _poll: Any,
    _joined: Any,
    place: str | None,
    drawn: list[dict[str, str]],
    wall_id: str,
) -> Any:
    """Draw anew everything of the page that the controller knows better."""
    as_it_is = {**dict.fromkeys(DRAWN, no_update), "drawings": [no_update] * len(drawn)}
    if session.person() is None:
        return as_it_is
    reach, setting = desk(), page_setting.setting()
    now_ms = reach.now_ms()
    walls = all_walls(reach)
    wall = next((each for each in walls if each.wall_id == wall_id), None)
    if wall is None:
        return as_it_is  # only another site knew it, and is not heard since a start here
    beside = _beside(reach, walls, wall, setting)
    may = _may_command(wall_id)
    return {
        "tabs": operator.tabs(walls, wall_id, now_ms=now_ms, setting=setting),
        "preview_head": monitors.monitor_head("preview", wall, now_ms=now_ms, setting=setting),
        "program_head": monitors.monitor_head("program", wall, now_ms=now_ms, setting=setting),
        "scenes": scenes(wall, setting=setting),
        "outputs": monitors.outputs(wall, setting=setting),
        "switch": monitors.last_switch(wall, now_ms=now_ms, setting=setting),
        "hold": operator_keys.hold_state(wall, setting=setting),
        "nothing_to_extend": not operator_keys.may_end(wall),
        "nothing_to_clear": not operator_keys.may_end(wall),
        "seen": operator.seen(wall),
        "away": operator.away(wall, now_ms=now_ms, setting=setting),
        "empty": monitors.empty(wall, setting=setting),
        "marks": monitors.trouble(wall, setting=setting),
        "nothing_to_take": not operator_keys.may_take(wall),
        "deeds": room.deed_list(beside.deeds, now_ms=now_ms, setting=setting),
        "history": switch_history(beside.history, now_ms=now_ms, setting=setting),
        "automation": automation.automation_view(
            beside.automation, may_command=may, now_ms=now_ms, setting=setting
        ),
        "urgent": automation.urgent(beside.automation, may_command=may, setting=setting),
        "guard": guard(wall, beside.exercises, may_command=may, now_ms=now_ms, setting=setting),
        "exercises": exercises_view(
            beside.exercises, wall, may_command=may, now_ms=now_ms, setting=setting
        ),
        "tools": tools(
            wall,
            beside.others,
            orbit_px=beside.orbit_px,
            may_command=may,
            now_ms=now_ms,
            setting=setting,
        ),
        "align": align(wall, place or "", may_command=may, setting=setting),
        "drawings": [drawing(wall, each["view"], setting=setting) for each in drawn],
    }


def _beside(reach: Desk, walls: Sequence[WallView], wall: WallView, setting: Setting) -> Beside:
    return Beside(
        deeds=deeds(reach, wall_id=wall.wall_id, limit=DEEDS_SHOWN),
        history=history(reach, wall),
        automation=by_itself.automation(reach, wall, setting.person),
        others=_others(walls, wall),
        exercises=played.exercises(reach),
        orbit_px=_orbit_px(wall.wall_id),
    )


def _others(walls: Sequence[WallView], wall: WallView) -> list[WallView]:
    """Return the walls that `wall` may follow: those of another site's controller."""
    if desk().settings.site is None:  # one controller has all walls, whatever their site
        return []
    return [each for each in walls if each.reachable and each.site_id != wall.site_id]


def _orbit_px(wall_id: str) -> int:
    wall = desk().walls.get(wall_id)
    return wall.orbit_px if wall is not None else 0


def _may_command(wall_id: str) -> bool:
    """Tell whether who asks may change the wall: the page has keys for nobody else."""
    who = session.person()
    return who is not None and who.may_command(control_of(desk(), wall_id))
