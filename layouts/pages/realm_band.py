"""Around a page that shows an exercise: the band that says so, and the way there and back.

Values in, components out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.exercise_view import ExerciseView
from layouts.pages.exercises import pace_words, time_there
from layouts.pages.in_world import in_world
from layouts.pages.shell import Setting, icon, say
from layouts.pages.wall_view import LIVE


def band(exercise: ExerciseView | None, *, now_ms: float, setting: Setting) -> list[Component]:
    """Return what the band says; `exercise` None: it has ended, or nobody can tell."""
    mark = html.Strong(
        [icon("bi-cone-striped"), say("exercise.band", setting)], className="realm-mark"
    )
    if exercise is None:
        return [mark, html.Span(say("exercise.gone", setting))]
    return [
        mark,
        html.Span(exercise.name, className="realm-name"),
        time_there(exercise),
        html.Span(pace_words(exercise, now_ms=now_ms, setting=setting)),
    ]


def of_now(page: str, realm: str, *, setting: Setting) -> list[Component]:
    """Return what a page that is of now alone says to who comes from another world; [] of live."""
    if realm == LIVE:
        return []
    said = [icon("bi-clock-history"), html.Span(say(f"of_now.{page}", setting))]
    back = html.A(say("of_now.back", setting), href=in_world("/", realm), className="key")
    return [html.Div([html.P(said), back], className="of-now", role="note")]


def choices(
    exercises: Sequence[ExerciseView] | None,
    realm: str,
    *,
    kept: Mapping[str, str],
    setting: Setting,
) -> list[Component]:
    """Return a link to each world this page can show; [] when there is only live.

    `kept` is what else its address names.
    """
    others = [(each.realm, each.name) for each in exercises or ()]
    if not others and realm == LIVE:
        return []
    known = [(LIVE, say("exercise.live", setting)), *others]
    return [
        html.A(
            [icon("bi-broadcast" if each == LIVE else "bi-cone-striped"), html.Span(name)],
            href="?" + urlencode({**kept, **({} if each == LIVE else {"realm": each})}),
            className="key choice" + (" is-chosen" if each == realm else ""),
            title=name,
            **attrs(aria_current="true" if each == realm else None),
        )
        for each, name in known
    ]


def choice(
    children: Sequence[Component], *, kept: Mapping[str, str], setting: Setting
) -> Component:
    """Return where the links stand; a page has one."""
    return html.Nav(
        list(children),
        id=ids.REALM_CHOICE,
        className="realm-choice",
        **attrs(aria_label=say("exercise.choice", setting), data_kept=json.dumps(kept)),
    )
