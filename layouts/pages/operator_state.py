"""What is said beside the scenes: outputs, history, automation; and what a command came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    return html.Section(
        [
            dbc.RadioItems(
                id=ids.OPERATOR_VIEW,
                options=[
                    {"label": say(f"operator.view_{view}", setting), "value": view}
                    for view in VIEWS
                ],
                value=VIEWS[0],
                persistence=True,
                persistence_type="session",
                className="op-views",
            ),
            html.Div(
                urgent(beside.automation, may_command=may_command, setting=setting),
                id=ids.OPERATOR_URGENT,
                className="op-urgent",
                role="status",
            ),
            html.Div(
                [
                    html.P(say("operator.outputs_legend", setting), className="legend"),
                    html.Div(outputs(wall, setting=setting), id=ids.OPERATOR_OUTPUTS),
                    html.Div(
                        last_switch(wall, now_ms=now_ms, setting=setting),
                        id=ids.OPERATOR_SWITCH,
                        className="op-switch",
                    ),
                    html.Div(
                        [
                            html.H2(say("operator.deeds", setting)),
                            html.Div(
                                deed_list(beside.deeds, now_ms=now_ms, setting=setting),
                                id=ids.OPERATOR_DEEDS,
                                className="scroll",
                                tabIndex="0",
                                **attrs(aria_label=say("operator.deeds", setting)),
                            ),
                        ],
                        className="op-deeds",
                    ),
                ],
                className="op-view op-view-now",
            ),
            html.Div(
                switch_history(beside.history, now_ms=now_ms, setting=setting),
                id=ids.OPERATOR_HISTORY,
                className="op-view op-view-history",
            ),
            html.Div(
                html.Div(
                    automation_view(
                        beside.automation, may_command=may_command, now_ms=now_ms, setting=setting
                    ),
                    id=ids.OPERATOR_AUTOMATION,
                    className="scroll op-scroll op-automation",
                    tabIndex="0",
                    **attrs(aria_label=say("operator.view_automation", setting)),
                ),
                className="op-view op-view-automation",
            ),
            html.Div(
                html.Div(
                    [
                        html.Div(
                            tools(
                                wall,
                                beside.others,
                                orbit_px=beside.orbit_px,
                                may_command=may_command,
                                now_ms=now_ms,
                                setting=setting,
                            ),
                            id=ids.OPERATOR_TOOLS,
                        ),
                        html.H3(say("align.head", setting)),
                        places(wall, setting=setting),
                        html.Div(
                            align(wall, "", may_command=may_command, setting=setting),
                            id=ids.OPERATOR_ALIGN,
                        ),
                    ],
                    className="scroll op-scroll op-tools",
                    tabIndex="0",
                    **attrs(aria_label=say("operator.view_tools", setting)),
                ),
                className="op-view op-view-tools",
            ),
            html.Div(
                html.Div(
                    [
                        html.Div(
                            exercises_view(
                                beside.exercises,
                                wall,
                                may_command=may_command,
                                now_ms=now_ms,
                                setting=setting,
                            ),
                            id=ids.OPERATOR_EXERCISES,
                            className="exercises",
                        ),
                        *([exercise_form] if may_command else []),
                    ],
                    className="scroll op-scroll op-tools",
                    tabIndex="0",
                    **attrs(aria_label=say("operator.view_exercise", setting)),
                ),
                className="op-view op-view-exercise",
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
