"""Exercises on the operator's page: what is played again and how, on which wall, and a new one.

Who may not command sees all of it, without keys. Values in, components out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from data_access.realms.realm import EXERCISE
from language import date, number, pick, time
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.exercise_view import SPEEDS, ExerciseView, find
from layouts.pages.operator_keys import Asks, operator_key
from layouts.pages.shell import Setting, icon, say
from layouts.pages.wall_view import LIVE, WallView

ABOUT = "|"  # between an exercise and what is to be done to it
ICONS = {
    "running": "bi-play-fill",
    "paused": "bi-pause-fill",
    "over": "bi-stop-fill",
    "waiting": "bi-hourglass",
    "preparing": "bi-hourglass-split",
    "failed": "bi-x-octagon-fill",
}


def exercises_view(
    exercises: Sequence[ExerciseView] | None,
    wall: WallView,
    *,
    may_command: bool,
    now_ms: float,
    setting: Setting,
) -> list[Component]:
    """Return every exercise with its keys, and those that bring `wall` there and back."""
    if exercises is None:
        return [html.P(say("automation.unknown", setting), className="quiet")]
    shown = [
        _exercise(each, wall, may_command=may_command, now_ms=now_ms, setting=setting)
        for each in exercises
    ]
    return shown or [html.P(say("exercise.none", setting), className="quiet")]


def start_form(*, day: str, begins: str, ends: str, setting: Setting) -> Component:
    """Return what a new exercise is asked with; it is never drawn anew."""
    options = [
        {"label": speed_words(speed, setting.language), "value": str(speed)} for speed in SPEEDS
    ]
    return html.Div(
        [
            html.H3(say("exercise.new", setting)),
            html.Div(
                [
                    _field(
                        "day", ids.EXERCISE_DAY, day, say("rule_day.day_form", setting), setting
                    ),
                    _field("from", ids.EXERCISE_FROM, begins, "hh:mm", setting),
                    _field("until", ids.EXERCISE_UNTIL, ends, "hh:mm", setting),
                    html.Div(
                        [
                            html.Label(say("exercise.speed", setting), htmlFor=ids.EXERCISE_SPEED),
                            dbc.Select(id=ids.EXERCISE_SPEED, options=options, value="10"),
                        ]
                    ),
                    html.Button(
                        [icon("bi-play-fill"), html.Span(say("exercise.start", setting))],
                        id=ids.EXERCISE_START,
                        className="key",
                    ),
                ],
                className="exercise-form",
            ),
            html.P(say("exercise.what", setting), className="quiet"),
        ]
    )


def realm_chip(
    wall: WallView,
    exercises: Sequence[ExerciseView] | None,
    *,
    may_command: bool,
    setting: Setting,
) -> list[Component]:
    """Say that a wall shows what is not live, with the key that brings it back; [] of live."""
    if not wall.reachable or wall.realm == LIVE:
        return []
    found = find(exercises, wall.realm)
    told = found.name if found is not None else say("exercise.ended", setting)
    if wall.peer is not None:  # its exercises are its own site's
        told = wall.realm.removeprefix(EXERCISE)
    head = say("exercise.mark", setting)
    chip = html.Div(
        [icon("bi-cone-striped"), html.Div([html.Strong(head), html.Span(told)])],
        className="chip guard-exercise",
        title=f"{head} · {told}",
    )
    if not may_command:
        return [chip]
    asks = Asks(say("asking.realm_live", setting, place=pick(wall.name, setting.language)))
    words = say("exercise.to_live", setting)
    key = operator_key(
        "wall.realm", LIVE, "bi-broadcast", setting, words=words, hint=True, asks=asks
    )
    return [chip, key]


def speed_words(speed: float, language: str) -> str:
    """Write how much faster it goes: × 60."""
    decimals = 0 if speed == int(speed) else 1
    return f"× {number(speed, decimals=decimals, language=language)}"


def stretch_words(exercise: ExerciseView, setting: Setting) -> str:
    """Write from when to when the recording is."""
    told: Any = {"language": setting.language, "timezone": setting.timezone}
    day, last = date(exercise.from_ms, **told), date(exercise.to_ms - 1, **told)
    until = time(exercise.to_ms, **told)
    ends = until if day == last else f"{last} {until}"
    return f"{day} {time(exercise.from_ms, **told)}–{ends}"


def time_there(exercise: ExerciseView) -> Component:
    """Return what time it is there, kept by the page itself."""
    parts = [
        html.Time(className="ioc-clock", **attrs(data_format=each)) for each in ("time", "date")
    ]
    return html.Span(
        [parts[0], " · ", parts[1]],
        className="exercise-time",
        **attrs(data_realm_clock=exercise.clock_words),
    )


def pace_words(exercise: ExerciseView, *, now_ms: float, setting: Setting) -> str:
    """Say how it goes: at which speed, or why it stands."""
    pace = exercise.pace(now_ms)
    if pace == "running":
        return speed_words(exercise.speed, setting.language)
    if pace == "preparing":
        done = number(exercise.progress * 100, "%", decimals=0, language=setting.language)
        return say("exercise.preparing", setting, done=done)
    return say(f"exercise.is_{pace}", setting)


def _exercise(
    exercise: ExerciseView,
    wall: WallView,
    *,
    may_command: bool,
    now_ms: float,
    setting: Setting,
) -> Component:
    pace = exercise.pace(now_ms)
    words = pace_words(exercise, now_ms=now_ms, setting=setting)
    parts: list[Component] = [
        html.Div(
            [
                html.Strong([icon("bi-cone-striped"), exercise.name]),
                html.Span(stretch_words(exercise, setting), className="quiet"),
            ],
            className="auto-line",
        ),
        html.Div(
            [
                time_there(exercise),
                html.Span([icon(ICONS[pace]), words], className=f"exercise-pace is-{pace}"),
            ],
            className="auto-line",
        ),
    ]
    if may_command:
        parts += [_speeds(exercise, setting), _keys(exercise, wall, setting)]
    elif wall.realm == exercise.realm:
        parts.append(html.P(say("exercise.here", setting), className="quiet"))
    return html.Div(parts, className="auto-run exercise")


def _speeds(exercise: ExerciseView, setting: Setting) -> Component:
    keys = [
        operator_key(
            "exercise.speed",
            f"{exercise.exercise_id}{ABOUT}{speed}",
            "bi-fast-forward" if speed > 1 else "bi-play",
            setting,
            words=speed_words(speed, setting.language),
            is_pressed=exercise.speed == speed,
        )
        for speed in SPEEDS
    ]
    label = say("exercise.speed", setting)
    return html.Div(keys, className="exercise-speeds", role="group", **attrs(aria_label=label))


def _keys(exercise: ExerciseView, wall: WallView, setting: Setting) -> Component:
    name, about = exercise.name, exercise.exercise_id
    place = pick(wall.name, setting.language)
    do, symbol = (
        ("exercise.resume", "bi-play-fill")
        if exercise.is_paused
        else ("exercise.pause", "bi-pause-fill")
    )
    ends = Asks(say("asking.exercise_end", setting, name=name))
    shows = Asks(say("asking.realm", setting, name=name, place=place))
    keys = [
        operator_key(do, about, symbol, setting),
        operator_key("exercise.again", about, "bi-skip-start-fill", setting),
        operator_key("exercise.end", about, "bi-x-lg", setting, is_danger=True, asks=ends),
    ]
    if wall.realm == exercise.realm:
        keys.append(
            html.Span([icon("bi-display"), say("exercise.here", setting)], className="here")
        )
    elif wall.reachable and wall.peer is None:
        keys.append(operator_key("wall.realm", exercise.realm, "bi-display", setting, asks=shows))
    return html.Div(keys, className="auto-keys exercise-keys")


def _field(name: str, field_id: str, typed: str, form: str, setting: Setting) -> Component:
    return html.Div(
        [
            html.Label(say(f"exercise.{name}", setting), htmlFor=field_id),
            dcc.Input(
                id=field_id,
                type="text",
                value=typed,
                placeholder=form,
                autoComplete="off",
                maxLength=10,
            ),
        ]
    )
