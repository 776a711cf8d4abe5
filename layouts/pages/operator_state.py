"""What is said beside the scenes: outputs, history, automation; and what a command came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from layouts import ids
from layouts.pages.align import align, places
from layouts.pages.attributes import attrs
from layouts.pages.automation import automation_view, urgent
from layouts.pages.automation_view import Automation
from layouts.pages.exercise_view import ExerciseView
from layouts.pages.exercises import exercises_view
from layouts.pages.monitors import last_switch, outputs
from layouts.pages.room import Deed, deed_list
from layouts.pages.shell import Setting, busy, say
from layouts.pages.switch_history import History, switch_history
from layouts.pages.tools import tools
from layouts.pages.wall_view import WallView

VIEWS = ("now", "history", "automation", "exercise", "tools")  # of the state beside the scenes


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a wall besides its picture."""

    deeds: Sequence[Deed]  # done lately
    history: History | None
    automation: Automation
    others: Sequence[WallView]  # walls it may follow
    exercises: Sequence[ExerciseView] | None  # None: nobody could be asked
    orbit_px: int


def operator_state(
    wall: WallView,
    beside: Beside,
    exercise_form: Component,
    *,
    may_command: bool,
    now_ms: float,
    setting: Setting,
) -> Component:
    """Return what is said beside the scenes, one view of it at a time, and what a command came to.

    The style sheet shows the view that is chosen: nothing is asked for, and nothing drawn anew.
    """
    commanding: Any = {"may_command": may_command, "now_ms": now_ms, "setting": setting}
    automation = automation_view(beside.automation, **commanding)
    return html.Section(
        [
            _choice(setting),
            html.Div(
                urgent(beside.automation, may_command=may_command, setting=setting),
                id=ids.OPERATOR_URGENT,
                className="op-urgent",
                role="status",
            ),
            _view("now", *_now(wall, beside, now_ms=now_ms, setting=setting)),
            html.Div(
                switch_history(beside.history, now_ms=now_ms, setting=setting),
                id=ids.OPERATOR_HISTORY,
                className="op-view op-view-history",
            ),
            _view(
                "automation",
                _scrolling("automation", automation, setting, id=ids.OPERATOR_AUTOMATION),
            ),
            _view("tools", _scrolling("tools", _tools(wall, beside, **commanding), setting)),
            _view(
                "exercise",
                _scrolling(
                    "exercise",
                    [
                        html.Div(
                            exercises_view(beside.exercises, wall, **commanding),
                            id=ids.OPERATOR_EXERCISES,
                            className="exercises",
                        ),
                        *([exercise_form] if may_command else []),
                    ],
                    setting,
                ),
            ),
            busy(ids.OPERATOR_BUSY, say("operator.busy", setting)),
            html.Div(
                id=ids.OPERATOR_RESULT,
                className="op-result",
                role="status",
                **attrs(aria_live="polite"),
            ),
        ],
        className="panel op-state",
    )


def _choice(setting: Setting) -> Component:
    options = [{"label": say(f"operator.view_{view}", setting), "value": view} for view in VIEWS]
    choice: Component = dbc.RadioItems(
        id=ids.OPERATOR_VIEW,
        options=options,
        value=VIEWS[0],
        persistence=True,
        persistence_type="session",
        className="op-views",
    )
    return choice


def _view(name: str, *parts: Component) -> Component:
    return html.Div(list(parts), className=f"op-view op-view-{name}")


def _scrolling(name: str, parts: Sequence[Component], setting: Setting, **more: Any) -> Component:
    """Return what a view scrolls; people without a mouse reach it, too."""
    return html.Div(
        list(parts),
        className=f"scroll op-scroll op-{'automation' if name == 'automation' else 'tools'}",
        tabIndex="0",
        **attrs(aria_label=say(f"operator.view_{name}", setting)),
        **more,
    )


def _now(wall: WallView, beside: Beside, *, now_ms: float, setting: Setting) -> list[Component]:
    """Return the outputs, how the last switch went, and what was done lately."""
    deeds = html.Div(
        deed_list(beside.deeds, now_ms=now_ms, setting=setting),
        id=ids.OPERATOR_DEEDS,
        className="scroll",
        tabIndex="0",
        **attrs(aria_label=say("operator.deeds", setting)),
    )
    return [
        html.P(say("operator.outputs_legend", setting), className="legend"),
        html.Div(outputs(wall, setting=setting), id=ids.OPERATOR_OUTPUTS),
        html.Div(
            last_switch(wall, now_ms=now_ms, setting=setting),
            id=ids.OPERATOR_SWITCH,
            className="op-switch",
        ),
        html.Div([html.H2(say("operator.deeds", setting)), deeds], className="op-deeds"),
    ]


def _tools(
    wall: WallView, beside: Beside, *, may_command: bool, now_ms: float, setting: Setting
) -> list[Component]:
    """Return the room's tools, then the installer's."""
    room = tools(
        wall,
        beside.others,
        orbit_px=beside.orbit_px,
        may_command=may_command,
        now_ms=now_ms,
        setting=setting,
    )
    return [
        html.Div(room, id=ids.OPERATOR_TOOLS),
        html.H3(say("align.head", setting)),
        places(wall, setting=setting),
        html.Div(align(wall, "", may_command=may_command, setting=setting), id=ids.OPERATOR_ALIGN),
    ]
