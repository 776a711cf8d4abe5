"""The operator's page: commands to the walls, and the state that follows events."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, Patch, State, ctx, no_update

from callbacks import automation as by_itself
from callbacks import page_setting, session
from callbacks.commands import (
    CommandRefused,
    command,
    extended,
    previewed,
    refused,
    taken,
)
from callbacks.desk import desk
from callbacks.history import history
from callbacks.room import deeds
from callbacks.walls import all_walls
from language import pick, text
from layouts import ids
from layouts.pages import automation, operator, room
from layouts.pages.operator import Outcome
from layouts.pages.switch_history import switch_history
from permissions.errors import Forbidden
from permissions.roles import Right

REQUEST_DEADLINE_MS = 1_000
DEEDS_SHOWN = 5


def layout(wall: str | None = None) -> Any:
    """Build the page for the wall named in the address, else the first."""
    reach, setting = desk(), page_setting.setting()
    if not setting.person.may(Right.SEE_OPERATOR):
        raise Forbidden("operators only")
    walls = all_walls(reach)
    chosen = next((each for each in walls if each.wall_id == wall), walls[0])
    return operator.page(
        walls,
        chosen,
        deeds(reach, wall_id=chosen.wall_id, limit=DEEDS_SHOWN),
        history=history(reach, chosen),
        automation=by_itself.automation(reach, chosen, setting.person),
        may_command=_may_command(chosen.wall_id),
        now_ms=reach.now_ms(),
        setting=setting,
        **page_setting.link(),
    )


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""
    app.callback(
        Output(ids.OPERATOR_RESULT, "children"),
        Output(ids.OPERATOR_DONE, "data"),
        Output(ids.OPERATOR_SEEN, "data", allow_duplicate=True),
        Input(ids.OPERATOR_TAKE, "n_clicks"),
        Input(ids.OPERATOR_EXTEND, "n_clicks"),
        Input(ids.OPERATOR_CLEAR, "n_clicks"),
        Input(ids.OPERATOR_PRESSED, "data"),
        State(ids.OPERATOR_WALL, "data"),
        State(ids.OPERATOR_SEEN, "data"),
        State(ids.OPERATOR_HOLD, "value"),
        State(ids.OPERATOR_DONE, "data"),
        running=[
            (Output(ids.OPERATOR_TAKE, "disabled"), True, False),
            (Output(ids.OPERATOR_BUSY, "hidden"), False, True),
        ],
        prevent_initial_call=True,
    )(act)
    app.callback(
        Output(ids.OPERATOR_TABS, "children"),
        Output(ids.OPERATOR_PREVIEW_HEAD, "children"),
        Output(ids.OPERATOR_PROGRAM_HEAD, "children"),
        Output(ids.OPERATOR_SCENES, "children"),
        Output(ids.OPERATOR_OUTPUTS, "children"),
        Output(ids.OPERATOR_SWITCH, "children"),
        Output(ids.OPERATOR_LAYERS, "children"),
        Output(ids.OPERATOR_EXTEND, "disabled"),
        Output(ids.OPERATOR_CLEAR, "disabled"),
        Output(ids.OPERATOR_SEEN, "data"),
        Output(ids.OPERATOR_AWAY, "children"),
        Output(ids.OPERATOR_EMPTY, "children"),
        Output(ids.OPERATOR_MARKS, "children"),
        Output(ids.OPERATOR_TAKE, "disabled"),
        Output(ids.OPERATOR_DEEDS, "children"),
        Output(ids.OPERATOR_HISTORY, "children"),
        Output(ids.OPERATOR_AUTOMATION, "children"),
        Output(ids.OPERATOR_URGENT, "children"),
        Output(ids.OPERATOR_GUARD, "children"),
        Input(ids.OPERATOR_DONE, "data"),
        Input(ids.WALL_EVENT, "data"),
        Input(ids.LIVE_POLL, "n_intervals"),
        Input(ids.LIVE_JOINED, "data"),
        State(ids.OPERATOR_WALL, "data"),
        prevent_initial_call=True,
    )(refresh)


def act(
    _take: int | None,
    _extend: int | None,
    _clear: int | None,
    scene_key: dict[str, Any] | None,
    wall_id: str,
    seen: dict[str, str | None],
    hold: bool,
    done: int | None,
) -> Any:
    """Carry out the command of the key that was pressed, and say what came of it.

    What is said to be ready is what the next take takes, and what was taken is what it expects
    to find: both come in the answer that says so.
    """
    pressed = scene_key if ctx.triggered_id == ids.OPERATOR_PRESSED else ctx.triggered_id
    if not pressed or not ctx.triggered[0]["value"]:
        return no_update, no_update, no_update
    setting = page_setting.setting()
    reach = desk()
    try:
        outcome = _carry_out(pressed, wall_id, seen or {}, bool(hold))
    except CommandRefused as error:
        outcome = refused(error, setting.language)
    words = operator.result(outcome, now_ms=reach.now_ms(), setting=setting)
    seen_now = _seen_after(pressed, wall_id) if outcome.done else no_update
    return words, (done or 0) + 1, seen_now


def refresh(_done: Any, _event: Any, _poll: Any, _joined: Any, wall_id: str) -> Any:
    """Draw anew everything of the page that the controller knows better."""
    if session.person() is None:
        return (no_update,) * 19
    reach, setting = desk(), page_setting.setting()
    now_ms = reach.now_ms()
    walls = all_walls(reach)
    wall = next(each for each in walls if each.wall_id == wall_id)
    found = by_itself.automation(reach, wall, setting.person)
    may = _may_command(wall_id)
    return (
        operator.tabs(walls, wall_id, setting=setting),
        operator.monitor_head("preview", wall, now_ms=now_ms, setting=setting),
        operator.monitor_head("program", wall, now_ms=now_ms, setting=setting),
        operator.scenes(wall, setting=setting),
        operator.outputs(wall, setting=setting),
        operator.last_switch(wall, now_ms=now_ms, setting=setting),
        operator.hold_state(wall, setting=setting),
        wall.manual is None,
        wall.manual is None,
        operator.seen(wall),
        operator.away(wall, setting=setting),
        operator.empty(wall, setting=setting),
        operator.trouble(wall, setting=setting),
        not operator.may_take(wall),
        room.deed_list(
            deeds(reach, wall_id=wall_id, limit=DEEDS_SHOWN), now_ms=now_ms, setting=setting
        ),
        switch_history(history(reach, wall), now_ms=now_ms, setting=setting),
        automation.automation_view(found, may_command=may, now_ms=now_ms, setting=setting),
        automation.urgent(found, may_command=may, setting=setting),
        automation.guard(wall, may_command=may, now_ms=now_ms, setting=setting),
    )


def _may_command(wall_id: str) -> bool:
    """Tell whether who asks may change the wall: the page has keys for nobody else."""
    who = session.person()
    return who is not None and who.may_command(desk().walls[wall_id].control)


def _seen_after(pressed: Any, wall_id: str) -> Any:
    """Return what the operator knows of the wall once a command is said to be done.

    A preview changes nothing else: others may have switched the wall, and the page may have shown
    it, since the key was pressed. What a list, a rule or a lock changed is seen when it is drawn.
    """
    if isinstance(pressed, dict) and "do" in pressed:
        return no_update
    if isinstance(pressed, dict):
        patch = Patch()
        patch["preview"] = str(pressed["scene"])
        return patch
    return operator.seen(next(each for each in all_walls(desk()) if each.wall_id == wall_id))


def _carry_out(pressed: Any, wall_id: str, seen: dict[str, str | None], hold: bool) -> Outcome:
    who, language = session.person(), session.page_language()
    if isinstance(pressed, dict) and "do" in pressed:
        return by_itself.carry_out(who, wall_id, pressed)
    if isinstance(pressed, dict):
        scene_id = str(pressed["scene"])
        result = command(who, "wall.preview", {"wallId": wall_id, "sceneId": scene_id})
        return previewed(result, _scene_name(wall_id, scene_id), language)
    if pressed == ids.OPERATOR_TAKE:
        return take(wall_id, seen, hold=hold)
    if pressed == ids.OPERATOR_EXTEND:
        result = command(who, "wall.extend", {"wallId": wall_id, "layer": "manual"})
        return extended(result, language, desk().city.timezone)
    result = command(who, "wall.clear", {"wallId": wall_id, "layer": "manual"})
    outcome = taken(result, "", language)
    return Outcome(True, text("pages.done.clear", language), outcome.details)


def take(wall_id: str, seen: dict[str, str | None], *, hold: bool) -> Outcome:
    """Take the prepared scene, if what is on air is still what the operator saw."""
    scene_id = seen.get("preview")
    if scene_id is None:
        raise CommandRefused("unknownScene")
    args: dict[str, Any] = {
        "wallId": wall_id,
        "sceneId": scene_id,
        "hold": hold,
        "deadlineMs": REQUEST_DEADLINE_MS,
        "expect": {"sceneId": seen.get("sceneId"), "revision": seen.get("revision")},
    }
    result = command(session.person(), "wall.take", args)
    return taken(result, _scene_name(wall_id, scene_id), session.page_language())


def _scene_name(wall_id: str, scene_id: str) -> str:
    scene = desk().scenes.get(wall_id, {}).get(scene_id)
    return pick(dict(scene.name), session.page_language()) if scene else scene_id
