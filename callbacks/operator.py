"""The operator's page: its commands to the walls, and when it is drawn anew.

Drawing is `callbacks.operator_drawing`; what single commands are is with what they are about.
"""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, Patch, State, ctx, no_update

from callbacks import automation as by_itself
from callbacks import exercises, operator_drawing, page_setting, session, tools
from callbacks.commands import (
    CommandRefused,
    command,
    extended,
    previewed,
    refused,
    taken,
)
from callbacks.desk import desk
from callbacks.walls import all_walls
from language import pick, text
from layouts import ids
from layouts.pages import operator
from layouts.pages.outcome import Outcome, result

REQUEST_DEADLINE_MS = 1_000


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
    exercises.register(app)
    operator_drawing.register(app)


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
    words = result(outcome, now_ms=reach.now_ms(), setting=setting)
    seen_now = _seen_after(pressed, wall_id) if outcome.done else no_update
    return words, (done or 0) + 1, seen_now


def _seen_after(pressed: Any, wall_id: str) -> Any:
    """Return what the operator knows of the wall once a command is said to be done.

    A preview changes nothing else: others may have switched the wall, and the page may have shown
    it, since the key was pressed. What any other key changed is seen when it is drawn.
    """
    if isinstance(pressed, dict) and "do" in pressed:
        return no_update
    if isinstance(pressed, dict):
        patch = Patch()
        patch["preview"] = str(pressed["scene"])
        return patch
    wall = next((each for each in all_walls(desk()) if each.wall_id == wall_id), None)
    return operator.seen(wall) if wall is not None else no_update


def _carry_out(pressed: Any, wall_id: str, seen: dict[str, str | None], hold: bool) -> Outcome:
    who, language = session.person(), session.page_language()
    if isinstance(pressed, dict) and "do" in pressed:
        for each in (by_itself, exercises, tools):
            outcome: Outcome | None = each.carry_out(who, wall_id, pressed)
            if outcome is not None:
                return outcome
        raise CommandRefused("unknownOp")
    if isinstance(pressed, dict):
        scene_id = str(pressed["scene"])
        answer = command(who, "wall.preview", {"wallId": wall_id, "sceneId": scene_id})
        return previewed(answer, _scene_name(wall_id, scene_id), language)
    if pressed == ids.OPERATOR_TAKE:
        return take(wall_id, seen, hold=hold)
    if pressed == ids.OPERATOR_EXTEND:
        answer = command(who, "wall.extend", {"wallId": wall_id, "layer": "manual"})
        return extended(answer, language, desk().city.timezone)
    answer = command(who, "wall.clear", {"wallId": wall_id, "layer": "manual"})
    outcome = taken(answer, "", language)
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
    answer = command(session.person(), "wall.take", args)
    return taken(answer, _scene_name(wall_id, scene_id), session.page_language())


def _scene_name(wall_id: str, scene_id: str) -> str:
    scene = desk().scenes.get(wall_id, {}).get(scene_id)
    return pick(dict(scene.name), session.page_language()) if scene else scene_id
