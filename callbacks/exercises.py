"""Exercises: read for the pages that may show them, and commanded from the operator's page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dash import Dash, Input, Output, State, no_update

from callbacks import page_setting, session
from callbacks.commands import CommandRefused, command, refused, troubles
from callbacks.desk import Desk, desk
from callbacks.names import asked, people_names
from callbacks.typed import typed_stretch_ms
from language import date, text, time
from language.formats import local
from layouts import ids
from layouts.pages.exercise_view import ExerciseView, find, read_exercises
from layouts.pages.exercises import ABOUT, start_form
from layouts.pages.outcome import Outcome, result
from layouts.pages.shell import Setting
from layouts.pages.wall_view import LIVE
from permissions.roles import Person

BEGINS, ENDS = "07:00", "09:00"  # what a new one is offered with, of the day before
RENDERED_WITHIN_MS = 5_000
NOT_AS_SEEN = {"exercise.start": "manyExercises", "wall.realm": "emergencyOnAir"}

Asked = tuple[str, dict[str, Any]]


def exercises(reach: Desk) -> tuple[ExerciseView, ...] | None:
    """Return what is played beside live; None when nobody can be asked."""
    return read_exercises(asked(reach, "realm.list", {}), people_names(reach))


def form(reach: Desk, setting: Setting) -> Any:
    """Return the form of a new exercise, filled with a morning that is surely past."""
    yesterday = local(reach.now_ms(), timezone=setting.timezone) - timedelta(days=1)
    day = date(yesterday, language="vi", timezone=setting.timezone)  # as it is to be typed
    return start_form(day=day, begins=BEGINS, ends=ENDS, setting=setting)


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    app.callback(
        Output(ids.OPERATOR_RESULT, "children", allow_duplicate=True),
        Output(ids.OPERATOR_DONE, "data", allow_duplicate=True),
        Input(ids.EXERCISE_START, "n_clicks"),
        State(ids.EXERCISE_DAY, "value"),
        State(ids.EXERCISE_FROM, "value"),
        State(ids.EXERCISE_UNTIL, "value"),
        State(ids.EXERCISE_SPEED, "value"),
        State(ids.OPERATOR_DONE, "data"),
        running=[(Output(ids.EXERCISE_START, "disabled"), True, False)],
        prevent_initial_call=True,
    )(start)


def start(
    _pressed: int | None,
    day: str | None,
    begins: str | None,
    ends: str | None,
    speed: str | None,
    done: int | None,
) -> Any:
    """Start an exercise, and say what came of it."""
    who = session.person()
    if who is None:
        return no_update, no_update
    reach, setting = desk(), page_setting.setting()
    try:
        outcome = _started(reach, who, (day, begins, ends), speed, setting)
    except CommandRefused as error:
        outcome = refused(error, setting.language)
    return result(outcome, now_ms=reach.now_ms(), setting=setting), (done or 0) + 1


def _started(
    reach: Desk,
    who: Person,
    typed: tuple[str | None, str | None, str | None],
    speed: str | None,
    setting: Setting,
) -> Outcome:
    try:
        from_ms, to_ms = typed_stretch_ms(*typed, timezone=setting.timezone)
        pace = float(speed or "")
    except (ValueError, OverflowError) as error:
        raise CommandRefused("stretch") from error
    now_ms = reach.now_ms()
    if from_ms >= now_ms:
        raise CommandRefused("stretchAhead")
    told: Any = {"timezone": setting.timezone}
    begin, now = local(from_ms, **told), local(now_ms, **told)
    args = {
        # Named by the second it was asked for: content of one of before is never taken for its own.
        "exerciseId": f"{begin:%y%m%d-%H%M}-{now:%d%H%M%S}",
        "name": f"{begin:%d/%m/%Y} {time(from_ms, language=setting.language, **told)}",
        "fromAtMs": from_ms,
        "toAtMs": min(to_ms, now_ms),
        "speed": pace,
    }
    _do(who, "exercise.start", args)
    return Outcome(True, text("pages.done.exercise.start", setting.language, name=args["name"]))


def carry_out(who: Person | None, wall_id: str, pressed: Mapping[str, Any]) -> Outcome | None:
    """Do what a key of `layouts.pages.exercises` stands for; None when it is not theirs.

    Raises CommandRefused.
    """
    do, about = str(pressed.get("do")), str(pressed.get("about"))
    language = session.page_language()
    if do == "wall.realm":
        # Of an exercise nothing is rendered before a wall is there; of live it is (wall.contents).
        patience = {} if about == LIVE else {"deadlineMs": RENDERED_WITHIN_MS}
        answer = _do(who, do, {"wallId": wall_id, "realm": about, **patience})
        done = "live" if about == LIVE else "realm"
        below = bool(answer.get("committed")) and answer.get("showAtMs") is None
        words = text(f"pages.done.wall.{'below' if below and done == 'realm' else done}", language)
        return Outcome(True, words, troubles(answer, language))
    named = _command(do, about)
    if named is None:
        return None
    _do(who, *named)
    return Outcome(True, text(f"pages.done.{do}", language))


def _command(do: str, about: str) -> Asked | None:
    exercise_id, _, more = about.partition(ABOUT)
    of_it = {"exerciseId": exercise_id}
    if do in ("exercise.pause", "exercise.resume"):
        return "exercise.pause", {**of_it, "on": do == "exercise.pause"}
    if do == "exercise.end":
        return do, of_it
    if do == "exercise.again":
        found = find(exercises(desk()), f"exercise:{exercise_id}")
        if found is None:
            raise CommandRefused("unknownRealm")
        return "exercise.go", {**of_it, "glassAtMs": found.from_ms}
    if do != "exercise.speed":
        return None
    try:
        return do, {**of_it, "speed": float(more)}
    except ValueError as error:
        raise CommandRefused("invalidArgs") from error


def _do(who: Person | None, op: str, args: dict[str, Any]) -> dict[str, Any]:
    try:
        return command(who, op, args)
    except CommandRefused as error:
        if error.code == "conflict" and op in NOT_AS_SEEN:
            raise CommandRefused(NOT_AS_SEEN[op], error.body) from error
        raise
